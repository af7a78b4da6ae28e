"""The system under test: what a migration controller has to offer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from hanbench.harness.case.vocabulary import AnyAction, AnyEvent
from hanbench.profiles.rulesets import RuleSet


class Controller(Protocol):
    """Decides about one installation. No I/O, no clock of its own, no randomness: same turns, same answers."""

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Take one event at the time `now` (UTC) and return what is to be done, in order."""


class ControllerFault(Exception):  # noqa: N818 - a fact about the system under test, to be judged
    """A controller outside this process did not answer as it should have."""

    def __init__(self, kind: str, text: str) -> None:
        """`kind`: silent, crashed, not-json, unasked, flood or unreachable."""
        super().__init__(text)
        self.kind = kind


class RemoteController(Protocol):
    """A controller that has to be waited for: a child process, an HTTP endpoint, an MQTT peer."""

    def handle(self, event: AnyEvent, now: datetime) -> Awaitable[Sequence[AnyAction]]:
        """As `Controller.handle`. Raises ControllerFault if no answer comes, or none that could be one."""

    def close(self) -> None:
        """The case is over."""


AnyController = Controller | RemoteController

ControllerFactory = Callable[[Mapping[str, RuleSet]], Controller]
"""Makes a controller for one installation from the rule sets, by id, that it may have to apply."""
