"""The meter's clock: set by the hub's when the meter comes to the network, and once a day (SE 1.4a, annex A.2)."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import SECOND, Clock
from hanbench.emulator.devices.gsme.wakefulness import Wakefulness
from hanbench.emulator.zcl import Reply
from hanbench.emulator.zcl.clusters import TIME
from hanbench.emulator.zcl.clusters.time import TimeAttributes

TIME_ATTRIBUTE = TimeAttributes.Time.id
EVERY = 24 * 3600 * SECOND
"""A client's clock stays within 60 s of the hub's in a day."""


class ClockSetting:
    """Sets one meter's clock."""

    def __init__(self, clock: Clock, wakefulness: Wakefulness, set_utc: Callable[[int], None]) -> None:
        """`set_utc` gets UTC seconds."""
        self._clock = clock
        self._wakefulness = wakefulness
        self._set_utc = set_utc
        self._last: int | None = None

    @property
    def due(self) -> bool:
        """The clock has not been set for a day."""
        return self._last is None or self._clock.now >= self._last + EVERY

    def set(self, then: Callable[[], None] = lambda: None) -> None:
        """Ask the hub for the time; `then` is called once the hub has answered."""

        def answered(reply: Reply) -> None:
            if not reply.ok:
                return
            time = reply.values.get(TIME_ATTRIBUTE)
            if isinstance(time, int):
                self._last = self._clock.now
                self._set_utc(time)
            then()

        self._wakefulness.ask(TIME.id, (TIME_ATTRIBUTE,), answered)
