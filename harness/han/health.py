"""The health of the bench itself: failed radios, and injected faults of the bench."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class OutageError(RuntimeError):
    """A radio of the bench failed during an operation that needs it."""


class BenchHealth:
    """The failures of one bench's radios. During a failure, a check says nothing about a meter."""

    def __init__(self, on_progress: Callable[[str], None], *, can_fail: Callable[[], bool]) -> None:
        """`on_progress` gets a line for each failure and its end. `can_fail`: whether any radio is on a serial line."""
        self.fault: str | None = None
        """Description of an injected fault of the bench, or None."""
        self.outages = 0
        """Number of radio failures so far."""
        self._on_progress = on_progress
        self._can_fail = can_fail
        self._failing: dict[str, str] = {}
        self._alarms: list[asyncio.Future[None]] = []

    @property
    def failure(self) -> str | None:
        """Description of the present failure, or None."""
        return self.fault or next(iter(self._failing.values()), None)

    def radio_failed(self, name: str, failure: str | None) -> None:
        """Note that the radio of `name` failed; None as `failure`: it works again."""
        if failure is None:
            if self._failing.pop(name, None) is not None:
                self._on_progress(f"{name}: its radio is back")
            return
        text = self._failing[name] = f"the radio of the {name} failed: {failure}"
        self.outages += 1
        self._on_progress(text)
        alarms, self._alarms = self._alarms, []
        for alarm in alarms:
            if not alarm.done():
                alarm.set_exception(OutageError(text))

    async def or_outage(self, work: Coroutine[Any, Any, T]) -> T:
        """Return the result of `work`; cancel it at the first failure of a radio. Raises OutageError."""
        if not self._can_fail():
            return await work
        task = asyncio.get_running_loop().create_task(work)
        alarm: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._alarms.append(alarm)
        try:
            await asyncio.wait((task, alarm), return_when=asyncio.FIRST_COMPLETED)
            if alarm.done():
                alarm.result()
            return await task
        finally:
            alarm.cancel()
            task.cancel()
