"""The hub's WAN interface: a head end's requests to a hub, carried out on the HAN.

Of the WAN itself (GPRS, SMS wake-up) a delay, loss and outage are emulated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from hanbench.emulator.clock import SECOND, Timer
from hanbench.emulator.devices.hub.hub import CommsHub
from hanbench.emulator.devices.hub.sleepy_queue import PendingRequest
from hanbench.emulator.zcl import Reply, ReplyOutcome

ANSWER_TIMEOUT = 10 * SECOND
"""For one attempt at one device, microseconds."""


class WanReply(NamedTuple):
    """An answer over the WAN; `delivered` is False where the WAN itself failed."""

    delivered: bool
    reply: Reply | None = None
    """Of a read: how it ended on the HAN; None where the hub does not know the device."""
    value: Any = None


Done = Callable[[WanReply], None]


class WanInterface:
    """The head end's access to one hub. Every answer comes through `done`, once, later."""

    def __init__(self, hub: CommsHub, clock_call_later: Callable[..., object]) -> None:
        self.hub = hub
        self._call_later = clock_call_later
        self.up = True
        self.loses: Callable[[], bool] = lambda: False
        """Called for each request and each answer; True: the WAN loses it."""

    def device_table(self, done: Done) -> None:
        """Read the hub's device table: `value` is a tuple of entries."""
        self._ask(done, lambda: self._answer(done, WanReply(True, value=tuple(self.hub.device_table.values()))))

    def mirror(self, ieee: int, done: Done) -> None:
        """Ask when a meter's mirror was last updated: `value` is microseconds, or None."""
        self._ask(done, lambda: self._answer(done, WanReply(True, value=self._mirror_age(ieee))))

    def read(
        self,
        ieee: int,
        endpoint: int,
        cluster: int,
        attributes: Iterable[int],
        done: Done,
        *,
        timeout: int,
        secured: bool = False,
    ) -> None:
        """Read attributes of a device, at its next wake if it sleeps. Ends after `timeout` microseconds.

        `secured`: under the link key, also where the cluster does not ask for it; the answer then proves its sender.
        """
        wanted = tuple(attributes)
        self._ask(done, lambda: _Read(self, self.hub, ieee, endpoint, cluster, wanted, done, timeout, secured).start())

    def _mirror_age(self, ieee: int) -> int | None:
        mirror = self.hub.mirrors.get(ieee)
        return None if mirror is None else mirror.updated

    def _ask(self, done: Done, carry_out: Callable[[], None]) -> None:
        self._call_later(self.hub.settings.wan_latency, self._arrived, done, carry_out)

    def _arrived(self, done: Done, carry_out: Callable[[], None]) -> None:
        if self._carries() and self.hub.powered:
            carry_out()
        else:
            # A head end finds out by waiting. How long it waits is not emulated: it is told at once.
            done(WanReply(False))

    def _answer(self, done: Done, reply: WanReply) -> None:
        self._call_later(self.hub.settings.wan_latency, self._returned, done, reply)

    def _returned(self, done: Done, reply: WanReply) -> None:
        done(reply if self._carries() else WanReply(False))

    def _carries(self) -> bool:
        return self.up and not self.loses()

    def finished(self, done: Done, reply: WanReply) -> None:
        """Send the answer of a read that has ended on the HAN."""
        self._answer(done, reply)


class _Read:
    """A read under way: at once if the device listens, otherwise at each of its wakes until it answers."""

    def __init__(
        self,
        wan: WanInterface,
        hub: CommsHub,
        ieee: int,
        endpoint: int,
        cluster: int,
        attributes: tuple[int, ...],
        done: Done,
        timeout: int,
        secured: bool,
    ) -> None:
        self._wan = wan
        self._secured = secured
        self._hub = hub
        self._ieee = ieee
        self._endpoint = endpoint
        self._cluster = cluster
        self._attributes = attributes
        self._done: Done | None = done
        self._timeout = timeout
        self._last = Reply(ReplyOutcome.TIMEOUT)
        self._timer: Timer | None = None
        self._request: PendingRequest | None = None

    def start(self) -> None:
        hub = self._hub
        if hub.short_of(self._ieee) is None:
            self._end(WanReply(True))
            return
        self._timer = hub.stack.clock.call_later(self._timeout, self._expire)
        if hub.device_table[self._ieee].sleeps:
            self._request = hub.sleepy_queue.add(self._ieee, self._attempt)
        else:
            self._attempt()

    def _attempt(self) -> None:
        short = self._hub.short_of(self._ieee)
        if self._done is None or short is None:
            return
        self._hub.endpoint.read(
            short,
            self._endpoint,
            self._cluster,
            self._attributes,
            self._answered,
            ANSWER_TIMEOUT,
            secured=self._secured,
        )

    def _answered(self, reply: Reply) -> None:
        self._last = reply
        if self._done is None:
            return
        if reply.ok or reply.outcome is ReplyOutcome.REFUSED:
            self._end(WanReply(True, reply))
        elif self._request is None:
            self._hub.stack.clock.call_later(ANSWER_TIMEOUT, self._attempt)

    def _expire(self) -> None:
        self._end(WanReply(True, self._last))

    def _end(self, reply: WanReply) -> None:
        done, self._done = self._done, None
        if done is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        if self._request is not None:
            self._request.finish()
        self._wan.finished(done, reply)
