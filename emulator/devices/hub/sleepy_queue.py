"""What the hub keeps for meters that sleep: requests that go out when the meter shows that it is awake.

A parent's indirect queue holds a frame for 7.68 s; a gas meter wakes every half hour. So a hub's application has
to wait with its question, not its MAC.
"""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import SECOND, Clock
from hanbench.emulator.zigbee.nwk.parent import Parent
from hanbench.emulator.zigbee.storage import ChildEntry

RETRY_AFTER = 12 * SECOND
"""A question that was put and not answered is put again at the next sign of life after this."""


class PendingRequest:
    """One thing to do with a sleeper; `run` may happen several times until `finish`."""

    __slots__ = ("finished", "ieee", "last_try", "run")

    def __init__(self, ieee: int, run: Callable[[], None]) -> None:
        self.ieee = ieee
        self.run = run
        self.finished = False
        self.last_try: int | None = None

    def finish(self) -> None:
        self.finished = True


class SleepyDeviceQueue:
    """Errands by device, run in order when the device is heard."""

    def __init__(self, parent: Parent, clock: Clock) -> None:
        self._clock = clock
        self._errands: list[PendingRequest] = []
        parent.on_awake.append(self._awake)

    def add(self, ieee: int, run: Callable[[], None]) -> PendingRequest:
        """Do `run` each time the device wakes, until the errand is finished."""
        errand = PendingRequest(ieee, run)
        self._errands.append(errand)
        return errand

    def _awake(self, child: ChildEntry) -> None:
        if not self._errands:
            return
        now = self._clock.now
        self._errands = [errand for errand in self._errands if not errand.finished]
        for errand in [errand for errand in self._errands if errand.ieee == child.ieee]:
            if errand.last_try is None or now - errand.last_try >= RETRY_AFTER:
                errand.last_try = now
                errand.run()
