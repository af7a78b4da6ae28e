"""Shrinks a story that failed: the smallest one, found in a given time, that still fails in the same way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from msgspec import structs

from hanbench.harness.campaign.explore.first_answers import FirstAnswers
from hanbench.harness.campaign.explore.running import Exploration, Failure, attempt
from hanbench.harness.case.check import Subject
from hanbench.harness.case.plan import FaultEvent, State, SupplierAct, SupplierChange
from hanbench.harness.controllers.lookup import Factory
from hanbench.harness.faults.active_faults import BenchError
from hanbench.harness.scenario.loading import unfit_switches
from hanbench.harness.scenario.scenario import IN_FORCE, Scenario
from hanbench.harness.stories.shelf import Shelf
from hanbench.profiles.benches import StartingState
from hanbench.profiles.rulesets import Cohort, Switches, shipped

PLAIN_FAULT = "battery-dead"
PLAIN_START = datetime(2022, 4, 4, 8, tzinfo=UTC)
SECONDS = 50.0
_NONE = timedelta(0)
_UNITS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))


class Shrunk(NamedTuple):
    """The smallest failure that was found."""

    failure: Failure
    steady: bool
    """Whether the controller gave its answers again, wherever it was given the same turns."""


def shrink(
    failure: Failure,
    make: Factory,
    about: Exploration,
    seconds: float = SECONDS,
    *,
    tell: Callable[[str], object],
) -> Shrunk:
    """Return the smallest failure of the same kind, found in that time; the controller's first answers stand.

    `tell` gets a line at once for each play that ends in a time-out.
    """
    deadline = time.monotonic() + seconds
    answers = FirstAnswers(make)
    answers.learn(failure.answered)
    with Shelf() as shelf:
        smaller = True
        while smaller:
            smaller = False
            for scenario in simpler(failure.scenario):
                if time.monotonic() >= deadline:
                    return Shrunk(failure, answers.steady)
                found = _failing(scenario, failure, answers, shelf, about, tell)
                if found is not None:
                    failure, smaller = found, True
                    break
    return Shrunk(failure, answers.steady)


def _failing(
    scenario: Scenario,
    as_before: Failure,
    answers: FirstAnswers,
    shelf: Shelf,
    about: Exploration,
    tell: Callable[[str], object],
) -> Failure | None:
    """Return the failure of a scenario if it is one like that before. What cannot be played is no smaller one."""
    if unfit_switches(scenario, shipped()) is not None:
        return None
    try:
        found = attempt(scenario, as_before.seed, answers, shelf, about, tell)
    except BenchError:
        return None
    return found if found is not None and set(found.properties) & set(as_before.properties[:1]) else None


def simpler(scenario: Scenario) -> Iterator[Scenario]:
    """Yield scenarios with one thing less or one thing simpler, large steps first."""
    replace = structs.replace
    for field in ("changes", "suppliers", "handovers"):
        if len(getattr(scenario, field)) > 1:
            yield replace(scenario, **{field: ()})
    yield from _fewer_faults(scenario)
    for field in ("suppliers", "handovers"):
        yield from _fewer(scenario, field)
    for name in Switches.__struct_fields__:
        if getattr(scenario.switches, name) is not None:
            yield replace(scenario, switches=replace(scenario.switches, **{name: None}))
    plain = {change.cause for change in scenario.changes if _may_be_plainer(change)} - {PLAIN_FAULT}
    if plain:
        yield replace(scenario, changes=tuple(map(_plainer, scenario.changes)))
    for field, value in _PLAIN.items():
        if getattr(scenario, field) != value:
            yield replace(scenario, **{field: value})
    if scenario.start != PLAIN_START:
        yield _begun(scenario, PLAIN_START)
    for field in ("suppliers", "handovers"):
        yield from _rounder(scenario, field)


_PLAIN: dict[str, Any] = {
    "begins": StartingState.INSTALLED,
    "check_spacing_hours": 24.0,
    "decide_within_days": 7.0,
    "rules": IN_FORCE,
    "cohort": Cohort.IOC,
}


def _fewer(scenario: Scenario, field: str) -> Iterator[Scenario]:
    """Yield the scenario without one of its acts or changes of hands."""
    items = getattr(scenario, field)
    for index in range(len(items)):
        yield structs.replace(scenario, **{field: (*items[:index], *items[index + 1 :])})


def _fewer_faults(scenario: Scenario) -> Iterator[Scenario]:
    """Yield the scenario without one fault: with its recovery, and then without that alone."""
    for index, change in enumerate(scenario.changes):
        rest = (*scenario.changes[:index], *scenario.changes[index + 1 :])
        without = tuple(each for each in rest if each.cause != change.cause)
        if change.state is not State.HEALTHY and without != rest:
            yield structs.replace(scenario, changes=without)
        yield structs.replace(scenario, changes=rest)


def _may_be_plainer(change: FaultEvent) -> bool:
    return change.subject is Subject.GSME and change.frames is None


def _plainer(change: FaultEvent) -> FaultEvent:
    if not _may_be_plainer(change):
        return change
    state = State.HEALTHY if change.state is State.HEALTHY else State.BROKEN
    return structs.replace(change, cause=PLAIN_FAULT, state=state)


def _rounder(scenario: Scenario, field: str) -> Iterator[Scenario]:
    """Yield the scenario with one delay of an act or change of hands left out, or rounded down to a unit."""
    items = getattr(scenario, field)
    for index, item in enumerate(items):
        for rounder in _rounded(item):
            yield structs.replace(scenario, **{field: (*items[:index], rounder, *items[index + 1 :])})


def _rounded(item: SupplierAct | SupplierChange) -> Iterator[SupplierAct | SupplierChange]:
    for field in ("later", "after_ask", "to_decide_by"):
        delay = getattr(item, field, None)
        if delay:
            rounded = (int(delay / unit) * unit for unit in _UNITS)
            yield from (structs.replace(item, **{field: each}) for each in (_NONE, *rounded) if each != delay)


def _begun(scenario: Scenario, start: datetime) -> Scenario:
    """Return the scenario with another start, and with all its dates as far from it as before."""
    by = start - scenario.start
    moved = {
        field: tuple(each if each.at is None else structs.replace(each, at=each.at + by) for each in items)
        for field, items in (
            ("changes", scenario.changes),
            ("suppliers", scenario.suppliers),
            ("handovers", scenario.handovers),
        )
    }
    return structs.replace(scenario, start=start, **moved)
