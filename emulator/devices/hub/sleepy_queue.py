"""Requests to devices that sleep: each goes out when its device shows that it is awake.

A parent's indirect queue holds a frame for 7.68 s, and a gas meter wakes every half hour: the hub's application waits
with its requests, not its MAC.
"""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import SECOND, Clock
from hanbench.emulator.zigbee.nwk.parent import Parent

RETRY_AFTER = 12 * SECOND
"""A request that was not answered is repeated at the first sign of life after this time."""
MOST_REQUESTS = 256
"""Requests that wait at a time. Each has a time-out of its own; the oldest one makes room, and is run no more."""


class PendingRequest:
    """A request that waits for its device; `run` is called at each wake until `finish`."""

    __slots__ = ("finished", "ieee", "last_try", "run")

    def __init__(self, ieee: int, run: Callable[[], None]) -> None:
        self.ieee = ieee
        self.run = run
        self.finished = False
        self.last_try: int | None = None

    def finish(self) -> None:
        self.finished = True


class SleepyDeviceQueue:
    """The requests of one hub, run in order when their device is heard."""

    def __init__(self, parent: Parent, clock: Clock) -> None:
        self._clock = clock
        self._requests: list[PendingRequest] = []
        self.displaced = 0
        """Requests that made room for others."""
        parent.on_awake.append(lambda child: self.heard(child.ieee))

    def add(self, ieee: int, run: Callable[[], None]) -> PendingRequest:
        """Call `run` each time the device wakes, until the request is finished."""
        request = PendingRequest(ieee, run)
        self._requests = [each for each in self._requests if not each.finished]
        if len(self._requests) >= MOST_REQUESTS:
            del self._requests[0]
            self.displaced += 1
        self._requests.append(request)
        return request

    def __len__(self) -> int:
        return sum(not each.finished for each in self._requests)

    def heard(self, ieee: int) -> None:
        """Take note that a device is awake: a child that polls, or one whose frame came through its parent."""
        if not self._requests:
            return
        now = self._clock.now
        self._requests = [request for request in self._requests if not request.finished]
        for request in [request for request in self._requests if request.ieee == ieee]:
            if request.last_try is None or now - request.last_try >= RETRY_AFTER:
                request.last_try = now
                request.run()
