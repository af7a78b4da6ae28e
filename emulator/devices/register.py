"""A meter's register: a reading that grows with time, computed when somebody looks."""

from __future__ import annotations

from collections.abc import Callable


class Register:
    """Counts `rate` units a second, in whole units, from a first reading on."""

    def __init__(self, first: int, rate: float, seconds: Callable[[], int]) -> None:
        self._first = first
        self._rate = rate
        self._start = seconds()
        self._seconds = seconds

    def read(self) -> int:
        """The reading now."""
        return self._at(self._seconds())

    def read_at(self, seconds: int) -> int | None:
        """The reading at a time; None before the register's own time, and for the future."""
        return self._at(seconds) if self._start <= seconds <= self._seconds() else None

    def _at(self, seconds: int) -> int:
        return self._first + int((seconds - self._start) * self._rate)
