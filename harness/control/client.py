"""Clients of a running bench, over its control socket: `Client` blocks, `AsyncClient` is for asyncio.

    from hanbench.client import Client

    with Client("virtual") as bench:
        bench.inject("battery-dead")
        assert bench.check().check.verdict == "fail"

Each verb is a method (`methods.py`), and `ask` takes the typed request of any verb.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from collections.abc import AsyncGenerator, Collection
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from hanbench.harness.control import wire
from hanbench.harness.control.errors import BENCH_ENDED, NO_ANSWER, UNKNOWN_BENCH, ControlError, unknown_name
from hanbench.harness.control.events import AnyBenchEvent
from hanbench.harness.control.methods import AsyncMethods, Methods
from hanbench.harness.control.requests import EventsRequest, Request
from hanbench.harness.control.runtime import benches_up, socket_path
from hanbench.harness.control.table import verb_of

A = TypeVar("A")

ANSWER_WITHIN = 120.0
"""Real seconds for an answer, beyond the `wait_s` of its request."""
LONGEST_REPLY = 1 << 26
"""Octets in one line from a bench."""


def find_bench(name: str | None) -> tuple[str, Path]:
    """Return the name and the socket of a bench that is up; None: the only one. Raises ControlError."""
    if name is not None:
        path = socket_path(name)
        if path.exists():
            return name, path
        known = tuple(benches_up())
        if not known:
            raise ControlError(UNKNOWN_BENCH, f"{name!r}: no bench is up; `hanbench up BENCH` starts one")
        raise unknown_name(UNKNOWN_BENCH, "bench that is up", name, known)
    known = tuple(benches_up())
    if len(known) == 1:
        return known[0], socket_path(known[0])
    if not known:
        raise ControlError(UNKNOWN_BENCH, "no bench is up; `hanbench up BENCH` starts one")
    raise ControlError(UNKNOWN_BENCH, f"expected the name of a bench, because several are up: {', '.join(known)}")


def _time_out(request: Request[Any]) -> float:
    return ANSWER_WITHIN + float(getattr(request, "wait_s", 0.0))


def _no_answer(bench: str, request: Request[Any]) -> ControlError:
    return ControlError(NO_ANSWER, f"the bench {bench} gave no answer in {_time_out(request):g} s")


def _answer(request: Request[A], reply: wire.Reply) -> A:
    if reply.error is not None:
        raise ControlError.of(reply.error)
    answer: A = msgspec.json.decode(reply.answer, type=verb_of(request).answer)
    return answer


def _events(reply: wire.Reply) -> tuple[AnyBenchEvent, ...]:
    if reply.error is not None:
        raise ControlError.of(reply.error)
    return reply.events or ()


class Client(Methods):
    """A client of one bench that is up, for code that is not a coroutine. Close it in the end, or use `with`."""

    def __init__(self, bench: str | None = None) -> None:
        """`bench`: its name; None: the only one that is up. Raises ControlError."""
        self.bench, self._path = find_bench(bench)
        self._ids = count(1)
        self._socket = self._connected()
        self._lines = self._socket.makefile("rb")

    def _connected(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(ANSWER_WITHIN)
        try:
            connection.connect(str(self._path))
        except OSError as error:
            connection.close()
            raise self._gone(f"its socket does not answer ({error.strerror or error})") from None
        return connection

    def _gone(self, why: str) -> ControlError:
        return ControlError(BENCH_ENDED, f"the bench {self.bench} has ended: {why}")

    def ask(self, request: Request[A]) -> A:
        """Send a request, and return its answer. Raises ControlError."""
        self._socket.settimeout(_time_out(request))
        id = str(next(self._ids))
        try:
            self._socket.sendall(wire.encode_call(verb_of(request).name, request, id))
            while (reply := self.reply(self._lines)).id not in (id, ""):
                pass  # the answer to a request that timed out
        except TimeoutError:
            raise _no_answer(self.bench, request) from None
        except OSError as error:
            raise self._gone(str(error.strerror or error)) from None
        return _answer(request, reply)

    def reply(self, lines: Any) -> wire.Reply:
        """Return the next line of a connection. Raises ControlError if there is none."""
        line = lines.readline(LONGEST_REPLY)
        if not line.endswith(b"\n"):
            raise self._gone("it closed the connection without an answer")
        return wire.decode_reply(line)

    def follow(self, after: int | None = None, kinds: Collection[str] = ()) -> Following:
        """Follow the events after the number `after`, or from now on, over a connection of their own.

        Raises ControlError.
        """
        connection = self._connected()
        following = Following(self, connection)
        try:
            request = EventsRequest(after, tuple(kinds))
            connection.sendall(wire.encode_call("events", request, "0", follow=True))
            _answer(request, self.reply(following.lines))
            connection.settimeout(None)
        except BaseException:
            following.close()
            raise
        return following

    def close(self) -> None:
        """Close the connection; the bench goes on."""
        self._lines.close()
        self._socket.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Following:
    """The events of a bench, as they come: an iterator, and a context manager that closes the connection."""

    def __init__(self, client: Client, connection: socket.socket) -> None:
        self._client = client
        self._connection = connection
        self.lines = connection.makefile("rb")
        self._events: deque[AnyBenchEvent] = deque()

    def __iter__(self) -> Following:
        return self

    def __next__(self) -> AnyBenchEvent:
        """Wait for the next event. After the last one, raises ControlError."""
        while not self._events:
            self._events.extend(_events(self._client.reply(self.lines)))
        return self._events.popleft()

    def close(self) -> None:
        """Stop following. Has no effect a second time."""
        self.lines.close()
        self._connection.close()

    def __enter__(self) -> Following:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient(AsyncMethods):
    """A client of one bench that is up, for asyncio. `async with AsyncClient("virtual") as bench: ...`."""

    def __init__(self, bench: str | None = None) -> None:
        """`bench`: its name; None: the only one that is up. Raises ControlError."""
        self.bench, self._path = find_bench(bench)
        self._ids = count(1)
        self._waiting: dict[str, asyncio.Future[wire.Reply]] = {}
        self._writer: asyncio.StreamWriter
        self._reading: asyncio.Task[None]

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            return await asyncio.open_unix_connection(self._path, limit=LONGEST_REPLY)
        except OSError as error:
            raise self._gone(f"its socket does not answer ({error.strerror or error})") from None

    def _gone(self, why: str) -> ControlError:
        return ControlError(BENCH_ENDED, f"the bench {self.bench} has ended: {why}")

    async def __aenter__(self) -> AsyncClient:
        reader, self._writer = await self._connected()
        self._reading = asyncio.get_running_loop().create_task(self._read(reader))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reading.cancel()
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while line := await reader.readline():
                reply = wire.decode_reply(line)
                waiting = self._waiting.pop(reply.id, None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(reply)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(self._gone("it closed the connection without an answer"))

    async def ask(self, request: Request[A]) -> A:
        """Send a request, and return its answer; several can be under way. Raises ControlError."""
        if self._reading.done():
            raise self._gone("the connection is closed")
        id = str(next(self._ids))
        waiting = self._waiting[id] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(wire.encode_call(verb_of(request).name, request, id))
            async with asyncio.timeout(_time_out(request)):
                return _answer(request, await waiting)
        except TimeoutError:
            raise _no_answer(self.bench, request) from None
        finally:
            self._waiting.pop(id, None)

    async def follow(
        self, after: int | None = None, kinds: Collection[str] = ()
    ) -> AsyncGenerator[AnyBenchEvent, None]:
        """Yield the events after the number `after`, or from the first `anext` on. Raises ControlError at the end."""
        reader, writer = await self._connected()
        try:
            request = EventsRequest(after, tuple(kinds))
            writer.write(wire.encode_call("events", request, "0", follow=True))
            first = True
            while line := await reader.readline():
                reply = wire.decode_reply(line)
                if first:
                    _answer(request, reply)
                    first = False
                    continue
                for event in _events(reply):
                    yield event
            raise self._gone("it closed the connection")
        finally:
            writer.close()


__all__ = ["AsyncClient", "Client", "ControlError", "benches_up"]
