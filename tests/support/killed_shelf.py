"""What commands that are killed read: a capture, claims of a device, campaigns, benches; and a bench that they ask."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from hanbench.profiles.conform.pics import shipped
from tests.support.killed_rows import CASES, COMMANDS
from tests.support.processes import heard

_BENCH = """
id = "{name}"
title = "{title}"
begins = "{begins}"
{more}
[nodes.hub]
ieee = "70b3d51ff0000001"

[nodes.esme]
ieee = "70b3d51ff0000002"

[nodes.gsme]
ieee = "70b3d51ff0000003"
wake_interval_s = 2
"""
_FILES = {
    "kept.toml": _BENCH.format(name="kept", title="Devices keep their state", begins="new", more='state = "state"'),
    "asked.toml": _BENCH.format(name="asked", title="All kills ask it", begins="installed", more=""),
    "pics.txt": "".join(f"{code}=1\n" for code in sorted(shipped("ioc", "gsme").codes)),
    "pixit.toml": "wake_period_s = 20\njoin_s = 100\nsecure_s = 100\nwake_tolerance = 1.0\n",
    "campaign.toml": f"""
name = "killed"
size = {CASES}
batch = 2
controllers = ["reference", "lawful:*"]
[suite]
only = "ioc.*.in-force.april.fffff.24h.*"
""",
}
_HOME = "dormant-three-failures"
_STARTS_WITHIN = 600.0
"""Real seconds; a busy machine needs some."""


class Shelf(NamedTuple):
    """Folders with what commands need."""

    folder: Path
    bench: subprocess.Popen[bytes]
    """The bench that commands ask."""

    @property
    def runtime(self) -> Path:
        """XDG_RUNTIME_DIR of the bench."""
        return self.folder / "run"

    @property
    def finished(self) -> Path:
        """The store of a campaign that was played quietly."""
        return self.folder / "store"

    def lay(self, name: str, folder: Path) -> None:
        """Lay the files that a row names into a folder."""
        for each in ("run", "out", "home", "tmp"):
            (folder / each).mkdir(mode=0o700, parents=True)
        for file, text in _FILES.items():
            (folder / file).write_text(text, encoding="utf-8")
        for suffix in ("pcapng", "keys"):
            (folder / f"home.{suffix}").write_bytes((self.folder / "made" / f"{_HOME}.{suffix}").read_bytes())
        if "store" in COMMANDS[name].words:
            shutil.copytree(self.finished, folder / "store")
        if name == "campaign resume":
            shutil.copytree(self.folder / "half", folder / "out", dirs_exist_ok=True)


@contextmanager
def shelf_in(folder: Path) -> Iterator[Shelf]:
    """Fill a shelf, and keep its bench up until the context ends; kills must not have harmed it."""
    for file, text in _FILES.items():
        (folder / file).write_text(text, encoding="utf-8")
    (folder / "run").mkdir(mode=0o700)
    with heard(), _running(folder, "up", "asked.toml", "--speed", "20", "--out", "asked") as bench:
        _run(folder, "run", _HOME, "--out", "made")
        _half_a_campaign(folder)
        _run(folder, "campaign", "resume", "--store", "store", "--jobs", "2")
        _until((folder / "run" / "hanbench" / "asked.sock").exists, bench)
        yield Shelf(folder, bench)
        assert bench.poll() is None, (folder / "log").read_text(encoding="utf-8")
        bench.send_signal(signal.SIGINT)
        assert bench.wait(_STARTS_WITHIN) == 130


def verdicts(store: Path) -> list[tuple[int, ...]]:
    """Return what each case of a campaign came to, without the real time that it took."""
    with closing(sqlite3.connect(f"{(store / 'campaign.sqlite').as_uri()}?mode=rw", uri=True, timeout=60)) as db:
        return db.execute("SELECT number, verdict, decision, virtual_s, trace_hash FROM verdict ORDER BY 1").fetchall()


def _half_a_campaign(folder: Path) -> None:
    """Play a campaign, end it when a part is on the disk, and copy its store."""
    store = folder / "store"
    with _running(folder, "campaign", "run", "campaign.toml", "--store", "store", "--jobs", "1") as process:
        _until(lambda: (store / "campaign.sqlite").exists() and bool(verdicts(store)), process)
        process.send_signal(signal.SIGINT)
        assert process.wait(_STARTS_WITHIN) in (130, 0)  # 0: a busy machine told too late that a part was there
    shutil.copytree(store, folder / "half")


def _until(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while not holds():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _run(folder: Path, *words: str) -> None:
    with _running(folder, *words) as process:
        assert process.wait(_STARTS_WITHIN) in (0, 1), (folder / "log").read_text(encoding="utf-8")


@contextmanager
def _running(folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command of hanbench in the shelf's folder; kill it in the end."""
    environment = os.environ | {"XDG_RUNTIME_DIR": str(folder / "run")}
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "hanbench", *words],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
