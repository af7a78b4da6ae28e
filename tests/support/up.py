"""A `hanbench up` process of a test, and `hanbench ctl` from another process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ENDS_WITHIN = 60.0
"""Real seconds; a busy machine needs some."""


class Ctl(NamedTuple):
    """What a call of `hanbench ctl` left."""

    status: int
    out: str
    err: str

    @property
    def answer(self) -> Any:
        return json.loads(self.out)


class Up:
    """One bench that is up."""

    def __init__(self, process: subprocess.Popen[str], started: dict[str, Any], log: Path) -> None:
        self.process = process
        self.name: str = started["bench"]
        self.control = Path(started["control"])
        self.capture = started["capture"]
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def ctl(self, *arguments: str) -> Ctl:
        return ctl("--bench", self.name, *arguments)

    def end(self, number: signal.Signals) -> int:
        """Send a signal, and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(ENDS_WITHIN)


def ctl(*arguments: str) -> Ctl:
    """Call `hanbench ctl` in a process of its own."""
    command = [sys.executable, "-m", "hanbench", "ctl", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=ENDS_WITHIN, check=False)
    return Ctl(done.returncode, done.stdout, done.stderr)


class Service(NamedTuple):
    """A `hanbench serve` process of a test."""

    address: str
    """`http://HOST:PORT`."""
    process: subprocess.Popen[str]


@contextmanager
def serve(folder: Path, *benches: str, speed: str = "7200") -> Iterator[Service]:
    """Serve benches on a port that is free, and kill the process in the end."""
    command = [sys.executable, "-m", "hanbench", "serve", *benches, "--speed", speed, "--port", "0", "--json"]
    with _started([*command, "--out", str(folder / "served")], folder / "served.log") as (process, said):
        yield Service(said["address"].rstrip("/"), process)


@contextmanager
def up(folder: Path, name: str, *options: str, bench: str = "virtual", speed: str = "7200") -> Iterator[Up]:
    """Bring a bench up, and kill it in the end if it still lives."""
    log = folder / f"{name}.log"
    command = [sys.executable, "-m", "hanbench", "up", bench, "--id", name, "--speed", speed, "--json"]
    with _started([*command, "--out", str(folder / name), *options], log) as (process, said):
        yield Up(process, said, log)


@contextmanager
def _started(command: list[str], log: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Start a process, and give it with the line of JSON that it prints when it is ready; kill it in the end."""
    with log.open("w") as err:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=err,
            text=True,
            env={**os.environ, "COLUMNS": "400"},
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, log.read_text(encoding="utf-8")
        yield process, json.loads(line)
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
