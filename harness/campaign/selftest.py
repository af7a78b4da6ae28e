"""Trust in the verdict: every wrong controller, by hand and by mutation, must be caught somewhere in the matrix.

Scenarios are tried until one shows the fault: first those in which it can show, simple ones before odd ones.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from hanbench.harness.campaign.executor import leave_signals_to_the_parent
from hanbench.harness.campaign.matrix import matrix
from hanbench.harness.case.controller import ControllerFactory
from hanbench.harness.controllers.mutants import ANY, Mutant, mutants
from hanbench.harness.controllers.wrong import WRONG
from hanbench.harness.scenario.loading import load_scenario
from hanbench.harness.scenario.run import run_scenario
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.scenario import shipped as stories
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
"""Conditions under which controllers show what they are: that the meter answers, does not, or does again; the rest of
the matrix varies how it comes not to answer, which no controller gets to know."""
RULES = ("tmad-v19", "tmad-v18", "third-failure-14-march", "third-failure-15-march", "consultation-2021-10")


CORNER = "corner-"


class MutantResult(NamedTuple):
    """What became of one wrong controller."""

    name: str
    scenario: str | None
    """The scenario that showed it; None: it survived."""
    properties: tuple[str, ...]
    """The oracle's properties that it broke; none where only the outcome was wrong."""
    tried: int
    """Scenarios played."""


def all_mutants() -> list[Mutant]:
    """Every wrong controller."""
    by_hand = [Mutant(f"wrong:{each.name}", each.make, ANY) for each in WRONG.values()]
    return [*by_hand, *mutants(shipped())]


def selftest(jobs: int = 1) -> Iterator[MutantResult]:
    """Try every wrong controller; results come as they are found."""
    numbers = range(len(all_mutants()))
    if jobs <= 1:
        yield from map(_try, numbers)
        return
    with multiprocessing.get_context("fork").Pool(jobs, initializer=leave_signals_to_the_parent) as pool:
        yield from pool.imap_unordered(_try, numbers, chunksize=2)


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
    """The properties that a controller breaks in a scenario; None if all is as expected."""
    run = run_scenario(scenario, shipped(), make, seed=f"selftest/{scenario.id}")
    if run.as_expected:
        return None
    return tuple(dict.fromkeys(violation.property for violation in run.violations))


@cache
def corners() -> Sequence[Scenario]:
    """Stories at the corners of the controller's table, which the matrix does not reach: time that runs out in the
    middle of things, commissionings that fail, consents that come and go until no attempt is left, meters that change
    hands."""
    told = {name: load_scenario(path, shipped()) for name, path in stories().items()}
    return tuple(story for name, story in told.items() if name.startswith(CORNER) or story.handovers)


def _scenarios(suspect: Mutant) -> Sequence[Scenario]:
    plain = [scenario for scenario in _telling() if scenario.cell is not None and suspect.where.admits(scenario.cell)]
    odd = corners()
    # A row of the table may concern a corner only; a value of the rules hardly ever does.
    return (*odd, *plain) if suspect.name.startswith("table:") else (*plain, *odd)


@cache
def _telling() -> Sequence[Scenario]:
    """The part of the matrix in which controllers show what they are, the plainest first."""
    found = [scenario for scenario in matrix() if _rank(scenario) is not None]
    return sorted(found, key=lambda scenario: (_rank(scenario), scenario.id))


def _rank(scenario: Scenario) -> tuple[int, int, int] | None:
    cell = scenario.cell
    if cell is None or cell.condition not in REVEALING_CONDITIONS:
        return None
    return (cell.cohort is not Cohort.IOC, REVEALING_CONDITIONS.index(cell.condition), RULES.index(cell.rules))
