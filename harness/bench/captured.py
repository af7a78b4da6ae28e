"""The capture of a HAN: every observed frame, and every key of its emulated devices."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO, Protocol

from hanbench.emulator.radio.medium import Medium
from hanbench.harness.capture import keyfile
from hanbench.harness.capture.pcapng import Stream
from hanbench.harness.capture.recorder import CaptureInProgress, Recorder
from hanbench.harness.case.calendar import Calendar


class Keys(Protocol):
    """Keys so far; there may be more later."""

    def __iter__(self) -> Iterator[keyfile.CaptureKey]: ...

    def __len__(self) -> int: ...


class Captured(Protocol):
    """What can be captured: a HAN, or several on one Air."""

    @property
    def medium(self) -> Medium: ...

    @property
    def calendar(self) -> Calendar: ...

    @property
    def keys(self) -> Keys: ...


class Capture:
    """A capture in progress."""

    def __init__(self, keys: Path | None, recorder: Recorder, stream: Stream, ring: Keys) -> None:
        """`keys`: the file for the keys."""
        self._file = keys
        self.recorder = recorder
        self._stream = stream
        self.keys = ring
        """All keys so far."""
        self._kept = 0

    def flush(self) -> None:
        """Flush the capture and write new keys to the key file, so that a reader sees them."""
        self._stream.flush()
        if self._file is not None and len(self.keys) != self._kept:
            self._kept = len(self.keys)
            keyfile.write(self._file, self.keys)

    async def keep_flushed(self, every: float = 1.0) -> None:
        """Flush every `every` seconds, until cancelled."""
        while True:
            self.flush()
            await asyncio.sleep(every)


@contextmanager
def capturing(han: Captured, path: Path) -> Iterator[Capture]:
    """Capture into the file `path`, keys beside it; both are there and whole when the context ends, even on an error.

    Raises OutputError if the capture cannot be written; neither of them is written then.
    """
    stream = CaptureInProgress(path)
    recorder = Recorder(han.medium, stream, epoch=han.calendar.epoch)
    try:
        yield Capture(keyfile.beside(path), recorder, stream, han.keys)
    finally:
        recorder.detach()
        stream.close()
        keyfile.write(keyfile.beside(path), han.keys)


@contextmanager
def streaming(han: Captured, stream: BinaryIO, keys: Path | None) -> Iterator[Capture]:
    """Capture into a stream for a live reader; keys, if wanted, into a file that is complete at the end."""
    recorder = Recorder(han.medium, stream, epoch=han.calendar.epoch)
    capture = Capture(keys, recorder, stream, han.keys)
    try:
        yield capture
    finally:
        recorder.detach()
        if keys is not None:
            keyfile.write(keys, han.keys)


def capturing_if(han: Captured, path: Path | None) -> AbstractContextManager[Capture | None]:
    """Capture as `capturing` does; None as `path`: no capture."""
    return nullcontext() if path is None else capturing(han, path)
