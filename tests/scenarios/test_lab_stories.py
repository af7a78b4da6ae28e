"""Stories for real radios: short enough, honest about their time, and the same on dongles outside this process.

`test_serial_benches` plays them behind ptys and sockets in virtual time. HANBENCH_NIGHTLY=1 plays them at real speed,
on dongles that another process offers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from hanbench.emulator.clock import SECOND, VirtualClock
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.campaign.suite import suite
from hanbench.harness.case.trace import decode
from hanbench.harness.cli.main import main
from hanbench.harness.cli.story_progress import StoryProgress, minutes
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.scenario import load_scenario, run_scenario, shipped
from hanbench.harness.scenario.rehearsal import rehearse
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import shipped as rule_sets

NIGHTLY = os.environ.get("HANBENCH_NIGHTLY") == "1"
LAB = {name: path for name, path in shipped().items() if name.startswith("lab-")}
TEN_MINUTES = 600
AIR = """
id = "air"
title = "An Air with three dongles for another process"
[nodes]
[dongles.d-hub]
radio = "tcp:"
[dongles.d-esme]
radio = "tcp:"
[dongles.d-gsme]
radio = "tcp:"
"""


def outside(folder: Path, ports: dict[str, str]) -> BenchFile:
    """A bench on three dongles elsewhere."""
    nodes = "".join(f'[nodes.{role}]\nradio = "{url}"\n' for role, url in ports.items())
    path = folder / "outside.toml"
    path.write_text(f'id = "outside"\ntitle = "Three dongles elsewhere"\n{nodes}')
    return BenchFile.find(str(path))


@pytest.fixture
def elsewhere(tmp_path: Path) -> BenchFile:
    """A bench whose dongles are not there."""
    return outside(
        tmp_path, {role: f"socket://127.0.0.1:{port}" for port, role in enumerate(("hub", "esme", "gsme"), 1)}
    )


def test_six_stories_are_there_and_each_tells_of_something_else() -> None:
    causes = {name: load_scenario(path, rule_sets()).faults for name, path in LAB.items()}
    assert len(LAB) >= 6
    assert len(set(causes.values())) == len(causes)


@pytest.mark.parametrize("name", LAB)
def test_a_lab_story_takes_less_than_ten_minutes_of_real_time(name: str, elsewhere: BenchFile) -> None:
    scenario = load_scenario(LAB[name], rule_sets())
    found = rehearse(scenario, rule_sets(), elsewhere, seed="1")
    assert found.settling == 60  # docs/scenarios.md
    assert found.settling < found.whole < TEN_MINUTES


def test_a_story_of_days_is_rehearsed_in_full(elsewhere: BenchFile) -> None:
    scenario = load_scenario(shipped()["dormant-three-failures"], rule_sets())
    assert rehearse(scenario, rule_sets(), elsewhere, seed="1").whole > 2 * 24 * 3600  # two spacings of a day


def test_verify_does_not_play_the_stories_of_the_lab() -> None:
    assert not LAB.keys() & {each.id for each in suite()}


def test_a_fault_of_the_air_is_refused_where_the_air_is_real(elsewhere: BenchFile) -> None:
    scenario = load_scenario(shipped()["jammed-for-a-day"], rule_sets())
    with pytest.raises(ProfileError, match="the fault jammed-channel needs a bench whose radios are all emulated"):
        run_scenario(scenario, rule_sets(), Reference, seed="1", bench=elsewhere)


def test_progress_has_the_storys_own_clock(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    scenario = load_scenario(LAB["lab-recovers"], rule_sets())
    clock = VirtualClock(840 * SECOND)  # as in real time: a minute before the loading at 15 minutes
    progress = StoryProgress(clock, 300)
    run_scenario(scenario, rule_sets(), Reference, seed="1", clock=clock, on_record=progress.record)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "  0:30 of about 5:00  ... the HAN settles"
    assert "  1:00 of about 5:00  check 1 begins" in lines
    assert any(line.endswith("gsme is broken: flapping") for line in lines)
    assert any(line.endswith("gsme is well") for line in lines)
    assert lines[-1].endswith("the case is closed: migrate-both")
    told = [int(part) * 60 + int(rest) for part, rest in (line.split()[0].split(":") for line in lines)]
    assert told == sorted(told)
    assert max(after - before for before, after in pairwise(told)) <= 60


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (59.2, "1:00"), (600, "10:00"), (3661, "1:01:01")])
def test_durations_are_minutes_and_seconds(seconds: float, text: str) -> None:
    assert minutes(seconds) == text


def test_run_says_beforehand_how_long_it_takes(tmp_path: Path, elsewhere: BenchFile) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hanbench", "run", "lab-healthy", "--bench", elsewhere.path],
        capture_output=True,
        text=True,
        check=False,
    )
    first, *_, last = done.stderr.splitlines()
    assert first.startswith("real time: this story takes at least 1:")
    assert "no server listens" in last
    assert done.returncode == 3


@contextmanager
def dongles(folder: Path) -> Iterator[dict[str, str]]:
    """Three dongles that another process offers, by the role that is to use them."""
    (folder / "air.toml").write_text(AIR)
    command = [sys.executable, "-m", "hanbench", "up", str(folder / "air.toml"), "--json", "--out", str(folder / "air")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        ports = json.loads(process.stdout.readline())["ports"]
        yield {port["name"].removeprefix("d-"): port["port"] for port in ports}
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(not NIGHTLY, reason="takes half an hour of real time; HANBENCH_NIGHTLY=1 runs it")
@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("name", LAB)
def test_a_lab_story_ends_as_expected_on_dongles_at_real_speed(name: str, tmp_path: Path) -> None:
    with dongles(tmp_path) as ports:
        bench = outside(tmp_path, ports)
        out = tmp_path / "out"
        command = [sys.executable, "-m", "hanbench", "run", name, "--bench", bench.path, "--out", str(out)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    scenario = load_scenario(LAB[name], rule_sets())
    there = run_scenario(scenario, rule_sets(), Reference, seed="1")
    records = decode((out / "trace.jsonl").read_text())
    verdicts = [each.check.verdict for each in records if type(each).__name__ == "CheckRecorded"]
    assert verdicts == [check.verdict for check in there.checks]


def test_a_story_at_a_speed_says_beforehand_how_long_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(("run", "lab-healthy", "--speed", "2000"))
    assert ended.value.code == 0
    lines = capsys.readouterr().err.splitlines()
    # The story loads the installation after 15 minutes (docs/scenarios.md) and ends within a minute more: 922 s / 2000.
    assert lines[0].startswith("real time: this story takes at least 0:01 (minutes:seconds) with the reference")
    assert any(line.startswith("  0:01 of about 0:01  check 1 begins") for line in lines)
