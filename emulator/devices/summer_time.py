"""GB legal time: Greenwich Mean Time, and one hour ahead of it in summer (The Summer Time Order 2002, SI 2002/262).

Summer time begins at 01:00 UTC of the last Sunday in March, and ends at 01:00 UTC of the last Sunday in October. Times
are seconds since 2000-01-01, UTC.
"""

from __future__ import annotations

HOUR, DAY = 3600, 86_400
SHIFT = HOUR
"""Seconds by which summer time is ahead."""
_DAYS_BEFORE_MARCH_31, _DAYS_BEFORE_OCTOBER_31 = 89, 303
"""Of a common year."""
_WEEKDAY_OF_2000 = 6
"""2000-01-01 was a Saturday; 0 is Sunday."""


def summer(utc: int) -> tuple[int, int]:
    """Return when the summer time of the year of `utc` begins, and when it has ended."""
    year = _year(utc)
    leap = _is_leap(year)
    march, october = (_first_day(year) + days + leap for days in (_DAYS_BEFORE_MARCH_31, _DAYS_BEFORE_OCTOBER_31))
    return _last_sunday(march) * DAY + HOUR, _last_sunday(october) * DAY + HOUR


def ahead(utc: int) -> int:
    """Return how many seconds GB legal time is ahead of UTC."""
    begins, ends = summer(utc)
    return SHIFT if begins <= utc < ends else 0


def _last_sunday(last_day: int) -> int:
    """Return the last Sunday up to a day; days count from 2000-01-01."""
    return last_day - (last_day + _WEEKDAY_OF_2000) % 7


def _year(utc: int) -> int:
    days = utc // DAY
    year = 2000 + days * 400 // 146_097
    while _first_day(year) > days:
        year -= 1
    while _first_day(year + 1) <= days:
        year += 1
    return year


def _first_day(year: int) -> int:
    """Return the days from 2000-01-01 to the first day of a year."""
    before = year - 1
    return (year - 2000) * 365 + (before // 4 - before // 100 + before // 400) - (1999 // 4 - 1999 // 100 + 1999 // 400)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
