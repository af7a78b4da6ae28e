"""A program under its guard: what it starts ends with it, also in a session of its own (prctl(2), setsid(2))."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hanbench.harness.guarded import GuardedProcess, run_shell

ENDS_WITHIN = 30.0
DETACHED = "setsid sh -c 'echo $$ > {note}; exec sleep 300' & while [ ! -s {note} ]; do :; done; "


def is_gone(note: Path) -> bool:
    number = int(note.read_text())
    deadline = time.monotonic() + ENDS_WITHIN
    while Path(f"/proc/{number}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not Path(f"/proc/{number}").exists()


def test_what_a_shell_command_leaves_behind_ends_with_it(tmp_path):
    note = tmp_path / "note"
    done = run_shell(DETACHED.format(note=note) + "echo no >&2; exit 3", 60)
    assert (done.returncode, done.stderr) == (3, b"no\n")
    assert is_gone(note)


def test_what_a_program_that_is_closed_has_started_ends_with_it(tmp_path):
    note = tmp_path / "note"
    program = GuardedProcess(["sh", "-c", DETACHED.format(note=note) + "echo up; sleep 300"], stdout=subprocess.PIPE)
    assert program.process.stdout is not None
    assert program.process.stdout.readline() == b"up\n"
    program.close()
    assert is_gone(note)


def test_it_ends_with_hanbench_that_is_killed(tmp_path):
    note = tmp_path / "note"
    script = (
        "import os, sys, time; from hanbench.harness.guarded import GuardedProcess\n"
        "program = GuardedProcess(['sh', '-c', sys.argv[1]], stdout=-1)\n"
        "program.process.stdout.readline(); os.kill(os.getpid(), 9)\n"
    )
    words = [sys.executable, "-c", script, DETACHED.format(note=note) + "echo up; sleep 300"]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert is_gone(note)


@pytest.mark.parametrize(("command", "status"), [("exit 7", 7), ("kill -s SEGV $$", -signal.SIGSEGV), ("exit 0", 0)])
def test_its_end_is_that_of_the_program(command, status):
    program = GuardedProcess(["sh", "-c", command])
    assert program.process.wait(ENDS_WITHIN) == status
    program.close()


def test_a_program_that_cannot_be_executed_is_an_error(tmp_path):
    text = tmp_path / "text"
    text.write_text("no program")
    text.chmod(0o755)
    for path, error in ((tmp_path / "none", FileNotFoundError), (text, OSError)):
        with pytest.raises(error):
            GuardedProcess([os.fspath(path)])


@pytest.mark.parametrize("number", ["KILL", "STOP"])
def test_what_a_program_that_harms_its_guard_has_started_ends_too(tmp_path, monkeypatch, number):
    monkeypatch.setattr("hanbench.harness.guarded.process.LONGEST_END", 0.2)
    note = tmp_path / "note"
    command = DETACHED.format(note=note) + f"kill -s {number} $PPID; echo done; sleep 300"
    program = GuardedProcess(["sh", "-c", command], stdout=subprocess.PIPE)
    assert program.process.stdout is not None
    if number == "KILL":  # the program ends with its guard; what it started does not, and holds the pipe open
        program.process.wait(ENDS_WITHIN)
    else:
        assert program.process.stdout.readline() == b"done\n"
    program.close()
    assert is_gone(note)
