"""What the codecs are held to: CCM written out from RFC 3610, over nothing but AES on single blocks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

Ccm = Callable[[bytes, bytes, bytes, bytes], bytes]


def _padded(octets: bytes) -> bytes:
    return octets + bytes(-len(octets) % 16)


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=False))


def _ccm(key: bytes, nonce: bytes, authenticated: bytes, plain: bytes) -> bytes:
    """RFC 3610, 2.2 and 2.3, with M = 4 and L = 2: the encrypted octets, then the encrypted integrity code."""
    block = Cipher(AES(key), ECB()).encryptor()
    flags = 0x40 * bool(authenticated) | (4 - 2) // 2 << 3 | (2 - 1)
    blocks = bytes((flags,)) + nonce + len(plain).to_bytes(2, "big")
    if authenticated:
        blocks += _padded(len(authenticated).to_bytes(2, "big") + authenticated)
    blocks += _padded(plain)
    code = bytes(16)
    for at in range(0, len(blocks), 16):
        code = block.update(_xor(code, blocks[at : at + 16]))
    stream = b"".join(block.update(b"\x01" + nonce + index.to_bytes(2, "big")) for index in range(len(plain) // 16 + 2))
    return _xor(plain, stream[16:]) + _xor(code[:4], stream)


@pytest.fixture(scope="session")
def reference_ccm() -> Ccm:
    """`reference_ccm(key, nonce, authenticated, plain)`: sealed octets, 13-octet nonce."""
    return _ccm
