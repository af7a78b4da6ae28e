"""The control socket of one bench: serves its verbs to this user's programs, in the event loop of the service."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from typing import Any, cast

import msgspec
from msgspec import Raw

from hanbench.harness.control import wire
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.calling import LONGEST, call, decode_request, verb_named
from hanbench.harness.control.errors import BUSY, INTERNAL, INVALID_REQUEST, TOO_LARGE, ControlError
from hanbench.harness.control.events import AnyBenchEvent, BenchEnded
from hanbench.harness.control.journal import TooSlowError
from hanbench.harness.control.requests import EventsRequest
from hanbench.harness.control.runtime import peer_of

CONNECTIONS = 64
"""Clients of one bench at a time."""
IN_WORK = 16
"""Requests of one client that are worked on at a time."""
LAST_WORDS = 1.0
"""Time for the last lines to clients when the bench ends, real seconds."""


class ControlSocket:
    """Serves one bench on a socket that listens (`runtime.claimed`)."""

    def __init__(self, bench: BenchThread, listener: socket.socket) -> None:
        self._bench = bench
        self._listener = listener
        self._clients: set[_Client] = set()

    async def serve(self, ended: asyncio.Event) -> None:
        """Serve until `ended` is set; clients get the answers that are there by then."""
        server = await asyncio.start_unix_server(self._accept, sock=self._listener, limit=LONGEST)
        try:
            await ended.wait()
        finally:
            server.close()
            await asyncio.gather(*(client.finish() for client in tuple(self._clients)))

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = _Client(self._bench, reader, writer)
        self._clients.add(client)
        try:
            if len(self._clients) > CONNECTIONS:
                await client.refuse(ControlError(BUSY, f"{CONNECTIONS} clients are connected already"))
            elif peer_of(writer.get_extra_info("socket"))[1] in (os.getuid(), 0):
                await client.serve()
        except ConnectionError:
            pass
        finally:
            self._clients.discard(client)
            with suppress(ConnectionError):
                writer.close()


class _Client:
    """One connection."""

    def __init__(self, bench: BenchThread, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._bench = bench
        self._reader = reader
        self._writer = writer
        self._work: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Answer each line, until the client closes the connection."""
        try:
            while (line := await self._line()) is not None:
                if len(self._work) >= IN_WORK:
                    busy = ControlError(BUSY, f"{IN_WORK} requests of this connection are in work")
                    await self.refuse(busy, wire.id_of(line))
                    continue
                task = asyncio.get_running_loop().create_task(self._answer(line))
                self._work.add(task)
                task.add_done_callback(self._work.discard)
        finally:
            for task in tuple(self._work):
                task.cancel()

    async def finish(self) -> None:
        """Send what there is when the bench has ended, and close the connection."""
        if self._work:
            await asyncio.wait(tuple(self._work), timeout=LAST_WORDS)
        self._reader.feed_eof()

    async def _line(self) -> bytes | None:
        """Return the next line; None: there is none."""
        try:
            line = await self._reader.readline()
        except ValueError:  # what StreamReader makes of a line beyond its limit
            await self.refuse(ControlError(TOO_LARGE, f"a line has at most {LONGEST} octets"))
            return None
        return line or None

    async def _answer(self, line: bytes) -> None:
        id = wire.id_of(line)
        try:
            asked = wire.decode_call(line)
            if asked.follow:
                await self._follow(asked)
                return
            answer = await call(self._bench, asked.verb, bytes(asked.request))
            reply = wire.Reply(id, answer=Raw(msgspec.json.encode(answer)))
        except ControlError as error:
            reply = wire.Reply(id, error=error.problem)
        except ConnectionError:
            return
        except Exception as error:  # noqa: BLE001 - a bug must reach the client as an answer, not as silence
            reply = wire.Reply(id, error=ControlError(INTERNAL, f"{type(error).__name__}: {error}").problem)
        await self._send(reply)

    async def _follow(self, asked: wire.Call) -> None:
        verb = verb_named(asked.verb)
        request = decode_request(verb, bytes(asked.request))
        if not isinstance(request, EventsRequest):
            raise ControlError(INVALID_REQUEST, f"only `events` can be followed, not {asked.verb}")
        page = await self._bench.perform(EventsRequest(self._bench.journal.last, request.kinds, 1))
        after = page.last if request.after is None else request.after
        await self._send(wire.Reply(asked.id, answer=Raw(msgspec.json.encode(page))))
        with self._bench.journal.follow(after, request.kinds) as events:
            while True:
                try:
                    batch: Any = await events.batch()
                except TooSlowError as error:
                    raise ControlError(BUSY, str(error)) from None
                await self._send(wire.Reply(asked.id, events=cast("tuple[AnyBenchEvent, ...]", tuple(batch))))
                if batch and isinstance(batch[-1], BenchEnded):
                    return

    async def _send(self, reply: wire.Reply) -> None:
        self._writer.write(wire.encode_reply(reply))
        with suppress(ConnectionError):
            await self._writer.drain()

    async def refuse(self, error: ControlError, id: str = "") -> None:
        """Send an error."""
        await self._send(wire.Reply(id, error=error.problem))
