"""The folder in which a bench keeps its state: the flash of its devices, so that none has to join again.

A bench file names it (`state = "folder"`, relative to the file). One run at a time uses it, and only its owner can read
it. The file in it is replaced as a whole, before a frame counter gets near the value that stands in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from hanbench.emulator.clock import SECOND
from hanbench.harness.bench import flash_file
from hanbench.harness.bench.flash_file import BenchFlash, FlashFileError
from hanbench.harness.bench.state_place import EXPECTED, FILE, OWNER_ONLY, UnfitPlaceError, check_place, keep_private
from hanbench.harness.case.calendar import shown_date
from hanbench.harness.files import PRIVATE, OutputError, locked_folder, write_whole
from hanbench.harness.han.han import Han
from hanbench.profiles.errors import ProfileError

LARGEST = 64_000_000
"""Maximum octets of the file; that of three devices has some 4,000."""
SAVE_EVERY = SECOND
"""Microseconds of the bench's clock between two looks whether the flash has changed while no frame is on the air."""


class StateFolder:
    """The state of one bench: what was kept when it last ran, and what its devices keep from now on."""

    def __init__(self, path: Path, bench: str) -> None:
        """`path`: the folder, locked. `bench`: the bench's id. Raises ProfileError for a file that cannot be used,
        and UnfitPlaceError for that of another bench.
        """
        self.path = path
        self._file = path / FILE
        self._bench = bench
        self.kept = _read(self._file)
        """The flash as it was kept; None: the bench has not run yet."""
        if self.kept is not None and self.kept.bench != bench:
            raise UnfitPlaceError(f"{path} has the state of the bench {self.kept.bench!r}; {EXPECTED}")
        self._han: Han | None = None
        self._written: bytes | None = None
        self._failure: OutputError | None = None

    @property
    def starts(self) -> int:
        """How often the bench has started with this folder before."""
        return 0 if self.kept is None else self.kept.starts

    def not_before(self, start: datetime) -> datetime:
        """Return `start`, or the date at which the bench stopped if that is later: no device's time goes back."""
        return start if self.kept is None else max(start, self.kept.saved)

    def attach(self, han: Han) -> None:
        """Give the devices of `han`, which have no power yet, their flash, and keep it from now on.

        Raises ProfileError if the folder is that of other devices, and OutputError.
        """
        if self.kept is not None:
            try:
                flash_file.restore(self.kept, han)
            except FlashFileError as error:
                raise ProfileError(self._file, str(error)) from None
        self._han = han
        self._save()
        han.medium.observers.append(lambda transmission: self._save_or_stop())
        han.clock.call_later(SAVE_EVERY, self._look)

    def close(self) -> None:
        """Write the flash for the last time. Raises OutputError, also the one that stopped the devices before."""
        if self._failure is not None:
            raise self._failure
        if self._han is not None:
            self._written = None  # for the date
            self._save()
            self._han = None

    def _save(self) -> None:
        """Write the flash if it has changed. Raises OutputError."""
        if self._han is None or self._failure is not None:
            return
        now = flash_file.flash_of(self._han, self._bench, self.starts + 1)
        undated = flash_file.encode(flash_file.undated(now))
        if undated != self._written:
            write_whole(self._file, flash_file.encode(now), PRIVATE)
            self._written = undated

    def _look(self) -> None:
        self._save_or_stop()
        if self._han is not None:
            self._han.clock.call_later(SAVE_EVERY, self._look)

    def _save_or_stop(self) -> None:
        """Write the flash; if that fails, no device may go on, because it would use counters that nothing keeps."""
        try:
            self._save()
        except OutputError as error:
            assert self._han is not None
            self._failure = error
            self._han.health.fault = str(error)
            for device in self._han.devices:
                device.power_off()
            self._han.on_progress(f"{error}; all devices are without power now, because their state cannot be kept")
            self._han = None


@contextmanager
def opened(bench_file: Path, state: str, bench: str, log: Callable[[str], None]) -> Iterator[StateFolder]:
    """Open the folder `state`, relative to the file of the bench with the id `bench`; make it if there is none.

    `log` gets a line about it, and one if its permissions were too wide. Raises OutputError if another run uses it,
    or it cannot be written; ProfileError for a folder that no bench may take, and for a file that cannot be used.
    """
    with ExitStack() as stack:
        try:
            path = check_place(bench_file.parent, state)
            stack.enter_context(locked_folder(path, OWNER_ONLY))
            check_place(bench_file.parent, state)  # another program may have changed it meanwhile
            folder = StateFolder(path, bench)
            keep_private(path, log)
        except UnfitPlaceError as error:
            raise ProfileError(bench_file, str(error), "state") from None
        log(f"state: {path}, {'new' if folder.kept is None else f'as on {shown_date(folder.kept.saved)}'}")
        try:
            yield folder
        finally:
            folder.close()


def _read(path: Path) -> BenchFlash | None:
    try:
        with path.open("rb") as stream:
            octets = stream.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ProfileError(path, f"cannot be read: {error.strerror}") from None
    try:
        if len(octets) > LARGEST:
            raise FlashFileError(f"expected at most {LARGEST:,} octets")
        return flash_file.decode(octets)
    except FlashFileError as error:
        hint = "put a copy back, or delete the file and let the devices join again"
        raise ProfileError(path, f"{error}; {hint}") from None
