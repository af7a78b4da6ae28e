"""A live capture of a bench into Wireshark's FIFO, until Wireshark closes it."""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from hanbench.emulator.clock import PacedClock, VirtualClock, run
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.captured import Capture, streaming
from hanbench.harness.capture import CaptureKey
from hanbench.harness.han.formation import FormationError
from hanbench.harness.han.han import Han
from hanbench.profiles.benches import VIRTUAL

LOOK_EVERY = 0.2
"""Interval between checks of the FIFO, real seconds: short enough to look live."""


def capture(
    bench: BenchFile,
    fifo: Path,
    *,
    seed: str | None,
    speed: float | None,
    on_keys: Callable[[Iterable[CaptureKey]], object],
    log: Callable[[str], None],
) -> None:
    """Bring a bench up and write a live capture, until the reader closes the FIFO.

    `on_keys` is called with all keys whenever there are new ones. Raises ProfileError, RadioError, OutputError about
    the state of the bench, and OSError if the FIFO cannot be opened.
    """
    if speed is None and bench.profile.speed == VIRTUAL:
        speed = 1.0
    clock = bench.clock(speed, watched=True)
    with bench.state(log) as state:
        han = bench.assemble(clock=clock, seed=seed, state=state)
        with suppress(BrokenPipeError), fifo.open("wb") as stream, streaming(han, stream, None) as live:
            run(clock, _written(bench, han, live, stream, on_keys, log))


async def _written(
    bench: BenchFile,
    han: Han,
    live: Capture,
    stream: BinaryIO,
    on_keys: Callable[[Iterable[CaptureKey]], object],
    log: Callable[[str], None],
) -> None:
    every, known = LOOK_EVERY * _speed(han.clock), 0
    async with han.radios:
        coming_up = asyncio.get_running_loop().create_task(_come_up(bench, han, log))
        try:
            while _has_reader(stream):
                live.flush()
                if len(live.keys) != known:
                    known = len(live.keys)
                    on_keys(live.keys)
                if coming_up.done():
                    coming_up.result()
                await asyncio.sleep(every)
        finally:
            coming_up.cancel()


def _speed(clock: VirtualClock) -> float:
    return clock.speed if isinstance(clock, PacedClock) else 1.0


async def _come_up(bench: BenchFile, han: Han, log: Callable[[str], None]) -> None:
    try:
        await bench.begin(han)
    except FormationError as error:
        log(f"the HAN did not come up: {error}; the capture continues")


def _has_reader(stream: BinaryIO) -> bool:
    """Return whether a pipe still has a reader, as far as this can be known without writing."""
    poller = select.poll()
    poller.register(stream, 0)
    return not any(events & (select.POLLERR | select.POLLHUP) for _, events in poller.poll(0))
