"""Recording of a medium: an observer that writes every transmission, as the sniffer hears it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from os import PathLike
from pathlib import Path

from hanbench.emulator.radio.medium import Medium
from hanbench.emulator.radio.transmission import Transmission
from hanbench.harness.capture import tap
from hanbench.harness.capture.pcapng import DEFAULT_EPOCH, PcapngWriter, Stream
from hanbench.harness.files import GrowingWholeFile, OutputError


class Recorder:
    """Writes all transmissions from now on, until `detach`.

    If it is attached before the first frame, a transmission's `number` is its frame number in Wireshark; otherwise it
    is larger by `skipped`. A frame's time is that of its end, as in `Reception`, so that times never decrease.
    """

    def __init__(self, medium: Medium, stream: Stream, *, epoch: datetime = DEFAULT_EPOCH) -> None:
        """`epoch` is the date at microsecond 0 of the clock. `stream` should be buffered, and stays open."""
        self.skipped = medium.frames
        """Number of transmissions before this recorder was attached."""
        self._medium = medium
        self._epoch = epoch
        self.continue_in(stream)
        self._heard: dict[tuple[float, int, int], bytes] = {}
        self._comment = ""
        medium.observers.append(self)

    def continue_in(self, stream: Stream) -> None:
        """Write a new capture into `stream`, from the next frame on."""
        self.stream = stream
        self._write = PcapngWriter(stream, epoch=self._epoch).write

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


class CaptureInProgress:
    """The stream of a capture, which notes that it cannot be written, and takes nothing more from then on.

    An observer of a medium cannot end what runs there: who closes the file is told.
    """

    def __init__(self, path: Path) -> None:
        """Raises OutputError."""
        self._file = GrowingWholeFile(path)
        self._failure: OutputError | None = None

    def write(self, octets: bytes, /) -> None:
        self._unless_failed(lambda: self._file.write(octets))

    def flush(self) -> None:
        self._unless_failed(self._file.flush)

    def close(self) -> None:
        """Give the file its name. Raises OutputError if anything could not be written; it gets no name then."""
        self._unless_failed(self._file.close)
        if self._failure is not None:
            self._file.abandon()
            raise self._failure

    def _unless_failed(self, act: Callable[[], object]) -> None:
        if self._failure is None:
            try:
                act()
            except OutputError as error:
                self._failure = error


@contextmanager
def recording(medium: Medium, path: str | PathLike[str], *, epoch: datetime = DEFAULT_EPOCH) -> Iterator[Recorder]:
    """Record a medium into the file `path`, which is there and complete when the context ends, even on an error.

    While it grows it has the hidden name `.NAME.new` beside it. Raises OutputError if it cannot be written; an older
    file of that name stays then.
    """
    with closing(CaptureInProgress(Path(path))) as stream:
        recorder = Recorder(medium, stream, epoch=epoch)
        try:
            yield recorder
        finally:
            recorder.detach()
