"""Signs of life of a device under fuzzing: a question to it, and what is missing if it is not alive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from hanbench.emulator.devices import AnyDevice
from hanbench.emulator.zcl import Reply, ReplyOutcome
from hanbench.emulator.zcl.clusters import BASIC
from hanbench.emulator.zigbee.zdo.client import ZdpReply
from hanbench.emulator.zigbee.zdo.messages import NodeDescReq
from hanbench.harness.conform.fuzz.sleeper import SleeperAttacker
from hanbench.harness.conform.sides import Side
from hanbench.profiles.conform.pics import Pics

ANSWER_S = 12.0
NO_ANSWER, NO_POLL = "it answers no read", "it does not poll"


class Question:
    """One question of a device of the bench: a read of Basic, or a Node_Desc_req of a device without Basic."""

    def __init__(self, asker: Callable[[], AnyDevice], side: Side, pics: Pics) -> None:
        self._asker = asker
        self._side = side
        self._basic = "BAS.S" in pics
        self._answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._asked = False

    def put(self) -> None:
        """Ask it, if the bench knows the device."""
        short, asker = self._side.short, self._asker()
        if short is None:
            return
        self._asked = True
        if self._basic:
            asker.endpoint.read(short, self._side.endpoint, BASIC.id, (0x0000,), self._replied)
        else:
            asker.stack.zdo.client.request(short, NodeDescReq(short), self._described)

    def _replied(self, reply: Reply) -> None:
        self._learn(reply.outcome in (ReplyOutcome.ANSWERED, ReplyOutcome.REFUSED))

    def _described(self, reply: ZdpReply) -> None:
        self._learn(reply.response is not None)

    def _learn(self, alive: bool) -> None:
        if not self._answer.done():
            self._answer.set_result(alive)

    async def answered(self) -> bool:
        """Wait for the answer; return whether it comes in time."""
        if not self._asked:
            return False
        try:
            async with asyncio.timeout(ANSWER_S):
                return await self._answer
        except TimeoutError:
            return False


class Liveness(Protocol):
    """What shows that a device is alive."""

    def question(self) -> Question:
        """Return a question, to be put right behind frames."""

    async def missing(self, question: Question) -> str:
        """Wait for the signs of life, an answer to a question that was put among them; return which is missing.

        Empty: the device is alive.
        """

    async def looked_for(self) -> str:
        """Ask the device when it is awake, and return what is missing."""


class DeviceLiveness:
    """A meter or a display is alive if it answers; one that sleeps must poll first."""

    def __init__(
        self, ask: Callable[[], Question], sleeper: SleeperAttacker | None = None, wake_limit_s: float = 0.0
    ) -> None:
        """`sleeper`, `wake_limit_s`: of a device that sleeps, what sees its polls, and seconds between two wakes."""
        self._ask = ask
        self._sleeper = sleeper
        self._wake_limit_s = wake_limit_s

    def question(self) -> Question:
        return self._ask()

    async def missing(self, question: Question) -> str:
        return "" if await question.answered() else NO_ANSWER

    async def looked_for(self) -> str:
        if self._sleeper is not None and not await self._sleeper.awake(self._wake_limit_s):
            return NO_POLL
        question = self.question()
        question.put()
        return await self.missing(question)
