"""NWK security of one device: its network keys, and the frame counters out and in (Zigbee PRO R22, 4.3)."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zigbee.nwk.frames import FrameSecurity
from hanbench.emulator.zigbee.security.ccm import FrameCipher, cipher
from hanbench.emulator.zigbee.storage import KEY_UPDATE_COUNTER, LAST_COUNTER, FrameCounter, NonVolatile

MOST_SENDERS = 256
"""Senders whose frame counters are remembered, over both keys; one that no other table knows makes room."""


class NwkSecurity:
    """The network keys and frame counters of a device. Incoming counters, per key and sender, are not kept in flash."""

    def __init__(self, storage: NonVolatile) -> None:
        self._storage = storage
        self._incoming: dict[tuple[int, int], int] = {}
        self.displaced = 0
        """Senders that were forgotten to make room."""
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
        """Accept the counter of a frame whose MIC was right; raises REPLAY for one that is too low, or that no device
        may send."""
        expected = self._incoming.get((key_sequence, sender))
        if expected is None:
            self._make_room()
        if not (expected or 0) <= counter <= LAST_COUNTER:
            raise RemoteProtocolError(DropReason.REPLAY, f"frame counter {counter} of {sender:016x}")
        self._incoming[key_sequence, sender] = counter + 1
        if counter >= KEY_UPDATE_COUNTER and self.on_counter_exhausted is not None:
            self.on_counter_exhausted(key_sequence)

    def _make_room(self) -> None:
        """Forget a sender that this device has no other entry of. Raises TABLE_FULL if there is none."""
        if len(self._incoming) < MOST_SENDERS:
            return
        storage = self._storage
        known = {*storage.short_addresses, *storage.link_keys, *(child.ieee for child in storage.children.values())}
        for entry in self._incoming:
            if entry[0] not in storage.network_keys or entry[1] not in known:
                del self._incoming[entry]
                self.displaced += 1
                return
        raise RemoteProtocolError(DropReason.TABLE_FULL, f"{MOST_SENDERS} senders")

    def expected_counter(self, key_sequence: int, sender: int) -> int:
        """The lowest frame counter that is accepted from `sender`."""
        return self._incoming.get((key_sequence, sender), 0)

    def forget_counter(self, sender: int) -> None:
        """Accept any counter from a device that has joined anew."""
        for entry in [entry for entry in self._incoming if entry[1] == sender]:
            del self._incoming[entry]

    def store(self, sequence: int, key: bytes) -> None:
        """Keep a transported key until `switch`. Two keys are kept: the active one and the newest.

        Raises WRONG_KEY for another key under the number of the active one, which would be lost.
        """
        keys, active = self._storage.network_keys, self._storage.active_key
        if sequence == active and keys.get(active, key) != key:
            raise RemoteProtocolError(DropReason.WRONG_KEY, f"another network key {sequence}, which is in use")
        self._place(sequence, key)
        for old in [old for old in keys if old not in (sequence, active)]:
            self._drop(old)
        if not self.ready:
            self._storage.active_key = sequence
        self.load()

    def switch(self, sequence: int) -> bool:
        """Make a stored key the active one; False if it is not stored."""
        keys = self._storage.network_keys
        if sequence not in keys:
            return False
        changed = keys[sequence] != keys.get(self._storage.active_key)
        self._storage.active_key = sequence
        if changed and self._storage.nwk_counter.value >= KEY_UPDATE_COUNTER:
            self._storage.nwk_counter = FrameCounter()
        self.load()
        return True

    def replace(self, sequence: int, key: bytes) -> None:
        """Make this the only key, as after joining or a Trust Centre rejoin."""
        self._place(sequence, key)
        for old in [old for old in self._storage.network_keys if old != sequence]:
            self._drop(old)
        self._storage.active_key = sequence
        self.load()

    def _place(self, sequence: int, key: bytes) -> None:
        """Keep a key under its number.

        Incoming counters belong to a key: those of another one under this number end, and those of this one stay if it
        was known under another number.
        """
        keys = self._storage.network_keys
        if keys.get(sequence) == key:
            return
        known = next((number for number, each in keys.items() if each == key), None)
        self._drop(sequence)
        carried = {entry[1]: counter for entry, counter in self._incoming.items() if entry[0] == known}
        self._incoming.update({(sequence, sender): counter for sender, counter in carried.items()})
        keys[sequence] = key

    def _drop(self, sequence: int) -> None:
        """Forget a key and the counters of frames under it."""
        self._storage.network_keys.pop(sequence, None)
        for entry in [entry for entry in self._incoming if entry[0] == sequence]:
            del self._incoming[entry]
