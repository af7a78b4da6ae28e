"""Requests, answers and streams of a bench over HTTP, as a client has them: octets and values, no connection."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from msgspec import Struct

from hanbench.harness.control import errors, openapi
from hanbench.harness.control.answers import BenchState
from hanbench.harness.control.errors import ControlError, Problem
from hanbench.harness.control.events import AnyBenchEvent, BenchEnded
from hanbench.harness.control.http_errors import HTTP_ERRORS
from hanbench.harness.control.link import gone
from hanbench.harness.control.requests import Request
from hanbench.harness.control.table import verb_of
from hanbench.harness.foreign_json import NOT_JSON, decode

A = TypeVar("A")

TOKEN = "HANBENCH_TOKEN"
"""Environment variable with the token of a service."""
PORTS = {"http": 80, "https": 443}
SILENT_AFTER = 45.0
"""Real seconds without a line after which a stream is dead: a service sends one at least each 15."""
AGAIN_AFTER = (0.1, 0.3, 1.0, 2.0, 4.0)
"""Real seconds before each attempt to resume a stream; after the last one, the bench is taken to have ended."""


@dataclass(frozen=True)
class Address:
    """Where a service is."""

    url: str
    secure: bool
    host: str
    port: int
    base: str
    """Path before those of the service: a proxy may add one."""

    @classmethod
    def of(cls, url: str) -> Address:
        """Read `http://HOST:PORT`. Raises ControlError."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in PORTS or not parts.hostname or parts.query or parts.fragment or parts.username:
            problem = f"{url!r}: expected the address of a service, such as http://127.0.0.1:8571"
            raise ControlError(errors.INVALID_REQUEST, problem)
        chosen = PORTS[parts.scheme] if port is None else port
        return cls(url, parts.scheme == "https", parts.hostname, chosen, parts.path.rstrip("/"))

    @property
    def authority(self) -> str:
        """The value of the header Host."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def unreachable(self, error: Exception) -> ControlError:
        """Return the error of a service that cannot be reached."""
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        problem = f"nothing answers at {self.url} ({why}); `hanbench serve BENCH` starts a service"
        return ControlError(errors.UNKNOWN_BENCH, problem)


@dataclass(frozen=True)
class HttpRequest:
    """A request."""

    method: str
    target: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def encode(self, address: Address) -> bytes:
        """Return the request on a connection of its own (RFC 9112)."""
        fields = {"Host": address.authority, "Connection": "close", **self.headers}
        if self.body:
            fields["Content-Length"] = str(len(self.body))
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"{self.method} {self.target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + self.body


@dataclass(frozen=True)
class Service:
    """A service, and what a client shows it with each request."""

    address: Address
    token: str | None

    @classmethod
    def at(cls, url: str, token: str | None) -> Service:
        """`token`: None: that of the environment. Raises ControlError."""
        chosen = os.environ.get(TOKEN) if token is None else token
        if chosen is not None and not (chosen.isascii() and chosen.isprintable()):
            raise ControlError(errors.INVALID_REQUEST, "token: expected printable characters of ASCII")
        return cls(Address.of(url), chosen or None)

    def get(self, path: str, query: list[tuple[str, str]] | None = None, **headers: str) -> HttpRequest:
        """Return a GET."""
        target = f"{self.address.base}{path}" + (f"?{urlencode(query)}" if query else "")
        return HttpRequest("GET", target, {**self._headers, **headers})

    def call(self, bench: str, request: Request[Any]) -> HttpRequest:
        """Return the request of a verb. A POST has a key, so that it is done once although it may be sent twice."""
        verb = verb_of(request)
        path = openapi.path_of(verb).replace("{bench}", quote(bench, safe=""))
        if openapi.method_of(verb) == "get":
            return self.get(path, _query(request))
        headers = {"Content-Type": "application/json", "Idempotency-Key": os.urandom(16).hex()}
        target = f"{self.address.base}{path}"
        return HttpRequest("POST", target, {**self._headers, **headers}, msgspec.json.encode(request))

    @property
    def _headers(self) -> dict[str, str]:
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}


def _query(request: Request[Any]) -> list[tuple[str, str]]:
    fields: list[tuple[str, str]] = []
    for name, value in msgspec.to_builtins(request).items():
        values = value if isinstance(value, list | tuple) else [] if value is None else [value]
        fields += [(name, str(each)) for each in values]
    return fields


def answer_in(request: Request[A], status: int, octets: bytes) -> A:
    """Return the answer of a verb. Raises ControlError."""
    answer: A = decoded(status, octets, verb_of(request).answer)
    return answer


def only_bench(status: int, octets: bytes) -> str:
    """Return the name of the only bench of a service. Raises ControlError."""
    states: tuple[BenchState, ...] = decoded(status, octets, tuple[BenchState, ...])
    names = [state.bench for state in states]
    if len(names) != 1:
        problem = f"expected the name of a bench, because several are up: {', '.join(names)}"
        raise ControlError(errors.UNKNOWN_BENCH, problem if names else "no bench is up there")
    return names[0]


def decoded(status: int, octets: bytes, kind: Any) -> Any:
    """Return the body of an answer. Raises ControlError: the problem that it tells, or that it cannot be read."""
    try:
        if status == 200:
            return decode(octets, kind)
        problem = decode(octets, Problem)
    except NOT_JSON:
        detail = f"the answer cannot be read: status {status}, {octets[:60]!r}"
        raise ControlError(errors.UNSUPPORTED_VERSION, detail) from None
    if problem.code in HTTP_ERRORS:
        raise ControlError(HTTP_ERRORS[problem.code], problem.detail)
    raise ControlError.of(problem)


class _Begins(Struct):
    """The first message of a stream."""

    resumed: bool


class EventFeed:
    """The stream of a bench's events over any number of connections (HTML Living Standard, 9.2.6)."""

    def __init__(self, service: Service, bench: str, after: int | None, kinds: tuple[str, ...]) -> None:
        self.ended = False
        """The last event has come."""
        self._service = service
        self._bench = bench
        self._query = [("bench", bench), *(("kinds", kind) for kind in kinds)]
        self._after = after
        self._last_id = ""
        self._id = self._event = ""
        self._data: list[bytes] = []

    def request(self) -> HttpRequest:
        """Return the request of the next connection, which goes on where the one before has ended."""
        self._id, self._event, self._data = self._last_id, "", []
        if self._last_id:
            return self._service.get(openapi.STREAM, self._query, **{"Last-Event-ID": self._last_id})
        after = [] if self._after is None else [("after", str(self._after))]
        return self._service.get(openapi.STREAM, [*self._query, *after])

    def line(self, line: bytes) -> tuple[AnyBenchEvent, ...] | None:
        """Take a line; return the events of the message that ends with it, None: it goes on. Raises ControlError."""
        name, _, value = line.rstrip(b"\r\n").partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"id":
            self._id = value.decode("latin-1")
        elif name == b"event":
            self._event = value.decode("latin-1")
        elif line in (b"\n", b"\r\n"):
            return self._message()
        return None

    def _message(self) -> tuple[AnyBenchEvent, ...] | None:
        data, event, resuming = b"\n".join(self._data), self._event, bool(self._last_id)
        self._data, self._event, self._last_id = [], "", self._id
        if event == "begin":
            if resuming and not decoded(200, data, _Begins).resumed:
                raise gone(self._bench, "it was started anew meanwhile")
            return ()
        if not data or event:
            return None
        events: tuple[AnyBenchEvent, ...] = decoded(200, data, tuple[AnyBenchEvent, ...])
        self.ended = self.ended or any(isinstance(each, BenchEnded) for each in events)
        return events
