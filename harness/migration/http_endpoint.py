"""A controller behind a URL: each turn is a POST of JSON, and the answer's body is the list of its actions.

The header `Hanbench-Case` tells cases apart: one endpoint may have several at a time. Virtual time stands still while
an answer is awaited.
"""

from __future__ import annotations

import asyncio
import http.client
import itertools
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import datetime

from emulator.clock import ClockLoop
from harness.migration.child_process import LONGEST_ANSWER, PATIENCE, read_actions
from harness.migration.controller import ControllerFault
from harness.migration.vocabulary import AnyAction, AnyEvent, Turn, encode_turn

_numbers = itertools.count(1)


class HttpEndpoint:
    """One case at one endpoint."""

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self._url = url
        self._patience = patience
        self._case = f"{os.getpid()}-{next(_numbers)}"

    async def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """As `RemoteController.handle`."""
        loop = asyncio.get_running_loop()
        answer = loop.run_in_executor(None, self._post, encode_turn(Turn(now, event)))
        try:
            # The thread has its own, shorter patience; this one is for an answer that trickles.
            if isinstance(loop, ClockLoop):
                return read_actions(await loop.outside(answer, 2 * self._patience))
            async with asyncio.timeout(2 * self._patience):
                return read_actions(await answer)
        except TimeoutError:
            raise ControllerFault("silent", f"no answer within {self._patience:g} s") from None

    def close(self) -> None:
        """Nothing stays open."""

    def _post(self, body: bytes) -> bytes:
        headers = {"Content-Type": "application/json", "Hanbench-Case": self._case}
        request = urllib.request.Request(self._url, body, headers, method="POST")  # noqa: S310 - http(s) by the caller
        try:
            with urllib.request.urlopen(request, timeout=self._patience) as response:  # noqa: S310
                answer: bytes = response.read(LONGEST_ANSWER + 1)
        except urllib.error.HTTPError as error:
            error.close()
            raise ControllerFault("crashed", f"HTTP status {error.code} {error.reason}") from None
        except TimeoutError:
            raise ControllerFault("silent", f"no answer within {self._patience:g} s") from None
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                raise ControllerFault("silent", f"no answer within {self._patience:g} s") from None
            raise ControllerFault("unreachable", str(reason) or type(error).__name__) from None
        if len(answer) > LONGEST_ANSWER:
            raise ControllerFault("flood", f"more than {LONGEST_ANSWER} octets in one answer")
        return answer
