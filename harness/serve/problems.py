"""Errors as problem details (RFC 9457), counted by code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.http_errors import TOO_LARGE_OR_SLOW, UNAUTHORIZED
from hanbench.harness.control.openapi import PROBLEM_TYPE

MEDIA_TYPE = "application/problem+json"


class HttpError(ControlError):
    """An error of HTTP, with headers of its answer."""

    def __init__(self, error: ControlError, headers: Mapping[str, str]) -> None:
        super().__init__(error.kind, error.detail)
        self.headers = headers


class Refusals(Counter[str]):
    """How many requests ended in an error, by code."""

    def answer(self, error: ControlError) -> Response:
        """Count an error, and return its answer."""
        self[error.kind.code] += 1
        headers = dict(error.headers) if isinstance(error, HttpError) else {}
        if error.kind is UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        if error.kind in TOO_LARGE_OR_SLOW:
            headers["Connection"] = "close"  # the rest of the request is not read
        return Response(encoded(error), error.kind.http_status, headers, MEDIA_TYPE)


def encoded(error: ControlError) -> bytes:
    """Return the problem details of an error."""
    kind = error.kind
    return msgspec.json.encode(
        {
            "type": f"{PROBLEM_TYPE}{kind.code}",
            "title": kind.title,
            "status": kind.http_status,
            "detail": error.detail,
            "code": kind.code,
            "remedy": kind.remedy,
        }
    )
