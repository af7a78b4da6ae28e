"""A device's clock, set by the hub's when the device comes to the network, and once a day (SE 1.4a, 5.12.1.1)."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import SECOND, Clock
from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT
from hanbench.emulator.zcl import Endpoint, Reply
from hanbench.emulator.zcl.clusters import TIME
from hanbench.emulator.zcl.clusters.time import MASTER, SYNCHRONIZED, TimeAttributes

TIME_ATTRIBUTE, STATUS = TimeAttributes.Time.id, TimeAttributes.TimeStatus.id
EVERY = 24 * 3600 * SECOND
"""A client's clock stays within 60 s of the hub's in a day."""

Ask = Callable[[int, tuple[int, ...], Callable[[Reply], None]], None]
"""Reads attributes of a cluster of the hub: cluster, attributes, and what gets the reply."""


class ClockSetting:
    """Sets one device's clock."""

    def __init__(self, clock: Clock, ask: Ask, set_utc: Callable[[int], None]) -> None:
        """`set_utc` gets UTC seconds."""
        self._clock = clock
        self._ask = ask
        self._set_utc = set_utc
        self._last: int | None = None
        self._daily = False

    @property
    def due(self) -> bool:
        """The clock has not been set for a day."""
        return self._last is None or self._clock.now >= self._last + EVERY

    def set(self, then: Callable[[], None] = lambda: None) -> None:
        """Ask the hub for the time; `then` is called once the hub has answered."""

        def answered(reply: Reply) -> None:
            if not reply.ok:
                return
            time = told_time(reply)
            if time is not None:
                self._last = self._clock.now
                self._set_utc(time)
            then()

        self._ask(TIME.id, (TIME_ATTRIBUTE, STATUS), answered)

    def set_daily(self) -> None:
        """Ask now, and every day from the first call on, as devices on mains do."""
        self.set()
        if not self._daily:
            self._daily = True
            self._clock.call_later(EVERY, self._again)

    def _again(self) -> None:
        self._clock.call_later(EVERY, self._again)
        self.set()


def told_time(reply: Reply) -> int | None:
    """Return the time in an answer, UTC seconds; None if the hub has none.

    A clock that is neither master nor synchronised has no relation to UTC, whatever it shows (ZCL r8, 3.12.2.2.2).
    """
    time, status = reply.values.get(TIME_ATTRIBUTE), reply.values.get(STATUS)
    if not isinstance(time, int) or not isinstance(status, int) or not status & (MASTER | SYNCHRONIZED):
        return None
    return time


def asking_hub(endpoint: Callable[[], Endpoint], timeout: int) -> Ask:
    """Return an `Ask` for a device that always listens; `timeout` is microseconds."""

    def ask(cluster: int, attributes: tuple[int, ...], done: Callable[[Reply], None]) -> None:
        endpoint().read(HUB, HUB_ENDPOINT, cluster, attributes, done, timeout)

    return ask
