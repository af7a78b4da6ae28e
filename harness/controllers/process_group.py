"""A program in its own session, which ends with all its child processes, even if hanbench is killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from typing import IO

_WATCH = 'read -r _ || kill -s KILL -- "-$1"'
"""Reads one line if hanbench cleaned up; end of file means that hanbench was killed, so the script kills the group."""


class ProcessGroup:
    """A program and its pipes; stdin, stdout and stderr do not block."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start the program. Raises OSError."""
        # A session of its own, so that Ctrl-C goes to hanbench alone and one signal reaches all its child processes.
        self._process = process = subprocess.Popen(  # noqa: S603 - the command is the user's
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self.stdin: IO[bytes] = process.stdin
        self.stdout: IO[bytes] = process.stdout
        self.stderr: IO[bytes] = process.stderr
        for pipe in (self.stdin, self.stdout, self.stderr):
            os.set_blocking(pipe.fileno(), False)
        self._watch: subprocess.Popen[bytes] | None = None
        try:
            self._watch = _watch_over(process.pid)
        except OSError:
            self.close()
            raise

    def status(self) -> int | None:
        """Return the exit status of the program, negative for a signal; None while it runs."""
        return self._process.poll()

    def kill(self) -> None:
        """Kill the program and its child processes."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """Kill all that still runs, and close the pipes."""
        self.kill()
        for pipe in (self.stdin, self.stdout, self.stderr):
            with contextlib.suppress(OSError):
                pipe.close()
        if self._watch is not None:
            self._watch.communicate(b"well\n")


def _watch_over(group: int) -> subprocess.Popen[bytes] | None:
    """Start the shell that kills the group if hanbench is killed; None if there is no shell."""
    shell = shutil.which("sh")
    if shell is None:
        return None
    return subprocess.Popen(  # noqa: S603 - a fixed script; the number is its data
        [shell, "-c", _WATCH, "hanbench-watch", str(group)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def take(pipe: IO[bytes], most: int) -> bytes | None:
    """Read at most `most` octets from a pipe; None if there are none yet, no octets at its end."""
    try:
        return os.read(pipe.fileno(), most)
    except BlockingIOError:
        return None
    except OSError:
        return b""
