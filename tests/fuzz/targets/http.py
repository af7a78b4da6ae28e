"""Requests to `hanbench serve`, parsed by h11 as uvicorn does it, and answers of a service to its clients."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import unquote

import h11

from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.http_messages import Address, EventFeed, Service
from hanbench.harness.serve.access import Access
from tests.fuzz import trees
from tests.fuzz.loop import loop, on_loop
from tests.fuzz.service import Wire, served, server
from tests.fuzz.target import Target

TOKEN = "correct-horse-battery-staple"
_BUG = 500
_ANSWERED_WITHIN = 5.0
_TURNS = 50
"""Turns of the loop in which a server answers what needs no thread."""


async def answer(octets: bytes, access: Access) -> int | None:
    """Return the status of the answer to the octets of a request; None: h11 refuses them."""
    connection = h11.Connection(h11.SERVER)
    body = bytearray()
    request: h11.Request | None = None
    try:
        connection.receive_data(octets)
        while (event := connection.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
            if isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                break
    except h11.RemoteProtocolError:
        return None
    if request is None:
        return None
    return await _asked(request, bytes(body), access)


async def _asked(request: h11.Request, body: bytes, access: Access) -> int | None:
    raw_path, _, query = bytes(request.target).partition(b"?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": request.http_version.decode("ascii"),
        "method": request.method.decode("ascii"),
        "scheme": "http",
        "path": unquote(raw_path.decode("ascii")),
        "raw_path": raw_path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 2),
    }
    pending: list[dict[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return pending.pop(0) if pending else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    async with asyncio.timeout(_ANSWERED_WITHIN):
        await served(access)(scope, receive, send)
    return statuses[0] if statuses else None


def _request(octets: bytes) -> None:
    """Any octets of a client: never an answer that says that hanbench is at fault."""
    assert on_loop(answer(octets, Access())) != _BUG


def _guarded(octets: bytes) -> None:
    """The same where a token is needed: without it no request passes."""
    status = on_loop(answer(octets, Access(loopback=False, names=frozenset({"lab-pc"}), token=TOKEN)))
    assert status != _BUG
    assert status is None or status >= 400 or TOKEN.encode() in octets


async def _connected(octets: bytes) -> bytes:
    """Return what a server writes on a connection on which these octets come in pieces; the first says how long."""
    config, state, wire = server().config, server().server_state, Wire()
    protocol: Any = config.http_protocol_class
    connection = protocol(config=config, server_state=state, app_state={}, _loop=loop())
    connection.connection_made(wire)
    length = (octets[0] if octets else 0) * 8 + 1
    for at in range(1, len(octets), length):
        if wire.closed:
            break
        connection.data_received(octets[at : at + length])
        await asyncio.sleep(0)
    for _ in range(_TURNS):
        if not state.tasks:
            break
        await asyncio.sleep(0)
    connection.connection_lost(None)
    if state.tasks:
        await asyncio.wait(state.tasks, timeout=_ANSWERED_WITHIN)
    assert not state.tasks, "a request was not answered"
    assert not state.connections
    return bytes(wire.written)


def _connection(octets: bytes) -> None:
    """A connection, with requests that follow each other: what is no HTTP is answered, and all work ends with it."""
    written = on_loop(_connected(octets))
    assert written[:9] in (b"", b"HTTP/1.1 ")
    assert b"HTTP/1.1 500" not in written


def _stream(octets: bytes) -> None:
    """The stream of events, as a client reads it."""
    feed = EventFeed(Service.at("http://127.0.0.1:8571", TOKEN), "virtual", None, ())
    for line in octets.splitlines(keepends=True):
        feed.line(line)
    feed.request()


def _address(octets: bytes) -> None:
    found = Address.of(octets.decode(errors="replace"))
    assert 0 <= found.port <= 65535
    assert found.host


TARGETS = (
    Target("http.request", _request, (), 2048, trees.request),
    Target("http.guarded", _guarded, (), 2048, trees.request),
    Target("http.connection", _connection, (), 2048, trees.behind(1, trees.request)),
    Target("http.stream", _stream, (ControlError,), 2048),
    Target("http.address", _address, (ControlError,), 256),
)
