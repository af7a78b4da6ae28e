"""A bench that `up` or `serve` keeps, made ready to start: its control socket, folders, devices and capture."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hanbench.emulator.clock import PacedClock
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.cleanup import Add, cleaned_up
from hanbench.harness.bench.kept_capture import CAPTURE_SIZE
from hanbench.harness.bench.street import assemble_street
from hanbench.harness.cli.embed_keys import embed_keys_of
from hanbench.harness.cli.errors import BadInput
from hanbench.harness.cli.output import log
from hanbench.harness.control.earlier_run import set_aside
from hanbench.harness.control.journal import KEPT_FRAMES
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.runtime import claimed, runtime_folder
from hanbench.harness.files import locked_folder


@dataclass(frozen=True)
class Wanted:
    """A bench that is to be kept."""

    file: BenchFile
    name: str
    """Its name among those that are up."""
    folder: Path
    """For its captures."""
    seed: str | None
    """None: the bench's own."""
    speed: float | str | None
    """None: the bench's own, or 1."""
    embed_keys: bool = False
    kept_frames: int = KEPT_FRAMES
    """Number of frames that its journal keeps."""
    capture_size: int = CAPTURE_SIZE
    """Octets that its captures use at most."""

    def clock(self) -> PacedClock:
        """Return a clock for the bench. Raises BadInput and ProfileError."""
        clock = self.file.clock(self.speed, watched=True)
        if not isinstance(clock, PacedClock):
            problem = "other programs take part, which needs paced time: expected a number above 0"
            raise BadInput(None, "--speed", problem)
        return clock


@dataclass(frozen=True)
class Kept:
    """A bench that is ready to start."""

    live: LiveBench
    control: socket.socket
    """The control socket, which listens."""


@contextmanager
def kept(wanted: Wanted, add: Add | None = None) -> Iterator[Kept]:
    """Make a bench ready; what it took is given back in the end. Raises OutputError and ProfileError.

    `add`: of a `cleaner` that several benches share.
    """
    with ExitStack() as stack:
        control = stack.enter_context(claimed(wanted.name, add))
        state = stack.enter_context(wanted.file.state(log))
        stack.enter_context(locked_folder(wanted.folder))
        earlier = set_aside(wanted.folder, wanted.file.profile.id)
        if earlier is not None:
            log(f"the run before is in {earlier}, until the next one")
        links = runtime_folder() / wanted.name
        street = assemble_street(wanted.file, wanted.clock(), seed=wanted.seed, links=links, state=state)
        stack.enter_context(cleaned_up(street.published))
        live = LiveBench(
            wanted.file,
            street,
            wanted.folder,
            wanted.name,
            wanted.kept_frames,
            capture_size=wanted.capture_size,
        )
        stack.callback(_embed_keys_if, wanted, lambda: live.captures.files)
        yield Kept(live, control)


def _embed_keys_if(wanted: Wanted, captures: Callable[[], Iterable[Path]]) -> None:
    """Embed the keys into the captures of a bench that has ended, if that is wanted."""
    if wanted.embed_keys:
        for capture in captures():
            if capture.exists():
                embed_keys_of(capture)
