"""GB legal time against the time zone database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from hanbench.emulator.devices.summer_time import ahead, summer

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def seconds(at: datetime) -> int:
    return int((at - EPOCH).total_seconds())


def test_both_changes_of_2022() -> None:
    """The Summer Time Order 2002: 27 March and 30 October 2022, at 01:00 UTC."""
    begins, ends = summer(seconds(datetime(2022, 6, 1, tzinfo=UTC)))
    assert begins == seconds(datetime(2022, 3, 27, 1, tzinfo=UTC))
    assert ends == seconds(datetime(2022, 10, 30, 1, tzinfo=UTC))


@pytest.mark.parametrize("year", range(2000, 2038))
def test_each_change_of_a_year_is_that_of_the_time_zone_database(year: int) -> None:
    for change in summer(seconds(datetime(year, 7, 1, tzinfo=UTC))):
        for at in (change - 1, change):
            offset = (EPOCH + timedelta(seconds=at)).astimezone(LONDON).utcoffset()
            assert offset == timedelta(seconds=ahead(at))


@pytest.mark.parametrize(
    "date", [(1970, 1, 1), (1999, 12, 31), (2000, 1, 1), (2000, 12, 31), (2100, 2, 28), (2136, 2, 7)]
)
def test_a_change_is_in_the_year_that_was_asked_for(date: tuple[int, int, int]) -> None:
    for change, month in zip(summer(seconds(datetime(*date, 23, tzinfo=UTC))), (3, 10), strict=True):
        found = EPOCH + timedelta(seconds=change)
        assert (found.year, found.month, found.isoweekday(), found.hour) == (date[0], month, 7, 1)
        assert found.day > 24
