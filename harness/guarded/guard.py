"""The guard of a program: `python -I -S guard.py LIFE STARTED COMMAND...`. It imports nothing of hanbench.

It is a child subreaper (prctl(2)), so that every process which the program starts becomes its child at the latest when
it loses its own parent, whatever session it makes for itself. When the program ends, or when the pipe LIFE has no
writer any more because hanbench closed it or was killed, the guard kills all of them and ends as the program did.

A `t` in LIFE: SIGTERM for the program's process group. STARTED gets the number of the error if the command cannot be
executed, and is closed otherwise.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_LOOK_MS = 1_000
"""Time between two looks for orphans that have ended and want to be reaped."""
_SPARED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""Signals that must not end the guard before the program."""
_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)


def main() -> None:
    life, started, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    for number in _SPARED:
        signal.signal(number, signal.SIG_IGN)
    for pipe in (life, started):
        os.set_inheritable(pipe, False)
    guard = os.getpid()
    program = os.fork()
    if program == 0:
        _execute(command, started, guard, libc)
    os.close(started)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)  # the pipes are the program's: they end with it
    _watch(life, program)
    _end_as(_ended(program))


def _execute(command: list[str], started: int, guard: int, libc: ctypes.CDLL) -> None:
    """Become the program."""
    os.setsid()
    libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    for number in (*_SPARED, *_IGNORED_BY_PYTHON):
        signal.signal(number, signal.SIG_DFL)
    try:
        if os.getppid() == guard:
            os.execvp(command[0], command)  # noqa: S606 - the command is the user's
    except OSError as error:
        os.write(started, str(error.errno).encode())
    os._exit(127)


def _watch(life: int, program: int) -> None:
    """Return when the program has ended, or hanbench wants it to."""
    end = os.pidfd_open(program)
    waiting = select.poll()
    for descriptor in (life, end):
        waiting.register(descriptor, select.POLLIN)
    while True:
        ready = {descriptor for descriptor, _ in waiting.poll(_LOOK_MS)}
        if end in ready:
            return
        if life in ready:
            if os.read(life, 1) != b"t":
                return
            _terminate(program)
        _reap_orphans(program)


def _terminate(program: int) -> None:
    try:  # noqa: SIM105 - contextlib would be imported for this alone
        os.killpg(program, signal.SIGTERM)
    except ProcessLookupError:
        pass


def _reap_orphans(program: int) -> None:
    while True:
        try:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if found is None or found.si_pid == program:
            return
        os.waitpid(found.si_pid, 0)


def _ended(program: int) -> int:
    """Kill all children, and those that they leave behind; return the wait status of the program."""
    status = 0
    while True:
        try:
            found, how = os.waitpid(-1, os.WNOHANG)
            if not found:
                for child in _children():
                    os.kill(child, signal.SIGKILL)
                found, how = os.waitpid(-1, 0)
        except ChildProcessError:
            return status
        if found == program:
            status = how


def _children() -> list[int]:
    """Return the processes whose parent this is (proc_pid_stat(5))."""
    here, found = os.getpid(), []
    for name in os.listdir("/proc"):  # noqa: PTH208 - pathlib would be imported for this line alone
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as stat:  # noqa: PTH123
                    parent = int(stat.read().rpartition(b")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            if parent == here:
                found.append(int(name))
    return found


def _end_as(status: int) -> None:
    """End with the exit status of the program, or by its signal."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


if __name__ == "__main__":
    main()
