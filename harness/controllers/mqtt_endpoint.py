"""A controller at a broker: each turn is a message to it, and its actions are a message from it.

Virtual time stands still while an answer is awaited. The cases of a run share one connection.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
import weakref
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from hanbench.emulator.clock import ClockLoop
from hanbench.harness.broker.address import BrokerAddress
from hanbench.harness.broker.link import Link
from hanbench.harness.case.controller import ControllerFault
from hanbench.harness.case.vocabulary import AnyAction, AnyEvent
from hanbench.harness.controllers.answers import ANSWER_TIMEOUT
from hanbench.harness.controllers.mqtt_exchange import Exchange, ExchangedCase
from hanbench.harness.controllers.mqtt_messages import encode_turn, topics

_SHOWN = 40
"""Characters of a name of a controller's that a text repeats."""


class MqttEndpoint:
    """A controller at a broker, for the cases of one run, bench or worker process."""

    def __init__(self, address: BrokerAddress, run: str = "", timeout: float = ANSWER_TIMEOUT) -> None:
        """`run`: level of the topics; empty: a new one. `timeout`: real seconds for an answer."""
        self.timeout = timeout
        self._token = secrets.token_hex(4)
        self._numbers = itertools.count(1)
        self.exchange = Exchange(address, run or f"run-{self._token}", timeout)
        self.close = weakref.finalize(self, self.exchange.stop)
        """Ends the connection; called at the latest when hanbench ends."""

    def controller(self) -> MqttCase:
        """Return the controller of one case."""
        return MqttCase(self, f"{self._token}-{next(self._numbers)}")


class MqttCase:
    """One case of a controller at a broker. After a fault, the controller gets no more turns of this case."""

    def __init__(self, endpoint: MqttEndpoint, name: str) -> None:
        self._endpoint = endpoint
        self._exchange = endpoint.exchange
        self._case = ExchangedCase(name)
        self._turn = 0
        self._gone = False

    async def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Send a turn and return the actions, as `RemoteController.handle`."""
        if self._gone:
            return ()
        self._turn += 1
        try:
            return await self._answer(encode_turn(self._case.name, self._turn, now, event))
        except ControllerFault:
            self._gone = True
            raise

    def close(self) -> None:
        """Tell the controller that the case has ended, unless it has failed."""
        self._exchange.forget(self._case, tell=not self._gone)

    async def _answer(self, payload: bytes) -> list[Any]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[Any]] = loop.create_future()

        def settled(result: list[Any] | ControllerFault) -> None:
            if answer.done():
                return
            if isinstance(result, ControllerFault):
                answer.set_exception(result)
            else:
                answer.set_result(result)

        def settle(result: list[Any] | ControllerFault) -> None:
            with suppress(RuntimeError):  # the loop is closed, and the case has ended
                loop.call_soon_threadsafe(settled, result)

        self._exchange.ask(self._case, self._turn, payload, settle)
        timeout = self._endpoint.timeout
        try:
            if isinstance(loop, ClockLoop):
                return await loop.outside(answer, timeout)
            async with asyncio.timeout(timeout):
                return await answer
        except TimeoutError:
            raise self._silence(timeout) from None

    def _silence(self, timeout: float) -> ControllerFault:
        """Return the fault of a turn without an answer: whether the broker or the controller is missing."""
        exchange = self._exchange
        if exchange.trouble:
            return ControllerFault("unreachable", exchange.trouble)
        if exchange.unheard:
            return ControllerFault("unreachable", f"no controller listens on {exchange.topics.event}")
        stray = exchange.stray[:_SHOWN]
        hint = f"; it answered a case {stray!r}, which is none of this run's" if stray else ""
        return ControllerFault("silent", f"no answer within {timeout:g} s on {exchange.topics.action}{hint}")


async def reach(address: BrokerAddress) -> None:
    """Connect, and see that answers would arrive. No controller notices. Raises BrokerError."""
    name = secrets.token_hex(4)
    action = topics(address.prefix, f"preflight-{name}").action
    async with Link(address, f"hanbench-preflight-{name}") as link:
        await link.subscribe(action)
        await link.prove(action)
