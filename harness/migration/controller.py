"""The system under test: what a migration controller has to offer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from harness.migration.vocabulary import AnyAction, AnyEvent
from profiles.rulesets import RuleSet


class Controller(Protocol):
    """Decides about one installation. No I/O, no clock of its own, no randomness: same turns, same answers."""

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Take one event at the time `now` (UTC) and return what is to be done, in order."""


class RemoteController(Protocol):
    """A controller that has to be waited for: a child process, an HTTP endpoint, an MQTT peer."""

    def handle(self, event: AnyEvent, now: datetime) -> Awaitable[Sequence[AnyAction]]:
        """As `Controller.handle`. Raises if the peer's answer is not in the vocabulary or does not come."""


AnyController = Controller | RemoteController

ControllerFactory = Callable[[Mapping[str, RuleSet]], Controller]
"""Makes a controller for one installation from the rule sets, by id, that it may have to apply."""
