"""What all keywords need: the bench of the suite, and waiting for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from hanbench.harness.control.attached import AttachedBench
from hanbench.harness.control.events import BenchEvent, kind_name
from hanbench.harness.control.requests import MOST_EVENTS
from hanbench.harness.robot_library.failure import BenchFailure, told

T = TypeVar("T")
E = TypeVar("E", bound=BenchEvent)

LOOK_EVERY = 0.2
"""Interval between two looks at a bench that is waited for, real seconds."""
SOON = timedelta(minutes=2)
"""Time-out of keywords by default, real time."""


class Keywords:
    """A part of the library."""

    def __init__(self) -> None:
        self._attached: AttachedBench | None = None
        self._since = 0
        """`seq` of the latest event when the suite got the bench."""

    @property
    def _bench(self) -> AttachedBench:
        if self._attached is None:
            raise BenchFailure("There is no bench: use `Start Bench` or `Connect To Bench` first.")
        return self._attached

    def _asked(self, ask: Callable[[AttachedBench], T]) -> T:
        """Return what a bench answers. Raises BenchFailure."""
        with told():
            return ask(self._bench)

    def _node(self, role: str) -> str:
        """Return the name of a node of the home in use."""
        home = self._bench.home
        return role if home is None or "." in role else f"{home}.{role}"

    def _until(self, true: Callable[[], bool], timeout: timedelta, why_not: Callable[[], str]) -> None:
        """Wait until something is true of the bench. Raises BenchFailure."""
        end = time.monotonic() + timeout.total_seconds()
        with told():
            while not true():
                if time.monotonic() > end:
                    raise BenchFailure(f"Not within {timeout.total_seconds():g} s: {why_not()}.")
                time.sleep(LOOK_EVERY)

    def _latest(self, kind: type[E]) -> E | None:
        """Return the latest event of a kind in the home in use since the suite got the bench."""
        found = self._asked(lambda bench: bench.client.events(kinds=(kind_name(kind),), limit=MOST_EVENTS)).events
        home = self._bench.home
        for event in reversed(found):
            if isinstance(event, kind) and event.seq > self._since and home in (None, event.home):
                return event
        return None


def plain(value: Struct) -> dict[str, Any]:
    """Return a structure as a dictionary, as its JSON has it."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return found
