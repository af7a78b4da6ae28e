"""One seed, one run: equal captures, keys and reports in every process and with any number of jobs."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from hanbench.harness.campaign.matrix import matrix
from hanbench.harness.scenario.staging import seed_for

ONLY = "ioc.mixed-gsme-active.tmad-v19.[a-k]*no-consent"


def verify(out: Path, *, seed: str, jobs: int, hash_seed: str) -> dict[str, bytes]:
    """The files that a run of its own process leaves, by name."""
    command = [sys.executable, "-c", "from hanbench.harness.cli.main import main; main()", "verify"]
    options = ["--seed", seed, "--jobs", str(jobs), "--only", ONLY, "--capture", "*", "--out", str(out)]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    subprocess.run(command + options, check=True, capture_output=True, env=environment, timeout=100)
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return verify(tmp_path_factory.mktemp("first"), seed="7", jobs=1, hash_seed="1")


def test_another_process_with_other_jobs_writes_the_same_octets(first: dict[str, bytes], tmp_path: Path) -> None:
    assert verify(tmp_path, seed="7", jobs=2, hash_seed="99") == first
    assert sum(name.endswith(".pcapng") for name in first) > 5


def test_another_seed_writes_others(first: dict[str, bytes], tmp_path: Path) -> None:
    second = verify(tmp_path, seed="8", jobs=2, hash_seed="1")
    assert sorted(second) == sorted(first)
    differing = {name for name in first if first[name] != second[name]}
    assert {name for name in first if name.endswith(".pcapng")} <= differing


def test_a_scenario_that_comes_from_another_process_has_the_same_seed() -> None:
    scenarios = list(matrix())
    there = pickle.loads(pickle.dumps(scenarios))
    assert [seed_for(each, "1") for each in there] == [seed_for(each, "1") for each in scenarios]
