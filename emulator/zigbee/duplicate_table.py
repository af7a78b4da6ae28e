"""The table behind duplicate rejection."""

from __future__ import annotations

from collections.abc import Hashable


class DuplicateTable:
    """Remembers keys for at least `lifetime` microseconds and at most twice that, in constant time a look-up."""

    __slots__ = ("_before", "_lifetime", "_now", "_turn")

    def __init__(self, lifetime: int) -> None:
        self._lifetime = lifetime
        self._now: set[Hashable] = set()
        self._before: set[Hashable] = set()
        self._turn = lifetime

    def seen(self, key: Hashable, now: int) -> bool:
        """Whether `key` was seen within the lifetime; it counts as seen from now on."""
        if now >= self._turn:
            self._before = self._now if now < self._turn + self._lifetime else set()
            self._now = set()
            self._turn = now + self._lifetime
        if key in self._now or key in self._before:
            return True
        self._now.add(key)
        return False
