"""The dimension of moments: when a supplier speaks, or a meter changes hands, in the order in which they come.

"The deciding check" is the one with which the failure is persistent, the third for a gas meter that never answers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple


class Moment(NamedTuple):
    """A moment. `when` makes the keys of a `SupplierAct` from the start and the number of the deciding check."""

    name: str
    words: str
    when: Callable[[datetime, int], dict[str, Any]]


def _before_loading(start: datetime, _: int) -> dict[str, Any]:
    return {"at": start - timedelta(days=1)}


def _after_first(_: datetime, __: int) -> dict[str, Any]:
    return {"after_check": 1}


def _between(_: datetime, decides: int) -> dict[str, Any]:
    return {"after_check": max(1, decides - 1), "later": timedelta(minutes=30)}


def _at_commissioning(_: datetime, __: int) -> dict[str, Any]:
    return {"during_commissioning": 1, "later": timedelta(seconds=1)}


def _check_begun(later: timedelta) -> Callable[[datetime, int], dict[str, Any]]:
    return lambda _, decides: {"during_check": decides, "later": later}


def _check_ended(later: timedelta) -> Callable[[datetime, int], dict[str, Any]]:
    return lambda _, decides: {"after_check": decides, "later": later}


def _to_decide_by(seconds: int) -> Callable[[datetime, int], dict[str, Any]]:
    return lambda _, __: {"to_decide_by": timedelta(seconds=seconds)}


_LATER_HOURS = (1, 6, 23, 24, 25, 29, 30)
MOMENTS = (
    Moment("before-loading", "before the installation is loaded", _before_loading),
    Moment("after-check-1", "in the instant in which check 1 ends", _after_first),
    Moment("between-checks", "between the check before and the deciding check", _between),
    Moment("check-begins", "in the instant in which the deciding check begins", _check_begun(timedelta(0))),
    Moment("during-check", "during the deciding check", _check_begun(timedelta(minutes=10))),
    Moment("check-ends", "in the instant in which the deciding check ends", _check_ended(timedelta(0))),
    Moment("commissioning", "during the first commissioning", _at_commissioning),
    *(Moment(f"{h}h", f"{h} h after the deciding check", _check_ended(timedelta(hours=h))) for h in _LATER_HOURS),
    Moment("last-second", "a second before its time is up", _to_decide_by(-1)),
    Moment("time-up", "when its time is up", _to_decide_by(0)),
    Moment("too-late", "a second after its time is up", _to_decide_by(1)),
)


def following(moment: Moment, steps: int) -> Moment:
    """Return the moment so many steps later, or the last one."""
    return MOMENTS[min(MOMENTS.index(moment) + steps, len(MOMENTS) - 1)]


def moment(name: str) -> Moment:
    """Return the moment with this name. Raises StopIteration if there is none."""
    return next(each for each in MOMENTS if each.name == name)
