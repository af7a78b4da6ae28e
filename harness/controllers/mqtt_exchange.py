"""The connection of one run to a broker, through which its cases reach a controller: a thread with its own event loop.

The cases run in other loops, whose time may be virtual. A connection that breaks is made again, and turns without an
answer are sent again; what ends the waiting is the time-out of the turn.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Event, Lock, Thread
from typing import Any

from hanbench.harness.broker.address import BrokerAddress
from hanbench.harness.broker.errors import LinkLostError, PublishRefusedError
from hanbench.harness.broker.keeping import keep_connected, pauses_between
from hanbench.harness.broker.link import Link
from hanbench.harness.broker.message import Message
from hanbench.harness.case.controller import ControllerFault
from hanbench.harness.controllers.answers import LONGEST_ANSWER
from hanbench.harness.controllers.mqtt_messages import ControllerAnswer, decode_answer, encode_end, topics

FAREWELL = 3.0
"""Real seconds in which the thread must end."""

LONGEST_PACKET = 16 * LONGEST_ANSWER
"""Octets of what a controller may send, so that too long an answer is not dropped on its way but judged."""

Settle = Callable[[list[Any] | ControllerFault], None]
"""Called in the thread of the exchange, with what a turn led to."""


@dataclass(slots=True)
class ExchangedCase:
    """One case: the turn that waits for an answer, and what was answered before."""

    name: str
    turn: int = 0
    payload: bytes = b""
    settle: Settle | None = None
    """None: no turn waits."""
    answered: dict[int, bytes] = field(default_factory=dict)
    """Digests of the answers, by turn: the broker may deliver one twice."""
    unasked: ControllerFault | None = None

    def end_turn(self, result: list[Any] | ControllerFault) -> None:
        """Pass on what the waiting turn led to, if one waits."""
        settle, self.settle = self.settle, None
        if settle is not None:
            settle(result)

    def take(self, answer: ControllerAnswer, digest: bytes) -> None:
        """Take an answer in: the first one of the waiting turn counts."""
        if answer.turn in self.answered and self.answered[answer.turn] == digest:
            return
        if answer.turn == self.turn and self.settle is not None:
            self.answered[answer.turn] = digest
            self.end_turn(answer.actions)
            return
        again = "another answer to" if answer.turn in self.answered else "an answer to"
        self.unasked = ControllerFault("unasked", f"{again} turn {answer.turn}, and turn {self.turn} is the latest")
        self.end_turn(self.unasked)


class Exchange:
    """One connection. `ask` and `forget` may be called from any thread; `stop` ends it."""

    def __init__(self, address: BrokerAddress, run: str, expiry_s: float) -> None:
        """`expiry_s`: time after which the broker need not deliver a turn, seconds."""
        self.address = address
        self.topics = topics(address.prefix, run)
        self.trouble = ""
        """Why there is no connection; empty: there is one, or none was tried yet."""
        self.unheard = False
        """Whether the broker said of the latest turn that nobody has subscribed to its topic."""
        self.stray = ""
        """The case that the latest answer to no case of this run named."""
        self._expiry_s = expiry_s
        self._name = f"hanbench-controller-{secrets.token_hex(6)}"
        self._cases: dict[str, ExchangedCase] = {}
        self._was_connected = False
        self._link: Link | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event
        self._ready = Event()
        self._lock = Lock()
        self._thread: Thread | None = None

    # --- from any thread ----------------------------------------------------------------------------------------------

    def ask(self, case: ExchangedCase, turn: int, payload: bytes, settle: Settle) -> None:
        """Send a turn; `settle` gets its actions, or the fault. The first turn makes the connection."""
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="controller at a broker", daemon=True)
                self._thread.start()
        self._ready.wait()
        self._call(lambda: self._begin(case, turn, payload, settle))

    def forget(self, case: ExchangedCase, *, tell: bool) -> None:
        """End a case. `tell`: tell the controller, too."""
        if self._thread is not None:
            self._call(lambda: self._end(case, tell=tell))

    def stop(self) -> None:
        """End the connection and the thread."""
        if self._thread is not None:
            self._call(lambda: self._stopping.set())
            self._thread.join(FAREWELL)

    def _call(self, work: Callable[[], None]) -> None:
        assert self._loop is not None
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(work)

    # --- in the thread ------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.run(self._live())

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        self._ready.set()
        kept = asyncio.create_task(keep_connected(self._made, self._session, self._tell))
        await self._stopping.wait()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=FAREWELL / 3)
        kept.cancel()
        with suppress(asyncio.CancelledError):
            await kept

    def _made(self) -> Link:
        return Link(self.address, self._name, longest_packet=LONGEST_PACKET)

    async def _session(self, link: Link) -> None:
        await link.subscribe(self.topics.action)
        self._link, self._was_connected, self.trouble = link, True, ""
        try:
            for case in self._cases.values():
                self._send(case)
            async for message in link.messages():
                self._receive(message)
        finally:
            self._link = None

    def _tell(self, trouble: str) -> None:
        self.trouble = trouble
        if not self._was_connected:
            for case in self._cases.values():
                case.end_turn(ControllerFault("unreachable", trouble))

    def _begin(self, case: ExchangedCase, turn: int, payload: bytes, settle: Settle) -> None:
        self._cases[case.name] = case
        case.turn, case.payload, case.settle = turn, payload, settle
        if case.unasked is not None:
            case.end_turn(case.unasked)
        elif self.trouble and not self._was_connected:
            case.end_turn(ControllerFault("unreachable", self.trouble))
        else:
            self._send(case)

    def _send(self, case: ExchangedCase) -> None:
        if self._link is not None and case.settle is not None:
            self._start(self._publish(self._link, case))

    async def _publish(self, link: Link, case: ExchangedCase) -> None:
        """Send a turn, again and again while the broker says that no controller listens."""
        turn, pauses = case.turn, pauses_between()
        try:
            while case.turn == turn and case.settle is not None:
                self.unheard = not await link.publish(
                    self.topics.event,
                    case.payload,
                    expiry_s=self._expiry_s,
                    response_topic=self.topics.action,
                    correlation=f"{case.name}/{turn}".encode(),
                )
                if not self.unheard:
                    return
                await asyncio.sleep(next(pauses))
        except PublishRefusedError as error:
            case.end_turn(ControllerFault("unreachable", str(error)))
        except LinkLostError:
            pass  # the turn is sent again when there is a connection

    def _end(self, case: ExchangedCase, *, tell: bool) -> None:
        if self._cases.pop(case.name, None) is not None and tell and self._link is not None:
            self._start(self._farewell(self._link, case))

    async def _farewell(self, link: Link, case: ExchangedCase) -> None:
        with suppress(PublishRefusedError, LinkLostError):
            await link.publish(self.topics.event, encode_end(case.name), expiry_s=self._expiry_s)

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _receive(self, message: Message) -> None:
        """Take a message in; one that cannot be read belongs to every case that waits for an answer."""
        if message.retain:
            return
        try:
            answer = decode_answer(message.payload)
        except ControllerFault as fault:
            for case in tuple(self._cases.values()):
                case.end_turn(fault)
            return
        found = self._cases.get(answer.case)
        if found is None:
            self.stray = answer.case
        else:
            found.take(answer, sha256(message.payload).digest())
