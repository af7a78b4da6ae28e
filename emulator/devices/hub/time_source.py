"""The hub's Time server: the HAN's master of time, zone and daylight saving (ZCL r8, 3.12; SE 1.4a, 5.12.1).

The hub gets its time from its head end, so it is a master: Synchronized is 0, which is for clocks that were set over
the HAN (ZCL r8, 3.12.2.2.2). It tells no time while its clock is at no UTCTime, before 2000 or after 2136-02-07.
"""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.devices.summer_time import SHIFT, summer
from hanbench.emulator.zcl import ClusterServer, Status
from hanbench.emulator.zcl.clusters import TIME
from hanbench.emulator.zcl.clusters.time import LAST_UTC, MASTER, MASTER_ZONE_DST, SUPERSEDING, TimeAttributes

GREENWICH = 0
"""TimeZone: Standard Time is Greenwich Mean Time."""


class TimeSource:
    """`server` goes on the hub's endpoint. It follows the hub's clock, and no peer may write it."""

    def __init__(self, utc: Callable[[], int | None]) -> None:
        """`utc` is the hub's clock, seconds since 2000; None: at no UTCTime."""
        self._utc = utc
        values = {
            TimeAttributes.Time: utc,
            TimeAttributes.TimeStatus: self._status,
            TimeAttributes.TimeZone: lambda: GREENWICH,
            TimeAttributes.DstStart: lambda: _told(self._summer()[0]),
            TimeAttributes.DstEnd: lambda: _told(self._summer()[1]),
            TimeAttributes.DstShift: lambda: SHIFT,
            TimeAttributes.StandardTime: lambda: self._local(daylight_saving=False),
            TimeAttributes.LocalTime: lambda: self._local(daylight_saving=True),
        }
        self.server = ClusterServer(TIME, values, check=_refuse)

    def _status(self) -> int:
        return 0 if self._utc() is None else MASTER | MASTER_ZONE_DST | SUPERSEDING

    def _summer(self) -> tuple[int | None, int | None]:
        """Return the first and the last second of this year's summer time: both count as summer (3.12.2.2.8)."""
        now = self._utc()
        if now is None:
            return None, None
        begins, ends = summer(now)
        return begins, ends - 1

    def _local(self, *, daylight_saving: bool) -> int | None:
        now, (first, last) = self._utc(), self._summer()
        if now is None or first is None or last is None:
            return None
        shift = SHIFT if daylight_saving and first <= now <= last else 0
        return _told(now + GREENWICH + shift)


def _told(seconds: int | None) -> int | None:
    return seconds if seconds is not None and seconds <= LAST_UTC else None


def _refuse(attribute: object, value: object) -> Status | None:
    """A master's clock and zone cannot be set; a write of TimeStatus is answered, and changes no bit (3.12.2.2.2)."""
    return None if attribute is TimeAttributes.TimeStatus else Status.READ_ONLY
