"""A session with a broker that is kept: begun again after each end of the connection, with growing pauses."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator

from hanbench.harness.broker.errors import AddressError, BrokerError
from hanbench.harness.broker.link import Link

FIRST_PAUSE = 0.5
"""Seconds."""
LONGEST_PAUSE = 30.0
STEADY = 10.0
"""Time after which a connection counts as good, and the pauses begin anew, seconds."""

Session = Callable[[Link], Awaitable[None]]


async def keep_connected(connect: Callable[[], Link], session: Session, tell: Callable[[str], None]) -> None:
    """Connect and run `session`, again after each BrokerError, until it returns. Raises AddressError.

    The same trouble is told once, until it is over.
    """
    told: set[str] = set()
    pauses = pauses_between()
    while True:
        began = time.monotonic()
        try:
            async with connect() as link:
                if told:
                    _tell_once(f"{link.address}: connected again", told, tell)
                await session(link)
                return
        except AddressError:
            raise
        except BrokerError as error:
            if time.monotonic() - began > STEADY:
                told.clear()
                pauses = pauses_between()
            _tell_once(f"{error}; trying again", told, tell)
        await asyncio.sleep(next(pauses))


def _tell_once(text: str, told: set[str], tell: Callable[[str], None]) -> None:
    if text not in told:
        told.add(text)
        tell(text)


def pauses_between() -> Iterator[float]:
    """Yield the pauses between tries, seconds: doubled up to the longest, each shortened by up to half at random."""
    pause = FIRST_PAUSE
    while True:
        yield pause * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        pause = min(2 * pause, LONGEST_PAUSE)
