"""A story that is remembered gives what the HAN gave: reports, traces and evidence, octet for octet.

Simulated and remembered runs are two ways through the code, and neither is the other's expected value: a HAN that is
simulated for one case alone knows nothing of any memory.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta

import msgspec
import pytest
from msgspec import structs

from hanbench.harness.campaign import Campaign, Result, execute, matrix
from hanbench.harness.campaign.suite import suite
from hanbench.harness.case.trace import CheckStarted, GroundTruth, encode
from hanbench.harness.controllers.lookup import controller_factory
from hanbench.harness.scenario import Scenario
from hanbench.harness.scenario.run import run_scenario
from hanbench.harness.scenario.staging import seed_for
from hanbench.harness.stories.shelf import Shelf
from hanbench.profiles.rulesets import shipped

NIGHTLY = os.environ.get("HANBENCH_NIGHTLY") == "1"
STEP = 37
"""Of the matrix; `make nightly` compares the whole suite."""
WHOLE = list(matrix())


def reports(scenarios: list[Scenario], remembers: bool) -> Mapping[str, bytes]:
    campaign = Campaign("m", remembers=remembers)
    found = {scenario.id: result for scenario, result in execute(scenarios, campaign, jobs=2)}
    assert all(isinstance(result, Result) for result in found.values())
    # The command that plays a case again says how it was played.
    return {name: msgspec.json.encode(result).replace(b" --no-memory", b"") for name, result in found.items()}


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_reports_of_remembered_and_of_simulated_runs_are_the_same() -> None:
    part = list(suite()) if NIGHTLY else WHOLE[::STEP]
    assert reports(part, remembers=True) == reports(part, remembers=False)


def traces(scenarios: list[Scenario], controller: str, shelf: Shelf | None) -> list[tuple[bytes, object, int]]:
    make, seed = controller_factory(controller), "traces"
    runs = (run_scenario(one, shipped(), make, seed=seed_for(one, seed), shelf=shelf) for one in scenarios)
    return [(encode(run.records), run.evidenced, run.frames) for run in runs]


@pytest.mark.parametrize("conditions", [("battery-dead",), ("relapsing", "late-recovery"), ("wan-down", "bench-fault")])
def test_traces_and_evidence_are_the_same_whatever_was_played_before(conditions: tuple[str, ...]) -> None:
    """Other controllers go other paths through the same story, in any order: cases share no more than the HAN."""
    chosen = [
        one
        for one in WHOLE
        if one.cell and one.cell.condition in conditions and one.id.startswith("ioc.dormant.tmad-v19")
    ]
    alone = {name: traces(chosen, name, None) for name in ("reference", "wrong:hurries", "wrong:gives-up-at-once")}
    with Shelf() as shelf:
        for name in ("wrong:hurries", "reference", "wrong:gives-up-at-once", "reference", "wrong:hurries"):
            assert traces(chosen, name, shelf) == alone[name]


def test_a_story_is_told_once_for_cases_that_share_it() -> None:
    chosen = [one for one in WHOLE if one.id.startswith("ioc.dormant.tmad-v19.battery-dead.")]
    with Shelf() as shelf:
        traces(chosen, "reference", shelf)
        traces(chosen, "reference", shelf)
        shelf.close()
        assert len(chosen) > 5
        assert shelf.told == 1


@pytest.mark.parametrize("minutes", [-10, 0])
def test_a_fault_that_is_there_when_the_case_is_loaded_is_in_the_trace_before_the_first_check(minutes: int) -> None:
    dead = next(one for one in WHOLE if one.id.startswith("ioc.dormant.tmad-v19.battery-dead"))
    fault = structs.replace(dead.changes[0], before_check=None, at=dead.start + timedelta(minutes=minutes))
    scenario = structs.replace(dead, changes=(fault,))
    with Shelf() as shelf:
        alone, told, remembered = (traces([scenario], "reference", each) for each in (None, shelf, shelf))
        records = run_scenario(scenario, shipped(), controller_factory("reference"), seed="s", shelf=shelf).records
    assert alone == told == remembered
    places = {type(record): place for place, record in reversed(list(enumerate(records)))}
    assert places[GroundTruth] < places[CheckStarted]
