"""The capture of a bench that is kept: files that follow each other; the oldest are removed, and disk use stays flat.

Each file is a whole pcapng with a key file of its own. A full disk suspends a capture: the file ends with a whole
frame, and the capture goes on in the next file as soon as there is room.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from hanbench.emulator.radio.transmission import Transmission
from hanbench.harness.bench.captured import Captured
from hanbench.harness.capture import keyfile
from hanbench.harness.capture.recorder import Recorder
from hanbench.harness.files import OutputError, PiecewiseFile

CAPTURE_SIZE = 1_000_000_000
"""Octets that all captures of one bench use at most by default, without their key files."""
FILES = 40
"""Number of files that fill the whole size."""
MOST_FILES = 1_000
"""Number of files of one bench, short ones included."""
NUMBERED = "hanbench: this is frame number"
"""Begins the comment of the first frame of a file whose frames are not numbered from 1."""
_SPARE = 2_000
"""Octets of a file for its last frame and its comment."""


@dataclass
class CaptureFile:
    """One file of a capture."""

    path: Path
    first: int
    """Number of its first frame among all frames of the bench, from 1."""
    stream: PiecewiseFile
    complete: bool = False

    @property
    def frames(self) -> int:
        """Number of its frames: all its pieces but the head."""
        return max(0, self.stream.pieces - 1)

    @property
    def octets(self) -> int:
        """Its length."""
        return self.stream.octets

    def remove(self) -> None:
        """Remove it, with its keys."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)
            keyfile.beside(self.path).unlink(missing_ok=True)


@dataclass
class CaptureFiles:
    """The files of all captures of one bench, in the order of their beginning."""

    most: int = CAPTURE_SIZE
    """Octets of all of them."""
    all: list[CaptureFile] = field(default_factory=list)

    @property
    def of_each(self) -> int:
        """Length of a file, octets."""
        return self.most // FILES

    def add(self, path: Path, first: int) -> CaptureFile:
        """Begin a file, after the oldest ones have made room for it. Raises OutputError."""
        self._make_room()
        begun = CaptureFile(path, first, PiecewiseFile(path))
        self.all.append(begun)
        return begun

    def drop(self, file: CaptureFile) -> None:
        """Remove a file."""
        file.remove()
        self.all.remove(file)

    def _make_room(self) -> None:
        reserved = self.of_each * (1 + sum(not each.complete for each in self.all))
        left = self.most - reserved - sum(each.octets for each in self.all if each.complete)
        for each in [each for each in self.all if each.complete]:
            if left >= 0 and len(self.all) < MOST_FILES:
                return
            left += each.octets
            self.drop(each)


class KeptCapture(Recorder):
    """One capture in progress. Its frames are numbered as those of the bench."""

    def __init__(
        self, han: Captured, folder: Path, stem: str, files: CaptureFiles, on_event: Callable[[str], object]
    ) -> None:
        """Begin in the file STEM.pcapng. `on_event` is told once when the disk is full, and when the capture goes on.

        Raises OutputError.
        """
        self._han = han
        self._folder, self._stem = folder, stem
        self._files = files
        self._on_event = on_event
        self._keys = 0
        self.parts: list[CaptureFile] = []
        """Its files; the oldest may have been removed."""
        self.suspended = ""
        """Why it does not go on now; empty: it does."""
        self.missing = 0
        """Number of frames that are in no file, because the disk was full."""
        self._next = han.medium.frames + 1
        """Number of the frame after the last one that is in a file."""
        self._number = 1
        super().__init__(han.medium, self._begin(1, self._next).stream, epoch=han.calendar.epoch)
        try:
            self._open_for_readers()
        except OutputError:
            self.detach()
            self._files.drop(self.parts.pop())
            raise

    def path(self, number: int) -> Path:
        """Return the path of its file of this number, from 1."""
        return self._folder / f"{self._stem}{'' if number == 1 else f'-{number:05}'}.pcapng"

    def _begin(self, number: int, first: int) -> CaptureFile:
        part = self._files.add(self.path(number), first)
        self.parts.append(part)
        self._keys = 0
        return part

    def _open_for_readers(self) -> None:
        """Write the head and the keys of a file that begins, and let its first frame tell its number."""
        part = self.parts[-1]
        part.stream.flush()
        self._write_keys()
        if part.first > 1:
            self._comment = f"{NUMBERED} {part.first}\n{self._comment}".rstrip()

    @property
    def files(self) -> tuple[CaptureFile, ...]:
        """Its files that are there, the oldest first."""
        return tuple(each for each in self.parts if each in self._files.all)

    def __call__(self, transmission: Transmission) -> None:
        if self.suspended:
            return
        try:
            super().__call__(transmission)
            if self.parts[-1].octets >= self._files.of_each - _SPARE:
                self._rotate()
        except OutputError as error:
            self._suspend(error)

    def _rotate(self) -> None:
        """Complete the present file, and go on in the next one."""
        self._write_keys()
        self._complete()
        self._number += 1
        self.continue_in(self._begin(self._number, self._next).stream)
        self._open_for_readers()

    def _complete(self) -> None:
        part = self.parts[-1]
        part.complete = True
        try:
            part.stream.close()
        finally:
            if part.frames:
                self._next = part.first + part.frames
            self.parts = list(self.files)

    def _suspend(self, error: OutputError) -> None:
        told = self.suspended
        self.suspended = str(error)
        if self.parts and not self.parts[-1].complete:
            with suppress(OutputError):
                self._complete()
        if self.parts and not self.parts[-1].frames:
            self._files.drop(self.parts.pop())
        if not told:
            self._on_event(f"the capture is suspended: {error}; it goes on as soon as there is room")

    def _resume(self) -> None:
        first = self._medium.frames + 1
        self.continue_in(self._begin(self._number + 1, first).stream)
        self._open_for_readers()
        self._number += 1
        self.suspended = ""
        missing = first - self._next
        self.missing += missing
        self._on_event(f"the capture goes on in {self.parts[-1].path.name}; {missing} frames are missing")

    def flush(self) -> None:
        """Let readers of the files see what was captured so far; if it is suspended, try to go on."""
        try:
            if self.suspended:
                self._resume()
            else:
                self.parts[-1].stream.flush()
                self._write_keys()
        except OutputError as error:
            self._suspend(error)

    def _write_keys(self) -> None:
        if len(self._han.keys) != self._keys:
            keyfile.write(keyfile.beside(self.parts[-1].path), self._han.keys)
            self._keys = len(self._han.keys)

    def close(self) -> None:
        """End the capture; its last file is complete then. Raises OutputError."""
        self.detach()
        if not self.suspended:
            try:
                self._write_keys()
            finally:
                self._complete()


def files_of(folder: Path, stem: str) -> list[Path]:
    """Return the files of the capture STEM in a folder, the oldest first."""
    ours = re.compile(rf"{re.escape(stem)}(?:-(?P<number>\d{{5,}}))?\.pcapng")
    found = {int(match["number"] or 1): path for path in folder.iterdir() if (match := ours.fullmatch(path.name))}
    return [found[number] for number in sorted(found)]


def is_of_capture(name: str, stem: str) -> bool:
    """Whether a file is of a capture of the bench whose captures are named STEM: frames or keys."""
    return re.fullmatch(rf"{re.escape(stem)}(\.\d+)?(-\d{{5,}})?\.(pcapng|keys)", name) is not None


def remove_earlier(folder: Path, stem: str) -> None:
    """Remove the captures that an earlier run of the same bench left, with their keys."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if is_of_capture(path.name, stem):
            with suppress(OSError):
                path.unlink()
