"""The header of each frame in a LINKTYPE_IEEE802_15_4_TAP capture: channel and signal at the sniffer.

Version, length and a row of type-length-value fields, each padded to four octets, all little-endian
(github.com/jkcko/ieee802.15.4-tap, revision 1.0).
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

LINKTYPE = 283
FCS_TYPE, RSS, CHANNEL, LQI = 0, 1, 3, 10
"""Field types that hanbench writes; the reader skips others."""
NO_FCS, FCS_16_BIT = 0, 1
CHANNEL_PAGE = 0
"""O-QPSK at 2.4 GHz."""

_HEADER = Struct("<BxH")
_FIELD = Struct("<HH")
_ALL = Struct("<BxH HHB3x HHf HHHBx HHB3x")
LENGTH = _ALL.size


class Sniffed(NamedTuple):
    """The content of a TAP header; None: the field is missing."""

    rssi: float | None
    """dBm."""
    lqi: int | None
    """0 to 255."""
    channel: int | None
    """11 to 26."""


def encode(rssi: float, lqi: int, channel: int) -> bytes:
    """Encode the header of a frame with FCS, `LENGTH` octets."""
    fcs_type, rss = (FCS_TYPE, 1, FCS_16_BIT), (RSS, 4, rssi)
    return _ALL.pack(0, LENGTH, *fcs_type, *rss, CHANNEL, 3, channel, CHANNEL_PAGE, LQI, 1, lqi)


class AnySniffed(NamedTuple):
    """The content of a TAP header that any program may have written."""

    heard: Sniffed
    fcs: bool
    """Whether a 16-bit FCS follows the frame."""


def decode(packet: bytes) -> tuple[Sniffed, bytes]:
    """Split a packet into the content of its header and the PSDU.

    Raises ValueError for a missing or invalid header, and for a frame without FCS.
    """
    sniffed, psdu = decode_any(packet)
    if not sniffed.fcs:
        raise ValueError("a frame without 16-bit FCS")
    return sniffed.heard, psdu


def decode_any(packet: bytes) -> tuple[AnySniffed, bytes]:
    """Split a packet into the content of its header and the frame, with or without FCS.

    Raises ValueError for a missing or invalid header, and for an FCS of 32 bits, which ZigBee does not have.
    """
    if len(packet) < _HEADER.size:
        raise ValueError("no TAP header")
    version, length = _HEADER.unpack_from(packet)
    if version != 0 or not _HEADER.size <= length <= len(packet):
        raise ValueError(f"TAP header of version {version} and {length} octets")
    fields = _fields(packet[_HEADER.size : length])
    fcs_type = fields.get(FCS_TYPE, b"\x00")[0]
    if fcs_type not in (NO_FCS, FCS_16_BIT):
        raise ValueError(f"TAP frame check of type {fcs_type}")
    rss, lqi, channel = fields.get(RSS), fields.get(LQI), fields.get(CHANNEL)
    sniffed = Sniffed(
        None if rss is None else float(_FLOAT.unpack(rss)[0]),
        None if lqi is None else lqi[0],
        None if channel is None else int.from_bytes(channel[:2], "little"),
    )
    return AnySniffed(sniffed, fcs_type == FCS_16_BIT), packet[length:]


_FLOAT = Struct("<f")
_WIDTHS = {FCS_TYPE: 1, RSS: 4, CHANNEL: 3, LQI: 1}


def _fields(octets: bytes) -> dict[int, bytes]:
    fields: dict[int, bytes] = {}
    at = 0
    while at < len(octets):
        if at + _FIELD.size > len(octets):
            raise ValueError("TAP field cut short")
        kind, width = _FIELD.unpack_from(octets, at)
        at += _FIELD.size
        if at + width > len(octets) or width != _WIDTHS.get(kind, width):
            raise ValueError(f"TAP field {kind} of {width} octets")
        fields[kind] = octets[at : at + width]
        at += width + -width % 4
    return fields
