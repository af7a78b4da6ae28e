"""Everything that hanbench writes: folders, locked for one run, and files, whole or not at all.

This module imports nothing heavy, because `hanbench --help` loads it too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from hanbench.harness import folder_lock
from hanbench.harness.folder_lock import HeldError, holder_of
from hanbench.harness.new_file import BUFFER, PUBLIC, OutputError, begun, blamed_on, target_of

__all__ = [
    "PRIVATE",
    "GrowingWholeFile",
    "OutputError",
    "PiecewiseFile",
    "WholeFile",
    "holder_of",
    "locked_folder",
    "locked_folder_if",
    "make_folder",
    "scratch",
    "write_whole",
]

PRIVATE = 0o600
"""Mode of a file that only its owner can read."""


@contextmanager
def locked_folder(path: Path, mode: int = 0o777) -> Iterator[Path]:
    """Make a folder with these permissions if it is missing, and keep other runs out of it until the context ends.

    The lock is that of this process and ends with it, whatever becomes of processes that it forked. A folder that this
    made and that is empty at the end is removed. Raises OutputError if the folder cannot be made or written, or if
    another run has it.
    """
    made = not os.path.exists(path)  # noqa: PTH110 - Path.exists raises an error for a name that is too long
    make_folder(path, mode)
    try:
        try:
            with blamed_on(path, "expected a writable folder"):
                handle = folder_lock.take(path)
        except HeldError as held:
            problem = f"another run of hanbench{held} writes here; end it, or use another folder"
            raise OutputError(path, problem) from None
        try:
            with scratch(path / "writable", "expected a writable folder", path):
                pass
            yield path
        finally:
            folder_lock.release(handle)
    finally:
        if made:
            with suppress(OSError):
                path.rmdir()


def locked_folder_if(path: Path | None) -> AbstractContextManager[Path | None]:
    """Open a folder as `locked_folder` does; None as `path`: no folder."""
    return nullcontext() if path is None else locked_folder(path)


def make_folder(path: Path, mode: int = 0o777) -> None:
    """Make a folder with these permissions, and those above it, unless they exist. Raises OutputError."""
    with blamed_on(path, "expected a writable folder"):
        with suppress(FileNotFoundError):
            path.lstat()  # a path that is too long is told before anything is made
        missing = [path]
        while not os.path.lexists(above := missing[-1].parent) and above != missing[-1]:  # not Path.mkdir: it recurses
            missing.append(above)
        for each in reversed(missing[1:]):
            each.mkdir(exist_ok=True)
        path.mkdir(mode, exist_ok=True)


def write_whole(path: Path, content: bytes | str, mode: int = PUBLIC) -> None:
    """Replace a file by `content`, text as UTF-8, atomically. Raises OutputError, and leaves the old file then.

    `mode`: permissions of the file, less those that the umask withholds.
    """
    octets = content.encode(errors="surrogateescape") if isinstance(content, str) else content
    with WholeFile(path, mode) as stream:
        stream.write(octets)


class WholeFile:
    """A file that gets its name when the context ends; after an error, an older file of that name stays.

    Until then it has a temporary name beside it, `.NAME.new`, which is locked. What a killed process left under that
    name is replaced; if another process writes a file of this name just now, this one gets a name of its own.

    It replaces a file or nothing; where the name is that of a symbolic link, the file that it leads to.
    """

    def __init__(self, path: Path, mode: int = PUBLIC) -> None:
        """Raises OutputError, also if there is a device, a pipe or a folder."""
        self._path = path
        self._target = target_of(path)
        self._fresh, self.stream = begun(self._target, "xb", path, permissions=mode)
        self._lock = os.dup(self.stream.fileno())
        """Keeps the lock until the file has its name."""
        self._abandoned = False

    def abandon(self) -> None:
        """Drop what was written, when the context ends."""
        self._abandoned = True

    def __enter__(self) -> BinaryIO:
        return self.stream

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        kept = False
        try:
            if kind is not None or self._abandoned:
                with suppress(OutputError):  # the error that ended the context says more
                    self.stream.close()
                return
            self.stream.close()
            with blamed_on(self._path):
                self._fresh.replace(self._target)
            kept = True
        finally:
            if not kept:
                self._fresh.unlink(missing_ok=True)
            os.close(self._lock)


class PiecewiseFile:
    """A file that grows by whole pieces, such as the blocks of a capture or lines: a full disk cuts none of them short.

    Pieces wait for `flush`, or until there are `waiting` octets of them.
    """

    def __init__(self, path: Path, mode: int = PUBLIC, waiting: int = BUFFER, *, adding: bool = False) -> None:
        """Replace the file `path` by an empty one; `adding`: go on at the end of what is there.

        Raises OutputError, also if there is a device, a pipe or a folder.
        """
        self.path = path
        self._target = target_of(path)
        self.octets = 0
        """Length of the file with what waits."""
        self.pieces = 0
        """Number of pieces, those that wait included."""
        self._waits: list[bytes] = []
        self._most = waiting
        self._written = 0
        with blamed_on(path):
            self._handle = self._opened(mode, 0 if adding else os.O_TRUNC)
            self.octets = self._written = os.lseek(self._handle, 0, os.SEEK_END)

    def _opened(self, mode: int, begins: int) -> int:
        return os.open(self._target, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | begins, mode)

    def write(self, piece: bytes, /) -> int:
        """Add a piece, and return its length. Raises OutputError, as `flush` does."""
        self._waits.append(piece)
        self.pieces += 1
        self.octets += len(piece)
        if self.octets - self._written >= self._most:
            self.flush()
        return len(piece)

    def flush(self) -> None:
        """Write what waits. Raises OutputError: pieces that did not fit are lost, the file ends with a whole one."""
        waits, self._waits = self._waits, []
        octets = b"".join(waits)
        done = 0
        try:
            while done < len(octets):
                done += os.write(self._handle, octets[done:])
        except OSError as error:
            self._cut_back(waits, done)
            raise OutputError(self.path, f"cannot be written: {error.strerror or error}") from None
        self._written = self.octets

    def _cut_back(self, waits: list[bytes], done: int) -> None:
        """Let the file end with the last piece that was written whole."""
        whole = 0
        for piece in waits:
            if whole + len(piece) > done:
                break
            whole += len(piece)
            self._written += len(piece)
            self.pieces += 1
        self.pieces -= len(waits)
        self.octets = self._written
        with suppress(OSError):
            os.ftruncate(self._handle, self._written)
            os.lseek(self._handle, self._written, os.SEEK_SET)

    def close(self) -> None:
        """Write what waits, and close the file. Has no effect a second time. Raises OutputError, as `flush` does."""
        if self._handle < 0:
            return
        try:
            self.flush()
        finally:
            os.close(self._handle)
            self._handle = -1


class GrowingWholeFile(PiecewiseFile):
    """A file that grows by pieces under the temporary name of a `WholeFile`, and gets its own in `close`."""

    def __init__(self, path: Path, mode: int = PUBLIC) -> None:
        """Raises OutputError, as `PiecewiseFile` does."""
        super().__init__(path, mode)

    def _opened(self, mode: int, begins: int) -> int:
        self._fresh, stream = begun(self._target, "xb", self.path, permissions=mode)
        with stream:
            return os.dup(stream.fileno())  # the lock is that of both

    def close(self) -> None:
        """Write what waits, and give the file its name. Raises OutputError; an older file of that name stays then."""
        if self._handle < 0:
            return
        kept = False
        try:
            self.flush()
            with blamed_on(self.path):
                self._fresh.replace(self._target)
            kept = True
        finally:
            if not kept:
                self._fresh.unlink(missing_ok=True)
            super().close()

    def abandon(self) -> None:
        """Remove the file, which has no name then."""
        if self._handle < 0:
            return
        self._waits.clear()
        self._fresh.unlink(missing_ok=True)
        super().close()


def scratch(path: Path, problem: str = "cannot be written", blamed: Path | None = None) -> BinaryIO:
    """Open a file without a name, to write and to read, beside the file `path`, which errors name instead of it."""
    temporary, stream = begun(path, "x+b", blamed or path, problem)
    temporary.unlink()
    return stream
