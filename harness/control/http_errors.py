"""The documented errors of HTTP itself, beside those of the verbs."""

from __future__ import annotations

from hanbench.harness.control.errors import TOO_LARGE, ErrorKind

MALFORMED = ErrorKind("malformed", 400, "This is not a request of HTTP/1.1", "See RFC 9112; send another request.")
UNAUTHORIZED = ErrorKind(
    "unauthorized",
    401,
    "The request has no valid token",
    "Send `Authorization: Bearer TOKEN`, or open the page once with `?token=TOKEN`.",
)
CROSS_SITE = ErrorKind(
    "cross-site", 403, "The request comes from a page of another site", "Use the page that this service shows."
)
NOT_FOUND = ErrorKind("not-found", 404, "There is nothing at this path", "/openapi.json lists the paths.")
METHOD_NOT_ALLOWED = ErrorKind(
    "method-not-allowed", 405, "The path does not have this method", "The header `Allow` lists its methods."
)
UNKNOWN_CAMPAIGN = ErrorKind(
    "unknown-campaign", 404, "This service has no campaign of this name", "`/api/campaigns` lists those that it has."
)
TOO_SLOW = ErrorKind("too-slow", 408, "The request took too long to arrive", "Send it in one piece.")
UNSUPPORTED_MEDIA_TYPE = ErrorKind(
    "unsupported-media-type", 415, "The body is not JSON", "Send `Content-Type: application/json`."
)
MISDIRECTED = ErrorKind(
    "misdirected",
    421,
    "The request names another host",
    "Use the address that `serve` prints, or allow the name with `--allow-host`.",
)
HEAD_TOO_LARGE = ErrorKind(
    "head-too-large", 431, "The head of the request is too long", "Send fewer or shorter header fields."
)
KEY_REUSED = ErrorKind(
    "key-reused", 422, "The idempotency key was used for another request", "Use a new key for each request."
)
TOO_MANY_STREAMS = ErrorKind(
    "too-many-streams", 503, "Too many streams of events are open", "Close a page, or try again later.", 2
)

HTTP_ERRORS: dict[str, ErrorKind] = {
    kind.code: kind
    for kind in (
        MALFORMED,
        UNAUTHORIZED,
        CROSS_SITE,
        NOT_FOUND,
        UNKNOWN_CAMPAIGN,
        METHOD_NOT_ALLOWED,
        TOO_SLOW,
        UNSUPPORTED_MEDIA_TYPE,
        MISDIRECTED,
        HEAD_TOO_LARGE,
        KEY_REUSED,
        TOO_MANY_STREAMS,
    )
}
"""Every documented error of HTTP, by code."""

EVERYWHERE = (MALFORMED, UNAUTHORIZED, CROSS_SITE, METHOD_NOT_ALLOWED, TOO_SLOW, MISDIRECTED, HEAD_TOO_LARGE)
"""The errors that every path may have."""

TOO_LARGE_OR_SLOW = (TOO_LARGE, TOO_SLOW)
"""Errors after which the rest of a request is not read, and its connection ends."""
