"""What Linux tells of processes that a test started, and a reader of a named pipe."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

_TICKS = os.sysconf("SC_CLK_TCK")


def processor_s(pid: int) -> float:
    """Return the processor time of a process and of those that it started, seconds (proc_pid_stat(5))."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    own = sum(map(int, fields[11:15])) / _TICKS
    return own + sum(map(processor_s, children(pid)))


def children(pid: int) -> list[int]:
    """Return the processes that the main thread of a process started."""
    with suppress(OSError):
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


@contextmanager
def heard() -> Iterator[None]:
    """Have programs that are started hear Ctrl-C and SIGHUP: what runs in the background of a shell may ignore them."""
    ignored = [each for each in (signal.SIGINT, signal.SIGHUP) if signal.getsignal(each) is signal.SIG_IGN]
    for each in ignored:
        signal.signal(each, signal.default_int_handler)
    try:
        yield
    finally:
        for each in ignored:
            signal.signal(each, signal.SIG_IGN)


@contextmanager
def reading(pipe: Path | None, into: Path) -> Iterator[None]:
    """Make a named pipe, and read it into a file for the time of the context; None: no pipe."""
    if pipe is None:
        yield
        return
    if not pipe.exists():
        os.mkfifo(pipe)
    handle, over = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), Event()
    reader = Thread(target=_read, args=(handle, into, over), daemon=True)
    reader.start()
    try:
        yield
    finally:
        over.set()
        reader.join()
        os.close(handle)


def _read(handle: int, into: Path, over: Event) -> None:
    with into.open("wb", buffering=0) as file:
        while not over.is_set():
            octets = b""
            with suppress(BlockingIOError):
                octets = os.read(handle, 1 << 16)
            if octets:
                file.write(octets)
            else:
                time.sleep(0.02)
