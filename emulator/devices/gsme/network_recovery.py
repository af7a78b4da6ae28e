"""Recovery from reports that fail: the meter looks for its network, and then takes its link key for stale."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices.key_establishment import LinkKeyManager
from hanbench.emulator.zigbee.stack import SleepyStack

SET_UP_AFTER = 2 * SECOND
"""Between joining and the first message."""


class NetworkRecovery:
    """Brings one meter back to its hub."""

    def __init__(
        self,
        stack: SleepyStack,
        keys: LinkKeyManager,
        look_for_network: Callable[[], None],
        secured: Callable[[], None],
    ) -> None:
        """`secured` is called when the meter is in the network and has a link key."""
        self._stack = stack
        self._keys = keys
        self._look_for_network = look_for_network
        self._secured = secured
        self._suspect_key: int | None = None
        """Reports went unacknowledged under this network key: if it still is the network's, it is the link key."""

    def reports_fail(self) -> None:
        """Reports go unacknowledged: look for the network."""
        self._suspect_key = self._stack.storage.active_key
        self._look_for_network()

    def reports_arrive(self) -> None:
        """The hub acknowledges reports: nothing is wrong."""
        self._suspect_key = None

    def joined(self) -> None:
        """In the network again: agree a key if there is none, or if it is the key that reports failed for."""
        self._stack.clock.call_later(SET_UP_AFTER, self._settle)

    def _settle(self) -> None:
        if not self._stack.joined:
            return
        suspect, self._suspect_key = self._suspect_key, None
        if suspect == self._stack.storage.active_key and self._keys.ready:
            self._keys.renew(self._secured)
        else:
            self._keys.ensure(self._secured)
