"""Which wrong controllers does the suite convict, in which case, and by which property?

    python -m tests.support.suite_convictions [NAME ...]

measures every wrong controller of hanbench, or those named, with the seed of `verify`, and writes the result into
tests/data/suite_convictions.toml. The whole takes some minutes of processor time. The name `survivors` stands for those
that the file says are not convicted.

A case in which a controller answers each event of the reference's run as the reference did is not played: the HAN would
do the same, and the trace would be the reference's. The simplest cases come first, for all controllers; then, for those
that they do not convict, the whole suite, a case of each course in turn.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from hanbench.harness.campaign.judge_test.suspects import suspects as every_suspect
from hanbench.harness.campaign.suite import suite
from hanbench.harness.case.controller import ControllerFactory
from hanbench.harness.controllers.letter_wrong import LETTER_WRONG, between_cases
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.scenario import Scenario, ScenarioResult, run_scenario
from hanbench.harness.scenario.staging import seed_for
from hanbench.harness.stories.shelf import Shelf
from hanbench.profiles.rulesets import shipped
from tests.support.letter_convictions import DATA as LETTERS
from tests.support.letter_convictions import SEED, Conviction, Turn, answers_alike, entries, turns
from tests.support.letter_convictions import write as write_letter_data

DATA = Path(__file__).parent.parent / "data" / "suite_convictions.toml"
HEADER = """\
# Wrong controllers, and the first case found in the suite in which each violates a property, with seed 1.
# Written by `python -m tests.support.suite_convictions`. `outcome`: a case in which only the outcome was wrong.
# `differed`: false if the controller answered as the reference did in every case.
"""
SIMPLEST = 800
"""Cases that are tried first."""
MOST = 150
"""Cases that are played for one controller."""
_PLAIN = {"in-force", "april", "fffff", "24h", "silent", "no-change", "late", "as-ruled", "ioc"}


class Measured(NamedTuple):
    """What the suite says of a controller."""

    property: str | None = None
    case: str | None = None
    """The case in which it violates the property."""
    outcome: str | None = None
    """A case in which only its outcome was wrong."""
    differed: bool = True
    """Whether it answered otherwise than the reference in some case."""


class Played(NamedTuple):
    """A case, and the reference's turns in it."""

    scenario: Scenario
    turns: list[Turn]


def suspects() -> Mapping[str, ControllerFactory]:
    """Return every wrong controller, by name."""
    ours = {each.name: each.make for each in every_suspect().values()}
    return ours | {f"letter:{name}": each.make for name, each in LETTER_WRONG.items()}


def play(scenario: Scenario, make: ControllerFactory, shelf: Shelf) -> ScenarioResult:
    """Play a case."""
    return run_scenario(scenario, shipped(), make, seed=seed_for(scenario, SEED), shelf=shelf)


def simplicity(scenario: Scenario) -> tuple[bool, int, str]:
    """Return what the simplest cases have least of: choices that are not the plain ones. Files come last."""
    return scenario.cell is None, sum(part not in _PLAIN for part in scenario.id.split(".")), scenario.id


def remembers(make: ControllerFactory) -> bool:
    """Return whether what a controller does depends on the cases before, so that they must be played, in order."""
    return getattr(make, "__module__", "") == between_cases.__name__


def alike(make: ControllerFactory, reference: Sequence[Turn]) -> bool:
    """Return whether a controller gives every answer of the reference; one that raises does not."""
    try:
        return answers_alike(make, reference)
    except Exception:  # noqa: BLE001
        return False


def convict(make: ControllerFactory, cases: Iterable[Played], shelf: Shelf) -> Measured:
    """Play a controller in cases until it violates a property."""
    played, outcome, all_of_them = 0, None, remembers(make)
    for scenario, reference in cases:
        if not all_of_them and alike(make, reference):
            continue
        played += 1
        result = play(scenario, make, shelf)
        if result.violations:
            return Measured(result.violations[0].property, scenario.id)
        if not result.as_expected:
            outcome = outcome or scenario.id
        if played == MOST and not all_of_them:
            break
    return Measured(outcome=outcome, differed=played > 0)


def with_turns(scenarios: Iterable[Scenario], shelf: Shelf) -> list[Played]:
    """Return the cases, with the reference's turns in each."""
    return [Played(each, turns(play(each, Reference, shelf).records)) for each in scenarios]


def in_turn(scenarios: Iterable[Scenario]) -> list[Scenario]:
    """Return the scenarios, one of each course after the other; those without a course last."""
    courses: dict[str, list[Scenario]] = {}
    for each in scenarios:
        courses.setdefault(each.cell.condition if each.cell else "", []).append(each)
    rounds = zip_longest(*(courses[name] for name in sorted(courses, key=lambda name: (not name, name))))
    return [each for turn in rounds for each in turn if each is not None]


def known() -> dict[str, dict[str, str | bool]]:
    """Return what the data file says."""
    return tomllib.loads(DATA.read_text(encoding="utf-8")) if DATA.exists() else {}


def write(found: Mapping[str, Measured]) -> None:
    """Write the data file anew, with these controllers' results."""
    said = known() | {
        name: {key: value for key, value in each._asdict().items() if value is not None} for name, each in found.items()
    }
    DATA.write_text("\n".join((HEADER, *(_entry(name, said[name]) for name in sorted(said)))), encoding="utf-8")


def write_letters() -> None:
    """Write what became of the controllers written from the letter beside what was before."""
    data = tomllib.loads(LETTERS.read_text(encoding="utf-8"))
    for name, entry in data.items():
        said = known()[f"letter:{name}"]
        found = Conviction(*(_text(said.get(key)) for key in ("property", "case", "outcome")))
        kept = {key: value for key, value in entry.items() if not key.endswith("_after")}
        data[name] = kept | entries(found, "after")
    write_letter_data(data)


def _text(value: str | bool | None) -> str | None:
    return None if value is None else str(value)


def _entry(name: str, said: Mapping[str, str | bool]) -> str:
    return "\n".join((f'["{name}"]', *(f"{key} = {_literal(value)}" for key, value in said.items()), ""))


def _literal(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'


def main(names: Sequence[str]) -> None:
    """Measure the controllers, and write what was found."""
    shelf = Shelf(64)
    survivors = {name for name, said in known().items() if "property" not in said}
    wanted = {*names, *(survivors if "survivors" in names else ())}
    left = {name: make for name, make in suspects().items() if not wanted or name in wanted}
    found: dict[str, Measured] = {}
    for stage, arranged in ((sorted(suite(), key=simplicity)[:SIMPLEST], list), (suite(), in_turn)):
        cases = {each.scenario.id: each for each in (with_turns(stage, shelf) if left else ())}
        for name, make in left.items():
            order = stage if remembers(make) else arranged(stage)
            found[name] = convict(make, (cases[each.id] for each in order), shelf)
            print(name, found[name], flush=True)
        left = {name: make for name, make in left.items() if found[name].property is None}
    write(found)
    write_letters()
    print(f"{len(found) - len(left)} of {len(found)} violate a property; survivors: {', '.join(left)}")


if __name__ == "__main__":
    main(sys.argv[1:])
