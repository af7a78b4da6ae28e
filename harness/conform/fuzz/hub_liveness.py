"""Signs of life of a hub under fuzzing: answers, acknowledgements of polls, and beacons."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio import Transmission, TxResult, TxStatus
from hanbench.emulator.radio.fcs import fcs
from hanbench.harness.conform.fuzz.attacker import Attacker
from hanbench.harness.conform.fuzz.liveness import NO_ANSWER, Question
from hanbench.harness.conform.hub_bench import HubBench

BEACON_S = 2.0
ATTEMPTS = 3
"""Beacon requests, and polls, before one counts as unanswered: a frame may meet another one in the air."""
NO_BEACON, NO_ACKNOWLEDGEMENT = "it answers no beacon request", "it acknowledges no poll"
_TYPE, _BEACON = 0x07, 0x00
"""Of the first octet of a frame: the bits of its type, and their value in a beacon (IEEE 802.15.4-2011, 5.2.1.1.1)."""


class HubLiveness:
    """A hub is alive if it answers a meter, acknowledges the polls of its sleeping child, and sends beacons."""

    def __init__(self, bench: HubBench, attacker: Attacker, ask: Callable[[], Question]) -> None:
        self._bench = bench
        self._attacker = attacker
        self._ask = ask
        self._sequence = 0
        self._beacon: asyncio.Future[bool] | None = None
        bench.han.medium.observers.append(self._saw)

    def question(self) -> Question:
        return self._ask()

    async def missing(self, question: Question) -> str:
        if not await question.answered():
            return NO_ANSWER
        self._attacker.tune()
        if not await self._tried(self._acknowledges_poll):
            return NO_ACKNOWLEDGEMENT
        return "" if await self._tried(self._sends_beacon) else NO_BEACON

    async def looked_for(self) -> str:
        question = self.question()
        question.put()
        return await self.missing(question)

    async def _tried(self, sign: Callable[[], asyncio.Future[bool]]) -> bool:
        for _ in range(ATTEMPTS):
            try:
                async with asyncio.timeout(BEACON_S):
                    if await sign():
                        return True
            except TimeoutError:
                continue
        return False

    def _acknowledges_poll(self) -> asyncio.Future[bool]:
        """Poll under the address of the gas meter."""
        heard: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        nwk = self._bench.han.esme.stack.nwk.network
        poll = mac.MacFrame(
            mac.COMMAND,
            self._next(),
            bytes((mac.MacCommand.DATA_REQUEST,)),
            ack_request=True,
            dst_pan=nwk.pan_id,
            dst=0x0000,
            dst_mode=mac.SHORT,
            src_pan=nwk.pan_id,
            src=self._bench.han.gsme.stack.mac.short,
            src_mode=mac.SHORT,
        )

        def sent(result: TxResult) -> None:
            if not heard.done():
                heard.set_result(result.status is TxStatus.ACKED)

        self._attacker.radio.transmit(poll.encode(), sent)
        return heard

    def _sends_beacon(self) -> asyncio.Future[bool]:
        self._beacon = asyncio.get_running_loop().create_future()
        request = bytes((0x03, 0x08, self._next(), 0xFF, 0xFF, 0xFF, 0xFF, mac.MacCommand.BEACON_REQUEST))
        self._attacker.radio.transmit(request + fcs(request), lambda result: None)
        return self._beacon

    def _saw(self, transmission: Transmission) -> None:
        waiting = self._beacon
        if waiting is None or waiting.done():
            return
        if transmission.psdu[0] & _TYPE == _BEACON and transmission.sender.name == "hub":
            waiting.set_result(True)

    def _next(self) -> int:
        self._sequence = (self._sequence + 1) & 0xFF
        return self._sequence
