"""Conversion between the clock's microseconds and dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple

from msgspec import Meta

Moment = Annotated[datetime, Meta(tz=True)]
"""A point in time with its zone; UTC in everything that hanbench writes."""

_MICROSECOND = timedelta(microseconds=1)
_HALF_A_MILLISECOND = timedelta(microseconds=500)


def shown(at: datetime, seconds: float) -> str:
    """Return a time for people: date and time (UTC), and beside it the seconds of the bench's clock.

    A capture begins at second 0 of that clock, so Wireshark shows the same seconds.
    """
    return f"{shown_date(at)} (+{seconds:.3f} s)"


def shown_date(at: datetime) -> str:
    """Return a time for people where no clock runs yet: date and time (UTC), rounded to milliseconds."""
    at = at.astimezone(UTC) + _HALF_A_MILLISECOND
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}"


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
