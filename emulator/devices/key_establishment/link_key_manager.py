"""When a device agrees its link key with the Trust Centre: after joining, after a failure, and when the key is stale.

Pacing (SE 1.4a, 5.5.5.1): a pause of 15 minutes follows ten failures. That later pauses grow is assumed, because
no battery would last otherwise. A device leaves the network if the Trust Centre does not know the issuer of its
certificate.
"""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import MINUTE, SECOND, Timer
from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT
from hanbench.emulator.devices.key_establishment.initiator import Ended, Initiator
from hanbench.emulator.zcl.clusters.key_establishment import TerminateStatus
from hanbench.emulator.zigbee.stack import JoiningStack
from hanbench.emulator.zigbee.storage import KeyOrigin, LinkKey

NEXT_ATTEMPT = 10 * SECOND
ATTEMPTS = 10
"""Failures in a row before a pause."""
FIRST_PAUSE, LONGEST_PAUSE = 15 * MINUTE, 24 * 60 * MINUTE
RENEWAL_PAUSE = 15 * MINUTE
"""Between two renewals: anyone can send frames under a foreign key, and they must not keep a device busy."""


class LinkKeyManager:
    """Keeps one device's link key with its Trust Centre."""

    def __init__(
        self, stack: JoiningStack, initiator: Initiator, *, renews: Callable[[], bool], needed: bool = True
    ) -> None:
        """`renews`: whether a key that does not fit any more is agreed anew. `needed` False: the device has no key."""
        self._stack = stack
        self._initiator = initiator
        self._renews = renews
        self._needed = needed
        self._then: list[Callable[[], None]] = []
        self._failures = 0
        self._pause = FIRST_PAUSE
        self._timer: Timer | None = None
        self._renewed: int | None = None
        self.on_impostor: Callable[[], None] = lambda: None
        """Called when the Trust Centre that took another's place never proved itself; the former one counts again."""
        self.last: Ended | None = None
        """Result of the last attempt."""

    @property
    def ready(self) -> bool:
        """Whether a key protects data to and from the Trust Centre, or none is needed."""
        if not self._needed:
            return True
        network = self._stack.storage.network
        link = None if network is None else self._stack.storage.link_keys.get(network.trust_center)
        return link is not None and link.origin is KeyOrigin.ESTABLISHED

    def ensure(self, then: Callable[[], None]) -> None:
        """Call `then` once there is a key: at once, or when an attempt succeeds."""
        if self.ready:
            then()
            return
        if then not in self._then:
            self._then.append(then)
        if self._timer is None or not self._timer.active:
            self._attempt()

    @property
    def takes_offers(self) -> bool:
        """Whether the Trust Centre may begin a key establishment with this device now."""
        return self._needed and not self._initiator.busy and (self._renews() or not self.ready)

    def adopt(self, key: bytes) -> None:
        """Take the key that the Trust Centre has agreed with this device of its own accord."""
        self._agreed(key)

    def restart(self) -> None:
        """Try now, however often it failed before, as on a site visit."""
        self._failures, self._pause = 0, FIRST_PAUSE
        if self._timer is not None:
            self._timer.cancel()
        self._attempt()

    def renew(self, then: Callable[[], None] | None = None) -> None:
        """Agree another key, unless that was tried less than 15 minutes ago; then call `then`."""
        now = self._stack.clock.now
        recently = self._renewed is not None and now < self._renewed + RENEWAL_PAUSE
        if not self._renews() or not self._needed or recently:
            if then is not None:
                then()
            return
        self._renewed = now
        if then is not None:
            self._then.append(then)
        self._attempt()

    def _attempt(self) -> None:
        stack = self._stack
        if self._initiator.busy or not stack.joined or self._initiator.identity() is None:
            return
        stack.nwk.wake_lock.hold()
        self._initiator.start(HUB, HUB_ENDPOINT, stack.nwk.network.trust_center, self._ended)

    def _ended(self, ended: Ended) -> None:
        stack = self._stack
        self.last = ended
        stack.nwk.wake_lock.release()
        if ended.key is not None:
            self._agreed(ended.key)
        elif self.ready:
            self._go_on()
        else:
            self._failed(ended)

    def _failed(self, ended: Ended) -> None:
        stack = self._stack
        hopeless = ended.status is TerminateStatus.UNKNOWN_ISSUER
        self._failures += 1
        if (hopeless or self._failures == ATTEMPTS) and stack.key_client.return_to_former_trust_center():
            self._failures = 0
            self.on_impostor()
        elif hopeless:
            stack.maintenance.leave(False)
        else:
            self._timer = stack.clock.call_later(max(ended.wait, self._rest()), self._attempt)

    def _agreed(self, key: bytes) -> None:
        stack = self._stack
        if stack.storage.network is None:
            return
        stack.storage.link_keys[stack.nwk.network.trust_center] = LinkKey(key, KeyOrigin.ESTABLISHED)
        stack.key_client.forget_former_trust_center()
        self._failures, self._pause = 0, FIRST_PAUSE
        self._go_on()

    def _go_on(self) -> None:
        waiting, self._then = self._then, []
        for then in waiting:
            then()

    def _rest(self) -> int:
        if self._failures < ATTEMPTS:
            return NEXT_ATTEMPT
        pause, self._pause = self._pause, min(2 * self._pause, LONGEST_PAUSE)
        return pause
