"""The whole suite: every part, each case once, those that share a HAN story one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from functools import cache
from itertools import chain
from pathlib import Path

from msgspec import structs

from hanbench.harness.campaign.matrix import matrix
from hanbench.harness.campaign.suite import array, crossings, parts
from hanbench.harness.campaign.suite.case import Case
from hanbench.harness.scenario.loading import load_scenario
from hanbench.harness.scenario.scenario import Scenario, shipped
from hanbench.profiles.benches import StartingState
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import shipped as shipped_rules

PARTS = (
    parts.consents,
    parts.scope,
    parts.changes_of_hands,
    array.decisions,
    parts.orders_of_findings,
    parts.faults,
    parts.commissionings,
    parts.recoveries,
    parts.dates,
    parts.times,
    parts.switches,
    crossings.interrupted_counts,
    crossings.decided_under_other_rules,
    crossings.withdrawn_before_the_meter_came,
    crossings.evidence_across_clock_changes,
)
"""The parts, in the order of the page in docs. A case that two of them have is played once."""


def suite(
    begins: StartingState = StartingState.INSTALLED, scenarios: Path | None = None, part: Set[str] | None = None
) -> Sequence[Scenario]:
    """Return the suite, always in the same order; `scenarios` is a folder of the user's that is played with it.

    `part`: the ids of the cases to return, beside those of the folder; None: all. Raises ProfileError for a file in the
    folder that is no scenario, or has the id of another.
    """
    own = () if scenarios is None else folder(scenarios)
    whole = (*(each for each in _suite() if part is None or each.id in part), *own)
    if begins is StartingState.INSTALLED:
        return whole
    return tuple(structs.replace(each, begins=begins) if each.cell is not None else each for each in whole)


@cache
def _suite() -> tuple[Scenario, ...]:
    grouped = (case.scenario() for case in sorted_by_story(cases()))
    paired = (case.scenario() for pair in parts.pairs() for case in pair)
    return (*grouped, *paired, *matrix(), *shipped_stories())


def cases() -> Iterator[Case]:
    """Yield the cases of all parts, each once."""
    known: set[str] = set()
    for case in chain.from_iterable(part() for part in PARTS):
        if case.id not in known:
            known.add(case.id)
            yield case


def sorted_by_story(unsorted: Iterator[Case]) -> Iterator[Case]:
    """Yield the cases, those that share a HAN story one after the other."""
    stories: dict[object, list[Case]] = {}
    for each in unsorted:
        stories.setdefault(each.story, []).append(each)
    for sharing in stories.values():
        yield from sorted(sharing, key=lambda each: each.spacing)


LAB = "lab-"
"""Stories for real radios: their short wakes ask for HANs of their own, and other cases have their decisions."""


def shipped_stories() -> Iterator[Scenario]:
    """Yield every scenario that is shipped as a file, without those of the lab."""
    for name, path in shipped().items():
        if not name.startswith(LAB):
            yield load_scenario(path, shipped_rules())


def find(id: str) -> Scenario | None:
    """Return the case with this id, without making the others; None if the suite has none."""
    paired = chain.from_iterable(parts.pairs())
    of_parts = (case.scenario() for case in chain(cases(), paired) if case.id == id)
    return next(chain((cell for cell in matrix() if cell.id == id), of_parts), None)


def ids() -> Iterator[str]:
    """Yield the ids of all cases."""
    yield from (cell.id for cell in matrix())
    yield from (case.id for case in cases())
    yield from (case.id for pair in parts.pairs() for case in pair)


def folder(path: Path) -> Sequence[Scenario]:
    """Return the scenarios of a folder, its `*.toml` in the order of their names. Raises ProfileError, one line."""
    files = sorted(path.glob("*.toml"))
    if not files:
        raise ProfileError(path, "expected a folder with scenario files (*.toml)")
    known = {each.id: "the suite" for each in _suite()}
    found = []
    for file in files:
        scenario = load_scenario(file, shipped_rules())
        if scenario.id in known:
            raise ProfileError(
                file, f"expected an id of its own, got {scenario.id!r}, which {known[scenario.id]} has", "id"
            )
        known[scenario.id] = file.name
        found.append(scenario)
    return found
