"""The test of the oracle: it must convict every wrong controller, and no change of it may go unnoticed.

Each suspect plays the case that convicts it, by the table of killers, beside the reference; `learn` searches the whole
suite for such cases and makes the table anew. Each mutant of the oracle judges stored traces, until it judges one of
them otherwise than the oracle does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import NamedTuple, TypeVar

from hanbench.harness.campaign.judge_test.conviction import BenchAccusedError
from hanbench.harness.campaign.judge_test.equivalents import without_equivalents
from hanbench.harness.campaign.judge_test.killers import CAMPAIGN, Killer, Learner, killers, play, tried, write_killers
from hanbench.harness.campaign.judge_test.oracle_mutants import Court, Noticed, oracle_mutants
from hanbench.harness.campaign.judge_test.quick import minimised
from hanbench.harness.campaign.judge_test.scratch import Mutant as OracleMutant
from hanbench.harness.campaign.judge_test.suspects import suspects
from hanbench.harness.campaign.matrix import matrix
from hanbench.harness.campaign.suite import suite
from hanbench.harness.campaign.workers import Lost, map_groups
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.staging import seed_for
from hanbench.harness.stories.shelf import Shelf

T = TypeVar("T")
R = TypeVar("R")
BATCH = 64
"""Number of mutants of the oracle that a worker gets at a time."""


class MutantResult(NamedTuple):
    """The result of one wrong controller."""

    name: str
    scenario: str | None
    """The case that convicts it; None: it survived."""
    properties: tuple[str, ...]
    """The properties that convict it."""
    tried: int
    """Number of cases that were played."""


# --- wrong controllers ------------------------------------------------------------------------------------------------


@cache
def cases() -> Mapping[str, Scenario]:
    """Return the cases that may convict suspects, by id: the matrix, and the suite in its order."""
    return {each.id: each for each in (*matrix(), *suite())}


def selftest(
    jobs: int = 1,
    chosen: Iterable[str] | None = None,
    known: Mapping[str, Scenario] | None = None,
    table: Mapping[str, Killer] | None = None,
) -> Iterator[MutantResult]:
    """Let each suspect play the case that convicts it; yield the results as they come.

    `chosen`: the suspects; by default all. `known`: the cases by id; by default `cases()`. `table`: the killers; by
    default the committed ones. A suspect without a killer, or whose killer is no case any more, survives. Raises
    BenchAccusedError if the reference does not pass a case, or if hanbench's own check is wrong in it.
    """
    known, table = cases() if known is None else known, killers() if table is None else table
    groups: dict[tuple[str, ...], list[str]] = {}
    for name in suspects() if chosen is None else chosen:
        killer = table.get(name)
        if killer is None or not set(killer.cases) <= known.keys():
            yield MutantResult(name, None, (), 0)
        else:
            groups.setdefault(killer.cases, []).append(name)
    stories: dict[str, list[_Row]] = {}
    for ids, names in groups.items():
        row = _Row(tuple(known[id] for id in ids), names)
        stories.setdefault(seed_for(row.cases[-1], CAMPAIGN), []).append(row)
    for results in _mapped(_try, list(stories.values()), jobs):
        yield from results


class _Row(NamedTuple):
    """Cases that are played one after the other, and the suspects that play them."""

    cases: tuple[Scenario, ...]
    names: list[str]


def _try(rows: Sequence[_Row]) -> list[MutantResult]:
    """Let each suspect play its cases. The rows share the HAN story of their last case."""
    found: list[MutantResult] = []
    with Shelf() as shelf:
        for row in rows:
            reference, last = play(row.cases[-1], Reference, shelf), row.cases[-1].id
            for name in row.names:
                properties = tried(row.cases, reference, suspects()[name].afresh(), shelf)
                found.append(MutantResult(name, last if properties else None, properties, len(row.cases)))
    return found


def learn(known: Iterable[Scenario] | None = None) -> Iterator[str]:
    """Search every case for those that convict suspects, and write the table; yield a line for what is worth telling.

    The table has as few cases as convict every suspect: they are the quick suite. It takes some minutes.

    Raises BenchAccusedError as `selftest` does, and OutputError if the table cannot be written.
    """
    learner, every = Learner(suspects().values()), list(suite() if known is None else known)
    for scenario in learner.learn(every):
        yield f"the reference does not pass {scenario.id}: it convicts nobody"
    table = minimised(learner.found, {scenario.id: scenario for scenario in every})
    yield f"{write_killers(table)}: {len(table)} of {len(suspects())} wrong controllers"


# --- mutants of the oracle --------------------------------------------------------------------------------------------


def judge_test(jobs: int = 1) -> Iterator[Noticed]:
    """Try each mutant of the oracle on the stored traces, but for those known to make no difference."""
    total = len(must_be_noticed())
    batches = [(start, min(start + BATCH, total)) for start in range(0, total, BATCH)]
    for results in _mapped(_judge, batches, jobs):
        yield from results


@cache
def must_be_noticed() -> Sequence[OracleMutant]:
    """Return the mutants of the oracle that some stored trace must give away."""
    return without_equivalents(oracle_mutants())


def _judge(batch: tuple[int, int]) -> list[Noticed]:
    court = _court()
    return [court.try_mutant(mutant) for mutant in must_be_noticed()[slice(*batch)]]


@cache
def _court() -> Court:
    return Court()


# --- workers ----------------------------------------------------------------------------------------------------------


def _mapped(work: Callable[[T], R], parts: Sequence[T], jobs: int) -> Iterator[R]:
    """Yield the result of each part, in their order. Raises RuntimeError if hanbench itself fails at one."""
    groups = [[part] for part in parts]
    for part, result in map_groups(partial(map, work), groups, jobs, fatal=(BenchAccusedError,)):
        if isinstance(result, Lost):
            raise RuntimeError(f"{result.reason}, at {part}")
        yield result
