"""The curve sect163k1 (SEC 2, 3.2.1): its parameters, its points as octets, and the interface of an implementation.

Points are octets in compressed form (SEC 1, 2.3.3): 0x02 or 0x03, then the x coordinate, big-endian.
"""

from __future__ import annotations

from typing import Protocol

from hanbench.emulator.errors import DropReason, RemoteProtocolError

FIELD_BITS = 163
POINT_LENGTH = 22
"""Octets of a compressed point."""
SCALAR_LENGTH = 21
"""Octets of a private key and of an x coordinate."""
ORDER = 0x04000000000000000000020108A2E0CC0D99F8A5EF
COFACTOR = 2
GENERATOR = bytes.fromhex("0302FE13C0537BBC11ACAA07D793DE4E6D5E5C94EEE8")

Term = tuple[int, bytes]
"""A factor and a point."""


class InvalidPointError(RemoteProtocolError):
    """Octets that are no point of the curve, or a sum that is the point at infinity."""

    def __init__(self, detail: str) -> None:
        super().__init__(DropReason.MALFORMED_ZCL, detail)


_NEGATIVE_OF_ITSELF = b"\x03" + bytes(POINT_LENGTH - 1)
"""x = 0 has one y; libraries differ on whether its sign may be given as odd."""


def check_form(octets: bytes) -> None:
    """Raise InvalidPointError for octets that are no compressed point of any curve."""
    if len(octets) != POINT_LENGTH or octets[0] not in (2, 3) or octets == _NEGATIVE_OF_ITSELF:
        raise InvalidPointError("octets that are no compressed point")


class Curve(Protocol):
    """One implementation of the curve."""

    name: str

    def __hash__(self) -> int: ...

    def combine(self, *terms: Term) -> bytes:
        """The sum of factor times point over `terms`. Raises InvalidPointError."""


class UnavailableError(RuntimeError):
    """An implementation does not work on this machine; the text has the reason."""
