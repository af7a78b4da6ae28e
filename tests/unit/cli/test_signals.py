"""A run that is stopped leaves no worker and no half-written file behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

EXAMPLE = Path(__file__).parent.parent.parent.parent / "docs" / "examples" / "controller.py"


def started(out: Path, jobs: int = 2, controller: str = "reference") -> subprocess.Popen[str]:
    """`hanbench verify` in a process group of its own, at work."""
    options = ["--jobs", str(jobs), "--controller", controller, "--only", "ioc.active.tmad-v19.*", "--out", str(out)]
    command = [sys.executable, "-m", "hanbench", "verify", *options]
    process = subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True, start_new_session=True)
    assert process.stderr is not None
    assert process.stderr.readline().startswith("hanbench verify: ")
    for line in process.stderr:
        if " of " in line:  # a tenth is done
            return process
    raise AssertionError(f"verify ended by itself: {process.wait()}")


SWALLOWING = """
import os, signal, sys, time, weakref
from hanbench.harness.cli.errors import end_cleanly_on_signals, exit_status_of

class Thing: pass

def program():
    thing = Thing()
    watch = weakref.ref(thing, lambda gone: signal.raise_signal({number}))
    del thing
    try:
        time.sleep(120)
    finally:
        for _ in range(3):
            signal.pause()  # until the next of the alarms with which what was raised is raised again
        print("tidied up", flush=True)

end_cleanly_on_signals()
sys.exit(int(exit_status_of(program)))
"""


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_program_where_python_drops_the_exception(number, status):
    """As in the callbacks of weak references, which importing modules is full of; the tidying up is not broken off."""
    script = SWALLOWING.format(number=int(number))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status
    assert done.stdout == "tidied up\n"


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_run_that_is_stopped_leaves_nothing_half_done(tmp_path, number, status):
    process = started(tmp_path)
    if number is signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does it: to all of them
    else:
        process.send_signal(number)
    out, err = process.communicate()
    assert process.returncode == status
    assert "Traceback" not in err
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
    whole = [path.name for path in tmp_path.iterdir() if path.suffix not in (".pcapng", ".keys", ".jsonl")]
    if number is signal.SIGINT:  # what was played before is reported
        assert "not run: interrupted." in out
        assert sorted(whole) == ["junit.xml", "report.html", "report.json"]
    else:
        assert (out, whole) == ("", [])


def test_a_run_in_one_process_with_a_controller_outside_ends_without_noise(tmp_path):
    process = started(tmp_path, 1, f"process:{sys.executable} {EXAMPLE}")
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 130
    assert "not run: interrupted." in out
    assert "Nothing was judged." not in out
    assert err.replace("  this takes about", "").count("\n") <= 2, err  # more lines of progress at most
    for noise in ("never awaited", "Traceback", "Exception ignored", "destroyed"):
        assert noise not in err


NOTING = """
import os, signal, time
from hanbench.harness.case.vocabulary import InstallationLoaded
from hanbench.harness.controllers.reference import Reference

class Noting(Reference):
    "Writes down each play with its process; in the {last}th of a process it presses Ctrl-C, and hangs."
    begun = 0
    def handle(self, event, now):
        if isinstance(event, InstallationLoaded):
            type(self).begun += 1
            with open({notes!r}, "a") as notes:
                print(os.getpid(), event.installation.id, file=notes)
            if self.begun == {last}:
                os.killpg(0, signal.SIGINT)
                time.sleep({hangs})
        return super().handle(event, now)
"""
ESTIMATE = 2
"""Plays of the first case with which the time of the run is told."""


def interrupted_in(tmp_path: Path, last: int, jobs: int, hangs: int = 0) -> tuple[list[list[str]], int]:
    """Return the installations of the plays of each process, in their order, and how many cases were reported."""
    notes = tmp_path / "notes"
    (tmp_path / "noting.py").write_text(NOTING.format(last=last, notes=str(notes), hangs=hangs))
    options = ["--jobs", str(jobs), "--controller", "noting:Noting", "--only", "ioc.*.tmad-v19.*"]
    command = [sys.executable, "-m", "hanbench", "verify", *options, "--out", str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    process = subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True, start_new_session=True, env=environment)
    _, err = process.communicate(timeout=100)
    assert process.returncode == 130, err
    plays: dict[int, list[str]] = {process.pid: []}
    for line in notes.read_text().splitlines():
        number, installation = line.split()
        plays.setdefault(int(number), []).append(installation)
    del plays[process.pid][:ESTIMATE]
    return list(plays.values()), len(json.loads((tmp_path / "out" / "report.json").read_text())["scenarios"])


@pytest.mark.parametrize("last", [8, 17])
def test_what_was_played_before_ctrl_c_is_reported(tmp_path, last):
    """The cases of a part of the suite are played forwards (here the 3rd to 12th play), and then backwards."""
    (plays,), reported = interrupted_in(tmp_path, last, jobs=1)
    assert len(plays) == last - ESTIMATE
    assert reported == len(set(plays)) == min(last - ESTIMATE, 10)


def test_workers_report_what_was_played_before_ctrl_c(tmp_path):
    """And nobody waits for the play that hangs."""
    last = 10
    (estimate, *plays), reported = interrupted_in(tmp_path, last, jobs=2, hangs=300)
    assert estimate == []
    assert max(map(len, plays)) == last - ESTIMATE
    assert sum(len(set(each[:-1])) for each in plays) <= reported <= sum(len(set(each)) for each in plays)


def test_exploring_tells_what_was_found_before_it_was_interrupted(tmp_path):
    options = ["--seeds", "1000", "--jobs", "2", "--controller", "wrong:gives-up-at-once", "--out", str(tmp_path)]
    command = [sys.executable, "-m", "hanbench", "explore", *options]
    process = subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True, start_new_session=True)
    assert process.stderr is not None
    assert any(" of " in line for line in process.stderr)  # a tenth is done
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 130
    assert "scenarios not run: interrupted." in out
    assert "broken: " in out
    assert "Traceback" not in err


def test_two_interrupts_at_once_are_one(tmp_path):
    """`timeout -s INT` sends one to the program and one to its process group."""
    command = [sys.executable, "-m", "hanbench", "up", "ptys", "--out", str(tmp_path)]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    process = subprocess.Popen(command, stdout=PIPE, stderr=PIPE, text=True, env=environment)
    assert process.stderr is not None
    assert any("the HAN is up" in line for line in process.stderr)
    for _ in range(20):
        process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130
    assert err.endswith("hanbench: interrupted\n")
    for noise in ("never retrieved", "Traceback", "Exception ignored", "destroyed"):
        assert noise not in err


def test_what_up_prints_is_in_its_file_when_it_is_killed(tmp_path):
    command = [sys.executable, "-m", "hanbench", "up", "ptys", "--out", str(tmp_path / "out")]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=PIPE, text=True, env=environment)
        assert process.stderr is not None
        assert any("the HAN is up" in line for line in process.stderr)
        process.kill()
        process.communicate()
    assert [line.split()[0] for line in (tmp_path / "log").read_text().splitlines()] == ["name", "hub", "esme", "gsme"]
