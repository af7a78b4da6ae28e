"""The client of a running bench, over its control socket or over HTTP.

    from hanbench.client import connect

    with connect("virtual") as bench:
        bench.inject("battery-dead")
        assert bench.check().check.verdict == "fail"

    with connect("http://127.0.0.1:8571", bench="virtual") as bench:
        ...

Each verb is a method (`methods.py`), and `ask` takes the typed request of any verb.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from hanbench.harness.control.errors import INVALID_REQUEST, ControlError
from hanbench.harness.control.link import Following, Link
from hanbench.harness.control.methods import Methods
from hanbench.harness.control.requests import Request
from hanbench.harness.control.runtime import benches_up

A = TypeVar("A")

URLS = ("http://", "https://")
"""What the address of a service begins with; anything else is the name of a bench of this machine."""


def is_url(where: str | None) -> bool:
    """Return whether this is the address of a service."""
    return where is not None and where.startswith(URLS)


class Client(Methods):
    """A client of one bench that is up, for code that is not a coroutine. Close it in the end, or use `with`."""

    def __init__(self, where: str | None = None, *, bench: str | None = None, token: str | None = None) -> None:
        """`where`: the name of a bench of this machine, or the address of a service; None: the only bench that is up.

        `bench`: its name at the service; None: the only one there. `token`: of the service; None: that in the
        environment variable HANBENCH_TOKEN, if it is set. Raises ControlError.
        """
        self._link = _link(where, bench, token)
        self.bench = self._link.bench
        """Name of the bench."""

    def ask(self, request: Request[A]) -> A:
        """Send a request, and return its answer. Raises ControlError."""
        return self._link.ask(request)

    def follow(self, after: int | None = None, kinds: Collection[str] = ()) -> Following:
        """Follow the events after the number `after`, or from now on, over a connection of their own.

        Over HTTP, a stream that breaks is resumed where it was. Raises ControlError.
        """
        return self._link.follow(after, kinds)

    def close(self) -> None:
        """Close the connection; the bench goes on."""
        self._link.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connect(where: str | None = None, *, bench: str | None = None, token: str | None = None) -> Client:
    """Return a client of a bench that is up; see `Client`. Raises ControlError."""
    return Client(where, bench=bench, token=token)


def local_name(where: str | None, bench: str | None) -> str | None:
    """Return the name of a bench of this machine, which is given in one of two places. Raises ControlError."""
    if where is not None and bench is not None and where != bench:
        problem = f"expected the address of a service beside bench={bench!r}, found {where!r}"
        raise ControlError(INVALID_REQUEST, problem)
    return bench if where is None else where


def _link(where: str | None, bench: str | None, token: str | None) -> Link:
    if where is not None and is_url(where):
        from hanbench.harness.control.http_link import HttpLink

        return HttpLink(where, bench, token)
    from hanbench.harness.control.socket_link import SocketLink

    return SocketLink(local_name(where, bench))


__all__ = ["Client", "ControlError", "Following", "benches_up", "connect", "is_url"]
