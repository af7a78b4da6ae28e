"""A controller behind a URL: each turn is a POST of JSON, and the answer's body is the list of its actions.

The header `Hanbench-Case` tells cases apart: one endpoint may have several at a time. Virtual time stands still while
an answer is awaited.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import threading
from collections.abc import Sequence
from datetime import datetime

from hanbench.emulator.clock import ClockLoop
from hanbench.harness.case.controller import ControllerFault
from hanbench.harness.case.vocabulary import AnyAction, AnyEvent, Turn, encode_turn
from hanbench.harness.controllers.answers import PATIENCE, decode_actions
from hanbench.harness.controllers.endpoint_address import Address
from hanbench.harness.controllers.http_exchange import Exchange

FAREWELL = 1.0
"""Real seconds for a thread to end whose connection was shut."""

_numbers = itertools.count(1)


class HttpEndpoint:
    """One case at one endpoint. After a fault it is asked nothing more in this case."""

    def __init__(self, address: Address, patience: float = PATIENCE) -> None:
        self._address = address
        self._patience = patience
        self._gone = False
        self._headers = {"Content-Type": "application/json", "Hanbench-Case": f"{os.getpid()}-{next(_numbers)}"}
        if address.authorization is not None:
            self._headers["Authorization"] = address.authorization

    async def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """As `RemoteController.handle`."""
        if self._gone:
            return ()
        try:
            return decode_actions(await self._post(encode_turn(Turn(now, event))))
        except ControllerFault as fault:
            self._gone = True
            raise ControllerFault(fault.kind, self._address.cleaned(str(fault))) from None

    def close(self) -> None:
        """Nothing stays open."""

    async def _post(self, body: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        exchange = Exchange(self._address, self._headers, body, self._patience)
        # A thread of its own, not one of the loop's: the loop would wait at its end for one that looks up a name.
        thread = threading.Thread(target=_work, args=(exchange, loop, answer), daemon=True)
        thread.start()
        try:
            if isinstance(loop, ClockLoop):
                return await loop.outside(answer, self._patience)
            async with asyncio.timeout(self._patience):
                return await answer
        except TimeoutError:
            raise ControllerFault("silent", f"no answer within {self._patience:g} s") from None
        finally:
            exchange.break_off()
            thread.join(FAREWELL)


def _work(exchange: Exchange, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[bytes]) -> None:
    """In the thread: ask, and hand over what came of it."""
    body, fault = b"", None
    try:
        body = exchange.post()
    except ControllerFault as error:
        fault = error
    except Exception as error:  # noqa: BLE001 - whatever an endpoint makes a library do is a fact about the endpoint
        fault = ControllerFault("unreachable", f"{type(error).__name__}: {error}")

    def settle() -> None:
        if answer.done():
            return
        if fault is None:
            answer.set_result(body)
        else:
            answer.set_exception(fault)

    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(settle)
