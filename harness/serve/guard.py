"""The guard around the application: host, site, token, headers of every answer, and errors as problem details."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hanbench.harness.control.errors import INTERNAL, ControlError
from hanbench.harness.control.http_errors import CROSS_SITE, HEAD_TOO_LARGE, MISDIRECTED, UNAUTHORIZED
from hanbench.harness.serve.access import Access
from hanbench.harness.serve.problems import Refusals

PAGE = "/"
"""The only path to which a page of another site may lead, and that takes the token as `?token=`."""
MOST_FIELDS = 16
"""Fields in the query of the page."""
LONGEST_HEAD = 16_384
"""Octets of the head of a request."""
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Headers of every answer."""


class Guard:
    """An ASGI application that lets through what another one may see."""

    def __init__(self, app: ASGIApp, access: Access, refusals: Refusals) -> None:
        self._app = app
        self._access = access
        self._refusals = refusals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            signed_in = self._refuse(scope, Headers(scope=scope))
            await (signed_in or self._app)(scope, receive, sent)
        except ControlError as error:
            answer = self._refusals.answer(error)
        except Exception as error:  # noqa: BLE001 - a bug must reach the client as an answer, not as silence
            answer = self._refusals.answer(ControlError(INTERNAL, f"{type(error).__name__}: {error}"))
        else:
            return
        if not begun:
            await answer(scope, receive, sent)

    def _refuse(self, scope: Scope, headers: Headers) -> Response | None:
        """Raise ControlError for a request that may not pass; return the answer to a page that gives its token."""
        length = len(scope["raw_path"]) + len(scope["query_string"]) + sum(map(_length, scope["headers"]))
        if length > LONGEST_HEAD:
            raise ControlError(HEAD_TOO_LARGE, f"found {length} octets; expected at most {LONGEST_HEAD}")
        authority = headers.get("host", "")
        if not self._access.allows_host(authority):
            raise ControlError(MISDIRECTED, f"Host: found {authority[:80]!r}")
        self._refuse_other_sites(scope, headers, authority)
        if self._access.token is None:
            return None
        return self._signed_in(scope, headers, authority)

    def _refuse_other_sites(self, scope: Scope, headers: Headers, authority: str) -> None:
        origin = headers.get("origin")
        if origin is not None and origin != f"{scope['scheme']}://{authority}":
            raise ControlError(CROSS_SITE, f"Origin: found {origin[:80]!r}")
        site = headers.get("sec-fetch-site", "same-origin")
        opened = scope["method"] == "GET" and scope["path"] == PAGE and headers.get("sec-fetch-mode") == "navigate"
        if site not in ("same-origin", "none") and not opened:
            raise ControlError(CROSS_SITE, f"Sec-Fetch-Site: found {site[:80]!r}")

    def _signed_in(self, scope: Scope, headers: Headers, authority: str) -> Response | None:
        """Raise ControlError unless a request has the token; return the answer to a page that gives it."""
        name = cookie_name(authority)
        if (answer := self._with_cookie(scope, name)) is not None:
            return answer
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._access.allows_token(bearer.strip()):
            return None
        if self._access.allows_cookie(_cookie(headers, name)):
            return None
        raise ControlError(UNAUTHORIZED, "the token is wrong" if bearer else "there is no token, or it is wrong")

    def _with_cookie(self, scope: Scope, name: str) -> Response | None:
        """Return the answer to a page that is opened with its token: the same page without it, and a cookie."""
        if scope["method"] != "GET" or scope["path"] != PAGE:
            return None
        try:
            fields = parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=MOST_FIELDS)
        except ValueError:
            return None
        given = [value for field, value in fields if field == "token"]
        if not given or not self._access.allows_token(given[-1]):
            return None
        rest = urlencode([(field, value) for field, value in fields if field != "token"])
        answer = Response(status_code=303, headers={"Location": f"{PAGE}?{rest}" if rest else PAGE})
        answer.set_cookie(name, self._access.cookie, httponly=True, samesite="strict", path="/")
        return answer


def cookie_name(authority: str) -> str:
    """Return the name of the cookie; browsers send one to every port of a host."""
    port = authority.rpartition(":")[2]
    return f"hanbench-{port if port.isdecimal() else 80}"


def _cookie(headers: Headers, name: str) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _length(header: tuple[bytes, bytes]) -> int:
    """Return the octets of a header field: name, colon, blank, value, end of line."""
    name, value = header
    return len(name) + len(value) + 4
