"""The person at a bench, who does what no bench can: gives a meter power, presses its button."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Protocol


class NobodyError(RuntimeError):
    """Nobody answers."""


class Person(Protocol):
    """Whoever stands at the bench."""

    async def do(self, what: str) -> None:
        """Have something done, and wait until it is. Raises NobodyError."""


class AtTheTerminal:
    """A person at the terminal, who presses Enter when it is done. The bench goes on meanwhile."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        """`tell` shows a line to the person."""
        self._tell = tell

    async def do(self, what: str) -> None:
        """Tell what is to be done, and wait for a line on stdin. Raises NobodyError."""
        self._tell(f"{what}; then press Enter")
        loop = asyncio.get_running_loop()
        pressed: asyncio.Future[str] = loop.create_future()
        stdin = sys.stdin

        def readable() -> None:
            if not pressed.done():
                pressed.set_result(stdin.readline())

        try:
            loop.add_reader(stdin.fileno(), readable)
        except (OSError, ValueError):
            raise NobodyError(_NOBODY) from None
        try:
            if not await pressed:
                raise NobodyError(_NOBODY)
        finally:
            loop.remove_reader(stdin.fileno())


_NOBODY = "nobody answers: the input has ended (--unattended leaves out the cases that need a person)"
