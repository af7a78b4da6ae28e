"""The test of the oracle: it must catch every wrong controller, hand-written or mutated, in some scenario.

Each controller runs on scenarios until one reveals its fault: relevant ones first, simple ones before complex ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from hanbench.harness.campaign.matrix import matrix
from hanbench.harness.campaign.workers import Lost, map_groups
from hanbench.harness.case.controller import ControllerFactory
from hanbench.harness.controllers.mutants import ANY, Mutant, mutants
from hanbench.harness.controllers.wrong import WRONG
from hanbench.harness.scenario.loading import load_scenario
from hanbench.harness.scenario.run import run_scenario
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.scenario import shipped as shipped_scenarios
from hanbench.harness.scenario.staging import seed_for
from hanbench.harness.stories.shelf import Shelf
from hanbench.profiles.rulesets import Cohort, shipped

REVEALING_CONDITIONS = (
    "battery-dead",
    "healthy",
    "recovering",
    "relapsing",
    "late-recovery",
    "wan-down",
    "esme-dead",
    "flapping",
)
"""Conditions that reveal a controller's behaviour: the meter answers, does not answer, or answers again. The rest of
the matrix varies the reason for which it does not answer, which no controller learns."""
RULES = ("tmad-v19", "tmad-v18", "third-failure-14-march", "third-failure-15-march", "consultation-2021-10")


CORNER = "corner-"


class MutantResult(NamedTuple):
    """The result of one wrong controller."""

    name: str
    scenario: str | None
    """The scenario that revealed it; None: it survived."""
    properties: tuple[str, ...]
    """The violated properties of the oracle; empty if only the outcome was wrong."""
    tried: int
    """Number of scenarios that were run."""


def all_mutants() -> list[Mutant]:
    """Return every wrong controller."""
    by_hand = [Mutant(f"wrong:{each.name}", each.make, ANY) for each in WRONG.values()]
    return [*by_hand, *mutants(shipped())]


def selftest(jobs: int = 1) -> Iterator[MutantResult]:
    """Run every wrong controller; yield the results as they come."""
    numbers = range(len(all_mutants()))
    for number, result in map_groups(_try_all, [[number] for number in numbers], jobs):
        yield (
            MutantResult(all_mutants()[number].name, None, (result.reason,), 0) if isinstance(result, Lost) else result
        )


def _try_all(numbers: Sequence[int]) -> Iterator[MutantResult]:
    return map(_try, numbers)


def _try(number: int) -> MutantResult:
    suspect = all_mutants()[number]
    tried = 0
    for scenario in _scenarios(suspect):
        tried += 1
        found = _caught(suspect.make, scenario)
        if found is not None:
            return MutantResult(suspect.name, scenario.id, found, tried)
    return MutantResult(suspect.name, None, (), tried)


def _caught(make: ControllerFactory, scenario: Scenario) -> tuple[str, ...] | None:
    """Return the properties that a controller violates in a scenario; None if all is as expected."""
    run = run_scenario(scenario, shipped(), make, seed=seed_for(scenario, "selftest"), shelf=_shelf())
    if run.as_expected:
        return None
    return tuple(dict.fromkeys(violation.property for violation in run.violations))


@cache
def _shelf() -> Shelf:
    """Return the stories that this process remembers: all, because every suspect plays the same scenarios."""
    return Shelf(10_000)


@cache
def corners() -> Sequence[Scenario]:
    """Return the scenarios for the rows of the controller's table that the matrix does not reach: time-outs in other
    states, failing commissionings, consents that come and go until no attempt is left, changes of supplier."""
    loaded = {name: load_scenario(path, shipped()) for name, path in shipped_scenarios().items()}
    return tuple(each for name, each in loaded.items() if name.startswith(CORNER) or each.handovers)


def _scenarios(suspect: Mutant) -> Sequence[Scenario]:
    plain = [scenario for scenario in _telling() if scenario.cell is not None and suspect.where.admits(scenario.cell)]
    odd = corners()
    # A row of the table may matter in such a scenario only; a value of the rules hardly ever does.
    return (*odd, *plain) if suspect.name.startswith("table:") else (*plain, *odd)


@cache
def _telling() -> Sequence[Scenario]:
    """Return the part of the matrix that reveals a controller's behaviour, the simplest scenarios first."""
    found = [scenario for scenario in matrix() if _rank(scenario) is not None]
    return sorted(found, key=lambda scenario: (_rank(scenario), scenario.id))


def _rank(scenario: Scenario) -> tuple[int, int, int] | None:
    cell = scenario.cell
    if cell is None or cell.condition not in REVEALING_CONDITIONS:
        return None
    return (cell.cohort is not Cohort.IOC, REVEALING_CONDITIONS.index(cell.condition), RULES.index(cell.rules))
