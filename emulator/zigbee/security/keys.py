"""The key hierarchy: keys derived from a link key, and key identifiers (R22, 4.5.3 and table 4-30)."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

from hanbench.emulator.zigbee.security.mmo import hmac_mmo, mmo_hash

WELL_KNOWN_LINK_KEY = b"ZigBeeAlliance09"
"""The global Trust Centre link key of devices without install code: public, and not allowed in Smart Energy."""


class KeyId(IntEnum):
    """Key identifier of the auxiliary header."""

    DATA = 0
    """A link key itself."""
    NETWORK = 1
    KEY_TRANSPORT = 2
    """Derived from a link key; carries network keys."""
    KEY_LOAD = 3
    """Derived from a link key; carries link keys."""


@lru_cache(maxsize=512)
def key_transport_key(link_key: bytes) -> bytes:
    """The key that protects network keys on their way to the holder of `link_key` (4.5.3)."""
    return hmac_mmo(link_key, b"\x00")


@lru_cache(maxsize=512)
def key_load_key(link_key: bytes) -> bytes:
    """The key that protects link keys on their way to the holder of `link_key` (4.5.3)."""
    return hmac_mmo(link_key, b"\x02")


@lru_cache(maxsize=512)
def hashed_link_key(link_key: bytes) -> bytes:
    """The hash of a link key in a Trust Centre backup (SE 1.4a, table 5-11)."""
    return mmo_hash(link_key)


def redacted(key: bytes) -> str:
    """A key as logs and reports show it: enough to tell two keys apart, no more."""
    return f"{mmo_hash(key)[:2].hex()}.. ({8 * len(key)} bit, redacted)"
