"""One POST and its answer, in a thread; another thread can abort it.

The time-out of a socket covers a single read, so an endpoint that sends an octet now and then would never exceed it.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from functools import partial
from typing import Any

from hanbench.harness.case.controller import ControllerFault
from hanbench.harness.controllers.answers import LONGEST_ANSWER
from hanbench.harness.controllers.endpoint_address import CERTIFICATES, TOKEN, Address, shown

CUT_OFF = "the connection ended in the middle of its answer"

_UNKNOWN_ISSUER = (18, 19, 20)
"""X509_V_ERR: self-signed, self-signed in the chain, issuer not found."""


class _ConnectedError(Exception):
    """The connection stands, and nothing more was wanted."""


class Exchange:
    """One request to an endpoint."""

    def __init__(self, address: Address, headers: Mapping[str, str], body: bytes, timeout: float) -> None:
        """`timeout`: real seconds for each read."""
        self._request = urllib.request.Request(address.url, body, dict(headers), method="POST")  # noqa: S310 - http(s) by the caller
        self._timeout = timeout
        self._socket: socket.socket | None = None
        self._broken_off = False
        self._only_connect = False
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            # The proxies of the environment (HTTPS_PROXY, NO_PROXY), as other programs use them.
            urllib.request.ProxyHandler({} if address.direct else None),
            _Http(self) if address.tls is None else _Https(self, address.tls),
            urllib.request.UnknownHandler(),
            # No handler follows redirects: a POST becomes a GET, and the credentials are for this endpoint only.
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.HTTPErrorProcessor(),
        ):
            self._opener.add_handler(handler)

    def post(self) -> bytes:
        """Send the request and return the body of the answer. Raises ControllerFault."""
        try:
            with self._opener.open(self._request, timeout=self._timeout) as response:
                answer: bytes = response.read(LONGEST_ANSWER + 1)
                missing: int | None = response.length
        except urllib.error.HTTPError as error:
            with error:
                raise _refused(error) from None
        except (http.client.HTTPException, OSError) as error:
            raise self._failed(
                getattr(error, "reason", error) if type(error) is urllib.error.URLError else error
            ) from None
        if len(answer) > LONGEST_ANSWER:
            raise ControllerFault("flood", f"more than {LONGEST_ANSWER} octets in one answer")
        if missing:
            raise ControllerFault("crashed", CUT_OFF)
        return answer

    def reach(self) -> None:
        """Connect as `post` does, through a proxy and with TLS where they apply, and send no request.

        Raises ControllerFault.
        """
        self._only_connect = True
        with contextlib.suppress(_ConnectedError):
            self.post()

    def break_off(self) -> None:
        """Make `post` end soon, with any result. Has no effect if it has ended."""
        self._broken_off = True
        if self._socket is not None:
            _shut(self._socket)

    def connected(self, line: socket.socket) -> None:
        """Note the connection, so that `break_off` can shut it down."""
        self._socket = line
        if self._broken_off:
            _shut(line)
        if self._only_connect:
            raise _ConnectedError

    def _failed(self, error: object) -> ControllerFault:
        match error:
            case TimeoutError():
                return ControllerFault("silent", f"no answer within {self._timeout:g} s")
            case ssl.SSLCertVerificationError():
                why = f"its certificate is not trusted: {error.verify_message.rstrip('.')}"
                hint = f" ({CERTIFICATES} can name your own CAs)" if error.verify_code in _UNKNOWN_ISSUER else ""
                return ControllerFault("unreachable", why + hint)
            case ssl.SSLError():
                return ControllerFault(
                    "unreachable", f"TLS failed: {(error.reason or str(error)).replace('_', ' ').lower()}"
                )
            case http.client.RemoteDisconnected():
                return ControllerFault("unreachable", "it closed the connection without an answer")
            case http.client.IncompleteRead():
                return ControllerFault("crashed", CUT_OFF)
            case http.client.HTTPException():
                return ControllerFault("unreachable", f"invalid HTTP: {type(error).__name__}: {str(error)[:80]!r}")
        return ControllerFault("unreachable", str(error) or type(error).__name__)


def _refused(error: urllib.error.HTTPError) -> ControllerFault:
    """Return the fault for an HTTP status other than success."""
    status = f"HTTP status {error.code} {error.reason}".strip()
    if 300 <= error.code < 400:
        where = shown(error.headers.get("Location", "nowhere"))
        return ControllerFault("unreachable", f"{status}: redirects are not followed; this one leads to {where[:200]}")
    if error.code in (401, 403):
        return ControllerFault("unreachable", f"{status}: set {TOKEN}, or a user in the URL")
    return ControllerFault("crashed", status)


class _HttpLine(http.client.HTTPConnection):
    def __init__(self, exchange: Exchange, *where: Any, **options: Any) -> None:
        super().__init__(*where, **options)
        self._exchange = exchange

    def connect(self) -> None:
        super().connect()
        self._exchange.connected(self.sock)


class _HttpsLine(http.client.HTTPSConnection):
    def __init__(self, exchange: Exchange, *where: Any, **options: Any) -> None:
        super().__init__(*where, **options)
        self._exchange = exchange

    def connect(self) -> None:
        super().connect()
        self._exchange.connected(self.sock)


class _Http(urllib.request.HTTPHandler):
    def __init__(self, exchange: Exchange) -> None:
        super().__init__()
        self._exchange = exchange

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_HttpLine, self._exchange), req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, exchange: Exchange, tls: ssl.SSLContext) -> None:
        super().__init__(context=tls)
        self._exchange = exchange
        self._tls = tls

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_HttpsLine, self._exchange), req, context=self._tls)


def _shut(line: socket.socket) -> None:
    # Call the method of `socket.socket`: SSLSocket.shutdown would drop the TLS state that the reading thread uses.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)
