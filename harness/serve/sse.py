"""Server-sent events (HTML Living Standard, 9.2): an answer until its source, its client or the service ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from starlette.types import Receive, Scope, Send

from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.http_errors import TOO_MANY_STREAMS

MOST = 64
"""Streams that are open at a time."""
ALIVE_EVERY = 15.0
"""Time between comments on a stream without events, real seconds: they keep proxies from closing it."""
RETRY = b"retry: 1000\n\n"
"""Tells the browser after how many milliseconds to connect again."""
ALIVE = b": alive\n\n"

Source = AsyncGenerator[bytes, None]
"""Gives the octets to send; empty ones: nothing happened for `ALIVE_EVERY`."""


def message(data: bytes, *, id: str = "", event: str = "") -> bytes:
    """Return one message. `data`: JSON, which has no line breaks."""
    head = (f"event: {event}\n" if event else "") + (f"id: {id}\n" if id else "")
    return head.encode() + b"data: " + data + b"\n\n"


class Streams:
    """The open streams of a service."""

    def __init__(self, most: int = MOST) -> None:
        self.closing = asyncio.Event()
        """Set when the service ends."""
        self._most = most
        self._open = 0
        self._none_open = asyncio.Event()
        self._none_open.set()

    def __len__(self) -> int:
        return self._open

    def answer(self, source: Source) -> EventStream:
        """Return the answer that sends a source. Raises ControlError if too many are open."""
        if self._open >= self._most:
            raise ControlError(TOO_MANY_STREAMS, f"{self._open} are open")
        return EventStream(self, source)

    def opened(self) -> None:
        """Count a stream that begins."""
        self._open += 1
        self._none_open.clear()

    def closed(self) -> None:
        """Count a stream that has ended."""
        self._open -= 1
        if not self._open:
            self._none_open.set()

    async def all_closed(self) -> None:
        """Wait until no stream is open."""
        await self._none_open.wait()


class EventStream:
    """One stream, as an ASGI application."""

    def __init__(self, streams: Streams, source: Source) -> None:
        self._streams = streams
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the source until it, the client or the service ends."""
        self._streams.opened()
        ends = [
            asyncio.ensure_future(each)
            for each in (self._sent(scope, send), _disconnected(receive), self._streams.closing.wait())
        ]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if not ends[0].done():
                ends[0].cancel()
            with suppress(asyncio.CancelledError):
                await ends[0]
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            self._streams.closed()
            for each in ends:
                each.cancel()
            await asyncio.gather(*ends, return_exceptions=True)

    async def _sent(self, scope: Scope, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await _send(send, RETRY)
        if scope["method"] == "HEAD":
            return
        async with aclosing(self._source) as source:
            async for octets in source:
                await _send(send, octets or ALIVE)


async def _send(send: Send, octets: bytes) -> None:
    await send({"type": "http.response.body", "body": octets, "more_body": True})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
