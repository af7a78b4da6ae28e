"""A file before it has its name: the hidden name beside it, its lock, and what the name may replace.

This module imports nothing heavy, because `hanbench --help` loads it too.
"""

from __future__ import annotations

import fcntl
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

PUBLIC = 0o666
BUFFER = 1 << 18
"""Buffer size, octets: about 2,000 frames for each system call."""
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}


class OutputError(Exception):
    """A folder or a file cannot be written. The text is one line: the path and the reason."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, problem)  # both, so that it can be pickled
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


def target_of(path: Path) -> Path:
    """Return where a file `path` is written: there, or where a symbolic link of this name leads.

    Only a file, or nothing, can be replaced. Raises OutputError for a device, a pipe, a socket or a folder.
    """
    with blamed_on(path):
        target = Path(os.path.realpath(path)) if path.is_symlink() else path
        try:
            kind = stat.S_IFMT(target.stat().st_mode)
        except FileNotFoundError:
            return target
    if kind != stat.S_IFREG:
        found = _KINDS.get(kind, "no file")
        raise OutputError(path, f"cannot be written: it is {found}; expected a file, or a new name")
    return target


class _NamedFile(io.FileIO):
    """A file whose errors name the file that its writer wants."""

    def __init__(self, path: Path, mode: str, permissions: int, blamed: Path) -> None:
        super().__init__(path, mode, opener=lambda name, flags: os.open(name, flags, permissions))
        self._blamed = blamed

    def write(self, octets: bytes, /) -> int:  # type: ignore[override]  # io.FileIO takes any buffer
        with blamed_on(self._blamed):
            return super().write(octets)


def begun(
    path: Path, mode: str, blamed: Path, problem: str = "cannot be written", *, permissions: int = PUBLIC
) -> tuple[Path, BinaryIO]:
    """Return a temporary name beside `path`, and the new file with it. Raises OutputError."""
    usual = path.with_name(f".{path.name}.new")
    _remove_left(usual)
    raw = _claimed(usual, mode, permissions, blamed)
    if raw is not None:
        return usual, _buffered(raw, mode)
    fresh = path.with_name(f".{path.name}.{os.urandom(4).hex()}.new")
    return fresh, _opened(fresh, mode, blamed, problem, permissions=permissions)


def _remove_left(path: Path) -> None:
    """Remove a temporary file whose writer was killed: nothing has locked it."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(handle).st_nlink:  # otherwise another process was faster, and the name may be that of its file
            path.unlink()
    except OSError:
        pass
    finally:
        os.close(handle)


def _claimed(path: Path, mode: str, permissions: int, blamed: Path) -> _NamedFile | None:
    """Make a file and lock it; None: it cannot be made, or another process took it for left over."""
    try:
        raw = _NamedFile(path, mode, permissions, blamed)
    except OSError:
        return None
    try:
        fcntl.flock(raw.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        path.unlink(missing_ok=True)
        raw.close()
        return None
    except OSError:
        return raw  # a file system without locks, on which no file is taken for left over
    if os.fstat(raw.fileno()).st_nlink:
        return raw
    raw.close()
    return None


def _opened(
    path: Path, mode: str, blamed: Path, problem: str = "cannot be written", *, permissions: int = PUBLIC
) -> BinaryIO:
    with blamed_on(blamed, problem):
        return _buffered(_NamedFile(path, mode, permissions, blamed), mode)


def _buffered(raw: _NamedFile, mode: str) -> BinaryIO:
    return cast("BinaryIO", io.BufferedRandom(raw, BUFFER) if "+" in mode else io.BufferedWriter(raw, BUFFER))


@contextmanager
def blamed_on(path: Path, problem: str = "cannot be written") -> Iterator[None]:
    """Turn an OSError into an OutputError that names `path`."""
    try:
        yield
    except OSError as error:
        raise OutputError(path, f"{problem}: {error.strerror or error}") from None
