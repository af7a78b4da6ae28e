"""Kills of commands (killed_rows.py) at random moments, and what must hold after them.

A moment is a share of the processor time that a command usually takes, so that on a busy machine, too, kills come
everywhere in its life. A command that SIGKILL has ended is run again in its folder, and must end as if nothing had
happened.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from hanbench.emulator.randomness import split
from tests.support.killed_rows import COMMANDS, ROOT, Command, started_by
from tests.support.killed_shelf import Shelf, verdicts
from tests.support.leftovers import (
    MARK,
    Relative,
    all_is_whole,
    no_path_below,
    nothing_runs,
    relatives,
    temporary,
)
from tests.support.processes import processor_s, reading

PAUSED = 0.3
"""Real seconds between SIGSTOP and SIGCONT."""
IDLE = 1.0
"""Real seconds after which a command that uses no processor time waits for something."""
LONGEST_WAIT = 90.0
"""Real seconds: a command that ends by itself, or was told to, and uses no processor time for so long hangs."""
LONGEST_RUN = 120.0
"""Processor time after which such a command hangs too, seconds."""
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGSTOP)
LONGEST_START = 300.0
"""Real seconds within which a command must do what it is for; a busy machine needs some."""
_BEGINS = ("Fatal Python error: init_import_site", "Could not import runpy module")
"""What Python itself says of a SIGINT before it has begun a program."""


class Kill(NamedTuple):
    """One kill, drawn from a number."""

    number: int
    name: str
    how: signal.Signals
    share: float
    """Of the command's usual processor time, when the signal comes."""
    of_others: bool
    """Whether another process of the command than its first is wanted, if it has one."""
    at_once: bool
    """Whether it is run again at once, or when all that it started has ended."""

    @classmethod
    def drawn(cls, number: int) -> Kill:
        """Return the kill with this number: each command comes as often, with each signal as often."""
        random = split("killed-commands", str(number))
        names = list(COMMANDS)
        name, how = names[number % len(names)], SIGNALS[(number + number // len(names)) % len(SIGNALS)]
        return cls(number, name, how, random.random(), random.random() < 0.4, random.random() < 0.5)


def strike(kill: Kill, folder: Path, shelf: Shelf) -> bool:
    """Start the command of a kill, send the signal, and check all that is left; return whether it ran until then."""
    command = COMMANDS[kill.name]
    mark = f"{MARK}={folder}"
    with _started(command, command.words, folder, shelf, "first") as process:
        _until_it_took(process, kill.share * command.processor_s)
        victim = _victim(kill, process, mark)
        main = victim == process.pid
        ran = process.poll() is None
        _send(victim, kill.how)
        if not main or kill.how is signal.SIGSTOP:
            _end_if_endless(command, process)
        status = _ended(process)
    log = _log(folder, "first")
    if not (kill.how is signal.SIGINT and any(each in log for each in _BEGINS)):
        assert status in _allowed(command, kill, main), f"status {status}\n{log}"
    all_is_whole(folder / "out")
    killed = main and status == -signal.SIGKILL
    if not (killed and kill.at_once):
        _nothing_stays(folder, mark)
    if killed:
        _run_again(command, folder, shelf)
        _nothing_stays(folder, mark)
    assert not temporary(folder), temporary(folder)
    _no_wrong_verdict(folder, command)
    return ran


def shown(kill: Kill) -> str:
    """A kill in a line, for reports of tests."""
    other = ", another process" if kill.of_others else ""
    words = shlex.join(COMMANDS[kill.name].words)
    return f"{kill.number}, {kill.name}: {kill.how.name} at {kill.share:.2f} of it{other} ({words})"


@contextmanager
def _started(
    command: Command, words: tuple[str, ...], folder: Path, shelf: Shelf, name: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command in a folder, marked in its environment; kill it in the end."""
    environment = os.environ | {
        MARK: str(folder),
        "XDG_RUNTIME_DIR": str(shelf.runtime if command.at_bench else folder / "run"),
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONPATH": str(ROOT),
    }
    pipe = folder / command.pipe if command.pipe else None
    with (
        reading(pipe, folder / f"{name}.read"),
        (folder / f"{name}.log").open("wb") as log,
        (folder / f"{name}.said").open("wb") as said,
    ):
        process = subprocess.Popen(
            started_by(words),
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def _log(folder: Path, name: str) -> str:
    return (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")


def _until_it_took(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait until a command took so much processor time, or waits for something, or has ended."""
    used, since = 0.0, time.monotonic()
    while process.poll() is None and used < seconds and time.monotonic() - since < IDLE:
        time.sleep(0.01)
        now = processor_s(process.pid)
        if now > used:
            used, since = now, time.monotonic()


def _ended(process: subprocess.Popen[bytes]) -> int:
    """Wait until a command has ended, and return its exit status."""
    used, since = 0.0, time.monotonic()
    while (status := process.poll()) is None:
        time.sleep(0.02)
        now = processor_s(process.pid)
        if now > used:
            used, since = now, time.monotonic()
        assert time.monotonic() - since < LONGEST_WAIT, "it hangs"
        assert used < LONGEST_RUN, "it goes on and on"
    return status


def _victim(kill: Kill, process: subprocess.Popen[bytes], mark: str) -> int:
    """Return the process that the signal goes to: the first of the command, or one that it started."""
    if not kill.of_others or process.poll() is not None:
        return process.pid
    others = [each for each in relatives(mark) if each.pid != process.pid and not _cleans_up(each)]
    if not others:
        return process.pid
    return others[int(split("victims", str(kill.number)).random() * len(others))].pid


def _cleans_up(relative: Relative) -> bool:
    """The shell that removes links after hanbench was killed: who kills both at once is beyond what can be helped."""
    return "hanbench-cleanup" in relative.line


def _send(victim: int, how: signal.Signals) -> None:
    try:
        os.kill(victim, how)
        if how is signal.SIGSTOP:
            time.sleep(PAUSED)
            os.kill(victim, signal.SIGCONT)
    except ProcessLookupError:
        pass  # it has ended by itself


def _end_if_endless(command: Command, process: subprocess.Popen[bytes]) -> None:
    """End a command that would go on for ever, or for too long."""
    if command.serves or command.long:
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)


def _allowed(command: Command, kill: Kill, main: bool) -> set[int]:
    """Return the exit statuses that a kill may lead to."""
    interrupted = {130, -signal.SIGINT} if command.serves or command.long else set()
    if kill.how is signal.SIGSTOP:
        return {*command.healthy, *interrupted}
    if not main:
        return {*command.healthy, *command.disturbed, *interrupted}
    # Before Python has set its handlers up, a signal does what it does to any process; and the command may have ended.
    return {*command.healthy, 128 + kill.how, -kill.how}


def _run_again(command: Command, folder: Path, shelf: Shelf) -> None:
    """Run a command again in the folder in which it was killed: it ends as one does that nothing happened to."""
    words = next((words for file, words in command.again if (folder / "out" / file).exists()), command.words)
    began = time.time()
    with _started(command, words, folder, shelf, "again") as process:
        expected = set(command.healthy)
        if command.serves:
            _until_it_works(folder / command.works, began, process)
            expected = {0} if command.pipe else {130}
        elif command.long:
            _until_it_took(process, command.processor_s)
            expected = {130, *command.healthy}
        if command.serves or command.long:
            process.send_signal(signal.SIGINT)
        status = _ended(process)
    assert status in expected, f"run again ({shlex.join(words)}): status {status}\n{_log(folder, 'again')}"
    all_is_whole(folder / "out")
    missing = [name for name in command.leaves if not (folder / "out" / name).exists()]
    assert not missing or command.long, f"run again ({shlex.join(words)}): no {', '.join(missing)}"
    if (folder / "out" / "campaign.sqlite").exists():
        assert verdicts(folder / "out") == verdicts(shelf.finished)


def _until_it_works(file: Path, began: float, process: subprocess.Popen[bytes]) -> None:
    """Wait until a file has octets from after a time, seconds since 1970."""
    deadline = time.monotonic() + LONGEST_START
    while process.poll() is None:
        with suppress(FileNotFoundError):
            found = file.stat()
            if found.st_size and found.st_mtime >= began:
                return
        assert time.monotonic() < deadline, f"run again: never wrote {file}"
        time.sleep(0.02)


def _nothing_stays(folder: Path, mark: str) -> None:
    nothing_runs(mark)
    no_path_below(folder / "run" / "hanbench")


def _no_wrong_verdict(folder: Path, command: Command) -> None:
    """The reference is right in every case, healthy devices pass, whatever happened to processes."""
    report = folder / "out" / "report.json"
    for said in folder.glob("*.said") if command.words[0] == "check" else ():
        assert "fail GT01" not in said.read_text(encoding="utf-8", errors="replace")
    if not report.exists():
        return
    found = json.loads(report.read_text(encoding="utf-8"))
    if command.words[0] == "verify":
        wrong = [each["id"] for each in found["scenarios"] if each["violations"]]
        assert not wrong, wrong
