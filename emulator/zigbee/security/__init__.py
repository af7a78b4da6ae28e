"""Pure functions and key objects: CCM*, MMO hash, derived keys, install codes (R22, chapter 4 and annexes A, B)."""

from hanbench.emulator.zigbee.security.ccm import KEY_LENGTH, MIC_LENGTH, FrameCipher, cipher
from hanbench.emulator.zigbee.security.install_code import InstallCode
from hanbench.emulator.zigbee.security.keys import (
    WELL_KNOWN_LINK_KEY,
    KeyId,
    hashed_link_key,
    key_load_key,
    key_transport_key,
    redacted,
)
from hanbench.emulator.zigbee.security.mmo import hmac_mmo, mmo_hash

__all__ = [
    "KEY_LENGTH",
    "MIC_LENGTH",
    "WELL_KNOWN_LINK_KEY",
    "FrameCipher",
    "InstallCode",
    "KeyId",
    "cipher",
    "hashed_link_key",
    "hmac_mmo",
    "key_load_key",
    "key_transport_key",
    "mmo_hash",
    "redacted",
]
