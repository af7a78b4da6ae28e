"""The Data Requests of a sleepy end device: it polls while something is expected, and sleeps otherwise."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import MILLISECOND, Clock, Timer
from hanbench.emulator.mac.child import Child, PollStatus

FIRST_POLL = 20 * MILLISECOND
"""A neighbour's answer takes about this long."""
SLOWEST_POLL = 2_000 * MILLISECOND
"""The longest pause of a sleeper whose polls bring nothing: it asks more and more slowly, to save its battery."""
NEXT_POLL = 5 * MILLISECOND
"""From a frame to the poll for the next one."""


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
        self._empty_polls = 0
        self._timer: Timer | None = None
        self._polling = False
        self._poll_again = False
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
        self._empty_polls = 0
        if self._holds == 1 and not self._polling:
            self._schedule(FIRST_POLL)

    def release(self) -> None:
        """End one `hold`. One more poll finds out whether the parent holds anything else."""
        self._holds -= 1

    def kick(self) -> None:
        """Poll twice, as a sleeper does when it wakes, and on while data comes.

        The first poll shows the parent that the sleeper is awake; the second fetches what it then sends.
        """
        self._poll_again = True
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
            self._empty_polls = 0
            self._schedule(NEXT_POLL)
        elif self._holds > 0 or status in (PollStatus.NO_FRAME, PollStatus.NO_ACK):
            self._schedule(min(self._period << self._empty_polls // 2, max(SLOWEST_POLL, self._period)))
            self._empty_polls += 1
        elif self._poll_again:
            self._poll_again = False
            self._schedule(self._period)
        elif self.on_asleep is not None:
            self.on_asleep()
