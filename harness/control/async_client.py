"""The client of a running bench for asyncio, over its control socket or over HTTP.

async with AsyncClient("http://127.0.0.1:8571", bench="virtual") as bench:
    state, check = await asyncio.gather(bench.state(), bench.check())
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from typing import TypeVar

from hanbench.harness.control.client import is_url, local_name
from hanbench.harness.control.events import AnyBenchEvent
from hanbench.harness.control.link import AsyncLink
from hanbench.harness.control.methods import AsyncMethods
from hanbench.harness.control.requests import Request

A = TypeVar("A")


class AsyncClient(AsyncMethods):
    """A client of one bench that is up. `async with AsyncClient("virtual") as bench: ...`."""

    def __init__(self, where: str | None = None, *, bench: str | None = None, token: str | None = None) -> None:
        """As `Client`; over HTTP, `bench` is known when the client is open. Raises ControlError."""
        self._link = _link(where, bench, token)

    @property
    def bench(self) -> str:
        """Name of the bench."""
        return self._link.bench

    async def ask(self, request: Request[A]) -> A:
        """Send a request, and return its answer; several can be under way. Raises ControlError."""
        return await self._link.ask(request)

    def follow(self, after: int | None = None, kinds: Collection[str] = ()) -> AsyncGenerator[AnyBenchEvent, None]:
        """Yield the events after the number `after`, or from the first `anext` on.

        Over HTTP, a stream that breaks is resumed where it was. Raises ControlError at the end.
        """
        return self._link.follow(after, kinds)

    async def __aenter__(self) -> AsyncClient:
        await self._link.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._link.close()


def _link(where: str | None, bench: str | None, token: str | None) -> AsyncLink:
    if where is not None and is_url(where):
        from hanbench.harness.control.async_http_link import AsyncHttpLink

        return AsyncHttpLink(where, bench, token)
    from hanbench.harness.control.async_socket_link import AsyncSocketLink

    return AsyncSocketLink(local_name(where, bench))
