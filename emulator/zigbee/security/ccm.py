"""CCM* as Zigbee uses it: AES-128, 32-bit integrity code, 13-octet nonce (R22, annex A and 4.3.1)."""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError

MIC_LENGTH = 4
KEY_LENGTH = 16


class FrameCipher:
    """The cipher of one 16-octet key. `seal(nonce, plain, authenticated)` returns the sealed octets, MIC last.

    `seal` is the library's own method, without a Python call in between: every frame of every node passes here.
    """

    __slots__ = ("_decrypt", "seal")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_LENGTH:
            raise LocalProtocolError(f"a key has {KEY_LENGTH} octets, not {len(key)}")
        ccm = AESCCM(key, tag_length=MIC_LENGTH)
        self.seal = ccm.encrypt
        self._decrypt = ccm.decrypt

    def open(self, nonce: bytes, sealed: bytes, authenticated: bytes) -> bytes:
        """The plain octets; raises BAD_MIC."""
        try:
            return self._decrypt(nonce, sealed, authenticated)
        except InvalidTag:
            raise RemoteProtocolError(DropReason.BAD_MIC) from None


@lru_cache(maxsize=512)
def cipher(key: bytes) -> FrameCipher:
    """The cipher of `key`, cached: the set-up of AES costs more than a frame."""
    return FrameCipher(key)
