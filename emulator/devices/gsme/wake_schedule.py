"""When the meter wakes: at an interval, with the error of its crystal and its scheduler."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import Clock
from hanbench.emulator.randomness import RandomSource

JITTER = 0.02
"""Of the interval, either way."""


class WakeSchedule:
    """One meter's wakes, from now on."""

    def __init__(
        self, clock: Clock, random: RandomSource, interval: Callable[[], int], wake: Callable[[], None]
    ) -> None:
        """`interval` is asked at each wake for the time to the next, microseconds."""
        self._clock = clock
        self._random = random
        self._interval = interval
        self._wake = wake
        self.due = clock.now
        """Time of the next wake, microseconds."""
        self._schedule()

    def _schedule(self) -> None:
        jitter = 1.0 + JITTER * (2.0 * self._random.random() - 1.0)
        delay = int(self._interval() * jitter)
        self.due = self._clock.now + delay
        self._clock.call_later(delay, self._fire)

    def _fire(self) -> None:
        self._schedule()
        self._wake()
