"""The hash of Zigbee: AES-128 in Matyas-Meyer-Oseas mode, and HMAC over it (R22, annex B.6 and B.1.4)."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

BLOCK = 16
LONGEST = 1 << 13
"""Octets; a shorter message has its length in bits as 16 bits in the padding. Zigbee has no longer ones."""


def mmo_hash(data: bytes) -> bytes:
    """The 16-octet digest of fewer than 8,192 octets; ValueError for more."""
    if len(data) >= LONGEST:
        raise ValueError(f"the hash takes fewer than {LONGEST} octets, not {len(data)}")
    zeros = -(len(data) + 3) % BLOCK
    padded = data + b"\x80" + bytes(zeros) + (8 * len(data)).to_bytes(2, "big")
    digest = bytes(BLOCK)
    for at in range(0, len(padded), BLOCK):
        block = padded[at : at + BLOCK]
        encrypted = Cipher(AES(digest), ECB()).encryptor().update(block)
        digest = (int.from_bytes(encrypted, "big") ^ int.from_bytes(block, "big")).to_bytes(BLOCK, "big")
    return digest


def hmac_mmo(key: bytes, data: bytes) -> bytes:
    """HMAC with a 16-octet key; ValueError for keys of other lengths."""
    if len(key) != BLOCK:
        raise ValueError(f"the key of the keyed hash has {BLOCK} octets, not {len(key)}")
    inner = bytes(octet ^ 0x36 for octet in key)
    outer = bytes(octet ^ 0x5C for octet in key)
    return mmo_hash(outer + mmo_hash(inner + data))
