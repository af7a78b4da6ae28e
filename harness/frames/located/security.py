"""The auxiliary header of NWK and APS frames (Zigbee PRO R22, 4.5.1), and opening what it secures (annex A)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.zigbee.security.ccm import MIC_LENGTH, cipher
from hanbench.emulator.zigbee.security.keys import WELL_KNOWN_LINK_KEY, KeyId, key_load_key, key_transport_key
from hanbench.harness.frames import words
from hanbench.harness.frames.located.cursor import Cursor, flags

_EXTENDED_NONCE = 0x20
_LEVEL = 5
"""Encryption and an integrity code of 32 bits; the level on the air is 0 (4.3.1.1)."""
_DERIVED: dict[KeyId, Callable[[bytes], bytes]] = {
    KeyId.KEY_TRANSPORT: key_transport_key,
    KeyId.KEY_LOAD: key_load_key,
}
NAMES = {
    KeyId.DATA: "link key",
    KeyId.NETWORK: "network key",
    KeyId.KEY_TRANSPORT: "key-transport key",
    KeyId.KEY_LOAD: "key-load key",
}


class Auxiliary(NamedTuple):
    """A decoded auxiliary header."""

    at: int
    """Its offset in the layer."""
    key_id: KeyId
    counter: int
    sender: int | None
    """EUI-64; None: the header does not have it."""
    sequence: int | None
    """Of the network key."""
    level: int
    """As on the air, where Zigbee has 0."""

    @property
    def wants(self) -> str:
        """The key that is needed, in words."""
        if self.key_id is KeyId.NETWORK:
            return f"the network key with sequence number {self.sequence}"
        if self.key_id is KeyId.DATA:
            return "the link key of the two devices"
        return f"the link key from which the {NAMES[self.key_id]} is derived"

    def unusual(self, *, nwk: bool) -> bool:
        """Whether the header is possible, and not what a Zigbee device sends in this layer."""
        return self.level != 0 or (self.key_id is KeyId.NETWORK) is not nwk or (nwk and self.sender is None)


def read(cursor: Cursor) -> Auxiliary:
    """Read an auxiliary header; at least the integrity code must be left behind it."""
    with cursor.group("auxiliary header"):
        at = cursor.at
        control = cursor.uint("security control", 1, lambda value: f"0x{value:02x}")
        key_id = KeyId(control >> 3 & 3)
        level = ("security level", str(control & 7))
        cursor.parts(level, ("key", NAMES[key_id]), *flags(control, (("extended nonce", 5),)))
        if control & 0xC0:
            raise cursor.failure("no reserved bits in the security control", f"0x{control:02x}", at)
        counter = cursor.uint("frame counter", 4)
        sender = cursor.uint("secured by", 8, words.ieee) if control & _EXTENDED_NONCE else None
        sequence = cursor.uint("key sequence number", 1) if key_id is KeyId.NETWORK else None
    if cursor.remaining < MIC_LENGTH:
        raise cursor.failure(f"integrity code: {MIC_LENGTH} octets", f"{cursor.remaining} left")
    return Auxiliary(at, key_id, counter, sender, sequence, control & 7)


def opened(cursor: Cursor, header: Auxiliary, keys: Iterable[bytes], senders: Sequence[int]) -> bytes | None:
    """Return the decrypted octets behind the header; None: no key opens them. `senders`: EUI-64s to try."""
    control = cursor.octets[header.at] & ~7 | _LEVEL
    secured = cursor.octets[: header.at] + bytes((control,)) + cursor.octets[header.at + 1 : cursor.at]
    sealed = cursor.octets[cursor.at : cursor.end]
    derive = _DERIVED.get(header.key_id, bytes)
    public = () if header.key_id is KeyId.NETWORK else (WELL_KNOWN_LINK_KEY,)
    for key in (*keys, *public):
        for sender in senders:
            nonce = sender.to_bytes(8, "little") + header.counter.to_bytes(4, "little") + bytes((control,))
            try:
                return cipher(derive(key)).open(nonce, sealed, secured)
            except RemoteProtocolError:
                continue
    return None
