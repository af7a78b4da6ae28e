"""Campaigns that are killed: coordinator and workers, at random moments; in the end the table is that of a quiet run.

CI plays 300 cases with a few kills; HANBENCH_NIGHTLY=1 plays 100,000 with 20. A copy of hanbench plays them: `resume`
refuses a store of another source, which a working tree becomes as soon as a file in it is edited.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import hanbench
from hanbench.emulator.randomness import split
from hanbench.harness.campaigns.tables import FILE
from tests.support.processes import children

NIGHTLY = os.environ.get("HANBENCH_NIGHTLY") == "1"
SIZE, KILLS = (100_000, 20) if NIGHTLY else (300, 4)
BATCH = 1000 if NIGHTLY else 10
SPEC = f"""
name = "killed"
size = {SIZE}
batch = {BATCH}
controllers = ["reference", "lawful:*"]
[suite]
only = "ioc.*.in-force.april.fffff.24h.*"
"""
ENDS_WITHIN = 7200.0 if NIGHTLY else 300.0
"""Seconds; a busy machine needs some."""
TABLES = ("controller", "summary", "situation", "evaluated", "interesting", "violated", "pair", "hour")


class Campaign:
    """`hanbench campaign` from a copy of hanbench, with two workers; what it says goes into a file."""

    def __init__(self, copy: Path, folder: Path) -> None:
        self._environment = os.environ | {"PYTHONPATH": str(copy)}
        self._log = folder / "log"
        self.store = folder / "store"
        self._spec = folder / "spec.toml"
        self._spec.write_text(SPEC, encoding="utf-8")

    def run(self) -> subprocess.Popen[bytes]:
        return self._started("run", str(self._spec))

    def resume(self) -> subprocess.Popen[bytes]:
        return self._started("resume")

    def _started(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "hanbench", "campaign", *arguments, "--store", str(self.store), "--jobs", "2"]
        with self._log.open("ab") as said:
            return subprocess.Popen(command, stdout=said, stderr=said, env=self._environment)

    def ended(self, process: subprocess.Popen[bytes], status: int = 0) -> None:
        """Wait for the end of a command, and look at its exit status."""
        assert process.wait(ENDS_WITHIN) == status, self._log.read_text(encoding="utf-8")

    def played_more_than(self, cases: int, process: subprocess.Popen[bytes]) -> None:
        """Wait until so many cases are on the disk, or all of them."""
        wait_until(lambda: played(self.store) > cases, process)
        assert process.poll() in (None, 0), self._log.read_text(encoding="utf-8")


def asked(store: Path, query: str) -> list[tuple]:
    # It must not make the file: what begins a campaign would find it, and refuse it.
    with closing(sqlite3.connect(f"{(store / FILE).as_uri()}?mode=rw", uri=True, timeout=60)) as db:
        return db.execute(query).fetchall()


def played(store: Path) -> int:
    """Cases on the disk; 0: there is no store yet."""
    try:
        return int(asked(store, "SELECT coalesce(sum(cases), 0) FROM controller")[0][0])
    except sqlite3.Error:
        return 0


def contents(store: Path) -> dict[str, list[tuple]]:
    found = {table: sorted(asked(store, f"SELECT * FROM {table}")) for table in TABLES}
    query = "SELECT number, verdict, decision, virtual_s, trace_hash FROM verdict ORDER BY number"
    return found | {"verdict": asked(store, query)}


def wait_until(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + ENDS_WITHIN
    while not holds() and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A folder with a copy of hanbench."""
    folder: Path = tmp_path_factory.mktemp("copy")
    source = Path(hanbench.__file__).parent
    shutil.copytree(source, folder / "hanbench", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory, copy) -> dict[str, list[tuple]]:
    campaign = Campaign(copy, tmp_path_factory.mktemp("undisturbed"))
    campaign.ended(campaign.run())
    return contents(campaign.store)


@pytest.mark.timeout(4 * ENDS_WITHIN)
@pytest.mark.slow
def test_whatever_is_killed_the_table_in_the_end_is_that_of_a_quiet_run(undisturbed, copy, tmp_path) -> None:
    random, campaign = split("kills", "campaign"), Campaign(copy, tmp_path)
    moments = sorted(random.randrange(SIZE * 9 // 10) for _ in range(KILLS))
    coordinators = 1
    process = campaign.run()
    for number, moment in enumerate(moments):
        campaign.played_more_than(moment, process)
        workers = children(process.pid)
        if number % 2 and workers:
            os.kill(random.choice(workers), signal.SIGKILL)
            continue
        process.kill()
        process.wait()
        process = campaign.resume()
        coordinators += 1
        wait_until(lambda: not any(map(alive, workers)), process)  # noqa: B023 - asked for at once
    campaign.ended(process)
    assert contents(campaign.store) == undisturbed
    assert asked(campaign.store, "SELECT count(*) FROM alarm") == [(0,)]
    assert len(asked(campaign.store, "SELECT * FROM session")) <= coordinators
    assert [len(undisturbed["verdict"]), played(campaign.store)] == [SIZE, SIZE]


@pytest.mark.skipif(NIGHTLY, reason="the same with fewer cases: in CI")
@pytest.mark.timeout(4 * ENDS_WITHIN)
@pytest.mark.slow
def test_ctrl_c_and_sigterm_leave_a_store_that_is_gone_on_with(undisturbed, copy, tmp_path) -> None:
    campaign = Campaign(copy, tmp_path)
    process = campaign.run()
    for number, moment, status in ((signal.SIGINT, SIZE // 10, 130), (signal.SIGTERM, SIZE // 2, 128 + signal.SIGTERM)):
        campaign.played_more_than(moment, process)
        process.send_signal(number)
        campaign.ended(process, status)
        process = campaign.resume()
    campaign.ended(process)
    assert contents(campaign.store) == undisturbed
    ended = [how for (how,) in asked(campaign.store, "SELECT ended FROM session")]
    assert ended == ["interrupted", "interrupted", "finished"]
