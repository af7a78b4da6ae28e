"""Requests that are done once: the same key gets the same answer, for a while."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from hanbench.harness.control.errors import BUSY, INVALID_REQUEST, NOT_UP_YET, ControlError
from hanbench.harness.control.http_errors import KEY_REUSED

KEPT = 1_000
"""Keys that are remembered at a time."""
KEPT_FOR = 3_600.0
"""Time for which a key is remembered after its answer, real seconds."""
KEY = re.compile(r"[\x21-\x7e]{1,64}")
_NOT_DONE = (BUSY, NOT_UP_YET)
"""Errors after which nothing was done: the next request with the key tries again."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a request: its answer in JSON, or an error."""

    answer: bytes
    error: ControlError | None = None


@dataclass(slots=True)
class _Entry:
    digest: bytes
    task: asyncio.Task[Done]
    ended: float = field(default=float("inf"))
    """Real time, seconds."""


class Idempotency:
    """The keys of the latest requests, with their answers."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._entries: OrderedDict[str, _Entry] = OrderedDict()

    async def once(self, key: str, what: bytes, do: Callable[[], Awaitable[Done]]) -> Done:
        """Return what came of the request with this key; `do` does it if it is new. Raises ControlError.

        `what`: the request itself. The work goes on if the client does not wait for it.
        """
        if not KEY.fullmatch(key):
            raise ControlError(INVALID_REQUEST, "Idempotency-Key: expected 1 to 64 visible ASCII characters")
        self._forget()
        digest = hashlib.sha256(what).digest()
        entry = self._entries.get(key)
        if entry is None:
            if len(self._entries) >= KEPT:
                raise ControlError(BUSY, f"{KEPT} requests with idempotency keys are in work")
            task = asyncio.ensure_future(self._kept(key, do))
            entry = self._entries[key] = _Entry(digest, task)
        elif entry.digest != digest:
            raise ControlError(KEY_REUSED, f"Idempotency-Key: {key!r} was used for another request")
        return await asyncio.shield(entry.task)

    async def _kept(self, key: str, do: Callable[[], Awaitable[Done]]) -> Done:
        done = await do()
        if done.error is not None and done.error.kind in _NOT_DONE:
            del self._entries[key]
        else:
            self._entries[key].ended = self._now()
            self._entries.move_to_end(key)
        return done

    def _forget(self) -> None:
        """Forget what is too old, and the oldest answer if there is no room for another key."""
        before = self._now() - KEPT_FOR
        for key in [key for key, entry in self._entries.items() if entry.ended < before]:
            del self._entries[key]
        if len(self._entries) >= KEPT:
            oldest = next((key for key, entry in self._entries.items() if entry.task.done()), None)
            if oldest is not None:
                del self._entries[oldest]
