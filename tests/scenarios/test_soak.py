"""A soak: homes that are kept and served, nothing grows, captures follow each other, and checks find what is true.

Nine devices for six hours of their clock; `make nightly` has 300 for a day (`python -m tests.support.soak`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import json

from hanbench.emulator.clock import VirtualClock
from hanbench.emulator.radio import Air, Transmission
from hanbench.emulator.radio.silent_station import SilentStation
from hanbench.emulator.randomness import split
from hanbench.harness.bench.kept_capture import files_of
from hanbench.harness.capture import recording
from hanbench.harness.control.answers import CaptureFileState, CaptureState
from tests.interop.tshark import Tshark
from tests.support.soak.hours import Hour, incomplete, out_of_order
from tests.support.soak.run import Found, Wish, judged

SIZE = 400_000
ENDS_WITHIN = 300.0
"""Real seconds; a busy machine needs some."""


def hour(number: int, memory_mb: float = 90.0, objects: int = 1000, captured_mb: float = 0.1) -> Hour:
    return Hour(number, memory_mb, objects, 0.0, 0, 1, captured_mb, captured_mb, {})


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ([hour(each, memory_mb=90 + 40 / (1 + 9 * each)) for each in range(25)], None),
        ([hour(each, memory_mb=90 + each) for each in range(25)], "memory grows by 1.000 MB an hour"),
        ([hour(each, objects=1000 + 400 * each) for each in range(25)], "400 Python objects more each hour"),
        ([hour(each, captured_mb=0.41 if each == 3 else 0.1) for each in range(25)], "the captures used 410000 octets"),
    ],
)
def test_what_grows_is_a_fault(hours: list[Hour], said: str | None) -> None:
    faults = judged(hours, [], 1, [], Wish(Path(), capture_size=SIZE)).faults
    assert [each.startswith(str(said)) for each in faults] == ([] if said is None else [True])


def test_a_file_that_is_cut_short_or_missing_is_a_fault(tmp_path: Path) -> None:
    with recording(medium := Air(VirtualClock(), split(1, "air")), tmp_path / "a.pcapng"):
        medium.observers.see(Transmission(SilentStation("a", 15), bytes(20), 0, 1))
    whole = (tmp_path / "a.pcapng").read_bytes()
    files = (CaptureFileState("a.pcapng", 1, 1, len(whole)), CaptureFileState("a-00002.pcapng", 3, 1, 0))
    state = CaptureState("main", "", 0.0, 2, 0, True, "", files)
    assert out_of_order(state) == ["a-00002.pcapng begins with frame 3, after 1"]
    assert incomplete(tmp_path, state, 0) == ["a.pcapng has no keys beside it"]
    (tmp_path / "a.pcapng").write_bytes(whole[:-3])
    assert len(incomplete(tmp_path, state, 0)) == len(incomplete(tmp_path, state, 1)) == 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a soak that has ended well."""
    folder = tmp_path_factory.mktemp("soak")
    command = [sys.executable, "-m", "tests.support.soak", "--homes", "3", "--hours", "6", "--speed", "7200"]
    done = subprocess.run(
        [*command, "--capture-size", str(SIZE), "--out", str(folder)],
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_nothing_grows_and_checks_find_what_is_true(folder: Path) -> None:
    found = json.decode((folder / "soak.json").read_bytes(), type=Found)
    assert (found.devices, found.passed, found.failed, found.faults) == (9, 1, 2, [])
    assert [each.hour for each in found.hours] == list(range(7))
    assert found.files_begun > 2 * len(files_of(folder / "bench", "soak"))
    assert max(each.captured_mb for each in found.hours) * 1e6 <= SIZE


def test_tshark_reads_the_files_that_are_left(folder: Path) -> None:
    tshark = Tshark.find()
    if tshark is None:
        assert os.environ.get("HANBENCH_REQUIRE_JUDGES") != "1"
        pytest.skip("tshark is not installed")
    files = files_of(folder / "bench", "soak")
    for each in (files[0], files[len(files) // 2], files[-2], files[-1]):
        judged = tshark.judge(each)
        assert judged.frames > 0 or each == files[-1], "only the last file may have been begun just before the end"
        assert not judged.malformed
