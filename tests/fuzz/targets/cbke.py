"""Certificates, points of the curve, and both sides of a key establishment, message by message."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from hanbench.emulator.devices.key_establishment.session import KeyEstablishmentSession, Refused
from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.randomness import split
from hanbench.emulator.zcl.clusters.key_establishment import SUITE_1
from hanbench.emulator.zigbee.security.cbke.certificate import (
    CERTIFICATE_LENGTH,
    Authority,
    Certificate,
    Identity,
)
from hanbench.emulator.zigbee.security.cbke.integers import Integers
from hanbench.emulator.zigbee.security.cbke.selection import implementation
from tests.fuzz.target import Target, stable

_PEER = 0x00124B0000000003


@cache
def authority() -> Authority:
    return Authority(0x1, split("fuzz", "authority"))


@cache
def identity(ieee: int) -> Identity:
    return authority().issue(ieee, 0x10C9, split("fuzz", "identity", str(ieee)))


def _certificate(octets: bytes) -> None:
    """A certificate, and the key in it: both implementations of the curve have the same one or none."""
    certificate = stable(Certificate.decode, lambda value: value.octets, octets)
    assert isinstance(certificate, Certificate)
    certificate.public_key(authority().public_key)


def _point(octets: bytes) -> None:
    """A point: libcrypto and plain Python compute the same multiple of it, or both refuse it."""
    factor, point = int.from_bytes(octets[:4], "big"), octets[4:]

    def multiple(on: object) -> bytes | None:
        try:
            return on.combine((factor, point))  # type: ignore[attr-defined, no-any-return]
        except RemoteProtocolError:
            return None

    assert multiple(implementation()) == multiple(Integers())


def _pieces(octets: bytes) -> Iterator[tuple[int, bytes]]:
    """Messages in an input: kind, length, content."""
    at = 0
    while at + 2 <= len(octets):
        kind, length = octets[at], octets[at + 1]
        yield kind, octets[at + 2 : at + 2 + length]
        at += 2 + length


def _exchange(octets: bytes) -> None:
    """A peer's messages in any order. No wrong proof is taken for the right one."""
    session = KeyEstablishmentSession(
        identity(1), _PEER, split("fuzz", "session"), initiator=bool(octets and octets[0] & 1)
    )
    for kind, content in _pieces(octets[1:]):
        match kind & 3:
            case 0:
                session.certificate(SUITE_1 if kind & 4 else kind, content)
            case 1:
                session.ephemeral(content)
            case 2:
                session.confirmation(content)
                raise AssertionError("a proof without a private key was accepted")
            case _:
                session.ephemeral_point()


def exchange_seed() -> bytes:
    """A sound certificate and a sound point."""
    peer = identity(_PEER).certificate
    return b"\x01" + bytes((4, CERTIFICATE_LENGTH)) + peer.octets + bytes((1, 22)) + authority().public_key


TARGETS = (
    Target("cbke.certificate", _certificate, (RemoteProtocolError,), 64),
    Target("cbke.point", _point, (), 32),
    Target("cbke.exchange", _exchange, (Refused,), 256),
)
