"""The lock of a folder: one process has it, and it ends with that process, however that ends.

flock(2) goes with the open file, which a forked process shares. So a forked process closes its copy; and if a process
is killed between its fork and that, the lock is waited for until the forked process has got so far, or has died.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

_LOCKS = Path("/proc/locks")
_INHERITED = 10.0
"""Real seconds in which the copy of a lock whose process has died must be gone."""
_LOOK = 0.02
"""Real seconds between two tries."""
_held: set[int] = set()
"""Descriptors of the folders that this process has locked."""


class HeldError(Exception):
    """Another process has the lock. The text says which."""


def take(folder: Path) -> int:
    """Lock a folder, and return the descriptor that has the lock. Raises HeldError, and OSError.

    Where a file system has no locks, as some networks have not, it is not locked.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    _held.add(handle)
    try:
        _lock(handle)
    except BaseException:
        release(handle)
        raise
    return handle


def release(handle: int) -> None:
    """Give a lock back, unless this process was forked and has it no more."""
    if handle in _held:
        _held.discard(handle)
        os.close(handle)


def holder_of(folder: Path) -> int | None:
    """Return the id of the process whose run has locked a folder, as Linux knows it; None: no run has, or unknown."""
    with suppress(OSError):
        return _holder(folder.stat())
    return None


def _lock(handle: int) -> None:
    deadline = time.monotonic() + (_INHERITED if _LOCKS.exists() else 0.0)
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(os.fstat(handle))
            if _lives(holder) or time.monotonic() >= deadline:
                raise HeldError("" if holder is None else f" (process {holder})") from None
            time.sleep(_LOOK)
        except OSError:
            return
        else:
            return


def _leave_to_parent() -> None:
    """Close the folders that the parent has locked: a lock lasts until every copy of its descriptor is closed."""
    for handle in tuple(_held):
        release(handle)


os.register_at_fork(after_in_child=_leave_to_parent)


def _holder(folder: os.stat_result) -> int | None:
    """Return the id of the process that took the lock of a folder, as Linux lists it (proc_locks(5)); None: unknown.

    In a namespace of its own Linux does not list a lock whose process has died.
    """
    place = f"{os.major(folder.st_dev):02x}:{os.minor(folder.st_dev):02x}:{folder.st_ino}"
    with suppress(OSError, ValueError):
        for line in _LOCKS.read_text().splitlines():
            words = line.split()
            if "FLOCK" in words and words[-3] == place and int(words[-4]) > 0:
                return int(words[-4])
    return None


def _lives(process: int | None) -> bool:
    """Return whether a process is there, and has not ended (proc_pid_stat(5))."""
    try:
        return Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, IndexError):
        return False
