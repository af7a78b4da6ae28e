"""A controller behind a URL: each turn is a POST of JSON, and the body of the answer is the list of its actions.

The header `Hanbench-Case` identifies the case, because an endpoint may have several at a time. Virtual time stands
still while an answer is awaited.
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
from hanbench.harness.controllers.answers import ANSWER_TIMEOUT, decode_actions
from hanbench.harness.controllers.endpoint_address import Address
from hanbench.harness.controllers.http_exchange import Exchange

FAREWELL = 1.0
"""Real seconds in which a thread must end after its connection was shut down."""

_numbers = itertools.count(1)


class HttpEndpoint:
    """One case at one endpoint. After a fault, the endpoint gets no more turns of this case."""

    def __init__(self, address: Address, timeout: float = ANSWER_TIMEOUT) -> None:
        self._address = address
        self._timeout = timeout
        self._gone = False
        self._headers = {"Content-Type": "application/json", "Hanbench-Case": f"{os.getpid()}-{next(_numbers)}"}
        if address.authorization is not None:
            self._headers["Authorization"] = address.authorization

    async def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Send a turn and return the actions, as `RemoteController.handle`."""
        if self._gone:
            return ()
        try:
            return decode_actions(await self._post(encode_turn(Turn(now, event))))
        except ControllerFault as fault:
            self._gone = True
            raise ControllerFault(fault.kind, self._address.cleaned(str(fault))) from None

    def close(self) -> None:
        """Do nothing: each turn has its own connection."""

    async def _post(self, body: bytes) -> bytes:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        exchange = Exchange(self._address, self._headers, body, self._timeout)
        # A separate thread, not one of the loop's pool: the loop would wait at its end for a slow name look-up.
        thread = threading.Thread(target=_work, args=(exchange, loop, answer), daemon=True)
        thread.start()
        try:
            if isinstance(loop, ClockLoop):
                return await loop.outside(answer, self._timeout)
            async with asyncio.timeout(self._timeout):
                return await answer
        except TimeoutError:
            raise ControllerFault("silent", f"no answer within {self._timeout:g} s") from None
        finally:
            exchange.break_off()
            thread.join(FAREWELL)


def _work(exchange: Exchange, loop: asyncio.AbstractEventLoop, answer: asyncio.Future[bytes]) -> None:
    """Post the turn and pass on the result (runs in the thread)."""
    body, fault = b"", None
    try:
        body = exchange.post()
    except ControllerFault as error:
        fault = error
    except Exception as error:  # noqa: BLE001 - any error of a library is a fault of the endpoint
        fault = ControllerFault("unreachable", f"{type(error).__name__}: {error}")

    def settle() -> None:
        if answer.done():
            return
        if fault is None:
            answer.set_result(body)
        else:
            answer.set_exception(fault)

    with contextlib.suppress(RuntimeError):  # the loop is closed, and the case has ended
        loop.call_soon_threadsafe(settle)
