"""The body of a request, read with limits."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect, Request

from hanbench.harness.control.calling import LONGEST
from hanbench.harness.control.errors import TOO_LARGE, ControlError
from hanbench.harness.control.http_errors import TOO_SLOW, UNSUPPORTED_MEDIA_TYPE

ARRIVES_WITHIN = 10.0
"""Time for a body to arrive, real seconds."""
MEDIA_TYPE = "application/json"


async def json_body(request: Request) -> bytes:
    """Return the body of a request, of at most `LONGEST` octets of JSON. Raises ControlError."""
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > LONGEST:
        raise ControlError(TOO_LARGE, f"Content-Length: found {length[:20]}; expected at most {LONGEST}")
    body = bytearray()
    try:
        async with asyncio.timeout(ARRIVES_WITHIN):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LONGEST:
                    raise ControlError(TOO_LARGE, f"expected at most {LONGEST} octets")
    except TimeoutError:
        raise ControlError(TOO_SLOW, f"the body did not arrive within {ARRIVES_WITHIN:.0f} s") from None
    except ClientDisconnect:
        raise ControlError(TOO_SLOW, "the client closed the connection") from None
    given = request.headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() != MEDIA_TYPE:
        # Also of an empty body: a page of another site can send no JSON without being asked first.
        raise ControlError(UNSUPPORTED_MEDIA_TYPE, f"Content-Type: found {given[:80]!r}; expected {MEDIA_TYPE}")
    return bytes(body)
