"""A program in its own session, which ends with all its child processes, even if hanbench is killed."""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import time
from collections.abc import Sequence
from typing import IO

from hanbench.harness.controllers.moved import hint_in
from hanbench.harness.guarded import GuardedProcess

GLANCE = 0.02
"""Interval between checks of a process whose pipes stay open, real seconds."""
GLANCE_AT_AN_END = 0.002
"""The same, after it has closed both."""
CHUNK = 1 << 16
"""Octets to read at a time: the capacity of a pipe."""
MOST_CHUNKS = 16
"""Maximum number of reads from a pipe that another process may still write to."""
FAREWELL = 2.0
"""Real seconds in which a program must end after hanbench closed its stdin, or after it closed a pipe itself."""
LAST_WORDS = 1 << 12
"""Octets of stderr to keep."""


class ProcessGroup:
    """A program with all that it starts, and its pipes; stdin, stdout and stderr do not block."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start the program. Raises OSError."""
        # A session of its own, so that Ctrl-C goes to hanbench alone.
        self._guarded = guarded = GuardedProcess(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.stdin, self.stdout, self.stderr = guarded.pipes
        for pipe in guarded.pipes:
            os.set_blocking(pipe.fileno(), False)

    def status(self) -> int | None:
        """Return the exit status of the program, negative for a signal; None while it runs."""
        return self._guarded.status()

    def kill(self) -> None:
        """Kill the program and all that it started."""
        self._guarded.kill()

    def close(self) -> None:
        """Kill all that still runs, and close the pipes."""
        self._guarded.close()


def take(pipe: IO[bytes], most: int) -> bytes | None:
    """Read at most `most` octets from a pipe; None if there are none yet, no octets at its end."""
    try:
        return os.read(pipe.fileno(), most)
    except BlockingIOError:
        return None
    except OSError:
        return b""


class Complaint:
    """The end of what a program writes to its stderr; call it with what comes."""

    def __init__(self) -> None:
        self.octets = b""

    def __call__(self, octets: bytes) -> None:
        self.octets = (self.octets + octets)[-LAST_WORDS:]


def dismiss(process: ProcessGroup, complaint: Complaint) -> None:
    """Close the program's stdin, and wait for its end, which `ProcessGroup.close` makes sure of."""
    with contextlib.suppress(OSError):
        process.stdin.close()
    ends_within(process, FAREWELL, complaint)


def ends_within(process: ProcessGroup, seconds: float, complaint: Complaint) -> bool:
    """Return whether the program ends by itself within `seconds` of real time; `complaint` gets its stderr.

    Meanwhile its output is read, or it would block on a full pipe.
    """
    deadline = time.monotonic() + seconds
    with selectors.DefaultSelector() as pipes:
        for pipe in (process.stdout, process.stderr):
            pipes.register(pipe, selectors.EVENT_READ)
        while process.status() is None:
            if (left := deadline - time.monotonic()) <= 0:
                return False
            for key, _ in pipes.select(min(left, GLANCE if pipes.get_map() else GLANCE_AT_AN_END)):
                octets = take(key.fileobj, CHUNK)  # type: ignore[arg-type]
                if octets == b"":
                    pipes.unregister(key.fileobj)
                elif octets and key.fileobj is process.stderr:
                    complaint(octets)
    return True


def last_words(process: ProcessGroup, complaint: Complaint) -> None:
    """Kill what a program that ended has left behind, and give `complaint` the rest of its stderr."""
    process.kill()  # no process that it started may write to its stderr from here on
    for _ in range(MOST_CHUNKS):
        octets = take(process.stderr, CHUNK)
        if not octets:
            break
        complaint(octets)


def how_it_ended(status: int, complaint: Complaint) -> str:
    """Return the text about an end: its status or signal, and the last line of its stderr."""
    how = f"signal {-status}" if status < 0 else f"exit status {status}"
    text = complaint.octets.decode("utf-8", "replace").strip()
    said = text.splitlines()
    moved = hint_in(text)
    last = (f": {said[-1][:200]}" if said else "") + (f" ({moved})" if moved else "")
    return f"it ended with {how}{last}"
