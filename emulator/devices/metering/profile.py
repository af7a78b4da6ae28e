"""GetProfile: consumption in each half hour (SE 1.4a, D.3.3.3.1.1 and D.3.2.3.1.1)."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.zcl.attributes import Values
from hanbench.emulator.zcl.cluster_instance import CommandAnswer, Handler, on
from hanbench.emulator.zcl.clusters.metering import (
    DELIVERED,
    NOW,
    RECEIVED,
    GetProfile,
    GetProfileResponse,
    MeteringAttributes,
    ProfileIntervalPeriod,
    ProfileStatus,
)
from hanbench.emulator.zcl.transport import Indication

PERIODS = 24
"""In one answer, at most."""
PERIOD = 1800
"""Seconds; periods begin on the hour and on the half hour of UTC."""
LARGEST = 0xFFFFFE
"""The largest consumption of an interval; the value after it means unknown."""


class LoadProfile:
    """Half-hourly consumption, computed from readings.

    `read(at)` is what the register had counted at a time (UTC seconds), without rolling over; None before the meter's
    first reading and in the future. Nothing is stored here.
    """

    def __init__(self, utc: Callable[[], int], read: Callable[[int], int | None]) -> None:
        self._utc = utc
        self._read = read
        self.handlers: tuple[Handler, ...] = (on(GetProfile, self._get_profile),)
        self.values: Values = {
            MeteringAttributes.ProfileIntervalPeriod: ProfileIntervalPeriod.MINUTES_30,
            MeteringAttributes.MaxNumberOfPeriodsDelivered: PERIODS,
        }

    def intervals(self, end: int, periods: int) -> list[int]:
        """Consumption in each of the last `periods` half hours up to the boundary `end`, the newest first.

        Fewer if the meter's readings do not go back as far.
        """
        found: list[int] = []
        after = self._read(end)
        for place in range(1, periods + 1):
            before = self._read(end - PERIOD * place)
            if before is None or after is None:
                break
            found.append(min(after - before, LARGEST))
            after = before
        return found

    def _get_profile(self, request: GetProfile, indication: Indication) -> CommandAnswer:
        now, asked = self._utc(), request.end_time
        end = (now if asked == NOW else asked) // PERIOD * PERIOD
        status = _objection(request.interval_channel, asked, now)
        intervals = self.intervals(end, min(request.number_of_periods, PERIODS)) if status is None else []
        if status is None:
            status = _outcome(request.number_of_periods, intervals)
        return GetProfileResponse(end, status, ProfileIntervalPeriod.MINUTES_30, tuple(intervals))


def _objection(channel: int, end: int, now: int) -> ProfileStatus | None:
    if channel not in (DELIVERED, RECEIVED):
        return ProfileStatus.UNDEFINED_INTERVAL_CHANNEL
    if channel == RECEIVED:
        return ProfileStatus.INTERVAL_CHANNEL_NOT_SUPPORTED
    return ProfileStatus.INVALID_END_TIME if end > now else None


def _outcome(periods: int, intervals: list[int]) -> ProfileStatus:
    if not intervals:
        return ProfileStatus.NO_INTERVALS_AVAILABLE
    if periods > PERIODS:
        return ProfileStatus.MORE_PERIODS_REQUESTED_THAN_CAN_BE_RETURNED
    return ProfileStatus.SUCCESS
