"""A program under its guard (guard.py)."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

_GUARD = Path(__file__).with_name("guard.py")
LONGEST_END = 10.0
"""Real seconds in which a guard must have killed everything; then the guard itself is killed."""
MARK = "HANBENCH_GUARDED"
"""Environment variable by which a program, and what it starts, is found if its guard is no more."""
_MOST_LOOKS, _BETWEEN_LOOKS = 50, 0.02
"""Looks for what a guard left behind, and real seconds from one to the next: a process may start another meanwhile."""


class GuardedProcess:
    """A program with all that it starts. The pipes are those that `subprocess.Popen` makes."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        stdin: int | None = None,
        stdout: int | None = None,
        stderr: int | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start the program, in a session of its own. Raises OSError if it cannot be started."""
        self._mark = os.urandom(8).hex()
        watched, self._life = os.pipe()
        outcome, started = os.pipe()
        guard = [sys.executable, "-I", "-S", str(_GUARD), str(watched), str(started), *command]
        try:
            self.process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 - the command is the user's
                guard,
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                env={**(os.environ if environment is None else environment), MARK: self._mark},
                pass_fds=(watched, started),
                start_new_session=True,
            )
        except BaseException:
            os.close(self._life)
            os.close(outcome)
            raise
        finally:
            os.close(watched)
            os.close(started)
        failure = _read_all(outcome)
        if failure:
            self.close()
            raise OSError(int(failure), os.strerror(int(failure)), command[0])

    @property
    def pipes(self) -> tuple[IO[bytes], ...]:
        """The pipes that were asked for."""
        process = self.process
        return tuple(pipe for pipe in (process.stdin, process.stdout, process.stderr) if pipe is not None)

    def status(self) -> int | None:
        """Return the exit status of the program, negative for a signal; None while it runs."""
        return self.process.poll()

    def terminate(self) -> None:
        """Ask the program's process group to end (SIGTERM)."""
        with contextlib.suppress(OSError):  # the guard has ended, and all with it
            if self._life >= 0:
                os.write(self._life, b"t")

    def kill(self) -> None:
        """Kill all that still runs, and wait for its end."""
        life, self._life = self._life, -1
        if life >= 0:
            os.close(life)
        try:
            self.process.wait(LONGEST_END)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        if self.process.returncode < 0:  # as its program, or because the program killed or stopped it
            _kill_marked(self._mark)

    def close(self) -> None:
        """Kill all that still runs, and close the pipes."""
        self.kill()
        for pipe in self.pipes:
            with contextlib.suppress(OSError):
                pipe.close()


def _kill_marked(mark: str) -> None:
    """Kill the processes with this mark in their environment: what a guard left behind when it was killed itself."""
    for _ in range(_MOST_LOOKS):
        found = list(_marked(f"{MARK}={mark}".encode()))
        if not found:
            return
        for process in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        time.sleep(_BETWEEN_LOOKS)


def _marked(setting: bytes) -> Iterator[int]:
    """Yield the processes that have this setting in their environment, as they were started (proc_pid_environ(5))."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if setting in (entry / "environ").read_bytes().split(b"\0"):
                yield int(entry.name)


def run_shell(command: str, timeout: float) -> subprocess.CompletedProcess[bytes]:
    """Run a shell command and return its exit status and stderr; what it leaves behind is killed.

    `timeout`: real seconds. Raises subprocess.TimeoutExpired, and OSError if there is no shell.
    """
    shell = ["/bin/sh", "-c", command]
    running = GuardedProcess(shell, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        _, complaint = running.process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(command, running.process.returncode, b"", complaint)
    finally:
        running.close()


def _read_all(pipe: int) -> bytes:
    """Read a pipe to its end, and close it."""
    with open(pipe, "rb") as stream:
        return stream.read()
