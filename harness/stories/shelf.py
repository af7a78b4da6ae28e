"""The stories of a run, found by everything that shapes them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from hanbench.harness.stories.memory import StoryMemory

K = TypeVar("K")

KEPT = 16
"""How many stories are remembered at a time. Cases that share a story are played one after the other."""


class Shelf:
    """The stories that were used last. One a process; `close` it, or use it as a context manager."""

    def __init__(self, kept: int = KEPT) -> None:
        """`kept`: 0 remembers nothing, so that each case simulates its HAN."""
        self.told = 0
        """How often a HAN was simulated, or a part of a story that was not known yet."""
        self._kept = kept
        self._memories: OrderedDict[str, StoryMemory] = OrderedDict()

    def memory(self, key: str, make: Callable[[], StoryMemory]) -> StoryMemory:
        """Return the memory of the story with this key, made if it is not on the shelf."""
        memory = self._memories.get(key) if self._kept else None
        if memory is None:
            self._make_room()
            memory = self._memories[key] = make()
        else:
            self._memories.move_to_end(key)
        return memory

    def _make_room(self) -> None:
        while len(self._memories) >= max(1, self._kept):
            _, oldest = self._memories.popitem(last=False)
            self._forget(oldest)

    def _forget(self, memory: StoryMemory) -> None:
        self.told += memory.told
        memory.close()

    def close(self) -> None:
        """Release the HANs that are in use, and forget everything."""
        while self._memories:
            self._forget(self._memories.popitem()[1])

    def __enter__(self) -> Shelf:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
