"""A client's connection to a service over HTTP."""

from __future__ import annotations

import http.client
from collections.abc import Collection, Sequence
from time import sleep
from typing import TypeVar

from hanbench.harness.control.errors import ControlError
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
from hanbench.harness.control.link import ANSWER_WITHIN, LONGEST_REPLY, Following, gone, no_answer, time_out
from hanbench.harness.control.openapi import BENCHES
from hanbench.harness.control.requests import Request, StateRequest

A = TypeVar("A")

_LOST = (OSError, http.client.HTTPException)


class HttpLink:
    """A connection to one bench of a service, kept open between requests."""

    def __init__(self, url: str, bench: str | None, token: str | None) -> None:
        """`bench`: its name; None: the only one. Raises ControlError."""
        self._service = Service.at(url, token)
        self._connection = self.connection(ANSWER_WITHIN)
        self.bench = bench or ""
        try:
            if bench is None:
                self.bench = only_bench(*self._first(self._service.get(BENCHES)))
            else:
                answer_in(StateRequest(), *self._first(self._service.call(bench, StateRequest())))
        except BaseException:
            self.close()
            raise

    def connection(self, seconds: float) -> http.client.HTTPConnection:
        """Return a connection that is made with its first request; `seconds`: limit of each wait."""
        address = self._service.address
        kind = http.client.HTTPSConnection if address.secure else http.client.HTTPConnection
        return kind(address.host, address.port, timeout=seconds)

    def _first(self, request: HttpRequest) -> tuple[int, bytes]:
        try:
            return self._exchange(request)
        except _LOST as error:
            raise self._service.address.unreachable(error) from None

    def ask(self, request: Request[A]) -> A:
        """Send a request, and return its answer. Raises ControlError."""
        self._wait_at_most(time_out(request))
        try:
            return answer_in(request, *self._exchange(self._service.call(self.bench, request)))
        except TimeoutError:
            self._connection.close()  # the answer may still come, and belongs to no other request
            raise no_answer(self.bench, request) from None
        except _LOST as error:
            why = str(error) or "it hung up"
            raise gone(self.bench, f"{self._service.address.url} does not answer ({why})") from None

    def _wait_at_most(self, seconds: float) -> None:
        self._connection.timeout = seconds
        if self._connection.sock is not None:
            self._connection.sock.settimeout(seconds)

    def _exchange(self, request: HttpRequest) -> tuple[int, bytes]:
        """Send a request; once more if the connection that was kept open has been closed meanwhile."""
        if self._connection.sock is None:
            return self._sent(request)
        try:
            return self._sent(request)
        except TimeoutError:
            raise
        except _LOST:
            return self._sent(request)

    def _sent(self, request: HttpRequest) -> tuple[int, bytes]:
        try:
            self._connection.request(request.method, request.target, request.body or None, request.headers)
            answer = self._connection.getresponse()
            return answer.status, answer.read(LONGEST_REPLY)
        except BaseException:
            self._connection.close()
            raise

    def follow(self, after: int | None, kinds: Collection[str]) -> Following:
        """Follow events, over connections of their own. Raises ControlError."""
        return HttpFollowing(self, EventFeed(self._service, self.bench, after, tuple(kinds)))

    def close(self) -> None:
        """Close the connection; the bench goes on."""
        self._connection.close()


class HttpFollowing(Following):
    """The stream of events, resumed when it breaks."""

    def __init__(self, link: HttpLink, feed: EventFeed) -> None:
        """Raises ControlError."""
        super().__init__()
        self._link = link
        self._feed = feed
        self._connection = link.connection(SILENT_AFTER)
        try:
            self._connect()
            while self._read() is None:
                pass  # up to the message that tells that the stream has begun
        except _LOST as error:
            self.close()
            raise gone(link.bench, str(error)) from None
        except BaseException:
            self.close()
            raise

    def _connect(self) -> None:
        request = self._feed.request()
        self._connection.close()
        self._connection.request(request.method, request.target, None, request.headers)
        self._answer = self._connection.getresponse()
        if self._answer.status == 204:
            raise gone(self._link.bench, "there are no more events")
        if self._answer.status != 200:
            decoded(self._answer.status, self._answer.read(LONGEST_REPLY), None)

    def _read(self) -> tuple[AnyBenchEvent, ...] | None:
        line = self._answer.readline(LONGEST_REPLY)
        if not line:
            raise ConnectionResetError("the stream has broken off")
        return self._feed.line(line)

    def more(self) -> Sequence[AnyBenchEvent]:
        """Wait for the next events, over another connection where one breaks. Raises ControlError."""
        if self._feed.ended:
            raise gone(self._link.bench, "there are no more events")
        try:
            return self._read() or ()
        except _LOST as error:
            self._again(error)
            return ()

    def _again(self, error: Exception) -> None:
        """Connect again. Raises ControlError if that fails for too long."""
        for seconds in AGAIN_AFTER:
            sleep(seconds)
            try:
                self._connect()
            except ControlError:
                raise
            except _LOST as later:
                error = later
            else:
                return
        raise gone(self._link.bench, f"its events cannot be followed ({error})")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
