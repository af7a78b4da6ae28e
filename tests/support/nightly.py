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
from hanbench.harness.conform.selftest import HEALTHY, KINDS
from hanbench.harness.controllers.lawful import LAWFUL

SEEDS = 20_000
"""Random stories for the reference, and as many for each lawful variant."""
HEALTHY_SEEDS = 200
"""Seeds on which healthy devices are put to every conformance case."""
FUZZED = 100_000
"""Malformed frames to each healthy device, which must live; CI sends 1,280 (tests/unit/conform/fuzz)."""
PARTS: dict[str, tuple[str, ...]] = {
    "tests, all counts": (sys.executable, "-m", "pytest", "-q", "-n", "2"),
    "1,000 killed commands": (
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "0",
        "tests/scenarios/test_killed_commands.py",
    ),
    **{
        name: (sys.executable, "-m", "pytest", "-q", "-n", "0", "--durations=5", f"tests/scenarios/{file}")
        for name, file in (
            ("a campaign of 100,000 with 20 kills", "test_campaign_kills.py"),
            ("a campaign of 50,000 on a Dask cluster", "test_campaign_cluster.py"),
        )
    },
    "the red team, in both homes, on 20 seeds": (
        *(sys.executable, "-m", "pytest", "-q", "-n", "0", "--durations=5"),
        *("tests/redteam/test_attacks.py", "tests/redteam/test_tables.py", "tests/redteam/test_no_duds.py"),
    ),
    "a campaign of a million": (
        *("hanbench", "campaign", "run", "docs/examples/campaign.toml"),
        *("--store", "out/nightly-million", "--fresh"),
    ),
    "the report of the million": ("hanbench", "campaign", "report", "--store", "out/nightly-million"),
    "the suite on three seeds": ("hanbench", "verify", "--seeds", "3", "--out", "out/nightly"),
    "the suite, each HAN simulated": ("hanbench", "verify", "--no-memory", "--out", "out/nightly-no-memory"),
    "fuzzing": (sys.executable, "-m", "tests.fuzz", "run", "--seconds", "60", "--figures", "out/nightly-fuzz.json"),
    "a day's soak of 300 devices": (sys.executable, "-m", "tests.support.soak", "--out", "out/nightly-soak"),
    "self-test": ("hanbench", "selftest"),
    "self-test of the conformance cases": ("hanbench", "conform", "--selftest", "--seeds", str(HEALTHY_SEEDS)),
    **{
        f"{FUZZED} malformed frames, {kind} of {cohort.value}": (
            *("hanbench", "conform", "--dut", kind, "--cohort", cohort.value),
            *("--fuzz-frames", str(FUZZED), "--out", f"out/nightly-fuzz-{cohort.value}-{kind}"),
        )
        for cohort in HEALTHY
        for kind in KINDS
    },
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
