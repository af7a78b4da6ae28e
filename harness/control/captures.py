"""The captures of a running bench: the one that `up` begins with, and those that are started meanwhile."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from hanbench.emulator.clock import SECOND
from hanbench.harness.bench.captured import Capture, capturing
from hanbench.harness.control.answers import CaptureState
from hanbench.harness.han.han import Han

FIRST = "main"
"""Id of the capture that begins with the bench."""
MOST = 16
"""Number of captures of one bench that can run at a time."""


class TooManyError(RuntimeError):
    """No other capture can be started."""


@dataclass
class _Running:
    """One capture; a stopped one keeps its numbers."""

    path: Path
    began: int
    stack: ExitStack
    capture: Capture
    first: int
    stopped: CaptureState | None = None


@dataclass
class Captures:
    """All captures of one bench, by id. Use it in the bench's thread."""

    han: Han
    folder: Path
    stem: str
    _all: dict[str, _Running] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The file of the capture that begins with the bench."""
        return self.folder / f"{self.stem}.pcapng"

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of all captures, in the order of their start."""
        return tuple(each.path for each in self._all.values())

    def start(self) -> str:
        """Start a capture and return its id. Raises OutputError and TooManyError."""
        if len(self.running) >= MOST:
            raise TooManyError(f"{MOST} captures run already")
        number = len(self._all) + 1
        name, suffix = (FIRST, "") if number == 1 else (str(number), f".{number}")
        path = self.folder / f"{self.stem}{suffix}.pcapng"
        stack = ExitStack()
        capture = stack.enter_context(capturing(self.han, path))
        self._all[name] = _Running(path, self.han.clock.now, stack, capture, self.han.medium.frames)
        return name

    def stop(self, name: str) -> None:
        """Stop a capture; its file is complete then. Raises KeyError for an unknown id, and OutputError."""
        found = self._all[name]
        if found.stopped is None:
            found.capture.flush()
            found.stopped = self._state(name, found, running=False)
            found.stack.close()

    def note(self, text: str) -> None:
        """Add a comment to the next frame of every running capture."""
        for each in self._all.values():
            if each.stopped is None:
                each.capture.recorder.note(text)

    def flush(self) -> None:
        """Let readers of the files see what was captured so far. Raises OutputError."""
        for each in self._all.values():
            if each.stopped is None:
                each.capture.flush()

    def close(self) -> None:
        """Stop every capture."""
        with ExitStack() as stack:
            for name in self.running:
                stack.callback(self.stop, name)

    @property
    def running(self) -> tuple[str, ...]:
        """Ids of the running captures."""
        return tuple(name for name, each in self._all.items() if each.stopped is None)

    @property
    def states(self) -> tuple[CaptureState, ...]:
        """All captures, in the order of their start."""
        return tuple(each.stopped or self._state(name, each, running=True) for name, each in self._all.items())

    def _state(self, name: str, each: _Running, *, running: bool) -> CaptureState:
        return CaptureState(
            name,
            each.path.name,
            each.began / SECOND,
            self.han.medium.frames - each.first,
            each.path.stat().st_size,
            running,
        )
