"""uvicorn in an event loop that is there already, quiet, and with limits that it does not have by itself."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.http_errors import MALFORMED
from hanbench.harness.serve.guard import HEADERS
from hanbench.harness.serve.problems import MEDIA_TYPE, Refusals, encoded

MOST_CONNECTIONS = 200
HEAD_WITHIN = 10.0
"""Time for the head of a request to arrive, real seconds."""
LONGEST_HEAD = 16_384
"""Length of the head of a request, octets."""
STALLED_AFTER = 30.0
"""Time after which a client that does not read what it asked for is cut off, real seconds."""
KEPT_ALIVE = 30.0
"""Time for which an idle connection stays open, real seconds."""
ENDS_WITHIN = 1
"""Time that requests in work have when the service ends, real seconds."""


class HttpServer(uvicorn.Server):
    """Serves an application on a socket that listens; signals are left to the service."""

    def __init__(self, app: ASGIApp, refusals: Refusals) -> None:
        protocol = type("Protocol", (BoundedProtocol,), {"refusals": refusals})
        super().__init__(
            uvicorn.Config(
                app,
                http=protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=int(KEPT_ALIVE),
                timeout_graceful_shutdown=ENDS_WITHIN,
                h11_max_incomplete_event_size=LONGEST_HEAD,
            )
        )
        self._ending = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    async def main_loop(self) -> None:
        """Wait for the end, without looking for it ten times a second."""
        await self._ending.wait()

    def end(self) -> None:
        """End soon."""
        self.should_exit = True
        self._ending.set()

    async def serve_on(self, listener: socket.socket) -> None:
        """Serve until `end`."""
        await self.serve([listener])


class BoundedProtocol(H11Protocol):
    """One connection. Bounds their number, the time of a request's head, and that for which a client reads nothing."""

    refusals: Refusals
    _deadline: asyncio.TimerHandle | None = None
    """Cuts the connection off if the head of a request is late."""
    _stalled: asyncio.TimerHandle | None = None
    """Cuts the connection off if the client reads nothing."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if len(self.connections) >= MOST_CONNECTIONS:
            self.transport = transport
            self.refusals["too-many-connections"] += 1
            transport.abort()
            return
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._arrived()
        self._reads()
        if self.flow is not None:
            super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._arrived()
        elif self._deadline is None:
            self._expect_head()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._arrived()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self.loop.call_later(STALLED_AFTER, self._too_slow)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._reads()

    def _reads(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _expect_head(self) -> None:
        self._deadline = self.loop.call_later(HEAD_WITHIN, self._too_slow)

    def _arrived(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self.refusals["too-slow"] += 1
        self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP with problem details."""
        error = ControlError(MALFORMED, msg)
        self.refusals[MALFORMED.code] += 1
        body = encoded(error)
        more = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
        headers: list[Any] = [
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *more,
        ]
        if self.conn.our_state is h11.IDLE or self.conn.our_state is h11.SEND_RESPONSE:
            events = (h11.Response(status_code=400, headers=headers), h11.Data(data=body), h11.EndOfMessage())
            for event in events:
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
