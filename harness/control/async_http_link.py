"""A client's connection to a service over HTTP, for asyncio: each request has a connection of its own."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing, asynccontextmanager
from http import HTTPStatus
from typing import NamedTuple, TypeVar

from hanbench.harness.control.events import AnyBenchEvent
from hanbench.harness.control.http_messages import (
    AGAIN_AFTER,
    SILENT_AFTER,
    EventFeed,
    HttpRequest,
    Service,
    answer_in,
    decoded,
    only_bench,
)
from hanbench.harness.control.link import ANSWER_WITHIN, LONGEST_REPLY, gone, no_answer, time_out
from hanbench.harness.control.openapi import BENCHES
from hanbench.harness.control.requests import Request, StateRequest

A = TypeVar("A")

LONGEST_HEAD = 65_536
"""Octets in the head of an answer."""


class MalformedError(ConnectionError):
    """What came is no answer of HTTP/1.1."""


class Head(NamedTuple):
    """The head of an answer."""

    status: int
    fields: dict[str, str]
    """Names in lower case."""


class AsyncHttpLink:
    """One bench of a service."""

    def __init__(self, url: str, bench: str | None, token: str | None) -> None:
        """`bench`: its name; None: the only one. Raises ControlError."""
        self._service = Service.at(url, token)
        self.bench = bench or ""

    async def open(self) -> None:
        """Look for the bench. Raises ControlError."""
        request = self._service.call(self.bench, StateRequest()) if self.bench else self._service.get(BENCHES)
        try:
            status, octets = await self._exchange(request, ANSWER_WITHIN)
        except (OSError, asyncio.IncompleteReadError) as error:
            raise self._service.address.unreachable(error) from None
        if self.bench:
            answer_in(StateRequest(), status, octets)
        else:
            self.bench = only_bench(status, octets)

    async def close(self) -> None:
        """Has nothing to close."""

    async def ask(self, request: Request[A]) -> A:
        """Send a request, and return its answer. Raises ControlError."""
        try:
            found = await self._exchange(self._service.call(self.bench, request), time_out(request))
        except TimeoutError:
            raise no_answer(self.bench, request) from None
        except (OSError, asyncio.IncompleteReadError) as error:
            raise gone(self.bench, f"{self._service.address.url} does not answer ({error})") from None
        return answer_in(request, *found)

    async def _exchange(self, request: HttpRequest, seconds: float) -> tuple[int, bytes]:
        async with asyncio.timeout(seconds), self._sent(request) as (head, reader):
            return head.status, await _body(head, reader)

    @asynccontextmanager
    async def _sent(self, request: HttpRequest) -> AsyncGenerator[tuple[Head, asyncio.StreamReader], None]:
        """Send a request, and give the head of its answer and what reads the rest."""
        address = self._service.address
        secure = ssl.create_default_context() if address.secure else None
        reader, writer = await asyncio.open_connection(address.host, address.port, ssl=secure, limit=LONGEST_REPLY)
        try:
            writer.write(request.encode(address))
            await writer.drain()
            yield await _head(reader), reader
        finally:
            writer.close()

    async def follow(self, after: int | None, kinds: Collection[str]) -> AsyncGenerator[AnyBenchEvent, None]:
        """Yield events, over another connection where one breaks. Raises ControlError at the end."""
        feed = EventFeed(self._service, self.bench, after, tuple(kinds))
        attempts, error = list(AGAIN_AFTER), Exception()
        while attempts:
            try:
                async with self._sent(feed.request()) as (head, reader):
                    await self._must_stream(head, reader)
                    attempts = list(AGAIN_AFTER)
                    async with aclosing(_lines(head, reader)) as lines:
                        async for line in lines:
                            for event in feed.line(line) or ():
                                yield event
                            if feed.ended:
                                raise gone(self.bench, "there are no more events")
            except (OSError, asyncio.IncompleteReadError) as lost:
                error = lost
            await asyncio.sleep(attempts.pop(0))
        raise gone(self.bench, f"its events cannot be followed ({error})")

    async def _must_stream(self, head: Head, reader: asyncio.StreamReader) -> None:
        """Raise ControlError unless events follow."""
        if head.status == HTTPStatus.NO_CONTENT:
            raise gone(self.bench, "there are no more events")
        if head.status != HTTPStatus.OK:
            decoded(head.status, await _body(head, reader), None)


async def _head(reader: asyncio.StreamReader) -> Head:
    """Read the head of an answer (RFC 9112, 4 and 5). Raises ConnectionError and IncompleteReadError."""
    version, _, rest = (await _text(reader)).partition(" ")
    status = rest[:3]
    if version not in ("HTTP/1.1", "HTTP/1.0") or not (status.isdecimal() and len(status) == 3):
        raise MalformedError("it is no server of HTTP/1.1")
    fields: dict[str, str] = {}
    octets = 0
    while line := await _text(reader):
        octets += len(line)
        if octets > LONGEST_HEAD:
            raise MalformedError("the head of its answer is too long")
        name, _, value = line.partition(":")
        fields[name.lower()] = value.strip()
    return Head(int(status), fields)


async def _text(reader: asyncio.StreamReader) -> str:
    try:
        line = await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError:
        raise MalformedError("a line of its answer is too long") from None
    return line.decode("latin-1").rstrip("\r\n")


async def _body(head: Head, reader: asyncio.StreamReader) -> bytes:
    """Read the body of an answer, at most `LONGEST_REPLY` octets."""
    found = bytearray()
    async for part in _parts(head, reader):
        found += part
        if len(found) > LONGEST_REPLY:
            raise MalformedError("its answer is too long")
    return bytes(found)


async def _parts(head: Head, reader: asyncio.StreamReader) -> AsyncGenerator[bytes, None]:
    """Yield the octets of a body as they come (RFC 9112, 6.3)."""
    if head.fields.get("transfer-encoding", "").lower() == "chunked":
        while size := _size((await _text(reader)).partition(";")[0], 16):
            yield await reader.readexactly(size)
            await reader.readexactly(2)
        return
    length = head.fields.get("content-length")
    if length is not None:
        yield await reader.readexactly(_size(length, 10))
        return
    while octets := await reader.read(65_536):
        yield octets


def _size(text: str, base: int) -> int:
    try:
        size = int(text, base)
    except ValueError:
        raise MalformedError("a length of its answer is no number") from None
    if not 0 <= size <= LONGEST_REPLY:
        raise MalformedError("its answer is too long")
    return size


async def _lines(head: Head, reader: asyncio.StreamReader) -> AsyncGenerator[bytes, None]:
    """Yield the lines of a stream. Raises TimeoutError, an OSError, if none comes for too long."""
    rest = b""
    parts = _parts(head, reader)
    try:
        while True:
            async with asyncio.timeout(SILENT_AFTER):
                part = await anext(parts, b"")
            if not part:
                return
            *lines, rest = (rest + part).split(b"\n")
            for line in lines:
                yield line + b"\n"
            if len(rest) > LONGEST_REPLY:
                raise MalformedError("a line of the stream is too long")
    finally:
        await parts.aclose()
