"""The dimension of dates: the day on which a case begins, and the minute in which its failure becomes persistent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hanbench.harness.campaign.suite.courses import Course
from hanbench.profiles.rulesets import Cohort


class Start(NamedTuple):
    """When a case begins."""

    name: str
    words: str
    start: datetime | None = None
    decided: datetime | None = None
    """Instead: when the deciding check ends, give or take half a minute."""

    def of(self, course: Course, cohort: Cohort, spacing: timedelta) -> datetime:
        """Return the time at which the installation is loaded."""
        if self.start is not None:
            return self.start
        assert self.decided is not None
        return self.decided - course.decided(cohort, spacing)


def _decided(
    name: str, words: str, year: int, month: int, day: int, hour: int, minute: int = 0, second: int = 0
) -> Start:
    decided = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    return Start(name, f"the deciding check ends {words}", decided=decided)


APRIL = Start("april", "", datetime(2022, 4, 4, 8, tzinfo=UTC))
"""The start of all cases in which the date does not matter."""
LAST_OF_V18 = _decided("v18-last-minute", "in the last minute of 14 March 2022", 2022, 3, 14, 23, 59, 30)
FIRST_OF_V19 = _decided("v19-first-minute", "in the first minute of 15 March 2022", 2022, 3, 15, 0, 0, 30)
SECOND_QUARTER = _decided("second-quarter", "in the first minute of April 2022", 2022, 4, 1, 0, 0, 30)
NEW_YEAR = _decided("new-year-2023", "in the first minute of 2023", 2023, 1, 1, 0, 0, 30)
MOC_DATES = (LAST_OF_V18, FIRST_OF_V19, SECOND_QUARTER, NEW_YEAR)
"""The dates for MOC (Secure): the boundary, and those by which the DCC meant to have consulted on it (letter, 3)."""
_BEFORE_CET_MIDNIGHT = _decided(
    "v18-before-cet-midnight", "before midnight in UTC+1, 14 March 2022", 2022, 3, 14, 22, 59, 30
)
LAST_HOURS_OF_V18 = (_BEFORE_CET_MIDNIGHT, LAST_OF_V18)
BEFORE_CLOCKS_CHANGE = (
    _decided("before-summer-time-begins", "on 26 March 2022, the day before summer time began", 2022, 3, 26, 12),
    _decided("before-summer-time-ends", "on 29 October 2022, the day before summer time ended", 2022, 10, 29, 12),
)
"""The dates after which a day by the clocks of Great Britain has 23 hours, and 25."""
DATES = (
    _BEFORE_CET_MIDNIGHT,
    _decided("v18-after-cet-midnight", "after midnight in UTC+1, 15 March 2022", 2022, 3, 14, 23, 0, 30),
    LAST_OF_V18,
    FIRST_OF_V19,
    _decided("v19-before-west-midnight", "before midnight in UTC-1, 14 March 2022", 2022, 3, 15, 0, 59, 30),
    _decided("v19-after-west-midnight", "after midnight in UTC-1, 15 March 2022", 2022, 3, 15, 1, 0, 30),
    _decided("letter-slip", "on 15 March 2021, a year after the date in the letter's head", 2021, 3, 15, 12),
    _decided("consultation-opens", "on 25 October 2021, when the first consultation opened", 2021, 10, 25, 12),
    _decided("december-2021", "in December 2021", 2021, 12, 8, 12),
    _decided("consulted-date", "on 25 February 2022, the date that was consulted on", 2022, 2, 25, 12),
    _decided("summer-time-begins", "on 27 March 2022, when summer time began", 2022, 3, 27, 12),
    _decided("after-summer-time-began", "on 28 March 2022, across the beginning of summer time", 2022, 3, 28, 0, 0, 30),
    SECOND_QUARTER,
    _decided("summer-midnight", "before midnight UTC, after midnight in summer time", 2022, 7, 14, 23, 30),
    _decided("summer-time-ends", "on 30 October 2022, when summer time ended", 2022, 10, 30, 12),
    _decided("new-years-eve-2022", "in the last minute of 31 December 2022", 2022, 12, 31, 23, 59, 30),
    NEW_YEAR,
    _decided("leap-day-2024", "on 29 February 2024", 2024, 2, 29, 12),
    _decided("leap-day-2020", "on 29 February 2020", 2020, 2, 29, 12),
    *BEFORE_CLOCKS_CHANGE,
)
"""The dates that matter, and dates that a program may take for one of them."""
