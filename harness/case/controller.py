"""The interface of the system under test, a migration controller."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from hanbench.harness.case.vocabulary import AnyAction, AnyEvent
from hanbench.profiles.rulesets import RuleSet


class Controller(Protocol):
    """Decides about one installation. It is pure: no I/O, no clock of its own, no randomness."""

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Process one event at the time `now` (UTC) and return the actions, in order."""


class ControllerFault(Exception):  # noqa: N818 - a fault of the system under test, for the oracle
    """A controller outside this process gave no answer, or an invalid one."""

    def __init__(self, kind: str, text: str) -> None:
        """`kind`: silent, crashed, not-json, unasked, flood or unreachable."""
        super().__init__(text)
        self.kind = kind


class RemoteController(Protocol):
    """A controller that answers asynchronously: a child process, an HTTP endpoint, an MQTT peer."""

    def handle(self, event: AnyEvent, now: datetime) -> Awaitable[Sequence[AnyAction]]:
        """Process one event, as `Controller.handle`. Raises ControllerFault if there is no answer or an invalid one."""

    def close(self) -> None:
        """Release all resources, because the case has ended."""


AnyController = Controller | RemoteController

ControllerFactory = Callable[[Mapping[str, RuleSet]], Controller]
"""Makes a controller for one installation, given the rule sets by id."""
