"""A client's connection to the control socket of a bench."""

from __future__ import annotations

import socket
from collections.abc import Collection, Sequence
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from hanbench.harness.control import wire
from hanbench.harness.control.errors import UNKNOWN_BENCH, UNSUPPORTED_VERSION, ControlError, unknown_name
from hanbench.harness.control.events import AnyBenchEvent
from hanbench.harness.control.link import ANSWER_WITHIN, LONGEST_REPLY, Following, gone, no_answer, time_out
from hanbench.harness.control.requests import EventsRequest, Request
from hanbench.harness.control.runtime import benches_up, socket_path
from hanbench.harness.control.table import verb_of
from hanbench.harness.foreign_json import NOT_JSON

A = TypeVar("A")


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


def answer_in(request: Request[A], reply: wire.Reply) -> A:
    """Return the answer that a reply carries. Raises ControlError."""
    if reply.error is not None:
        raise ControlError.of(reply.error)
    try:
        answer: A = msgspec.json.decode(reply.answer, type=verb_of(request).answer)
    except NOT_JSON as error:
        raise ControlError(UNSUPPORTED_VERSION, f"the bench's answer cannot be read: {error}") from None
    return answer


def events_in(reply: wire.Reply) -> tuple[AnyBenchEvent, ...]:
    """Return the events that a reply carries. Raises ControlError."""
    if reply.error is not None:
        raise ControlError.of(reply.error)
    return reply.events or ()


class SocketLink:
    """A connection to one bench of this machine."""

    def __init__(self, bench: str | None) -> None:
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
            raise gone(self.bench, f"its socket does not answer ({error.strerror or error})") from None
        return connection

    def ask(self, request: Request[A]) -> A:
        """Send a request, and return its answer. Raises ControlError."""
        self._socket.settimeout(time_out(request))
        id = str(next(self._ids))
        try:
            self._socket.sendall(wire.encode_call(verb_of(request).name, request, id))
            while (reply := self.reply(self._lines)).id not in (id, ""):
                pass  # the answer to a request that timed out
        except TimeoutError:
            raise no_answer(self.bench, request) from None
        except OSError as error:
            raise gone(self.bench, str(error.strerror or error)) from None
        return answer_in(request, reply)

    def reply(self, lines: Any) -> wire.Reply:
        """Return the next line of a connection. Raises ControlError if there is none."""
        line = lines.readline(LONGEST_REPLY)
        if not line.endswith(b"\n"):
            raise gone(self.bench, "it closed the connection without an answer")
        return wire.decode_reply(line)

    def follow(self, after: int | None, kinds: Collection[str]) -> Following:
        """Follow events, over a connection of their own. Raises ControlError."""
        connection = self._connected()
        following = SocketFollowing(self, connection)
        try:
            request = EventsRequest(after, tuple(kinds))
            connection.sendall(wire.encode_call("events", request, "0", follow=True))
            answer_in(request, self.reply(following.lines))
            connection.settimeout(None)
        except BaseException:
            following.close()
            raise
        return following

    def close(self) -> None:
        """Close the connection; the bench goes on."""
        self._lines.close()
        self._socket.close()


class SocketFollowing(Following):
    """Events over a connection of their own."""

    def __init__(self, link: SocketLink, connection: socket.socket) -> None:
        super().__init__()
        self._link = link
        self._connection = connection
        self.lines = connection.makefile("rb")

    def more(self) -> Sequence[AnyBenchEvent]:
        """Wait for the next line of events. Raises ControlError."""
        return events_in(self._link.reply(self.lines))

    def close(self) -> None:
        """Close the connection."""
        self.lines.close()
        self._connection.close()
