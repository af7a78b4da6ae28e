"""The dimension of findings: what the HAN-connectivity checks of a case find, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from hanbench.harness.case.check import Subject
from hanbench.harness.case.fault_catalogue import CATALOGUE
from hanbench.harness.case.plan import FaultEvent, State
from hanbench.profiles.rulesets import Cohort

HEALTHY = "healthy"
LETTERS = {"p": HEALTHY, "f": "battery-dead", "e": "esme-dead", "w": "wan-down", "b": "bench-fault"}
"""Pass, fail, and inconclusive by each cause, with the condition that brings the finding about."""
REQUIRED = 3
"""Failures after which the failure is persistent (letter, 2)."""
_SPOILERS = ("esme-dead", "wan-down", "battery-dead")

_FAILING = {Cohort.IOC: timedelta(seconds=3672), Cohort.MOC_SECURE: timedelta(seconds=3720)}
"""How long a check waits in vain for a gas meter that is dead, about: measured."""


class Course(NamedTuple):
    """What is so at each check and commissioning of a case."""

    name: str
    words: str
    checks: tuple[str, ...]
    """The condition at each check, `HEALTHY` or the name of a fault; the last one persists."""
    spoilers: tuple[tuple[str, int], ...] = ()
    """The fault that spoils each commissioning, and the check before which it is healed; 0: never. Empty: none."""
    heals_after: timedelta | None = None
    """Time from the start after which the condition of the first check heals by itself; None: it does not."""

    def decides(self, required: int = REQUIRED) -> int:
        """Return the number of the check with which so many failures are in a row; `required` if there is none."""
        row = 0
        for number, condition in enumerate(self._checks(required), 1):
            if not _breaks(condition):
                row = 0
            elif _subject(condition) is Subject.GSME:
                row += 1
                if row == required:
                    return number
        return required

    def decided(self, cohort: Cohort, spacing: timedelta, required: int = REQUIRED) -> timedelta:
        """Return about the time from the start to the end of the deciding check."""
        decides = self.decides(required)
        checks = self._checks(required)[:decides]
        failing = sum(_breaks(each) and _subject(each) is Subject.GSME for each in checks)
        return (decides - 1) * spacing + failing * _FAILING[cohort]

    def _checks(self, more: int) -> tuple[str, ...]:
        return (*self.checks, *self.checks[-1:] * more)

    def events(self) -> tuple[FaultEvent, ...]:
        """Return the events that bring the course about."""
        return _events(self)

    def planned(self) -> Iterator[FaultEvent]:
        """Yield the same, made anew."""
        before = HEALTHY
        for number, condition in enumerate(self.checks, 1):
            if condition != before:
                if before != HEALTHY:
                    yield FaultEvent(_subject(before), State.HEALTHY, before, before_check=number)
                if condition != HEALTHY:
                    lasts = self.heals_after if number == 1 else None
                    yield FaultEvent(
                        _subject(condition), _state(condition), condition, before_check=number, lasts=lasts
                    )
            before = condition
        for number, (fault, healed_before) in enumerate(self.spoilers, 1):
            if fault:
                yield FaultEvent(_subject(fault), _state(fault), fault, before_commissioning=number)
            if healed_before:
                yield FaultEvent(_subject(fault), State.HEALTHY, fault, before_check=healed_before)


@cache
def _events(course: Course) -> tuple[FaultEvent, ...]:
    return tuple(course.planned())


def _subject(condition: str) -> Subject:
    return CATALOGUE[condition].subject


def _breaks(condition: str) -> bool:
    return condition != HEALTHY and CATALOGUE[condition].breaks_reachability


def _state(fault: str) -> State:
    return State.BROKEN if CATALOGUE[fault].breaks_reachability else State.IMPAIRED


def findings(letters: str) -> Course:
    """Return the course whose checks find these `LETTERS`."""
    return sequence(letters, f"checks find {letters}", tuple(LETTERS[each] for each in letters))


def sequence(name: str, words: str, checks: tuple[str, ...]) -> Course:
    """Return a course in which a check follows each pass but the last one: its commissioning is spoiled."""
    spoilers = []
    for number, (condition, next_one) in enumerate(pairwise(checks), 1):
        if not _breaks(condition):
            # A fault that the next check finds anew would be healed under its eyes.
            possible = [each for each in _SPOILERS if each not in (condition, next_one)]
            spoilers.append((possible[number % len(possible)], number + 1))
    return Course(name, words, checks, tuple(spoilers))
