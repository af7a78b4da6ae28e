"""The two sides of blame, and the reasons for which a received frame is dropped.

`LocalProtocolError` means that hanbench itself asked for something that no standard allows: a bug here.
`RemoteProtocolError` means that a peer sent octets that are not what they should be: a fact about the peer.
A parser ends in a value or in `RemoteProtocolError`; nothing else escapes it.
"""

from __future__ import annotations

from enum import StrEnum


class DropReason(StrEnum):
    """Why a received frame had no effect. Every layer counts its drops under these names."""

    BAD_FCS = "bad-fcs"
    MALFORMED_SPINEL = "malformed-spinel"
    MALFORMED_MAC = "malformed-mac"
    MALFORMED_NWK = "malformed-nwk"
    MALFORMED_APS = "malformed-aps"
    MALFORMED_ZDP = "malformed-zdp"
    MALFORMED_ZCL = "malformed-zcl"
    BAD_MIC = "bad-mic"
    REPLAY = "replay"
    UNKNOWN_KEY = "unknown-key"
    WRONG_KEY = "wrong-key"
    UNSECURED = "unsecured"
    DUPLICATE = "duplicate"
    NOT_FOR_US = "not-for-us"
    UNKNOWN_NEIGHBOUR = "unknown-neighbour"
    UNSUPPORTED = "unsupported"
    NO_ENDPOINT = "no-endpoint"
    RADIUS_EXPIRED = "radius-expired"
    NO_ROUTE = "no-route"
    TABLE_FULL = "table-full"
    """A bounded table had no room: the frame was turned away, or the oldest entry made room."""
    ADDRESS_CONFLICT = "address-conflict"
    """An address was claimed that no device can have, or that another device has."""


class LocalProtocolError(Exception):
    """The caller inside hanbench broke the protocol: the emulator has a bug."""


class RemoteProtocolError(Exception):
    """The peer's octets are not a valid frame; `reason` is the name under which the drop is counted."""

    def __init__(self, reason: DropReason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
