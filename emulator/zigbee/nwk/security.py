"""NWK security of one device: its network keys, and the frame counters out and in (Zigbee PRO R22, 4.3)."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zigbee.nwk.frames import FrameSecurity
from hanbench.emulator.zigbee.security.ccm import FrameCipher, cipher
from hanbench.emulator.zigbee.storage import KEY_UPDATE_COUNTER, LAST_COUNTER, FrameCounter, NonVolatile


class NwkSecurity:
    """The network keys and frame counters of a device. Incoming counters, per key and sender, are not kept in flash."""

    def __init__(self, storage: NonVolatile) -> None:
        self._storage = storage
        self._incoming: dict[tuple[int, int], int] = {}
        self._active: FrameCipher | None = None
        self.on_counter_exhausted: Callable[[int], None] | None = None
        """Called with the sequence number of a key under which a frame counter, of any device, has reached
        `KEY_UPDATE_COUNTER`."""
        self.load()

    def load(self) -> None:
        """Take over the active key of the storage."""
        key = self._storage.network_keys.get(self._storage.active_key)
        self._active = None if key is None else cipher(key)

    @property
    def ready(self) -> bool:
        """There is an active network key, and its frame counter is not used up."""
        return self._active is not None and self._storage.nwk_counter.value <= LAST_COUNTER

    @property
    def active_sequence(self) -> int:
        return self._storage.active_key

    def outgoing(self) -> FrameSecurity:
        """The security of the next frame that this device sends; its frame counter is used up by that."""
        if self._active is None:
            raise LocalProtocolError("a secured frame cannot be sent without a network key")
        counter = self._storage.nwk_counter.next()
        if counter >= KEY_UPDATE_COUNTER and self.on_counter_exhausted is not None:
            self.on_counter_exhausted(self._storage.active_key)
        return FrameSecurity(self._active, counter, self._storage.active_key, self._storage.ieee)

    def incoming(self, key_sequence: int) -> FrameCipher:
        """The cipher for a received frame; raises UNKNOWN_KEY."""
        if key_sequence == self._storage.active_key and self._active is not None:
            return self._active
        key = self._storage.network_keys.get(key_sequence)
        if key is None:
            raise RemoteProtocolError(DropReason.UNKNOWN_KEY, f"network key {key_sequence}")
        return cipher(key)

    def accept_counter(self, key_sequence: int, sender: int, counter: int) -> None:
        """Accept the counter of a frame whose MIC was right; raises REPLAY for one that is too low."""
        if counter < self._incoming.get((key_sequence, sender), 0):
            raise RemoteProtocolError(DropReason.REPLAY, f"frame counter {counter} of {sender:016x}")
        self._incoming[key_sequence, sender] = counter + 1
        if counter >= KEY_UPDATE_COUNTER and self.on_counter_exhausted is not None:
            self.on_counter_exhausted(key_sequence)

    def expected_counter(self, key_sequence: int, sender: int) -> int:
        """The lowest frame counter that is accepted from `sender`."""
        return self._incoming.get((key_sequence, sender), 0)

    def forget_counter(self, sender: int) -> None:
        """Accept any counter from a device that has joined anew."""
        for entry in [entry for entry in self._incoming if entry[1] == sender]:
            del self._incoming[entry]

    def store(self, sequence: int, key: bytes) -> None:
        """Keep a transported key until `switch`. Two keys are kept: the active one and the newest."""
        keys = self._storage.network_keys
        keys[sequence] = key
        for old in [old for old in keys if old not in (sequence, self._storage.active_key)]:
            del keys[old]
        if not self.ready:
            self._storage.active_key = sequence
        self.load()

    def switch(self, sequence: int) -> bool:
        """Make a stored key the active one; False if it is not stored."""
        if sequence not in self._storage.network_keys:
            return False
        changed = sequence != self._storage.active_key
        self._storage.active_key = sequence
        if changed and self._storage.nwk_counter.value >= KEY_UPDATE_COUNTER:
            self._storage.nwk_counter = FrameCounter()
        self.load()
        return True

    def replace(self, sequence: int, key: bytes) -> None:
        """Make this the only key, as after joining or a Trust Centre rejoin.

        Incoming counters belong to their key: a new one starts them afresh, and one that was there before does not.
        """
        if key not in self._storage.network_keys.values():
            self._incoming.clear()
        self._storage.network_keys.clear()
        self._storage.network_keys[sequence] = key
        self._storage.active_key = sequence
        self.load()
