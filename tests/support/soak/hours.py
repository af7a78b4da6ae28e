"""What a bench that is kept uses at each hour of its clock, and whether that grows."""

from __future__ import annotations

import gc
import os
import resource
from collections.abc import Callable
from pathlib import Path
from statistics import linear_regression

from msgspec import Struct

from hanbench.emulator.clock import HOUR
from hanbench.harness.capture.errors import CaptureError
from hanbench.harness.capture.reader import read
from hanbench.harness.control.answers import CaptureState
from hanbench.harness.control.live_bench import LiveBench
from tests.redteam.tables import tables

SETTLED = 2
"""Hours until all homes have come up and each ring of a journal is full; growth counts from then on."""
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Hour(Struct, frozen=True):
    """The bench at a full hour of its clock."""

    hour: int
    memory_mb: float
    """Resident memory of the process."""
    objects: int
    """Python objects that the collector knows, after a collection."""
    processor_s: float
    """Processor time of the process so far."""
    frames: int
    files: int
    """Files of the captures."""
    captured_mb: float
    """Octets of these files on the disk."""
    written_mb: float
    """Octets of all files in the folder of the bench."""
    tables: dict[str, int]
    """Of each table of a device, the largest size that it has anywhere."""


def growth(hours: list[Hour], of: Callable[[Hour], float]) -> float:
    """Return by how much a figure grows in an hour, from the hour `SETTLED` on: the slope of the line through all."""
    settled = [each for each in hours if each.hour >= SETTLED]
    return linear_regression([each.hour for each in settled], [of(each) for each in settled]).slope


class Watch:
    """Looks at a bench at each full hour of its clock, in the bench's thread."""

    def __init__(self, live: LiveBench, hours: int, told: Callable[[Hour], object]) -> None:
        """`told` is called in the bench's thread. The bench must not have started."""
        self.hours: list[Hour] = []
        self.faults: list[str] = []
        """What was wrong with tables or captures."""
        self._live = live
        self._told = told
        for hour in range(hours + 1):
            live.clock.post_last(hour * HOUR, self._look, hour)

    def _look(self, hour: int) -> None:
        live = self._live
        live.captures.flush()
        self._look_at_captures()
        files = [each.stat().st_size for each in live.folder.glob("*.pcapng")]
        gc.collect()
        usage = resource.getrusage(resource.RUSAGE_SELF)
        found = Hour(
            hour,
            round(resident() / 1e6, 2),
            len(gc.get_objects()),
            round(usage.ru_utime + usage.ru_stime, 1),
            live.street.medium.frames,
            len(files),
            round(sum(files) / 1e6, 2),
            round(sum(each.stat().st_size for each in live.folder.iterdir() if each.is_file()) / 1e6, 2),
            self._sizes(),
        )
        self.hours.append(found)
        self._told(found)

    def _sizes(self) -> dict[str, int]:
        largest: dict[str, int] = {}
        for home in self._live.homes.values():
            for table in tables(home.han):
                largest[table.name] = max(largest.get(table.name, 0), table.size)
                if table.size > table.bound:
                    self.faults.append(f"{home.name} {table.device}: {table.name}: {table.size} > {table.bound}")
        return largest

    def _look_at_captures(self) -> None:
        """Look whether files follow each other without a gap, and read the last one that is complete."""
        for state in self._live.captures.states:
            self.faults += out_of_order(state)
            if len(state.files) > 1:
                self.faults += incomplete(self._live.folder, state, -2)


def resident() -> int:
    """Return the resident memory of this process, octets."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE


def out_of_order(state: CaptureState) -> list[str]:
    """Return what is wrong with the order of the files of a capture."""
    names = [each.file for each in state.files]
    # `-` comes before `.` in a name: without its suffix, the first file is the shortest, and so the first.
    faults = [] if names == sorted(names, key=lambda name: Path(name).stem) else [f"names out of order: {names}"]
    for one, other in zip(state.files, state.files[1:], strict=False):
        if other.first != one.first + one.frames:
            faults.append(f"{other.file} begins with frame {other.first}, after {one.first + one.frames - 1}")
    return faults


def incomplete(folder: Path, state: CaptureState, index: int) -> list[str]:
    """Return what is wrong with a file of a capture."""
    file = state.files[index]
    try:
        found = sum(1 for _ in read(folder / file.file))
    except (CaptureError, OSError) as error:
        return [f"{file.file}: {error}"]
    faults = [] if found == file.frames else [f"{file.file}: {found} frames; expected {file.frames}"]
    if not (folder / file.file).with_suffix(".keys").exists():
        faults.append(f"{file.file} has no keys beside it")
    return faults
