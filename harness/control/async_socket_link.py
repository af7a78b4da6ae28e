"""A client's connection to the control socket of a bench, for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import suppress
from itertools import count
from typing import TypeVar

from hanbench.harness.control import wire
from hanbench.harness.control.events import AnyBenchEvent
from hanbench.harness.control.link import LONGEST_REPLY, gone, no_answer, time_out
from hanbench.harness.control.requests import EventsRequest, Request
from hanbench.harness.control.socket_link import answer_in, events_in, find_bench
from hanbench.harness.control.table import verb_of

A = TypeVar("A")


class AsyncSocketLink:
    """A connection to one bench of this machine; several requests can be under way."""

    def __init__(self, bench: str | None) -> None:
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
            raise gone(self.bench, f"its socket does not answer ({error.strerror or error})") from None

    async def open(self) -> None:
        """Connect. Raises ControlError."""
        reader, self._writer = await self._connected()
        self._reading = asyncio.get_running_loop().create_task(self._read(reader))

    async def close(self) -> None:
        """Close the connection; the bench goes on."""
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
                waiting.set_exception(gone(self.bench, "it closed the connection without an answer"))

    async def ask(self, request: Request[A]) -> A:
        """Send a request, and return its answer. Raises ControlError."""
        if self._reading.done():
            raise gone(self.bench, "the connection is closed")
        id = str(next(self._ids))
        waiting = self._waiting[id] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write(wire.encode_call(verb_of(request).name, request, id))
            async with asyncio.timeout(time_out(request)):
                return answer_in(request, await waiting)
        except TimeoutError:
            raise no_answer(self.bench, request) from None
        finally:
            self._waiting.pop(id, None)

    async def follow(self, after: int | None, kinds: Collection[str]) -> AsyncGenerator[AnyBenchEvent, None]:
        """Yield events, over a connection of their own. Raises ControlError at the end."""
        reader, writer = await self._connected()
        try:
            request = EventsRequest(after, tuple(kinds))
            writer.write(wire.encode_call("events", request, "0", follow=True))
            first = True
            while line := await reader.readline():
                reply = wire.decode_reply(line)
                if first:
                    answer_in(request, reply)
                    first = False
                    continue
                for event in events_in(reply):
                    yield event
            raise gone(self.bench, "it closed the connection")
        finally:
            writer.close()
