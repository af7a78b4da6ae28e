"""The example firmware, a gas meter in C that shares no code with hanbench, under `hanbench conform`.

It runs in lockstep with the bench, and in real time to show that it does. CI runs a part of the cases,
HANBENCH_NIGHTLY=1 all of them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from hanbench.harness.conform.fuzz.fuzzer import FEWEST
from hanbench.harness.conform.report import ConformReport, read_conform_report
from hanbench.harness.conform.result import Verdict

FIRMWARE = Path(__file__).parents[2] / "docs" / "examples" / "firmware"
NIGHTLY = os.environ.get("HANBENCH_NIGHTLY") == "1"
LIMIT_S = 3600 if NIGHTLY else 400
HEALTHY = (
    *("HB-JOIN-01", "HB-JOIN-05", "HB-JOIN-06", "HB-JOIN-07", "HB-KEC-03", "HB-KEC-04", "HB-KEC-15", "HB-CTR-01"),
    *("HB-POLL-05", "HB-MIR-10", "HB-TIME-01", "HB-ZCL-16", "HB-REJ-01", "HB-KEY-02"),
)
"""What CI runs: ten seconds of processor time."""
REAL_TIME = ("HB-JOIN-07", "HB-ZCL-16")
"""What is run in real time, with a wake each 4 s."""
FOUND = {
    "FAULT_SWITCHES_EARLY": ("HB-KEY-02", "it uses the next network key before Switch-Key"),
    "FAULT_SHORT_ANSWERS": ("HB-ZCL-16", "its records are not those that were asked for, in their order"),
    "FAULT_COUNTER_STARTS_AGAIN": ("HB-CTR-01", "the NWK frame counter does not rise"),
    "FAULT_SILENT_OUT_OF_TURN": ("HB-KEC-15", "it says nothing to a message of a key establishment that is over"),
}
"""Faults that the suite found in the meter, by the option that brings them back (README.md beside the meter)."""


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    """`build(*faults)`: the meter, compiled with these faults; or the test is skipped."""
    if shutil.which("gcc") is None or shutil.which("make") is None:
        reason = "there is no gcc, or no make"
        if os.environ.get("HANBENCH_REQUIRE_JUDGES") == "1":
            pytest.fail(f"a judge is missing: {reason}")
        pytest.skip(reason)

    def made(*faults: str) -> Path:
        folder: Path = tmp_path_factory.mktemp("firmware") / "source"
        shutil.copytree(FIRMWARE, folder)
        make(folder, "meter", f"FAULTS={' '.join(f'-D{fault}' for fault in faults)}")
        return folder / "meter"

    return made


def make(folder: Path, *words: str) -> None:
    done = subprocess.run(["make", "-s", *words], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


class Conform:
    """`hanbench conform` on a meter, which goes on while others do."""

    def __init__(
        self, device: str, out: Path, *cases: str, pixit: str = "pixit.toml", options: tuple[str, ...] = ()
    ) -> None:
        command = ["hanbench", "conform", "--dut", "gsme", "--device", device]
        command += ["--pics", str(FIRMWARE / "pics.toml"), "--pixit", str(FIRMWARE / pixit), "--out", str(out)]
        command += [word for case in cases for word in ("--case", case)]
        self._out = out
        command += options
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def __enter__(self) -> Conform:
        return self

    def __exit__(self, *error: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate()

    def report(self) -> ConformReport:
        said, _ = self.process.communicate(timeout=LIMIT_S)
        assert (self._out / "report.json").exists(), said
        return read_conform_report(self._out / "report.json")


def test_its_cryptography_gives_published_values(build):
    """AES, install codes and key agreement; the values and their sources stand in vectors.c."""
    make(build().parent, "check")


@pytest.mark.timeout(LIMIT_S)
def test_a_strangers_meter_passes_in_lockstep(build, tmp_path):
    with Conform(f"lockstep:{build()}", tmp_path, *(() if NIGHTLY else HEALTHY)) as conform:
        results = conform.report().cases
    wrong = [each for each in results if each.verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE)]
    assert [(each.id, each.reason) for each in wrong] == []
    assert sum(each.verdict is Verdict.PASS for each in results) >= len(HEALTHY)


@pytest.mark.timeout(LIMIT_S)
def test_a_strangers_meter_passes_in_real_time(build, tmp_path):
    with Conform(f"exec:{build()} 4", tmp_path, *REAL_TIME, pixit="pixit-real-time.toml") as conform:
        assert {each.id: (each.verdict, each.reason) for each in conform.report().cases} == dict.fromkeys(
            REAL_TIME, (Verdict.PASS, "")
        )


@pytest.mark.timeout(LIMIT_S)
@pytest.mark.parametrize("fault", FOUND)
def test_its_known_faults_are_found(build, tmp_path, fault):
    case, sentence = FOUND[fault]
    with Conform(f"lockstep:{build(fault)}", tmp_path, case) as conform:
        (result,) = conform.report().cases
    assert (result.id, result.verdict, result.reason) == (case, Verdict.FAIL, sentence)
    assert result.frames


@pytest.mark.timeout(LIMIT_S)
def test_two_runs_in_lockstep_see_the_same_times(build, tmp_path):
    """What the meter draws at random differs from run to run; when it wakes does not."""
    device, seen = f"lockstep:{build()}", []
    for number in range(2):
        with Conform(device, tmp_path / str(number), "HB-POLL-01") as conform:
            (result,) = conform.report().cases
        assert result.verdict is Verdict.PASS
        seen.append([round(each.value) for each in result.margins])
    assert seen[0] == seen[1]
    assert all(1790 < each < 1810 for each in seen[0][1:])


@pytest.mark.timeout(LIMIT_S)
def test_a_strangers_meter_lives_through_malformed_frames(build, tmp_path):
    device = f"exec:{build()} 4"
    frames = 5_000 if NIGHTLY else 200
    with Conform(device, tmp_path, pixit="pixit-real-time.toml", options=("--fuzz-frames", str(frames))) as run:
        said, _ = run.process.communicate(timeout=LIMIT_S)
    report = json.loads((tmp_path / "report.json").read_text())
    assert run.process.returncode == 0, said
    assert (report["frames"], report["kills"]) == (frames, [])
    assert report["timing"]["real_time"]
    assert report["longest_batch"] > FEWEST  # it is not looked at more often than it must be
    assert report["device"]["model"] == "Sleepy One"  # zcl.c
