"""When a sleeper asks its parent for data: it polls while something is expected, and sleeps otherwise."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import MILLISECOND, Clock, Timer
from hanbench.emulator.mac.child import Child, PollStatus

FIRST_POLL = 20 * MILLISECOND
"""After sending something the answer of a neighbour needs about this long."""
SLOWEST_POLL = 2_000 * MILLISECOND
"""A sleeper that asks in vain asks more and more slowly: its battery is to last ten years."""
NEXT_POLL = 5 * MILLISECOND
"""After a frame came, another may be waiting."""


class WakeLock:
    """Keeps a device reachable while it expects something. With a receiver that is always on there is nothing to do."""

    def attach(self, attached: bool) -> None:
        """Tell whether there is a parent to poll; without one nothing is polled."""

    def hold(self) -> None:
        """Stay reachable until the matching `release`."""

    def release(self) -> None:
        """End one `hold`: what was expected came, or is given up."""


class Poller(WakeLock):
    """The Data Requests of one sleeper. Each `hold` keeps it polling until its `release`."""

    def __init__(self, child: Child, clock: Clock, period: int, failures: int) -> None:
        self._child = child
        self._clock = clock
        self._period = period
        self._most_failures = failures
        self._holds = 0
        self._failures = 0
        self._vain = 0
        self._timer: Timer | None = None
        self._polling = False
        self._once_more = False
        self._attached = True
        self.on_parent_lost: Callable[[], None] | None = None
        self.on_asleep: Callable[[], None] | None = None

    @property
    def awake(self) -> bool:
        return self._holds > 0 or self._polling or (self._timer is not None and self._timer.active)

    def attach(self, attached: bool) -> None:
        """Poll while there is a parent, and not while one is looked for."""
        was, self._attached = self._attached, attached
        if not attached and self._timer is not None:
            self._timer.cancel()
        elif attached and not was and self._holds:
            self._schedule(FIRST_POLL)

    def hold(self) -> None:
        """Poll until the matching `release`."""
        self._holds += 1
        self._vain = 0
        if self._holds == 1 and not self._polling:
            self._schedule(FIRST_POLL)

    def release(self) -> None:
        """End one `hold`. One more poll finds out whether the parent holds anything else."""
        self._holds -= 1

    def kick(self) -> None:
        """Poll now and once more, and on while data comes: what a sleeper does when it wakes.

        The first poll tells the parent that we are awake; what it then sends waits for the second.
        """
        self._once_more = True
        if not self._polling:
            self._schedule(0)

    def _schedule(self, delay: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if not self._attached:
            return
        self._timer = self._clock.call_later(delay, self._poll)

    def _poll(self) -> None:
        self._polling = True
        self._child.poll(self._polled)

    def _polled(self, status: PollStatus) -> None:
        self._polling = False
        if status is PollStatus.NO_ACK:
            self._failures += 1
            if self._failures >= self._most_failures:
                self._failures = 0
                if self.on_parent_lost is not None:
                    self.on_parent_lost()
        else:
            self._failures = 0
        if status is PollStatus.DATA:
            self._vain = 0
            self._schedule(NEXT_POLL)
        elif self._holds > 0 or status in (PollStatus.NO_FRAME, PollStatus.NO_ACK):
            self._schedule(min(self._period << self._vain // 2, max(SLOWEST_POLL, self._period)))
            self._vain += 1
        elif self._once_more:
            self._once_more = False
            self._schedule(self._period)
        elif self.on_asleep is not None:
            self.on_asleep()
