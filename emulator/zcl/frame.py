"""The ZCL frame header (ZCL r8, 2.4.1)."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from hanbench.emulator.errors import DropReason, RemoteProtocolError

GLOBAL, CLUSTER = 0, 1
"""Frame types: a command of the foundation, or one of the cluster."""
TO_SERVER, TO_CLIENT = 0, 1
"""Directions: to the server side of the cluster, or to its client side."""

MANUFACTURER_SPECIFIC, DIRECTION, DISABLE_DEFAULT_RESPONSE = 0x04, 0x08, 0x10
"""Bits of the frame control octet; the frame type is the lowest two."""

_PLAIN = Struct("<BBB")
_MANUFACTURER = Struct("<BHBB")


class ZclFrame(NamedTuple):
    """A decoded frame."""

    frame_type: int
    direction: int
    tsn: int
    """Transaction sequence number: a response bears that of its request."""
    command: int
    payload: bytes = b""
    manufacturer: int | None = None
    """Manufacturer code; None for what a standard defines."""
    disable_default_response: bool = False

    def encode(self) -> bytes:
        """Octets of the frame."""
        control = self.frame_type | self.direction << 3 | self.disable_default_response << 4
        if self.manufacturer is None:
            return _PLAIN.pack(control, self.tsn, self.command) + self.payload
        control |= MANUFACTURER_SPECIFIC
        return _MANUFACTURER.pack(control, self.manufacturer, self.tsn, self.command) + self.payload


def decode(octets: bytes) -> ZclFrame:
    """The frame in `octets`. The reserved bits of the frame control are ignored. Raises RemoteProtocolError."""
    if len(octets) < 3:
        raise RemoteProtocolError(DropReason.MALFORMED_ZCL, "header cut short")
    control = octets[0]
    if control & 2:
        raise RemoteProtocolError(DropReason.MALFORMED_ZCL, "reserved frame type")
    direction = control >> 3 & 1
    quiet = control & DISABLE_DEFAULT_RESPONSE != 0
    if not control & MANUFACTURER_SPECIFIC:
        return ZclFrame(control & 1, direction, octets[1], octets[2], octets[3:], None, quiet)
    if len(octets) < 5:
        raise RemoteProtocolError(DropReason.MALFORMED_ZCL, "header cut short")
    _, manufacturer, tsn, command = _MANUFACTURER.unpack_from(octets)
    return ZclFrame(control & 1, direction, tsn, command, octets[5:], manufacturer, quiet)
