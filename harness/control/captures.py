"""The captures of a running bench: the one that it begins with, and those that are started meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from hanbench.emulator.clock import SECOND
from hanbench.harness.bench.kept_capture import CaptureFiles, KeptCapture, remove_earlier
from hanbench.harness.bench.street import Street
from hanbench.harness.control.answers import CaptureFileState, CaptureState

FIRST = "main"
"""Id of the capture that begins with the bench."""
MOST = 16
"""Number of captures of one bench that can run at a time."""


class TooManyError(RuntimeError):
    """No other capture can be started."""


@dataclass
class _Known:
    """One capture, which runs or is complete."""

    capture: KeptCapture
    began: int
    first: int
    """Number of frames before its first one."""
    frames: int | None = None
    """Number of its frames, if it is complete."""


@dataclass
class Captures:
    """All captures of one bench, by id. Use it in the bench's thread."""

    street: Street
    folder: Path
    stem: str
    store: CaptureFiles
    on_event: Callable[[str], object]
    """Told once when the disk is full, and when a capture goes on."""
    _all: dict[str, _Known] = field(default_factory=dict)
    _started: int = 0

    @property
    def path(self) -> Path:
        """The first file of the capture that begins with the bench."""
        return self.folder / f"{self.stem}.pcapng"

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of all captures, in the order of their beginning."""
        return tuple(each.path for each in self.store.all)

    def files_of(self, name: str) -> tuple[Path, ...]:
        """Return the files of one capture, the oldest first. Raises KeyError for an unknown id."""
        return tuple(each.path for each in self._all[name].capture.files)

    def start(self) -> str:
        """Start a capture and return its id. Raises OutputError and TooManyError."""
        if len(self.running) >= MOST:
            raise TooManyError(f"{MOST} captures run already")
        if not self._started:
            remove_earlier(self.folder, self.stem)
        number = self._started + 1
        name, suffix = (FIRST, "") if number == 1 else (str(number), f".{number}")
        begins, frames = self.street.clock.now, self.street.medium.frames
        capture = KeptCapture(self.street, self.folder, f"{self.stem}{suffix}", self.store, self.on_event)
        self._all = {id: each for id, each in self._all.items() if each.frames is None or each.capture.files}
        self._all[name] = _Known(capture, begins, frames)
        self._started = number
        return name

    def stop(self, name: str) -> None:
        """Stop a capture; its files are complete then. Raises KeyError for an unknown id, and OutputError."""
        found = self._all[name]
        if found.frames is None:
            found.frames = self.street.medium.frames - found.first
            found.capture.close()

    def note(self, text: str) -> None:
        """Add a comment to the next frame of every running capture."""
        for name in self.running:
            self._all[name].capture.note(text)

    def flush(self) -> None:
        """Let readers of the files see what was captured so far."""
        for name in self.running:
            self._all[name].capture.flush()

    def close(self) -> None:
        """Stop every capture. Raises OutputError."""
        with ExitStack() as stack:
            for name in self.running:
                stack.callback(self.stop, name)

    @property
    def running(self) -> tuple[str, ...]:
        """Ids of the running captures."""
        return tuple(name for name, each in self._all.items() if each.frames is None)

    @property
    def states(self) -> tuple[CaptureState, ...]:
        """All captures that run or have a file, in the order of their start."""
        return tuple(self._state(name, each) for name, each in self._all.items())

    def _state(self, name: str, each: _Known) -> CaptureState:
        parts = each.capture.files
        return CaptureState(
            name,
            parts[-1].path.name if parts else "",
            each.began / SECOND,
            self.street.medium.frames - each.first if each.frames is None else each.frames,
            sum(part.octets for part in parts),
            each.frames is None,
            each.capture.suspended,
            tuple(CaptureFileState(part.path.name, part.first, part.frames, part.octets) for part in parts),
            each.capture.missing,
        )
