"""The sender of the fuzzer: a radio of its own for frames without keys, and a device of the bench for those with keys.

A device that listens gets every frame at once; `sleeper.py` has the sender for one that sleeps.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from hanbench.emulator.devices import AnyDevice
from hanbench.emulator.errors import LocalProtocolError
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio import AirRadio, RadioConfig, TxResult
from hanbench.emulator.radio.fcs import fcs
from hanbench.harness.conform.bench import BESIDE_M, ConformBench
from hanbench.harness.conform.fuzz.frame import FuzzFrame, Knowledge
from hanbench.harness.conform.fuzz.generator import Target
from hanbench.harness.conform.fuzz.sealing import sealed
from hanbench.harness.conform.sides import Side

DRAIN_S = 10.0
"""Time for a frame to leave the sender's queue: at a hub it waits 7.68 s at most."""
AT_ONCE = 4
"""Frames in the sender's queue: one that waits longer may be overtaken by a broadcast, and count as replayed."""
KEPT = 2_048
"""Frames whose octets on the air are kept."""


class Attacker:
    """What sends the frames of the fuzzer to one device."""

    def __init__(self, bench: ConformBench, sender: Callable[[], AnyDevice], side: Side, limit_s: float) -> None:
        """`sender`: the device of the bench whose keys are used. `limit_s`: seconds for frames without keys."""
        self._bench = bench
        self._sender = sender
        self.side = side
        self._limit_s = limit_s
        han, kind = bench.han, bench.setting.kind
        position = BESIDE_M if bench.setting.real_time else han.settings.positions[kind]
        self.radio = AirRadio(han.air, bench.clock, han.random("fuzzer", "radio"), "fuzzer", position)
        self._raw: deque[bytes] = deque()
        self._raw_sent: asyncio.Future[None] | None = None
        self.psdus: deque[bytes] = deque(maxlen=KEPT)
        """The latest frames as on the air; those with keys with sequence number 0."""

    @property
    def target(self) -> Target:
        """The addresses that reach the device now, and those of the sender."""
        sender, side = self._sender(), self.side
        return Target(
            sender.stack.nwk.network.pan_id, side.short or 0, side.endpoint, side.own_short, side.own_endpoint
        )

    async def send(self, frames: Sequence[FuzzFrame], then: Callable[[], None] = lambda: None) -> None:
        """Send frames, those without keys first; ends when all are sent, or when the device does not wake.

        `then` is called when the last frame with keys waits in the sender's queue: what it sends comes right behind.
        """
        raw = [frame for frame in frames if frame.knowledge is Knowledge.OUTSIDE]
        if raw:
            await self._send_raw(frame.content for frame in raw)
        keyed = [frame for frame in frames if frame.knowledge is not Knowledge.OUTSIDE]
        if keyed:
            await self._send_keyed(keyed, then)

    def tune(self) -> None:
        """Set the radio to the channel of the network."""
        self.radio.configure(replace(RadioConfig(), channel=self._sender().stack.mac.channel))

    # --- without keys -------------------------------------------------------------------------------------------------

    async def _send_raw(self, mpdus: Iterable[bytes]) -> None:
        self._raw = deque(mpdu + fcs(mpdu) for mpdu in mpdus)
        self.psdus.extend(self._raw)
        self._raw_sent = asyncio.get_running_loop().create_future()
        self.tune()
        self._begin()
        try:
            async with asyncio.timeout(self._limit_s):
                await self._raw_sent
        except TimeoutError:
            self._raw.clear()
        finally:
            self._raw_sent = None

    def _begin(self) -> None:
        self._transmit()

    def _transmit(self) -> None:
        if not self._raw:
            self._done()
            return
        try:
            self.radio.transmit(self._raw[0], self._transmitted, csma=True, retries=0)
        except LocalProtocolError:  # a burst of an earlier poll is not over
            return
        self._raw.popleft()

    def _transmitted(self, result: TxResult) -> None:
        self._transmit()

    def _done(self) -> None:
        if not self._raw and self._raw_sent is not None and not self._raw_sent.done():
            self._raw_sent.set_result(None)

    # --- with keys ----------------------------------------------------------------------------------------------------

    async def _send_keyed(self, frames: Sequence[FuzzFrame], then: Callable[[], None]) -> None:
        waiting, left = deque(frames), len(frames)
        emptied: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def sent(_: object) -> None:
            nonlocal left
            left -= 1
            if waiting:
                self._send_one(waiting.popleft(), sent)
                if not waiting:
                    then()
            elif not left and not emptied.done():
                emptied.set_result(None)

        for _ in range(min(AT_ONCE, len(frames))):
            self._send_one(waiting.popleft(), sent)
        if not waiting:
            then()
        try:
            async with asyncio.timeout(DRAIN_S + len(frames) * DRAIN_S / AT_ONCE):
                await emptied
        except TimeoutError:
            waiting.clear()

    def _send_one(self, frame: FuzzFrame, sent: Callable[[object], None]) -> None:
        target, sender = self.target, self._sender()
        try:
            npdu = sealed(frame, sender, self.side, self._bench.own.ieee)
        except (LocalProtocolError, KeyError):  # it is too long under these keys, or the sender has no link key now
            self._bench.clock.call_later(0, sent, None)
            return
        self.psdus.append(mac.data(0, target.pan_id, target.short, target.source, npdu, ack=True))
        sender.stack.nwk.send_to_neighbor(target.short, npdu, sent)
