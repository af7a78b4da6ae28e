"""A `hanbench serve` process of a test."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.up import ENDS_WITHIN


class Serving:
    """One service that runs."""

    def __init__(self, process: subprocess.Popen[str], started: dict[str, Any], log: Path) -> None:
        self.process = process
        self.address: str = started["address"]
        self.port = int(self.address.rstrip("/").rpartition(":")[2])
        self.benches = started["benches"]
        self.token_file = started["token_file"]
        self.campaigns = started["campaigns"]
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal, and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(ENDS_WITHIN)


def command(*arguments: str) -> list[str]:
    """The command line of a `hanbench serve`."""
    return [sys.executable, "-m", "hanbench", "serve", *arguments]


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[Serving]:
    """Start `hanbench serve` with these arguments on a free port, and kill it in the end if it still lives."""
    log = folder / "serve.log"
    with log.open("w") as err:
        process = subprocess.Popen(
            [*command(*arguments), "--port", "0", "--json", "--out", str(folder / "out")],
            stdout=subprocess.PIPE,
            stderr=err,
            text=True,
            env={**os.environ, "COLUMNS": "400"},
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, log.read_text(encoding="utf-8")
        yield Serving(process, json.loads(line), log)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
