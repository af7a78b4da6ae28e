"""`hanbench up` of a bench of several homes: all on one clock and in one capture, without a control socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from hanbench.emulator.clock import PacedClock, run
from hanbench.harness.bench.captured import capturing
from hanbench.harness.bench.street import Street, StreetHome
from hanbench.harness.checks.mirror_watch import watch_mirror
from hanbench.harness.cli.output import log
from hanbench.harness.han.formation import FormationError


def keep_homes(
    street: Street, clock: PacedClock, capture_file: Path, seconds: float | None, started: Callable[[], None]
) -> None:
    """Keep all homes up for `seconds` of the clock, or until Ctrl-C. `started` is called when the ports are open."""
    street.on_event(lambda text: log(f"{street.calendar.shown(clock.now)}  {text}"), progress=True)

    async def kept() -> None:
        async with street:
            started()
            loop = asyncio.get_running_loop()
            tasks = [loop.create_task(capture.keep_flushed(clock.speed))]
            tasks += [loop.create_task(come_up(street, home)) for home in street.homes]
            tasks += [loop.create_task(watch_mirror(home.han, home.han.on_event)) for home in street.homes]
            try:
                if seconds is None:
                    await asyncio.Event().wait()
                else:
                    await asyncio.sleep(seconds)
            finally:
                for task in tasks:
                    task.cancel()

    with capturing(street, capture_file) as capture:
        run(clock, kept())


async def come_up(street: Street, home: StreetHome) -> None:
    """Bring one home up, and log the result."""
    try:
        await street.begin(home)
    except FormationError as error:
        home.han.on_event(f"the HAN did not come up: {error}; the ports stay open")
    else:
        home.han.on_event("the HAN is up")
