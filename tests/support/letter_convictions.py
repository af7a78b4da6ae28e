"""Which wrong controllers written from the letter does the suite of `hanbench verify` convict, and by what?

    python -m tests.support.letter_convictions before

plays every controller of `LETTER_WRONG` with the seed of `verify`, until its first violation, and writes the result
into tests/data/letter_convictions.toml, under keys that end in the word given. It takes some minutes.

A scenario in which a controller answers each event of the reference's run as the reference did is not played again: the
HAN would send the same frames, and the trace would be the reference's.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from hanbench.harness.campaign import matrix
from hanbench.harness.case.controller import ControllerFactory
from hanbench.harness.case.trace import ActionAccepted, AnyRecord, EventDelivered
from hanbench.harness.case.vocabulary import AnyAction, AnyEvent
from hanbench.harness.controllers.letter_wrong import LETTER_WRONG, between_cases
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.scenario import Scenario, ScenarioResult, run_scenario
from hanbench.profiles.rulesets import shipped

DATA = Path(__file__).parent.parent / "data" / "letter_convictions.toml"
SEED = "1"
"""Seed of `hanbench verify` by default."""
HEADER = """\
# Wrong controllers written from the letter, and what the suite of `hanbench verify` says of them, with seed 1.
# Written by `python -m tests.support.letter_convictions`. `_before`: the suite of 1,592 scenarios, before issue 11
# changed it. `_after`: the suite of docs/suite.md, written by `python -m tests.support.suite_convictions`.
# `unexpected`: a scenario in which only the outcome was wrong, and no property was violated in those that were played.
"""


class Turn(NamedTuple):
    """An event that the reference was sent, and its answer."""

    now: datetime
    event: AnyEvent
    actions: list[AnyAction]


class Conviction(NamedTuple):
    """What a suite says of a controller."""

    property: str | None
    """The first violated property; None: the controller passes, or only its outcome was wrong."""
    scenario: str | None
    unexpected: str | None
    """The first scenario in which only the outcome was wrong."""


def play(scenario: Scenario, make: ControllerFactory) -> ScenarioResult:
    """Play a scenario as `verify` does."""
    return run_scenario(scenario, shipped(), make, seed=f"{SEED}/{scenario.id}")


def turns(records: Sequence[AnyRecord]) -> list[Turn]:
    """Return the turns of a trace."""
    found: list[Turn] = []
    for record in records:
        if isinstance(record, EventDelivered):
            found.append(Turn(record.time, record.event, []))
        elif isinstance(record, ActionAccepted):
            found[-1].actions.append(record.action)
    return found


def answers_alike(make: ControllerFactory, reference: Sequence[Turn]) -> bool:
    """Return whether a controller gives every answer of the reference."""
    controller = make(shipped())
    return all(list(controller.handle(turn.event, turn.now)) == turn.actions for turn in reference)


def conviction(make: ControllerFactory, suite: Sequence[tuple[Scenario, list[Turn]]]) -> Conviction:
    """Play a controller until its first violation."""
    unexpected = None
    # What depends on the cases before must be played, in the order of `verify`.
    remembers = getattr(make, "__module__", "") == between_cases.__name__
    for scenario, reference in suite:
        if not remembers and answers_alike(make, reference):
            continue
        result = play(scenario, make)
        if result.violations:
            return Conviction(result.violations[0].property, scenario.id, unexpected)
        if not result.as_expected:
            unexpected = unexpected or scenario.id
    return Conviction(None, None, unexpected)


def entries(found: Conviction, when: str) -> dict[str, str | bool]:
    """Return the keys of a conviction for the data file."""
    said = {"property": found.property, "scenario": found.scenario, "unexpected": found.unexpected}
    return {f"convicted_{when}": found.property is not None} | {
        f"{key}_{when}": value for key, value in said.items() if value is not None
    }


def write(data: dict[str, dict[str, str | bool]]) -> None:
    """Write the data file."""
    tables = [
        "\n".join((f"[{name}]", *(f"{key} = {_literal(value)}" for key, value in data[name].items()), ""))
        for name in sorted(data)
    ]
    DATA.write_text("\n".join((HEADER, *tables)))


def _literal(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"'


def main(when: str) -> None:
    """Measure every controller and write the data file."""
    suite = [(scenario, turns(play(scenario, Reference).records)) for scenario in matrix()]
    data = tomllib.loads(DATA.read_text()) if DATA.exists() else {}
    for name, suspect in LETTER_WRONG.items():
        found = conviction(suspect.make, suite)
        print(name, found, flush=True)
        kept = {key: value for key, value in data.get(name, {}).items() if not key.endswith(f"_{when}")}
        data[name] = kept | entries(found, when)
        write(data)


if __name__ == "__main__":
    main(sys.argv[1])
