"""Everything that hanbench writes: folders, locked for one run, and files, whole or not at all.

This module imports nothing heavy, because `hanbench --help` loads it too.
"""

from __future__ import annotations

import fcntl
import io
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, cast

PRIVATE = 0o600
"""Mode of a file that only its owner can read."""
_PUBLIC = 0o666
_BUFFER = 1 << 18
"""Buffer size, octets: about 2,000 frames for each system call."""


class OutputError(Exception):
    """A folder or a file cannot be written. The text is one line: the path and the reason."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, problem)  # both, so that it can be pickled
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


@contextmanager
def locked_folder(path: Path, mode: int = 0o777) -> Iterator[Path]:
    """Make a folder with these permissions if it is missing, and keep other runs out of it until the context ends.

    A folder that this made and that is empty at the end is removed. Raises OutputError if the folder cannot be made or
    written, or if another run has it.
    """
    made = not path.exists()
    make_folder(path, mode)
    try:
        with _blamed_on(path, "expected a writable folder"):
            handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _lock(handle, path)
            with scratch(path / "writable", "expected a writable folder", path):
                pass
            yield path
        finally:
            os.close(handle)
    finally:
        if made:
            with suppress(OSError):
                path.rmdir()


def locked_folder_if(path: Path | None) -> AbstractContextManager[Path | None]:
    """Open a folder as `locked_folder` does; None as `path`: no folder."""
    return nullcontext() if path is None else locked_folder(path)


def make_folder(path: Path, mode: int = 0o777) -> None:
    """Make a folder with these permissions, and those above it, unless they exist. Raises OutputError."""
    with _blamed_on(path, "expected a writable folder"):
        path.mkdir(mode, parents=True, exist_ok=True)


def _lock(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = _holder(os.fstat(handle))
        who = "another run of hanbench" if holder is None else f"another run of hanbench (process {holder})"
        raise OutputError(path, f"{who} writes here; end it, or use another folder") from None
    except OSError:
        pass  # a file system without locks, as some networks have


def _holder(folder: os.stat_result) -> int | None:
    """Return the id of the process that has locked a folder, as Linux lists it (proc_locks(5)); None: unknown."""
    place = f"{os.major(folder.st_dev):02x}:{os.minor(folder.st_dev):02x}:{folder.st_ino}"
    with suppress(OSError, ValueError):
        for line in Path("/proc/locks").read_text().splitlines():
            words = line.split()
            if "FLOCK" in words and words[-3] == place and int(words[-4]) > 0:
                return int(words[-4])
    return None


def write_whole(path: Path, content: bytes | str, mode: int = _PUBLIC) -> None:
    """Replace a file by `content`, text as UTF-8, atomically. Raises OutputError, and leaves the old file then.

    `mode`: permissions of the file, less those that the umask withholds.
    """
    octets = content.encode(errors="surrogateescape") if isinstance(content, str) else content
    with WholeFile(path, mode) as stream:
        stream.write(octets)


class WholeFile:
    """A file that gets its name when the context ends; after an error, an older file of that name stays.

    Until then it has a temporary name of its own beside it, so that two writers never share one.
    """

    def __init__(self, path: Path, mode: int = _PUBLIC) -> None:
        """Raises OutputError."""
        self._path = path
        self._fresh = _temporary(path)
        self._abandoned = False
        self.stream = _opened(self._fresh, "xb", path, permissions=mode)

    def abandon(self) -> None:
        """Drop what was written, when the context ends."""
        self._abandoned = True

    def __enter__(self) -> BinaryIO:
        return self.stream

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is not None or self._abandoned:
                with suppress(OutputError):  # the error that ended the context says more
                    self.stream.close()
                return
            self.stream.close()
            with _blamed_on(self._path):
                self._fresh.replace(self._path)
        finally:
            self._fresh.unlink(missing_ok=True)


def growing(path: Path) -> BinaryIO:
    """Open a file that grows in place, so that a reader can follow it: a capture. Raises OutputError, as writes do."""
    return _opened(path, "wb", path)


def scratch(path: Path, problem: str = "cannot be written", blamed: Path | None = None) -> BinaryIO:
    """Open a file without a name, to write and to read, beside the file `path`, which errors name instead of it."""
    temporary = _temporary(path)
    stream = _opened(temporary, "x+b", blamed or path, problem=problem)
    temporary.unlink()
    return stream


class _NamedFile(io.FileIO):
    """A file whose errors name the file that its writer wants."""

    def __init__(self, path: Path, mode: str, permissions: int, blamed: Path) -> None:
        super().__init__(path, mode, opener=lambda name, flags: os.open(name, flags, permissions))
        self._blamed = blamed

    def write(self, octets: bytes, /) -> int:  # type: ignore[override]  # io.FileIO takes any buffer
        with _blamed_on(self._blamed):
            return super().write(octets)


def _opened(
    path: Path, mode: str, blamed: Path, problem: str = "cannot be written", *, permissions: int = _PUBLIC
) -> BinaryIO:
    with _blamed_on(blamed, problem):
        raw = _NamedFile(path, mode, permissions, blamed)
    both = "+" in mode
    return cast("BinaryIO", io.BufferedRandom(raw, _BUFFER) if both else io.BufferedWriter(raw, _BUFFER))


@contextmanager
def _blamed_on(path: Path, problem: str = "cannot be written") -> Iterator[None]:
    """Turn an OSError into an OutputError that names `path`."""
    try:
        yield
    except OSError as error:
        raise OutputError(path, f"{problem}: {error.strerror or error}") from None


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.urandom(4).hex()}.new")
