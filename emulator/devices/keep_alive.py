"""The client side of the Keep-Alive cluster: how a device makes sure of its Trust Centre (SE 1.4a, annex A.3)."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import MINUTE, SECOND
from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT
from hanbench.emulator.devices.settings import KeepAliveSettings
from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zcl import Endpoint, Reply
from hanbench.emulator.zcl.clusters import KEEP_ALIVE
from hanbench.emulator.zcl.clusters.keep_alive import (
    DEFAULT_BASE_MINUTES,
    DEFAULT_JITTER_SECONDS,
    MOST_JITTER_SECONDS,
    KeepAliveAttributes,
)

BASE, JITTER = KeepAliveAttributes.TCKeepAliveBase.id, KeepAliveAttributes.TCKeepAliveJitter.id


class KeepAlive:
    """Reads the hub's base and jitter, each time after the base and a random part of the jitter."""

    def __init__(
        self, endpoint: Endpoint, settings: KeepAliveSettings, random: RandomSource, on_lost: Callable[[], None]
    ) -> None:
        self._endpoint = endpoint
        self._settings = settings
        self._random = random
        self._on_lost = on_lost
        self._base = DEFAULT_BASE_MINUTES * MINUTE
        self._jitter = DEFAULT_JITTER_SECONDS * SECOND
        self._failures = 0
        self._due = 0
        self._started = False

    def start(self) -> None:
        """Check by a timer from now on, as mains devices do. A second start changes nothing."""
        if self._settings.enabled and not self._started:
            self._started = True
            self.check(self._again)

    def _again(self) -> None:
        self._endpoint.clock.call_later(max(self._due - self._endpoint.clock.now, SECOND), self.check, self._again)

    @property
    def due(self) -> bool:
        """A check is due; a device that sleeps looks here when it is awake."""
        return self._settings.enabled and self._endpoint.clock.now >= self._due

    def check(self, then: Callable[[], None] | None = None) -> None:
        """Check once; `then` is called when the check has ended."""

        def answered(reply: Reply) -> None:
            self._answered(reply)
            if then is not None:
                then()

        self._endpoint.read(HUB, HUB_ENDPOINT, KEEP_ALIVE.id, (BASE, JITTER), answered)

    def _answered(self, reply: Reply) -> None:
        if reply.ok:
            self._failures = 0
            self._base = max(1, reply.values.get(BASE) or DEFAULT_BASE_MINUTES) * MINUTE
            # A longer one would keep the device from noticing within 24 hours that its hub is gone (SE 1.4a, 5.5.5.3).
            self._jitter = min(reply.values.get(JITTER) or 0, MOST_JITTER_SECONDS) * SECOND
        else:
            self._failures += 1
            if self._failures >= self._settings.failures:
                self._failures = 0
                self._on_lost()
        self._due = self._endpoint.clock.now + self._base + int(self._random.random() * self._jitter)
