"""The same scenarios on the Air, through ptys and through sockets: the bench file differs, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.controllers.lookup import controller_factory
from hanbench.harness.scenario import load_scenario, run_scenario
from hanbench.harness.scenario.scenario import shipped
from hanbench.profiles.benches import path_of
from hanbench.profiles.rulesets import shipped as rulesets

BENCHES = ("virtual", "ptys", "sockets")
SEED = "2"
"""With seed 1, a hub comes back at the moment at which both meters scan. All three contend for the channel, and behind
a serial line another one wins: frames move by a back-off."""


def result_on(name: str, bench: str | None):
    scenario = load_scenario(shipped()[name], rulesets())
    wired = None if bench is None else BenchFile.find(bench)
    return run_scenario(scenario, rulesets(), controller_factory("reference"), seed=SEED, bench=wired)


def benches_for(name: str, folder: Path) -> list[str]:
    """The benches on which a scenario can be played: its own, behind serial lines, if it has one."""
    own = load_scenario(shipped()[name], rulesets()).bench
    if own is None:
        return list(BENCHES)
    text, made = path_of(own).read_text(encoding="utf-8"), []
    for kind in ("pty", "tcp"):
        made.append(folder / f"{kind}.toml")
        made[-1].write_text(text.replace('"air:"', f'"{kind}:"'), encoding="utf-8")
    return [str(path) for path in made]


PLAYED = [name for name in shipped() if name != "hub-without-power-for-weeks"]
"""Three weeks of frames on serial lines take half a minute, and tell no more than the same fault for hours."""


@pytest.mark.parametrize("name", PLAYED)
def test_verdicts_decisions_and_even_frames_are_the_same_on_every_bench(name, tmp_path):
    without = result_on(name, None)
    assert without.as_expected
    for bench in benches_for(name, tmp_path):
        run = result_on(name, bench)
        assert run.outcome is without.outcome
        assert [check.verdict for check in run.checks] == [check.verdict for check in without.checks]
        if any(change.on_frame for change in run.scenario.changes):
            # It dies in the middle of an exchange, and a dongle's radio outlives its device: a retry more or less.
            continue
        assert run.checks == without.checks
        assert run.records == without.records
        assert run.frames == without.frames


def test_a_han_forms_behind_serial_lines_too():
    import msgspec

    from hanbench.profiles.benches import StartingState

    scenario = msgspec.structs.replace(
        load_scenario(shipped()["dormant-three-failures"], rulesets()), begins=StartingState.NEW
    )
    runs = [
        run_scenario(scenario, rulesets(), controller_factory("reference"), seed="7", bench=BenchFile.find(bench))
        for bench in BENCHES
    ]
    assert {run.as_expected for run in runs} == {True}
    assert len({run.records for run in runs}) == 1
