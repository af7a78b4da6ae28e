"""Waiting for a controller that answers asynchronously: time on the HAN stands still, unless it is real time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from types import TracebackType
from typing import Any

from hanbench.harness.stories.memory import RememberedStory


class Answers:
    """The event loop for one controller, from its first answer to its end. A context manager."""

    def __init__(self, story: RememberedStory | None) -> None:
        """`story`: goes on while an answer is awaited; None: its time stands still."""
        self._story = story
        self._runner: asyncio.Runner | None = None

    def wait_for(self, answer: Awaitable[Any]) -> Any:
        """Return the answer. Raises what it raises."""

        async def awaited() -> Any:
            return await answer

        if self._story is not None:
            return self._story.answer(awaited())
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(awaited())

    def __enter__(self) -> Answers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._runner is not None:
            self._runner.close()
