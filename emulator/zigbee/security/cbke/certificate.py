"""Implicit certificates of suite 1 (ECQV, SE annex C.4.2.2), their issuer, and the identity of a device.

A certificate carries no signature: its subject's public key is computed from it and from the issuer's public key, and
only the holder of the matching private key can use it. So decoding does not detect a forged one; the confirmation of
the keys fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zigbee.security.cbke.curve import (
    GENERATOR,
    ORDER,
    POINT_LENGTH,
    SCALAR_LENGTH,
    Curve,
)
from hanbench.emulator.zigbee.security.cbke.selection import implementation
from hanbench.emulator.zigbee.security.mmo import mmo_hash

CERTIFICATE_LENGTH = 48
_IEEE = 8
_PROFILE_DATA = 10
SMART_ENERGY = b"\x01\x09"
"""The profile identifier, with which the profile data of a certificate begins."""


class Certificate(NamedTuple):
    """An implicit certificate: 48 octets."""

    reconstruction: bytes
    """A compressed point."""
    subject: int
    """EUI-64 of the device."""
    issuer: int
    """EUI-64 that names the authority."""
    profile_data: bytes
    """10 octets: profile identifier, manufacturer code, and octets of the issuer's choice."""

    @property
    def octets(self) -> bytes:
        return (
            self.reconstruction
            + self.subject.to_bytes(_IEEE, "big")
            + self.issuer.to_bytes(_IEEE, "big")
            + self.profile_data
        )

    @classmethod
    def decode(cls, octets: bytes) -> Certificate:
        """Read a certificate. Raises RemoteProtocolError (MALFORMED_ZCL) for another length."""
        if len(octets) != CERTIFICATE_LENGTH:
            raise RemoteProtocolError(DropReason.MALFORMED_ZCL, f"a certificate of {len(octets)} octets")
        point, rest = octets[:POINT_LENGTH], octets[POINT_LENGTH:]
        return cls(
            point,
            int.from_bytes(rest[:_IEEE], "big"),
            int.from_bytes(rest[_IEEE : 2 * _IEEE], "big"),
            rest[2 * _IEEE :],
        )

    def public_key(self, authority: bytes, on: Curve | None = None) -> bytes:
        """The subject's public key, given the issuer's: hash x reconstruction point + issuer's key.

        Raises InvalidPointError.
        """
        return _public_key(self.octets, authority, on or implementation())


@lru_cache(maxsize=256)
def _public_key(certificate: bytes, authority: bytes, on: Curve) -> bytes:
    """Cached: a hub meets the same certificate again and again."""
    factor = int.from_bytes(mmo_hash(certificate), "big")
    return on.combine((factor, certificate[:POINT_LENGTH]), (1, authority))


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity of a device: its certificate, the private key to it, and the authorities that it trusts."""

    certificate: Certificate
    private_key: int = field(repr=False)
    authority: bytes
    """Public key of the authority that issued the certificate, compressed."""
    others: Mapping[int, bytes] = field(default_factory=dict)
    """Public keys of further authorities that the device trusts, by issuer."""

    def authority_of(self, issuer: int) -> bytes | None:
        """The public key of an issuer that this device trusts; None for others."""
        return self.authority if issuer == self.certificate.issuer else self.others.get(issuer)

    @property
    def genuine(self) -> bool:
        """Whether the private key belongs to the certificate. Raises InvalidPointError."""
        return implementation().combine((self.private_key, GENERATOR)) == self.certificate.public_key(self.authority)


class Authority:
    """A certificate authority. hanbench has its own for emulated devices, and needs no key of a real one."""

    def __init__(self, ieee: int, random: RandomSource) -> None:
        """`ieee` is the issuer in its certificates."""
        self.ieee = ieee
        self._private = private_key(random)
        self.public_key = implementation().combine((self._private, GENERATOR))

    def issue(self, subject: int, manufacturer: int, random: RandomSource) -> Identity:
        """A certificate for a device and the private key to it (ECQV: SEC 4, 2.3 and 2.4, both parts at once)."""
        request, nonce = private_key(random), private_key(random)
        reconstruction = implementation().combine((request, GENERATOR), (nonce, GENERATOR))
        data = (SMART_ENERGY + manufacturer.to_bytes(2, "big")).ljust(_PROFILE_DATA, b"\x00")
        certificate = Certificate(reconstruction, subject, self.ieee, data)
        factor = int.from_bytes(mmo_hash(certificate.octets), "big")
        private = (factor * (request + nonce) + self._private) % ORDER
        return Identity(certificate, private, self.public_key)


def private_key(random: RandomSource) -> int:
    """A random number from 1 to the order less 1."""
    return 1 + int.from_bytes(random.randbytes(SCALAR_LENGTH + 8), "big") % (ORDER - 1)


def decode_private_key(octets: bytes) -> int:
    """Read a private key of 21 octets. Raises LocalProtocolError for another length or a number out of range."""
    value = int.from_bytes(octets, "big")
    if len(octets) != SCALAR_LENGTH or not 0 < value < ORDER:
        raise LocalProtocolError(f"a private key is a number below the order of the curve in {SCALAR_LENGTH} octets")
    return value
