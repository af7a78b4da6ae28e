"""APS frames (Zigbee PRO R22, 2.2.5) and their security (4.4): octets to values and back.

As in the NWK layer, the security level is 0 on the air and 5 in the nonce and in the authenticated header (4.4.1.1);
a peer's value is ignored. So are reserved bits, which are authenticated as received. Encoding a value that does not fit
raises LocalProtocolError.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from struct import error as StructError

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.octets import Reader, bits, le
from hanbench.emulator.zigbee.security.ccm import MIC_LENGTH, FrameCipher
from hanbench.emulator.zigbee.security.keys import KeyId

DATA, COMMAND, ACK = 0, 1, 2
"""Frame types."""
UNICAST, BROADCAST, GROUP = 0, 2, 3
"""Delivery modes."""

_ACK_FORMAT, _SECURED, _ACK_REQUEST, _EXTENDED = 0x10, 0x20, 0x40, 0x80
_DATA_HEADER = Struct("<BBHHBB")
_GROUP_HEADER = Struct("<BHHHBB")
_FIRST, _PART = 1, 2
_LEVEL, _LEVEL_BITS = 0x05, 0x07
_EXTENDED_NONCE = 0x20
_UNCOMMON = ~_LEVEL_BITS
"""Bits of a security control octet: reserved, extended nonce, key identifier."""
_SECURED_HEADER = Struct("<BBHHBBBI")
_ON_AIR_OCTET = b"\x00"
"""Security control of data under a link key: level 0 as sent, no extended nonce."""
_SEALED_AT = _SECURED_HEADER.size
_NONCE = Struct("<QIB")
ALL_RECEIVED = 0xFF
"""Acknowledgement bit field of a complete window; bits beyond the window are set too (test TP/PRO/BV-43)."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """The extended header (2.2.5.1.8)."""

    first: bool
    block: int
    """In the first fragment: the number of blocks; in others and in acknowledgements: the index of the block."""
    received: int | None = None
    """Acknowledgements only: the blocks of the window that arrived, one bit each, lowest first."""


class ApsFrame:
    """An APS frame. While `secured`, `payload` is empty until `decrypt` has checked it.

    Addressing fields that the frame does not have are 0, as are the fields of the auxiliary header without security.
    """

    __slots__ = (
        "_at",
        "_data",
        "ack_format",
        "ack_request",
        "cluster",
        "counter",
        "delivery",
        "dst_endpoint",
        "fragment",
        "frame_counter",
        "group",
        "key_id",
        "payload",
        "profile",
        "secured",
        "sender_ieee",
        "src_endpoint",
        "type",
    )

    type: int
    delivery: int
    ack_format: bool
    """An acknowledgement of a command: no endpoints in it."""
    ack_request: bool
    dst_endpoint: int
    group: int
    cluster: int
    profile: int
    src_endpoint: int
    counter: int
    fragment: Fragment | None
    secured: bool
    key_id: int
    frame_counter: int
    sender_ieee: int | None
    """EUI-64 in the auxiliary header (extended nonce); None where there is none: the receiver fills it in."""
    payload: bytes
    _data: bytes
    _at: int

    def __repr__(self) -> str:
        shown = (
            "type",
            "delivery",
            "dst_endpoint",
            "cluster",
            "profile",
            "src_endpoint",
            "counter",
            "secured",
            "payload",
        )
        return f"ApsFrame({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    def decrypt(self, cipher: FrameCipher, sender_ieee: int) -> None:
        """Check the MIC and set `payload`; `sender_ieee` as in the nonce. Raises BAD_MIC, or MALFORMED_APS for an
        acknowledgement with content.
        """
        data, at = self._data, self._at
        control = data[at] & ~_LEVEL_BITS | _LEVEL
        sealed_at = at + (13 if self.sender_ieee is not None else 5)
        authenticated = data[:at] + bytes((control,)) + data[at + 1 : sealed_at]
        payload = cipher.open(_NONCE.pack(sender_ieee, self.frame_counter, control), data[sealed_at:], authenticated)
        if payload and self.type == ACK:
            raise RemoteProtocolError(DropReason.MALFORMED_APS, "acknowledgement with content")
        self.payload = payload


def decode(apdu: bytes) -> ApsFrame:
    """Read header and auxiliary header.

    Raises MALFORMED_APS, or UNSUPPORTED for inter-PAN frames, indirect delivery and the network key.
    """
    if not apdu:
        raise RemoteProtocolError(DropReason.MALFORMED_APS, "empty")
    frame = ApsFrame.__new__(ApsFrame)
    control = apdu[0]
    if control & 0xAF == 0 and len(apdu) >= _DATA_HEADER.size:
        return _decode_plain_data(frame, apdu)
    if control & 0xAF == _SECURED and len(apdu) >= _SEALED_AT + MIC_LENGTH and not apdu[8] & _UNCOMMON:
        return _decode_secured_data(frame, apdu)
    return _decode_any(frame, apdu, control)


def _decode_plain_data(frame: ApsFrame, apdu: bytes) -> ApsFrame:
    """Unsecured, unfragmented unicast data: the most frequent frame before link keys."""
    control, frame.dst_endpoint, frame.cluster, frame.profile, frame.src_endpoint, frame.counter = (
        _DATA_HEADER.unpack_from(apdu)
    )
    frame.type = DATA
    frame.delivery = UNICAST
    frame.ack_format = False
    frame.ack_request = control & _ACK_REQUEST != 0
    frame.group = 0
    frame.fragment = None
    frame.payload = apdu[8:]
    _without_security(frame)
    return frame


def _decode_secured_data(frame: ApsFrame, apdu: bytes) -> ApsFrame:
    """Unfragmented unicast data under a link key, without extended nonce: the most frequent frame with link keys."""
    (
        control,
        frame.dst_endpoint,
        frame.cluster,
        frame.profile,
        frame.src_endpoint,
        frame.counter,
        _,
        frame.frame_counter,
    ) = _SECURED_HEADER.unpack_from(apdu)
    frame.type = DATA
    frame.delivery = UNICAST
    frame.ack_format = False
    frame.ack_request = control & _ACK_REQUEST != 0
    frame.group = 0
    frame.fragment = None
    frame.secured = True
    frame.key_id = KeyId.DATA
    frame.sender_ieee = None
    frame.payload = b""
    frame._data = apdu
    frame._at = _DATA_HEADER.size
    return frame


def _without_security(frame: ApsFrame) -> None:
    frame.secured = False
    frame.key_id = frame.frame_counter = frame._at = 0
    frame.sender_ieee = None
    frame._data = b""


def _decode_any(frame: ApsFrame, apdu: bytes, control: int) -> ApsFrame:
    frame.type, frame.delivery = control & 3, control >> 2 & 3
    frame.ack_format = control & _ACK_FORMAT != 0 and frame.type == ACK
    frame.ack_request = control & _ACK_REQUEST != 0
    if frame.type == 3 or frame.delivery == 1:
        raise RemoteProtocolError(DropReason.UNSUPPORTED, f"APS frame control {control:#04x}")
    reader = Reader(apdu, DropReason.MALFORMED_APS, 1)
    to_one_only = frame.type == ACK or control & _EXTENDED
    if (frame.delivery and to_one_only) or (frame.delivery == GROUP and frame.type != DATA):
        raise reader.fail(f"delivery mode in {control:#04x}")
    frame.dst_endpoint = frame.group = frame.cluster = frame.profile = frame.src_endpoint = 0
    if frame.type == DATA or (frame.type == ACK and not frame.ack_format):
        if frame.delivery == GROUP:
            frame.group = reader.u16()
        else:
            frame.dst_endpoint = reader.u8()
        frame.cluster, frame.profile, frame.src_endpoint = reader.u16(), reader.u16(), reader.u8()
    frame.counter = reader.u8()
    frame.fragment = _decode_fragment(reader, frame.type) if control & _EXTENDED else None
    if control & _SECURED:
        _decode_security(frame, apdu, reader)
        return frame
    _without_security(frame)
    if frame.type == ACK:
        reader.end()
    frame.payload = reader.rest()
    return frame


def _decode_fragment(reader: Reader, type: int) -> Fragment | None:
    kind = reader.u8() & 3
    if kind == 0:
        return None
    if kind > _PART or type == COMMAND:
        raise reader.fail("fragmentation")
    fragment = Fragment(kind == _FIRST, reader.u8(), reader.u8() if type == ACK else None)
    if type == DATA and not fragment.block:
        raise reader.fail("a message of 0 blocks" if fragment.first else "block 0 that is not the first")
    return fragment


def _decode_security(frame: ApsFrame, apdu: bytes, reader: Reader) -> None:
    frame.secured = True
    frame._data, frame._at = apdu, reader.at
    control = reader.u8()
    frame.key_id = control >> 3 & 3
    if frame.key_id == KeyId.NETWORK:
        raise RemoteProtocolError(DropReason.UNSUPPORTED, "APS security under the network key")
    frame.frame_counter = reader.u32()
    frame.sender_ieee = reader.u64() if control & _EXTENDED_NONCE else None
    if reader.remaining < MIC_LENGTH:
        raise reader.fail("truncated integrity code")
    frame.payload = b""


def data_header(
    dst_endpoint: int,
    cluster: int,
    profile: int,
    src_endpoint: int,
    counter: int,
    *,
    ack_request: bool,
    delivery: int = UNICAST,
    secured: bool = False,
    fragment: Fragment | None = None,
) -> bytes:
    """The header of a data frame to an endpoint, of one device or of all."""
    control = DATA | delivery << 2 | (_ACK_REQUEST if ack_request else 0) | (_SECURED if secured else 0)
    if fragment is not None:
        control |= _EXTENDED
    try:
        header = _DATA_HEADER.pack(control, dst_endpoint, cluster, profile, src_endpoint, counter)
    except StructError as error:
        raise LocalProtocolError(f"APS header: {error}") from error
    return header if fragment is None else header + bytes((_kind(fragment),)) + le(fragment.block, 1)


def group_header(group: int, cluster: int, profile: int, src_endpoint: int, counter: int) -> bytes:
    """The header of a data frame to a group, which is neither acknowledged nor fragmented nor under a link key."""
    try:
        return _GROUP_HEADER.pack(DATA | GROUP << 2, group, cluster, profile, src_endpoint, counter)
    except StructError as error:
        raise LocalProtocolError(f"APS header: {error}") from error


def command_header(counter: int, *, delivery: int = UNICAST, ack_request: bool = False, secured: bool = False) -> bytes:
    """The header of a command frame."""
    control = COMMAND | delivery << 2 | (_ACK_REQUEST if ack_request else 0) | (_SECURED if secured else 0)
    return bytes((control,)) + le(counter, 1)


def ack_header(frame: ApsFrame, *, received: int = ALL_RECEIVED, secured: bool = False) -> bytes:
    """The acknowledgement of `frame`, endpoints turned round; `received` counts where it is a fragment."""
    control = ACK | (_SECURED if secured else 0)
    if frame.type == COMMAND:
        return bytes((control | _ACK_FORMAT, frame.counter))
    fragment = frame.fragment
    if fragment is not None:
        control |= _EXTENDED
    header = _DATA_HEADER.pack(
        control, frame.src_endpoint, frame.cluster, frame.profile, frame.dst_endpoint, frame.counter
    )
    if fragment is None:
        return header
    # The first fragment says how many there are; its own number is 0.
    block = 0 if fragment.first else fragment.block
    return header + bytes((_kind(fragment), block, bits(received, 8)))


def _kind(fragment: Fragment) -> int:
    return _FIRST if fragment.first else _PART


def secured_data(
    dst_endpoint: int,
    cluster: int,
    profile: int,
    src_endpoint: int,
    counter: int,
    payload: bytes,
    cipher: FrameCipher,
    frame_counter: int,
    sender_ieee: int,
    *,
    ack_request: bool,
) -> bytes:
    """`data_header` and `secure` in one step, for whole data under a link key. Raises LocalProtocolError as they do."""
    control = DATA | _SECURED | (_ACK_REQUEST if ack_request else 0)
    try:
        authenticated = _SECURED_HEADER.pack(
            control, dst_endpoint, cluster, profile, src_endpoint, counter, _LEVEL, frame_counter
        )
    except StructError as error:
        raise LocalProtocolError(f"APS header: {error}") from error
    sealed = cipher.seal(_NONCE.pack(sender_ieee, frame_counter, _LEVEL), payload, authenticated)
    return authenticated[:8] + _ON_AIR_OCTET + authenticated[9:] + sealed


def secure(
    header: bytes,
    payload: bytes,
    cipher: FrameCipher,
    key_id: int,
    counter: int,
    sender_ieee: int,
    *,
    extended_nonce: bool,
) -> bytes:
    """Header, auxiliary header and sealed payload; the header's security bit must be set.

    Raises LocalProtocolError for what does not fit, a used up frame counter above all.
    """
    control = key_id << 3 | (_EXTENDED_NONCE if extended_nonce else 0)
    tail = le(counter, 4) + (le(sender_ieee, 8) if extended_nonce else b"")
    authenticated = header + bytes((control | _LEVEL,)) + tail
    sealed = cipher.seal(_NONCE.pack(sender_ieee, counter, control | _LEVEL), payload, authenticated)
    return b"".join((header, bytes((control,)), tail, sealed))
