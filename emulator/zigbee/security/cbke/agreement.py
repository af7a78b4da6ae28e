"""The key agreement of suite 1: ECMQV, key derivation and confirmation (SE annex C.4.2 and C.5)."""

from __future__ import annotations

from hmac import compare_digest
from typing import NamedTuple

from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zigbee.security.cbke.certificate import Certificate, Identity, private_key
from hanbench.emulator.zigbee.security.cbke.curve import COFACTOR, GENERATOR, ORDER, Curve
from hanbench.emulator.zigbee.security.cbke.selection import implementation
from hanbench.emulator.zigbee.security.mmo import hmac_mmo, mmo_hash

_HALF_BITS = 82
"""Half the bits of the order, rounded up: the part of an ephemeral point's coordinate that is used."""
_INITIATOR, _RESPONDER = b"\x02", b"\x03"
_MAC_KEY, _LINK_KEY = b"\x00\x00\x00\x01", b"\x00\x00\x00\x02"
MAC_LENGTH = 16


class Ephemeral(NamedTuple):
    """A key pair for one agreement."""

    private: int
    public: bytes

    def __repr__(self) -> str:
        return f"Ephemeral(public={self.public.hex()})"


def new_ephemeral(random: RandomSource, on: Curve | None = None) -> Ephemeral:
    """A fresh key pair."""
    private = private_key(random)
    return Ephemeral(private, (on or implementation()).combine((private, GENERATOR)))


class Agreement(NamedTuple):
    """The outcome of a key agreement, the same at both sides if their keys fit."""

    secret: bytes
    """Z: an x coordinate, 21 octets."""
    mac_key: bytes
    link_key: bytes
    mac_u: bytes
    """MACU: the initiator's confirmation of the key."""
    mac_v: bytes
    """MACV: the responder's."""

    def __repr__(self) -> str:
        return "Agreement(redacted)"

    def confirmed_by_initiator(self, mac: bytes) -> bool:
        return compare_digest(self.mac_u, mac)

    def confirmed_by_responder(self, mac: bytes) -> bool:
        return compare_digest(self.mac_v, mac)


def agree(
    own: Identity,
    ephemeral: Ephemeral,
    peer: Certificate,
    peer_ephemeral: bytes,
    *,
    initiator: bool,
    on: Curve | None = None,
) -> Agreement:
    """The shared secret and the keys derived from it. Raises InvalidPointError for peer's octets that are no point.

    The caller has checked that `own` trusts the issuer of `peer`.
    """
    using = on or implementation()
    authority = own.authority_of(peer.issuer)
    assert authority is not None
    peer_static = peer.public_key(authority, using)
    share = (ephemeral.private + _share(ephemeral.public) * own.private_key) % ORDER * COFACTOR
    point = using.combine((share, peer_ephemeral), (share * _share(peer_ephemeral), peer_static))
    secret = point[1:]
    mac_key, link_key = mmo_hash(secret + _MAC_KEY), mmo_hash(secret + _LINK_KEY)
    u, v = (own.certificate.subject, peer.subject)[:: 1 if initiator else -1]
    point_u, point_v = (ephemeral.public, peer_ephemeral)[:: 1 if initiator else -1]
    id_u, id_v = u.to_bytes(8, "big"), v.to_bytes(8, "big")
    return Agreement(
        secret,
        mac_key,
        link_key,
        hmac_mmo(mac_key, _INITIATOR + id_u + id_v + point_u + point_v),
        hmac_mmo(mac_key, _RESPONDER + id_v + id_u + point_v + point_u),
    )


def _share(point: bytes) -> int:
    """Half of an ephemeral point's x coordinate, with the bit above set (SEC 1, 3.4)."""
    return int.from_bytes(point[1:], "big") % (1 << _HALF_BITS) + (1 << _HALF_BITS)
