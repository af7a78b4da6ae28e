"""Conversion between the clock's microseconds and dates."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple

from msgspec import Meta

Moment = Annotated[datetime, Meta(tz=True)]
"""A point in time with its zone; UTC in everything that hanbench writes."""

MOST_DAYS = 1_000
"""Bound of all times in a scenario, days."""
FIRST = datetime(2000, 1, 2, tzinfo=UTC)
LAST = datetime(2130, 1, 1, tzinfo=UTC)
"""Dates of scenarios: the clock of a meter counts from 2000, and ends in 2136 (ZCL r8, 2.6.2.20)."""
_MICROSECOND = timedelta(microseconds=1)
_HALF_A_MILLISECOND = timedelta(microseconds=500)


def shown(at: datetime, seconds: float) -> str:
    """Return a time for people: date and time (UTC), and beside it the seconds of the bench's clock.

    A capture begins at second 0 of that clock, so Wireshark shows the same seconds.
    """
    return f"{shown_date(at)} (+{seconds:.3f} s)"


def shown_date(at: datetime) -> str:
    """Return a time for people where no clock runs yet: date and time (UTC), rounded to milliseconds."""
    with suppress(OverflowError):  # a controller may name the last instant of the year 9999, in any zone
        at = at.astimezone(UTC) + _HALF_A_MILLISECOND
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}"


def check_dates(**dates: datetime | None) -> None:
    """Raise ValueError, which names the key, for a date that no meter's clock can have."""
    for key, date in dates.items():
        if date is not None and not FIRST <= date <= LAST:
            raise ValueError(
                f"{key}: found {date.isoformat()}; expected a date from {FIRST:%Y-%m-%d} to {LAST:%Y-%m-%d}"
            )


def check_durations(**durations: timedelta | None) -> None:
    """Raise ValueError, which names the key, for a duration beyond MOST_DAYS either way."""
    for key, duration in durations.items():
        if duration is not None and abs(duration) > timedelta(days=MOST_DAYS):
            raise ValueError(f"{key}: expected at most {MOST_DAYS} days")


class Calendar(NamedTuple):
    """The date that belongs to each time of the clock."""

    epoch: datetime
    """The date at microsecond 0 of the clock, UTC."""

    @classmethod
    def starting(cls, at: datetime, now: int = 0) -> Calendar:
        """Return the calendar on which it is `at` when the clock shows `now`. Raises ValueError if `at` has no zone."""
        if at.tzinfo is None:
            raise ValueError(f"{at.isoformat()} has no time zone")
        return cls(at.astimezone(UTC) - timedelta(microseconds=now))

    def date(self, now: int) -> datetime:
        """Return the date and time of `now`, microseconds of the clock."""
        return self.epoch + timedelta(microseconds=now)

    def shown(self, now: int) -> str:
        """Return `now`, microseconds of the clock, as text for people."""
        return shown(self.date(now), now / 1_000_000)

    def clock(self, at: datetime) -> int:
        """Return the clock's time at the date `at`, microseconds."""
        return (at - self.epoch) // _MICROSECOND
