"""Signals that end a campaign: each ends it with its own status, a summary, and the command that goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ENDS_WITHIN = 120.0
SPEC = 'name = "long"\nsize = 400_000\nbatch = 50\n[random]\n'


def interrupted(folder: Path, *signals: signal.Signals) -> tuple[int, str]:
    """Begin a campaign and send it signals; return its exit status and what it printed."""
    (folder / "spec.toml").write_text(SPEC, encoding="utf-8")
    command = [sys.executable, "-m", "hanbench", "campaign", "run", "spec.toml", "--store", "s", "--jobs", "1"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder)
    deadline = time.monotonic() + ENDS_WITHIN
    try:
        while "controllers: reference" not in (folder / "log").read_text(encoding="utf-8"):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        for each in signals:
            process.send_signal(each)
            time.sleep(0.3)
        said, _ = process.communicate(timeout=ENDS_WITHIN)
    finally:
        process.kill()
        process.wait()
    return process.returncode, said


@pytest.mark.timeout(2 * ENDS_WITHIN)
@pytest.mark.parametrize(
    ("signals", "status"),
    [
        ((signal.SIGINT,), 130),
        ((signal.SIGINT, signal.SIGINT), 130),
        ((signal.SIGTERM,), 143),
        ((signal.SIGHUP,), 129),
    ],
)
def test_a_signal_ends_a_campaign_with_a_summary(tmp_path, signals, status) -> None:
    """Statuses: 128 and the number of the signal, as a shell has them (POSIX, Shell Command Language, 2.8.2)."""
    ended, said = interrupted(tmp_path, *signals)
    assert ended == status or (len(signals) > 1 and ended == -signals[-1])  # the last one may meet an ending Python
    assert " of 400,000 cases, interrupted\n" in said
    assert said.endswith("hanbench campaign resume --store s\n")
