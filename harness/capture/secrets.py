"""ZigBee keys in a pcapng Decryption Secrets Block (draft-ietf-opsawg-pcapng, section 4.7).

A network key stands there with the PAN ID, an APS key with the PAN ID and the short addresses of its two holders, the
lower one first; all little-endian. A holder or PAN that is not known is 0xFFFF here.
"""

from __future__ import annotations

from struct import Struct

from hanbench.emulator.zigbee.security.ccm import KEY_LENGTH
from hanbench.harness.capture.packets import Secrets

NETWORK_KEY, LINK_KEY = 0x5A4E574B, 0x5A415053
"""Secrets types "ZNWK" and "ZAPS"."""
NOT_KNOWN = 0xFFFF

_NETWORK = Struct("<16sH")
_LINK = Struct("<16sHHH")


def network_key(octets: bytes, pan_id: int = NOT_KNOWN) -> Secrets:
    """Return the secrets of a network key."""
    return Secrets(NETWORK_KEY, _NETWORK.pack(octets, pan_id))


def link_key(octets: bytes, pan_id: int = NOT_KNOWN, holders: tuple[int, int] = (NOT_KNOWN, NOT_KNOWN)) -> Secrets:
    """Return the secrets of a link key. `holders`: the short addresses of both devices, in any order."""
    return Secrets(LINK_KEY, _LINK.pack(octets, pan_id, *sorted(holders)))


def key_of(secrets: Secrets) -> bytes | None:
    """Return the key in the secrets, or None if they are of another kind. Raises ValueError if they are cut short."""
    if secrets.kind not in (NETWORK_KEY, LINK_KEY):
        return None
    if len(secrets.octets) < KEY_LENGTH:
        raise ValueError(f"ZigBee key of {len(secrets.octets)} octets, expected {KEY_LENGTH}")
    return secrets.octets[:KEY_LENGTH]
