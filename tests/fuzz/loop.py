"""One event loop for all inputs of a process: to make one takes longer than most inputs."""

from __future__ import annotations

import asyncio
import atexit
from collections.abc import Coroutine
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


@cache
def loop() -> asyncio.AbstractEventLoop:
    """Return the loop of this process."""
    made = asyncio.new_event_loop()
    atexit.register(made.close)
    return made


def on_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end, and end the tasks that it left: no input meets those of another."""
    try:
        return loop().run_until_complete(work)
    finally:
        left = asyncio.all_tasks(loop())
        for task in left:
            task.cancel()
        if left:
            loop().run_until_complete(asyncio.gather(*left, return_exceptions=True))
