"""What several rules count: numbers that stay where they should change, and what comes too often in an hour."""

from __future__ import annotations

from collections import deque

from hanbench.emulator.clock import HOUR

STUCK_AT = 3
"""Messages in a row with one number: two may have it by chance, where a device begins anew."""


class Stuck:
    """Notices a number that should be another one for another message."""

    def __init__(self) -> None:
        self._last: tuple[int, object] | None = None
        self._same = 1

    def after(self, number: int, message: object) -> bool:
        """Take the next number; return whether too many in a row are the same.

        `message`: whose number it is; one that is equal to the one before is its repetition, and does not count.
        """
        last, self._last = self._last, (number, message)
        if last is None or last[1] == message:
            return False
        self._same = self._same + 1 if last[0] == number else 1
        return self._same >= STUCK_AT


class LastHour:
    """Counts what happened in the last hour."""

    def __init__(self) -> None:
        self._times: deque[int] = deque()

    def after(self, time: int) -> int:
        """Take the time of another one, microseconds; return how many there were in the hour that ends then."""
        self._times.append(time)
        while self._times[0] < time - HOUR:
            self._times.popleft()
        return len(self._times)
