"""A service without a socket: a bench that has ended, its application, and one end of a connection."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import cache
from typing import Any

from starlette.types import ASGIApp

from hanbench.harness.case.calendar import Calendar
from hanbench.harness.control import errors
from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.journal import Journal
from hanbench.harness.serve.access import Access
from hanbench.harness.serve.app import application
from hanbench.harness.serve.benches import Benches
from hanbench.harness.serve.campaigns import Campaigns
from hanbench.harness.serve.http_server import HttpServer
from hanbench.harness.serve.problems import Refusals
from hanbench.harness.serve.sse import Streams

START = datetime(2022, 4, 4, tzinfo=UTC)


class EndedBench:
    """A bench that has ended: it takes requests, decoded, and refuses each."""

    name = "virtual"
    alive = False
    failure: BaseException | None = None

    def __init__(self) -> None:
        self.journal = Journal(Calendar.starting(START), lambda: 0)

    async def perform(self, request: object) -> object:
        raise ControlError(errors.BUSY, f"the bench has other work than {type(request).__name__}")

    async def read(self, look: object) -> object:
        raise ControlError(errors.BUSY, "the bench has other work")


@cache
def served(access: Access) -> ASGIApp:
    """Return the interface of a service; its table of paths takes longer to make than a request to answer."""
    return application(Benches([EndedBench()]), Campaigns({}), access, Streams(), Refusals())  # type: ignore[list-item]


@cache
def server() -> HttpServer:
    """Return a server that listens nowhere."""
    made = HttpServer(served(Access()), Refusals())
    made.config.load()
    return made


class Wire(asyncio.Transport):
    """The server's end of a connection: keeps what the server wrote."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 8571)})
        self.written = bytearray()
        self.closed = False

    def write(self, data: Any) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        """The next octets of an input come all the same, as those that were under way."""

    def resume_reading(self) -> None:
        """See `pause_reading`."""
