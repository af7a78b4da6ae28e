"""The head end: requests to a hub over its WAN interface, for asyncio code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices import WanInterface, WanReply
from hanbench.emulator.devices.ids import HUB_ENDPOINT

WAN_WAIT = 30.0
"""Time-out for the hub itself, seconds, in addition to that of a device on the HAN."""


class HeadEnd:
    """The head end of one hub. Each request returns a reply, which is undelivered if none came in time."""

    def __init__(self, wan: WanInterface) -> None:
        self._wan = wan

    async def device_table(self) -> WanReply:
        """Request the hub's device table: `value` is a tuple of its entries."""
        return await self._ask(self._wan.device_table)

    async def mirror_updated(self, ieee: int) -> WanReply:
        """Request the time of a meter's latest report to its mirror: `value` is microseconds of the clock, or None."""
        return await self._ask(lambda done: self._wan.mirror(ieee, done))

    async def read(
        self,
        ieee: int,
        cluster: int,
        attributes: Iterable[int],
        *,
        timeout: float,
        endpoint: int = HUB_ENDPOINT,
        secured: bool = False,
    ) -> WanReply:
        """Read attributes of a device on the HAN, which must answer the hub within `timeout` seconds.

        `secured`: under the link key, so that the answer proves its sender.
        """
        microseconds = round(timeout * SECOND)
        return await self._ask(
            lambda done: self._wan.read(
                ieee, endpoint, cluster, attributes, done, timeout=microseconds, secured=secured
            ),
            timeout,
        )

    async def _ask(self, request: Callable[[Callable[[WanReply], None]], None], on_han: float = 0.0) -> WanReply:
        try:
            async with asyncio.timeout(on_han + WAN_WAIT):
                reply: WanReply = await called_back(request)
                return reply
        except TimeoutError:
            return WanReply(False)


async def called_back(start: Callable[[Callable[[Any], None]], object]) -> Any:
    """Return the argument with which `start` calls the callback that it is given."""
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def done(result: Any) -> None:
        if not future.done():
            future.set_result(result)

    start(done)
    return await future
