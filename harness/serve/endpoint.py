"""A path and what its methods do."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.http_errors import METHOD_NOT_ALLOWED
from hanbench.harness.serve.problems import HttpError

Handler = Callable[[Request], Awaitable[ASGIApp]]

JSON = "application/json"


class Endpoint:
    """The resource at a path, as an ASGI application."""

    def __init__(self, **handlers: Handler) -> None:
        """`handlers`: by method, in lower case; HEAD goes with GET."""
        self._handlers = {method.upper(): handler for method, handler in handlers.items()}
        if "GET" in self._handlers:
            self._handlers["HEAD"] = self._handlers["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. Raises ControlError."""
        handler = self._handlers.get(scope["method"])
        if handler is None:
            error = ControlError(METHOD_NOT_ALLOWED, f"found {scope['method'][:20]}")
            raise HttpError(error, {"Allow": ", ".join(sorted(self._handlers))})
        await (await handler(Request(scope, receive)))(scope, receive, send)


def path(template: str, **handlers: Handler) -> Route:
    """Return the route of a path."""
    return Route(template, Endpoint(**handlers))


def json_answer(value: Any) -> Response:
    """Return a value of the contract as the answer."""
    return Response(msgspec.json.encode(value), media_type=JSON)


def tagged(request: Request, octets: bytes, media_type: str) -> Response:
    """Return an answer with a tag, or without its octets to a client that has them: a browser asks each time."""
    tag = f'"{hashlib.sha256(octets).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(octets, headers=headers, media_type=media_type)


def document(make: Callable[[], dict[str, Any]]) -> Handler:
    """Return the handler of a document that is made once."""
    made: list[bytes] = []

    async def answer(request: Request) -> Response:
        if not made:
            made.append(msgspec.json.encode(make()))
        return Response(made[0], media_type=JSON)

    return answer
