"""`make nightly`: the full counts, which take hours, and their figures in a file.

    python -m tests.support.nightly [FILE]

FILE (nightly.json by default) has, for each part, the command, its exit status, its real and processor time in seconds,
and its last lines.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from hanbench import __version__
from hanbench.harness.controllers.lawful import LAWFUL

SEEDS = 20_000
"""Random stories for the reference, and as many for each lawful variant."""
PARTS: dict[str, tuple[str, ...]] = {
    "tests, all counts": (sys.executable, "-m", "pytest", "-q", "-n", "2"),
    "the suite on three seeds": ("hanbench", "verify", "--seeds", "3", "--out", "out/nightly"),
    "the suite, each HAN simulated": ("hanbench", "verify", "--no-memory", "--out", "out/nightly-no-memory"),
    "self-test": ("hanbench", "selftest"),
    **{
        f"random stories, {name}": ("hanbench", "explore", "--seeds", str(SEEDS), "--controller", name)
        for name in ("reference", *(f"lawful:{each}" for each in LAWFUL))
    },
}


def measured(command: tuple[str, ...]) -> dict[str, Any]:
    """Run a command and return its figures."""
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HANBENCH_LONG": "1", "HANBENCH_NIGHTLY": "1"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "command": list(command),
        "status": done.returncode,
        "seconds": round(time.monotonic() - began, 1),
        "processor_seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
        "last_lines": (done.stdout + done.stderr).splitlines()[-5:],
    }


def main() -> int:
    """Run every part, write the file after each, and return 1 if one of them failed."""
    file = Path(sys.argv[1] if len(sys.argv) > 1 else "nightly.json")
    report: dict[str, Any] = {"hanbench": __version__, "parts": {}}
    for name, command in PARTS.items():
        print(f"{name}: {' '.join(command)}", flush=True)
        figures = report["parts"][name] = measured(command)
        print(f"  status {figures['status']} after {figures['seconds']} s", flush=True)
        file.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")
    return int(any(part["status"] for part in report["parts"].values()))


if __name__ == "__main__":
    sys.exit(main())
