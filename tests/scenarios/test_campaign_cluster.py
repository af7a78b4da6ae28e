"""A campaign on a Dask cluster: a scheduler and two workers as processes on loopback.

CI plays some hundred cases; HANBENCH_NIGHTLY=1 plays 50,000.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

import hanbench
from hanbench.harness.campaigns.tables import FILE
from tests.scenarios.test_campaign_kills import asked, contents
from tests.support.certificates import certificates

if os.environ.get("HANBENCH_REQUIRE_JUDGES") != "1":
    pytest.importorskip("distributed", reason="dask.distributed is not installed")

NIGHTLY = os.environ.get("HANBENCH_NIGHTLY") == "1"
SIZE, BATCH = (50_000, 1000) if NIGHTLY else (180, 20)
ENDS_WITHIN = 7200.0 if NIGHTLY else 300.0
SPEC = f"""
name = "cluster"
size = {SIZE}
batch = {BATCH}
controllers = ["reference", "lawful:*"]
[suite]
only = "ioc.*.in-force.april.fffff.24h.*"
"""


class Cluster:
    """A scheduler and its workers. `environment`: settings of dask."""

    def __init__(self, folder: Path, *options: str, **environment: str) -> None:
        self._folder = folder
        self._environment = os.environ | environment
        self._file = folder / "scheduler.json"
        self._workers = 0
        self.processes: list[subprocess.Popen[bytes]] = []
        self._start("scheduler", "--port", "0", "--scheduler-file", str(self._file), *options)
        self._wait(lambda: self._file.exists() and bool(self._file.read_bytes().strip()))
        self.address: str = msgspec.json.decode(self._file.read_bytes())["address"]

    def add_worker(self, **environment: str) -> None:
        """Start a worker, and wait until the scheduler knows it."""
        options = ("--nthreads", "1", "--local-directory", str(self._folder))
        self._start("worker", self.address, *options, **environment)
        self._workers += 1
        log = self._folder / "scheduler-0.log"
        self._wait(lambda: log.read_text(encoding="utf-8").count("Register worker") >= self._workers)

    def _start(self, kind: str, *arguments: str, **environment: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments, "--host", "127.0.0.1"]
        with (self._folder / f"{kind}-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "--no-dashboard"],
                stdout=log,
                stderr=log,
                env=self._environment | environment,
                cwd=self._folder,
            )
        self.processes.append(process)

    def end_last_worker(self) -> None:
        """End the worker that was started last."""
        process = self.processes.pop()
        process.terminate()
        process.wait(ENDS_WITHIN)

    def _wait(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + ENDS_WITHIN
        while not holds():
            assert time.monotonic() < deadline
            assert all(process.poll() is None for process in self.processes)
            time.sleep(0.05)

    def end(self) -> None:
        for process in reversed(self.processes):
            process.terminate()
            process.wait(ENDS_WITHIN)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    found = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        found.add_worker()
        found.add_worker()
        yield found
    finally:
        found.end()


def campaign(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hanbench", "campaign", *arguments]
    surroundings = os.environ | environment
    return subprocess.run(command, capture_output=True, text=True, timeout=ENDS_WITHIN, check=False, env=surroundings)


@pytest.fixture
def spec(tmp_path) -> str:
    path = tmp_path / "spec.toml"
    path.write_text(SPEC, encoding="utf-8")
    return str(path)


@pytest.mark.timeout(4 * ENDS_WITHIN)
@pytest.mark.slow
def test_a_cluster_of_two_workers_comes_to_the_table_of_this_machine(cluster, spec, tmp_path) -> None:
    here = campaign("run", spec, "--store", str(tmp_path / "here"))
    there = campaign("run", spec, "--store", str(tmp_path / "there"), "--cluster", cluster.address)
    assert (here.returncode, there.returncode) == (0, 0), there.stderr
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    words = f"2 workers at {cluster.address}"
    assert asked(tmp_path / "there", "SELECT workers, cases, deaths FROM session") == [(words, SIZE, 0)]


@pytest.mark.timeout(2 * ENDS_WITHIN)
@pytest.mark.slow
def test_a_worker_that_cannot_start_a_controller_is_named_before_the_first_batch(cluster, tmp_path) -> None:
    """Relative commands are relative to the folder of the worker: the program is in that of the coordinator alone."""
    program = tmp_path / "controller"
    program.write_text("#!/bin/sh\ncat\n", encoding="utf-8")
    program.chmod(0o755)
    path = tmp_path / "spec.toml"
    path.write_text('name = "far"\nsize = 20\ncontrollers = ["process:./controller"]\n[random]\n', encoding="utf-8")
    command = [sys.executable, "-m", "hanbench", "campaign", "run", "spec.toml", "--cluster", cluster.address]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=ENDS_WITHIN, check=False, cwd=tmp_path)
    assert (refused.returncode, refused.stderr.count("\n")) == (3, 1), refused.stderr
    assert "hanbench: --cluster: the worker tcp://127.0.0.1:" in refused.stderr
    assert "cannot play controllers[0]: " in refused.stderr
    assert "./controller" in refused.stderr
    assert not (tmp_path / "hanbench-campaign").exists()


@pytest.mark.timeout(4 * ENDS_WITHIN)
@pytest.mark.slow
def test_a_campaign_waits_for_a_worker_and_counts_one_that_is_gone(tmp_path) -> None:
    found, log, store = Cluster(tmp_path), tmp_path / "log", tmp_path / "store"
    path = tmp_path / "spec.toml"
    path.write_text('name = "waits"\nsize = 400_000\nbatch = 20\n[random]\n', encoding="utf-8")
    command = [sys.executable, "-m", "hanbench", "campaign", "run", str(path), "--store", str(store)]
    with log.open("wb") as stream:
        playing = subprocess.Popen([*command, "--cluster", found.address], stdout=stream, stderr=stream)

    def said(words: str) -> bool:
        assert playing.poll() is None, log.read_text(encoding="utf-8")
        return words in log.read_text(encoding="utf-8")

    try:
        until(lambda: said(f"the scheduler at {found.address} has no workers; waiting for one: dask worker"))
        found.add_worker()
        found.add_worker()
        until(lambda: (store / FILE).exists() and bool(asked(store, "SELECT 1 FROM session WHERE cases > 0")))
        found.end_last_worker()
        until(lambda: said("a worker is gone (tcp://127.0.0.1:") and said("), 1 left; what it had is played again"))
        playing.send_signal(signal.SIGINT)
        assert playing.wait(ENDS_WITHIN) == 130
    finally:
        playing.kill()
        playing.wait()
        found.end()
    assert "1 worker death," in log.read_text(encoding="utf-8")


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + ENDS_WITHIN
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.timeout(2 * ENDS_WITHIN)
def test_where_no_scheduler_answers_one_line_says_so(spec, tmp_path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    refused = campaign("run", spec, "--store", str(tmp_path / "there"), "--cluster", f"tcp://127.0.0.1:{port}")
    assert (refused.returncode, refused.stderr.count("\n")) == (3, 1)
    assert f"no scheduler answers at tcp://127.0.0.1:{port}" in refused.stderr


@pytest.mark.timeout(4 * ENDS_WITHIN)
@pytest.mark.slow
def test_with_certificates_a_cluster_talks_tls_and_takes_nobody_else(tmp_path) -> None:
    """The settings of docs/campaigns.md, as environment variables, which dask reads in place of its files."""
    made = certificates(tmp_path / "made")
    comm = "DASK_DISTRIBUTED__COMM__"
    tls = f"{comm}TLS__"
    settings = {f"{comm}REQUIRE_ENCRYPTION": "true", f"{tls}CA_FILE": str(made.ca)}
    for part in ("SCHEDULER", "WORKER", "CLIENT"):
        settings |= {f"{tls}{part}__CERT": str(made.server), f"{tls}{part}__KEY": str(made.server_key)}
    path = tmp_path / "spec.toml"
    path.write_text(SPEC.replace(f"size = {SIZE}", "size = 20"), encoding="utf-8")
    (tmp_path / "cluster").mkdir()
    found = Cluster(tmp_path / "cluster", "--protocol", "tls", **settings)
    try:
        found.add_worker()
        run = ("run", str(path), "--cluster", found.address, "--fresh", "--store")
        assert campaign(*run, str(tmp_path / "there"), **settings).returncode == 0
        without = campaign(*run, str(tmp_path / "without"))
        stranger = {f"{tls}CLIENT__CERT": str(made.stranger), f"{tls}CLIENT__KEY": str(made.stranger_key)}
        foreign = campaign(*run, str(tmp_path / "foreign"), **settings | stranger)
    finally:
        found.end()
    assert asked(tmp_path / "there", "SELECT workers, cases FROM session") == [(f"1 worker at {found.address}", 20)]
    for refused, line in ((without, "no connection to"), (foreign, "no ")):
        assert (refused.returncode, refused.stderr.count("\n")) == (3, 1), refused.stderr
        assert f"hanbench: --cluster: {line}" in refused.stderr


@pytest.mark.timeout(4 * ENDS_WITHIN)
@pytest.mark.slow
def test_a_worker_that_runs_another_program_is_refused(cluster, spec, tmp_path) -> None:
    """Last in this file: the worker stays."""
    copy = tmp_path / "other" / "hanbench"
    shutil.copytree(Path(hanbench.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    with (copy / "profiles" / "rules" / "tmad-v19.toml").open("a", encoding="utf-8") as rules:
        rules.write("# changed\n")
    cluster.add_worker(PYTHONPATH=str(copy.parent))
    refused = campaign("run", spec, "--store", str(tmp_path / "there"), "--cluster", cluster.address)
    assert (refused.returncode, refused.stderr.count("\n")) == (3, 1)
    assert "hanbench: --cluster: the worker tcp://127.0.0.1:" in refused.stderr
    assert " runs another program: source " in refused.stderr
