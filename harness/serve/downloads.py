"""Captures to download, by their ids.

A capture of several files is given as one: sections of pcapng may follow each other in a file.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack
from typing import BinaryIO

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp

from hanbench.harness.control.errors import UNKNOWN_CAPTURE, ControlError
from hanbench.harness.serve.benches import Benches
from hanbench.harness.serve.endpoint import Handler

MEDIA_TYPE = "application/x-pcapng"
_CHUNK = 1 << 16


def download(benches: Benches) -> Handler:
    """Return the handler of a capture: its file as it is now, without keys."""

    async def answer(request: Request) -> ASGIApp:
        bench = benches.named(request.path_params["bench"])
        wanted = request.path_params["capture"]
        paths = await bench.captured(wanted)
        stack = ExitStack()
        try:
            streams = [stack.enter_context(path.open("rb")) for path in paths]
        except OSError as error:
            stack.close()
            raise ControlError(UNKNOWN_CAPTURE, f"{wanted}: {error.strerror or error}") from None
        sizes = [os.fstat(stream.fileno()).st_size for stream in streams]
        headers = {
            "Content-Length": str(sum(sizes)),
            "Content-Disposition": f'attachment; filename="{bench.name}.{wanted}.pcapng"',
        }
        if request.method == "HEAD":
            stack.close()
            return Response(headers=headers, media_type=MEDIA_TYPE)
        return StreamingResponse(_octets(stack, streams, sizes), headers=headers, media_type=MEDIA_TYPE)

    return answer


async def _octets(stack: ExitStack, streams: Sequence[BinaryIO], sizes: Sequence[int]) -> AsyncIterator[bytes]:
    """Give the first octets of files, of which the last may grow meanwhile."""
    with stack:
        for stream, size in zip(streams, sizes, strict=True):
            left = size
            while left > 0:
                chunk = await asyncio.to_thread(stream.read, min(left, _CHUNK))
                if not chunk:
                    return
                left -= len(chunk)
                yield chunk
