"""The table behind duplicate rejection."""

from __future__ import annotations

from collections.abc import Hashable

MOST_RECENT = 1024
"""Keys of one half of the table. A home sends some ten frames a second."""


class DuplicateTable:
    """Remembers keys for at least `lifetime` microseconds and at most twice that, in constant time a look-up.

    A flood shortens the lifetime: the table never holds more than 2 x MOST_RECENT keys.
    """

    __slots__ = ("_before", "_lifetime", "_now", "_turn", "overflows")

    def __init__(self, lifetime: int) -> None:
        self._lifetime = lifetime
        self.overflows = 0
        """How often keys were forgotten before their time."""
        self._now: set[Hashable] = set()
        self._before: set[Hashable] = set()
        self._turn = lifetime

    def __contains__(self, key: Hashable) -> bool:
        """Whether `seen` may still find `key`."""
        return key in self._now or key in self._before

    def seen(self, key: Hashable, now: int) -> bool:
        """Whether `key` was seen within the lifetime; it counts as seen from now on."""
        if now >= self._turn:
            self._before = self._now if now < self._turn + self._lifetime else set()
            self._now = set()
            self._turn = now + self._lifetime
        if key in self._now or key in self._before:
            return True
        if len(self._now) >= MOST_RECENT:
            self._before, self._now = self._now, set()
            self.overflows += 1
        self._now.add(key)
        return False

    def __len__(self) -> int:
        return len(self._now) + len(self._before)
