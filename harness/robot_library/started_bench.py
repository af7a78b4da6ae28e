"""A bench that a Robot suite starts: a `hanbench up` process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from itertools import count
from pathlib import Path

from hanbench.harness.robot_library.failure import BenchFailure

ENDS_WITHIN = 10.0
"""Real seconds for a bench to end."""
_numbers = count(1)


class StartedBench:
    """One `hanbench up` process."""

    def __init__(self, bench: str, folder: Path, *, speed: float, seed: str | None, name: str | None) -> None:
        """`folder`: for its captures and its log. Raises BenchFailure if the bench does not start."""
        self.name = name or f"robot-{os.getpid()}-{next(_numbers)}"
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / f"{self.name}.log"
        command = [sys.executable, "-m", "hanbench", "up", bench, "--id", self.name, "--speed", str(speed), "--json"]
        command += ["--out", str(folder / self.name), *(() if seed is None else ("--seed", seed))]
        with self.log.open("w", encoding="utf-8") as log:
            self._process = subprocess.Popen(  # noqa: S603 - hanbench itself, without a shell
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.stop()
            raise BenchFailure(f"The bench {bench} does not start: {self._last_words()}")
        self.capture: str = json.loads(line)["capture"]

    def _last_words(self) -> str:
        lines = self.log.read_text(encoding="utf-8").strip().splitlines()
        return lines[-1].removeprefix("hanbench: ") if lines else "it says nothing"

    def stop(self) -> None:
        """End the process. Has no effect a second time."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
