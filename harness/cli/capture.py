"""`hanbench capture`: a bench's air as a stream that Wireshark reads while it happens."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import BinaryIO

from hanbench.emulator.clock import PacedClock, run
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.captured import Capture, streaming
from hanbench.harness.cli.errors import BadInput
from hanbench.harness.cli.output import log
from hanbench.harness.cli.up import come_up
from hanbench.harness.han.han import Han

FLUSH_EVERY = 0.2
"""Real seconds: as live as an eye can follow."""


def capture(
    bench_name: str,
    to: Path | None,
    keys: Path | None,
    seed: str | None,
    speed: float | str | None,
    seconds: float | None,
) -> None:
    """Bring BENCH up and write a live capture (pcapng), until Ctrl-C or until nobody reads it any more.

    For Wireshark: hanbench capture virtual --keys virtual.keys | wireshark -k -i -
    """
    bench = BenchFile.find(bench_name)
    clock = bench.clock(speed, watched=True)
    if not isinstance(clock, PacedClock):
        raise BadInput(None, "--speed", "a capture that is looked at live has a pace: expected a number above 0")
    if to is None and sys.stdout.isatty():
        raise BadInput(None, "--to", "a capture is no text: expected stdout to be a pipe or a file")
    han = bench.assemble(clock=clock, seed=seed)
    log(f"hanbench capture: {bench.profile.title}, seed {han.seed}; Ctrl-C ends it")

    with _opened(to) as stream, streaming(han, stream, keys) as live:
        run(clock, _captured(bench, han, live, seconds, clock.speed))


def _opened(to: Path | None) -> BinaryIO:
    """The stream. Waits for a reader where `to` is a named pipe."""
    try:
        # A duplicate: what is left in it when its reader goes away must not be flushed again when Python ends.
        return to.open("wb") if to is not None else os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    except OSError as error:
        raise BadInput(to, "--to", f"cannot be written: {error.strerror}") from None


async def _captured(bench: BenchFile, han: Han, live: Capture, seconds: float | None, speed: float) -> None:
    loop = asyncio.get_running_loop()
    async with han.radios:
        flushing = loop.create_task(live.keep_flushed(FLUSH_EVERY * speed))
        coming_up = loop.create_task(come_up(bench, han))
        ending = loop.create_task(asyncio.sleep(seconds) if seconds is not None else asyncio.Event().wait())
        try:
            # The flushing ends by itself only when nobody reads any more.
            await asyncio.wait((flushing, ending), return_when=asyncio.FIRST_COMPLETED)
            if flushing.done():
                flushing.result()
            live.flush()
        finally:
            for task in (flushing, coming_up, ending):
                task.cancel()
