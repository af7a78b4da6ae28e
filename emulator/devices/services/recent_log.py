"""What a hub's service keeps of the messages that devices have sent it: the latest ones."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")

MOST_LOGGED = 256


class RecentLog(list[T]):
    """A list of the last `MOST_LOGGED` entries. `displaced` counts those that made room."""

    displaced = 0

    def append(self, entry: T) -> None:
        super().append(entry)
        if len(self) > MOST_LOGGED:
            del self[0]
            self.displaced += 1
