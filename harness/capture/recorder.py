"""Recording of a medium: an observer that writes every transmission, as the sniffer hears it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from hanbench.emulator.radio.medium import Medium
from hanbench.emulator.radio.transmission import Transmission
from hanbench.harness.capture import tap
from hanbench.harness.capture.pcapng import DEFAULT_EPOCH, PcapngWriter
from hanbench.harness.files import growing


class Recorder:
    """Writes all transmissions from now on, until `detach`.

    If it is attached before the first frame, a transmission's `number` is its frame number in Wireshark; otherwise it
    is larger by `skipped`. A frame's time is that of its end, as in `Reception`, so that times never decrease.
    """

    def __init__(self, medium: Medium, stream: BinaryIO, *, epoch: datetime = DEFAULT_EPOCH) -> None:
        """`epoch` is the date at microsecond 0 of the clock. `stream` should be buffered, and stays open."""
        self.skipped = medium.frames
        """Number of transmissions before this recorder was attached."""
        self._medium = medium
        self.stream = stream
        self._write = PcapngWriter(stream, epoch=epoch).write
        self._heard: dict[tuple[float, int, int], bytes] = {}
        self._comment = ""
        medium.observers.append(self)

    def __call__(self, transmission: Transmission) -> None:
        rssi, lqi = self._medium.sniffed(transmission)
        heard = self._heard.get((rssi, lqi, transmission.channel))
        if heard is None:
            heard = tap.encode(rssi, lqi, transmission.channel)
            self._heard[rssi, lqi, transmission.channel] = heard
        if self._comment:
            self._write(transmission.end, transmission.psdu, heard, self._comment)
            self._comment = ""
        else:
            self._write(transmission.end, transmission.psdu, heard)

    def note(self, text: str) -> None:
        """Add `text` to the comment of the next frame, for example when a fault begins."""
        self._comment = f"{self._comment}\n{text}" if self._comment else text

    def detach(self) -> None:
        """Stop recording."""
        self._medium.observers.remove(self)


@contextmanager
def recording(medium: Medium, path: str | PathLike[str], *, epoch: datetime = DEFAULT_EPOCH) -> Iterator[Recorder]:
    """Record a medium into the file `path`, which is complete when the context ends, even on an error.

    Raises OutputError.
    """
    with growing(Path(path)) as stream:
        recorder = Recorder(medium, stream, epoch=epoch)
        try:
            yield recorder
        finally:
            recorder.detach()
