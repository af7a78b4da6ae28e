"""`hanbench capture`: the air of a bench as a live stream for Wireshark."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from hanbench.emulator.clock import PacedClock, run
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.captured import Capture, streaming
from hanbench.harness.bench.street import Street, StreetHome, assemble_street
from hanbench.harness.capture import keyfile
from hanbench.harness.cli.apart import must_be_apart
from hanbench.harness.cli.errors import NO_ROOM, BadInput
from hanbench.harness.cli.output import log
from hanbench.harness.han.formation import FormationError

FLUSH_EVERY = 0.2
"""Interval between flushes, real seconds: short enough to look live."""


def capture(
    bench_name: str,
    to: Path | None,
    keys: Path | None,
    seed: str | None,
    speed: float | str | None,
    seconds: float | None,
) -> None:
    """Bring BENCH up and write a live capture (pcapng), until Ctrl-C or until the reader closes the stream.

    For Wireshark: `hanbench capture virtual --keys v.keys | wireshark -ki -`
    """
    bench = BenchFile.find(bench_name)
    must_be_apart("--to", to, [("BENCH", Path(bench_name))])
    written = ("stdout", sys.stdout.fileno()) if to is None else ("--to", to)
    must_be_apart("--keys", keys, [("BENCH", Path(bench_name)), written])
    clock = bench.clock(speed, watched=True)
    if not isinstance(clock, PacedClock):
        raise BadInput(None, "--speed", "a live capture needs paced time: expected a number above 0")
    if to is None and sys.stdout.isatty():
        raise BadInput(None, "--to", "a capture is binary: expected stdout to be a pipe or a file")
    with bench.state(log) as state:
        street = assemble_street(bench, clock, seed=seed, state=state)
        log(f"hanbench capture: {bench.profile.title}, seed {street.seed}; Ctrl-C ends it")
        if keys is not None:
            keyfile.write(keys, street.keys)  # before anything else, so that a wrong path is reported at once
        with _named_if_full(to), _opened(to) as stream, streaming(street, stream, keys) as live:
            run(clock, _captured(street, live, seconds, clock.speed))


def _opened(to: Path | None) -> BinaryIO:
    """Open the stream. If `to` is a named pipe, this waits for its reader."""
    try:
        # A duplicate, so that Python does not flush the rest of the buffer at exit after the reader has gone.
        return to.open("wb") if to is not None else os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    except OSError as error:
        raise BadInput(to, "--to", f"cannot be written: {error.strerror}") from None


@contextmanager
def _named_if_full(to: Path | None) -> Iterator[None]:
    """Name the stream if it has no room; stdout is named where all commands end."""
    try:
        yield
    except OSError as error:
        if to is None or error.errno not in NO_ROOM or error.filename is not None:
            raise
        raise BadInput(to, "--to", f"cannot be written: {error.strerror}") from None


async def _captured(street: Street, live: Capture, seconds: float | None, speed: float) -> None:
    loop = asyncio.get_running_loop()
    async with street:
        flushing = loop.create_task(live.keep_flushed(FLUSH_EVERY * speed))
        coming_up = [loop.create_task(_come_up(street, home)) for home in street.homes]
        ending = loop.create_task(asyncio.sleep(seconds) if seconds is not None else asyncio.Event().wait())
        try:
            # `keep_flushed` ends by itself only when the reader has gone.
            await asyncio.wait((flushing, ending), return_when=asyncio.FIRST_COMPLETED)
            if flushing.done():
                flushing.result()
            live.flush()
        finally:
            for task in (flushing, *coming_up, ending):
                task.cancel()


async def _come_up(street: Street, home: StreetHome) -> None:
    """Bring one home up; one that does not come up is on the air anyway."""
    with suppress(FormationError):
        await street.begin(home)
