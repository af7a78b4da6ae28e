"""The sender for a device that sleeps.

Frames without keys come in the time after a poll in which the device waits for its parent's frame (IEEE 802.15.4-2011,
5.1.6.3): the hub's radio announces one and sends none. Frames with keys come from the hub's queue, one a poll.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from hanbench.emulator.clock import MILLISECOND, SECOND
from hanbench.emulator.errors import LocalProtocolError
from hanbench.emulator.mac.indirect import MacAddress
from hanbench.emulator.radio import TxResult, TxStatus
from hanbench.harness.conform.bench import ConformBench
from hanbench.harness.conform.fuzz.attacker import Attacker
from hanbench.harness.conform.fuzz.frame import FuzzFrame
from hanbench.harness.conform.sides import HubSide

AFTER_POLL = MILLISECOND
"""From the end of a poll to the first frame: the acknowledgement is over by then."""
EXCHANGE = 6 * MILLISECOND
"""Time in which a frame of the hub's queue is fetched and acknowledged."""
LONG_SILENCE = 5 * SECOND
"""Without a poll, after which the hub's queue may have dropped its frames, and the announcement with them."""
BURST = 22 * MILLISECOND
"""Time in which frames follow a poll; a device waits 31.8 ms (macMaxFrameTotalWaitTime)."""


class SleeperAttacker(Attacker):
    """What sends the frames of the fuzzer to a child of the hub that sleeps."""

    def __init__(self, bench: ConformBench, side: HubSide, wake_limit_s: float) -> None:
        """`wake_limit_s`: seconds within which the device must wake."""
        han = bench.han
        super().__init__(bench, lambda: han.hub, side, wake_limit_s)
        self._window_end = self._last_poll = 0
        self._announced = False
        self._awake: asyncio.Future[None] | None = None
        self._hub_polled = han.hub.stack.mac.on_poll
        han.hub.stack.mac.on_poll = self._polled

    async def send(self, frames: Sequence[FuzzFrame], then: Callable[[], None] = lambda: None) -> None:
        await super().send(frames, then)
        self._take_back()

    async def awake(self, seconds: float) -> bool:
        """Wait for the next poll of the device; return whether it came in time."""
        self._awake = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(seconds):
                await self._awake
        except TimeoutError:
            return False
        finally:
            self._awake = None
        return True

    async def _send_keyed(self, frames: Sequence[FuzzFrame], then: Callable[[], None]) -> None:
        if await self.awake(self._limit_s):
            await super()._send_keyed(frames, then)

    # --- between a poll and the end of the wait for its frame ---------------------------------------------------------

    def _polled(self, source: MacAddress) -> None:
        if self._hub_polled is not None:
            self._hub_polled(source)
        if source.value not in (self.side.short, self._bench.own.ieee):
            return
        if self._awake is not None and not self._awake.done():
            self._awake.set_result(None)
        if not self._raw:
            return
        now, before = self._bench.clock.now, self._last_poll
        self._last_poll = now
        if self._announced and not self._waiting() and now - before < LONG_SILENCE:
            self._window_end = now + BURST
            self._bench.clock.call_later(AFTER_POLL, self._transmit)
        else:  # the hub's queue takes the announcement back when it is empty
            self._announced = False
            self._bench.clock.call_later(EXCHANGE, self._announce)

    def _begin(self) -> None:
        self._announce()

    def _transmit(self) -> None:
        if not self._raw or self._bench.clock.now > self._window_end:
            self._done()
            return
        try:
            self.radio.transmit(self._raw[0], self._transmitted, csma=False, retries=0)
        except LocalProtocolError:  # a burst of an earlier poll is not over
            return
        self._raw.popleft()

    def _transmitted(self, result: TxResult) -> None:
        if result.status is TxStatus.ACKED:  # its poll has ended
            self._done()
        else:
            self._transmit()

    def _announce(self) -> None:
        """Set the frame-pending bit in the acknowledgements of the device's polls, once the hub's queue is empty."""
        short = self.side.short
        if short is None or not self._raw:
            return
        if self._waiting():
            self._bench.clock.call_later(EXCHANGE, self._announce)
        else:
            self._announced = True
            self._bench.han.hub.radio.source_match_add(short, extended=False)

    def _take_back(self) -> None:
        """Leave the frame-pending bit to the hub's queue."""
        short, self._announced = self.side.short, False
        if short is not None and not self._waiting():
            self._bench.han.hub.radio.source_match_remove(short, extended=False)

    def _waiting(self) -> int:
        short = self.side.short
        return 0 if short is None else self._bench.han.hub.stack.mac.indirect.waiting(MacAddress(short))
