"""MAC frames (IEEE 802.15.4-2011, 5.2): octets to values and back.

Frame versions 0 and 1 without MAC security, which is all that Zigbee uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from struct import Struct

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.radio.fcs import fcs, fcs_ok

BEACON, DATA, ACK, COMMAND = 0, 1, 2, 3
BROADCAST = 0xFFFF
NONE, SHORT, EXTENDED = 0, 2, 3
"""Addressing modes."""
MAX_MAC_PAYLOAD = 116
"""Octets of payload in a data frame with short addresses in one PAN (127 - 9 - 2)."""

_PENDING, _ACK_REQUEST, _COMPRESSED = 0x10, 0x20, 0x40
_SHORT_DATA = Struct("<HBHHH")
_SHORT_DATA_FCF = 0x8841
_TYPE = 0x07
_MODES, _BOTH_SHORT = 0xCC, 0x88
"""Addressing modes in the second octet of the frame control field."""
_SRC_COMPRESSED, _SRC_WITH_PAN = 7, 9
"""Offsets of a short source address behind a short destination."""
_SHORTEST = 5
"""Octets of a frame without addresses: frame control, sequence number, FCS."""
_U16 = Struct("<H")
_MODE_WIDTH = {NONE: 0, SHORT: 2, EXTENDED: 8}


class MacCommand(IntEnum):
    """MAC command identifiers (5.3)."""

    ASSOCIATION_REQUEST = 1
    ASSOCIATION_RESPONSE = 2
    DISASSOCIATION = 3
    DATA_REQUEST = 4
    PAN_ID_CONFLICT = 5
    ORPHAN_NOTIFICATION = 6
    BEACON_REQUEST = 7
    COORDINATOR_REALIGNMENT = 8
    GTS_REQUEST = 9


class MacFrame:
    """A MAC frame. Addresses are None where the frame has none."""

    __slots__ = (
        "ack_request",
        "dst",
        "dst_mode",
        "dst_pan",
        "frame_pending",
        "payload",
        "sequence",
        "src",
        "src_mode",
        "src_pan",
        "type",
    )

    def __init__(
        self,
        type: int,
        sequence: int,
        payload: bytes = b"",
        *,
        dst_pan: int | None = None,
        dst: int | None = None,
        dst_mode: int = NONE,
        src_pan: int | None = None,
        src: int | None = None,
        src_mode: int = NONE,
        ack_request: bool = False,
        frame_pending: bool = False,
    ) -> None:
        self.type = type
        self.sequence = sequence
        self.payload = payload
        self.dst_pan = dst_pan
        self.dst = dst
        self.dst_mode = dst_mode
        self.src_pan = src_pan
        self.src = src
        self.src_mode = src_mode
        self.ack_request = ack_request
        self.frame_pending = frame_pending

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MacFrame) and all(getattr(self, n) == getattr(other, n) for n in self.__slots__)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"MacFrame({', '.join(f'{n}={getattr(self, n)!r}' for n in self.__slots__)})"

    def encode(self) -> bytes:
        """The PSDU, FCS included. A source in the destination's PAN is compressed (5.2.1.1.5)."""
        compressed = self.dst_mode != NONE and self.src_mode != NONE and self.src_pan == self.dst_pan
        fcf = self.type | self.dst_mode << 10 | self.src_mode << 14
        if self.frame_pending:
            fcf |= _PENDING
        if self.ack_request:
            fcf |= _ACK_REQUEST
        if compressed:
            fcf |= _COMPRESSED
        parts = [fcf.to_bytes(2, "little"), bytes((self.sequence,))]
        if self.dst_mode != NONE:
            parts += [_pan(self.dst_pan), _address(self.dst, self.dst_mode)]
        if self.src_mode != NONE:
            if not compressed:
                parts.append(_pan(self.src_pan))
            parts.append(_address(self.src, self.src_mode))
        parts.append(self.payload)
        mpdu = b"".join(parts)
        return mpdu + fcs(mpdu)


def _pan(pan: int | None) -> bytes:
    assert pan is not None
    return pan.to_bytes(2, "little")


def _address(address: int | None, mode: int) -> bytes:
    assert address is not None
    return address.to_bytes(_MODE_WIDTH[mode], "little")


def data(sequence: int, pan: int, dst: int, src: int, payload: bytes, *, ack: bool, pending: bool = False) -> bytes:
    """The PSDU of a data frame between short addresses of one PAN, the most frequent frame."""
    fcf = _SHORT_DATA_FCF
    if ack:
        fcf |= _ACK_REQUEST
    if pending:
        fcf |= _PENDING
    mpdu = _SHORT_DATA.pack(fcf, sequence, pan, dst, src) + payload
    return mpdu + fcs(mpdu)


def short_data_ends(psdu: bytes) -> tuple[int, int, int] | None:
    """PAN ID, source and destination of a data frame between short addresses; None for any other octets, however few.

    Source: IEEE 802.15.4-2011, 5.2.1. For observers that ask for nothing but the addresses; the FCS is not checked.
    """
    if len(psdu) < _SHORTEST or psdu[0] & _TYPE != DATA or psdu[1] & _MODES != _BOTH_SHORT:
        return None
    src = _SRC_COMPRESSED if psdu[0] & _COMPRESSED else _SRC_WITH_PAN
    if len(psdu) < src + 4:
        return None
    return psdu[3] | psdu[4] << 8, psdu[src] | psdu[src + 1] << 8, psdu[5] | psdu[6] << 8


def verify(psdu: bytes) -> MacFrame:
    """Check the FCS, then decode: for readers of captures. A radio has checked it already."""
    if not fcs_ok(psdu):
        raise RemoteProtocolError(DropReason.BAD_FCS)
    return decode(psdu)


def decode(psdu: bytes) -> MacFrame:
    """Read a PSDU; the radio has checked its FCS.

    Raises RemoteProtocolError: MALFORMED_MAC, or UNSUPPORTED for MAC security and frame versions 2 and 3.
    """
    length = len(psdu)
    if length < _SHORTEST:
        raise RemoteProtocolError(DropReason.MALFORMED_MAC, f"{length} octets")
    (fcf,) = _U16.unpack_from(psdu)
    if fcf & ~(_ACK_REQUEST | _PENDING) == _SHORT_DATA_FCF:
        if length < 11:
            raise RemoteProtocolError(DropReason.MALFORMED_MAC, "truncated addresses")
        return _decode_short_data(psdu, fcf)
    return _decode_any(psdu, fcf)


def _decode_short_data(psdu: bytes, fcf: int) -> MacFrame:
    _, sequence, pan, dst, src = _SHORT_DATA.unpack_from(psdu)
    frame = MacFrame.__new__(MacFrame)
    frame.type = DATA
    frame.sequence = sequence
    frame.payload = psdu[9:-2]
    frame.dst_pan = frame.src_pan = pan
    frame.dst = dst
    frame.src = src
    frame.dst_mode = frame.src_mode = SHORT
    frame.ack_request = fcf & _ACK_REQUEST != 0
    frame.frame_pending = fcf & _PENDING != 0
    return frame


def _decode_any(psdu: bytes, fcf: int) -> MacFrame:
    type_, dst_mode, src_mode = fcf & 7, fcf >> 10 & 3, fcf >> 14
    if fcf & 0x08 or fcf >> 12 & 3 > 1:
        raise RemoteProtocolError(DropReason.UNSUPPORTED, "MAC security or frame version")
    if type_ > COMMAND or dst_mode == 1 or src_mode == 1:
        raise RemoteProtocolError(DropReason.MALFORMED_MAC, f"frame control {fcf:#06x}")
    compressed = bool(fcf & _COMPRESSED)
    if compressed and NONE in (dst_mode, src_mode):
        raise RemoteProtocolError(DropReason.MALFORMED_MAC, "PAN ID compression without both addresses")
    at, end = 3, len(psdu) - 2
    dst_pan = dst = src_pan = src = None
    if dst_mode != NONE:
        dst_pan, dst, at = (
            _take(psdu, at, 2),
            _take(psdu, at + 2, _MODE_WIDTH[dst_mode]),
            at + 2 + _MODE_WIDTH[dst_mode],
        )
    if src_mode != NONE:
        if compressed:
            src_pan = dst_pan
        else:
            src_pan, at = _take(psdu, at, 2), at + 2
        src, at = _take(psdu, at, _MODE_WIDTH[src_mode]), at + _MODE_WIDTH[src_mode]
    if at > end:
        raise RemoteProtocolError(DropReason.MALFORMED_MAC, "truncated addresses")
    if type_ == ACK and (at, end) != (3, 3):
        raise RemoteProtocolError(DropReason.MALFORMED_MAC, "acknowledgement with content")
    if type_ == COMMAND and at == end:
        raise RemoteProtocolError(DropReason.MALFORMED_MAC, "command without identifier")
    return MacFrame(
        type_,
        psdu[2],
        psdu[at:end],
        dst_pan=dst_pan,
        dst=dst,
        dst_mode=dst_mode,
        src_pan=src_pan,
        src=src,
        src_mode=src_mode,
        ack_request=bool(fcf & _ACK_REQUEST),
        frame_pending=bool(fcf & _PENDING),
    )


def _take(psdu: bytes, at: int, width: int) -> int:
    return int.from_bytes(psdu[at : at + width], "little")


@dataclass(frozen=True, slots=True)
class BeaconContent:
    """The content of a beacon in a PAN without beacon order (5.2.2.1)."""

    association_permit: bool
    pan_coordinator: bool
    payload: bytes

    def encode(self) -> bytes:
        superframe = 0x0FFF | self.pan_coordinator << 14 | self.association_permit << 15
        return superframe.to_bytes(2, "little") + b"\x00\x00" + self.payload


def decode_beacon(content: bytes) -> BeaconContent:
    """Read a beacon's MAC payload; guaranteed time slots and pending addresses are skipped."""
    if len(content) < 4:
        raise RemoteProtocolError(DropReason.MALFORMED_MAC, "truncated beacon")
    superframe = content[0] | content[1] << 8
    slots = content[2] & 7
    at = 3 + (1 + 3 * slots if slots else 0)
    if at >= len(content):
        raise RemoteProtocolError(DropReason.MALFORMED_MAC, "truncated guaranteed time slots")
    pending = content[at]
    at += 1 + 2 * (pending & 7) + 8 * (pending >> 4 & 7)
    if at > len(content):
        raise RemoteProtocolError(DropReason.MALFORMED_MAC, "truncated pending addresses")
    return BeaconContent(bool(superframe >> 15), bool(superframe >> 14 & 1), content[at:])
