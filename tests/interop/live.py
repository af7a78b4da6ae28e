"""A bench that is up, in a process of its own, for hosts that we did not write."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE = 60.0
"""Seconds for a bench to come up or to end."""


class LiveBench:
    """`hanbench up`, running."""

    def __init__(self, process: subprocess.Popen[str], said: dict[str, Any], log: Path) -> None:
        self.process = process
        self.capture = Path(said["capture"])
        self.ports: dict[str, str] = {port["name"]: port["port"] for port in said["ports"]}
        """By name: what a host opens."""
        self._log = log

    @property
    def log(self) -> str:
        """What the bench said so far."""
        return self._log.read_text(encoding="utf-8")

    def wait_for(self, text: str) -> None:
        """Wait until the bench has said something."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.log:
            assert time.monotonic() < deadline, f"never said {text!r}:\n{self.log}"
            assert self.process.poll() is None, self.log
            time.sleep(0.05)


@contextmanager
def bench_up(bench: str | Path, folder: Path, *options: str) -> Iterator[LiveBench]:
    """Bring a bench up, and end it as Ctrl-C does."""
    log = folder / "bench.log"
    command = [sys.executable, "-m", "hanbench", "up", str(bench), "--json", "--out", str(folder), *options]
    environment = os.environ | {"XDG_RUNTIME_DIR": str(folder)}
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, log.read_text(encoding="utf-8")
        yield LiveBench(process, json.loads(line), log)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            process.stdout.close()
    assert process.returncode == 130, log.read_text(encoding="utf-8")
