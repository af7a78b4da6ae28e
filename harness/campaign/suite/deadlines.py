"""The dimensions of spacing and of the time that a case has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

SPACINGS = (24.0, 48.0, 1.0, 0.0)
"""Hours between two checks."""
_HALF_AN_HOUR = timedelta(minutes=30)


class Deadline(NamedTuple):
    """When a case's time is up. `of` makes it from the time from the start to the deciding check's end, and spacing."""

    name: str
    words: str
    of: Callable[[timedelta, timedelta], timedelta]


LATE = Deadline("late", "its time is up five days later", lambda decided, _: decided + timedelta(days=5))
DEADLINES = (
    LATE,
    Deadline("soon", "its time is up 26 h later", lambda decided, _: decided + timedelta(hours=26)),
    Deadline("at-once", "its time is up two minutes later", lambda decided, _: decided + timedelta(minutes=2)),
    Deadline("during-check", "its time is up during the deciding check", lambda decided, _: decided - _HALF_AN_HOUR),
    Deadline(
        "before-check",
        "its time is up before the deciding check",
        lambda decided, spacing: decided - 3 * _HALF_AN_HOUR - spacing / 2,
    ),
)
"""The time that a case has, counted from the end of the deciding check."""
