"""NWK frames (Zigbee PRO R22, 3.3) with their security (4.3): octets to values and back.

On the air the security level of the auxiliary header is 0; it is 5 in the nonce and in the authenticated header
(4.3.1.1). Reserved bits are sent as 0 and ignored when received; those of the security control octet are authenticated
as received. The most frequent frame, secured data between short addresses, has a fast path.
"""

from __future__ import annotations

from struct import Struct
from struct import error as StructError
from typing import NamedTuple

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.octets import bits, le
from hanbench.emulator.zigbee.security.ccm import MIC_LENGTH, FrameCipher

DATA, COMMAND, INTER_PAN = 0, 1, 3
"""Frame types."""
PROTOCOL_VERSION = 2

_MULTICAST, _SECURED, _SOURCE_ROUTE, _DST_IEEE, _SRC_IEEE, _END_DEVICE = 0x100, 0x200, 0x400, 0x800, 0x1000, 0x2000
_VERSION = PROTOCOL_VERSION << 2
_SECURED_DATA_FCF = _VERSION | _SECURED
_HEADER = Struct("<HHHBB")
_SECURED_HEADER = Struct("<HHHBBBIQB")
_AUXILIARY = Struct("<BIQB")
_NONCE = Struct("<QIB")
_RADIUS_AT = 6
ON_AIR, AUTHENTICATED = 0x28, 0x2D
"""Security control: network key, extended nonce; level 0 as sent, level 5 as authenticated."""
_LEVEL, _LEVEL_BITS, _KEY_AND_NONCE = 0x05, 0x07, 0x38
_AUTHENTICATED_OCTET = bytes((AUTHENTICATED,))
_ON_AIR_OCTET = bytes((ON_AIR,))
SECURITY_OVERHEAD = _AUXILIARY.size + MIC_LENGTH


class FrameSecurity(NamedTuple):
    """What secures one frame: the cipher of the network key, and the fields of the auxiliary header (4.5.1)."""

    cipher: FrameCipher
    counter: int
    """Outgoing frame counter; never used twice under one key."""
    key_sequence: int
    sender_ieee: int
    """EUI-64 of the hop that secures the frame."""


class NwkFrame:
    """A NWK frame. While `secured`, `payload` is empty until `decrypt` has checked it."""

    __slots__ = (
        "counter",
        "discover_route",
        "dst",
        "dst_ieee",
        "end_device_initiator",
        "header",
        "key_sequence",
        "payload",
        "radius",
        "relay_index",
        "relays",
        "sealed",
        "secured",
        "sender_ieee",
        "sequence",
        "src",
        "src_ieee",
        "type",
    )

    type: int
    dst: int
    src: int
    radius: int
    sequence: int
    discover_route: int
    end_device_initiator: bool
    dst_ieee: int | None
    src_ieee: int | None
    relays: tuple[int, ...]
    """Of a source route, as listed; empty without one."""
    relay_index: int | None
    """Index in `relays` of the next relay, as received: it means nothing to the destination, and the last relay of some
    stacks sends 255. None without a source route."""
    secured: bool
    counter: int
    sender_ieee: int
    """EUI-64 of the hop that secured the frame, from the auxiliary header; 0 if not secured."""
    key_sequence: int
    header: bytes
    """The NWK header as received."""
    sealed: bytes
    """Auxiliary header and encrypted payload as received."""
    payload: bytes

    def __repr__(self) -> str:
        shown = ("type", "dst", "src", "radius", "sequence", "secured", "counter", "payload")
        return f"NwkFrame({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    def decrypt(self, cipher: FrameCipher) -> None:
        """Check the MIC and set `payload`; raises BAD_MIC."""
        sealed = self.sealed
        control = sealed[0] & ~_LEVEL_BITS | _LEVEL
        octet = _AUTHENTICATED_OCTET if control == AUTHENTICATED else bytes((control,))
        authenticated = self.header + octet + sealed[1:14]
        nonce = sealed[5:13] + sealed[1:5] + octet
        self.payload = cipher.open(nonce, sealed[14:], authenticated)

    def reseal(self, security: FrameSecurity) -> bytes:
        """The decrypted frame as a relay sends it on: one hop less, under the relay's own security (4.3.1.1).

        Raises LocalProtocolError where the radius allows no further hop.
        """
        if not self.radius:
            raise LocalProtocolError("a frame of radius 0 goes no further")
        header = self.header[:_RADIUS_AT] + bytes((self.radius - 1,)) + self.header[_RADIUS_AT + 1 :]
        return seal(header, self.payload, security)


def decode(npdu: bytes) -> NwkFrame:
    """Read header and auxiliary header. Raises MALFORMED_NWK, or UNSUPPORTED for multicast and inter-PAN frames."""
    if len(npdu) < _HEADER.size:
        raise RemoteProtocolError(DropReason.MALFORMED_NWK, f"{len(npdu)} octets")
    fcf, dst, src, radius, sequence = _HEADER.unpack_from(npdu)
    frame = NwkFrame.__new__(NwkFrame)
    frame.dst = dst
    frame.src = src
    frame.radius = radius
    frame.sequence = sequence
    if fcf == _SECURED_DATA_FCF:
        frame.type = DATA
        frame.discover_route = 0
        frame.end_device_initiator = False
        frame.dst_ieee = frame.src_ieee = None
        frame.relays = ()
        frame.relay_index = None
        _decode_security(frame, npdu, _HEADER.size)
        return frame
    return _decode_any(frame, npdu, fcf)


def _decode_any(frame: NwkFrame, npdu: bytes, fcf: int) -> NwkFrame:
    frame.type = fcf & 3
    if frame.type not in (DATA, COMMAND) or fcf >> 2 & 0xF != PROTOCOL_VERSION or fcf & _MULTICAST:
        raise RemoteProtocolError(DropReason.UNSUPPORTED, f"NWK frame control {fcf:#06x}")
    frame.discover_route = fcf >> 6 & 1
    frame.end_device_initiator = bool(fcf & _END_DEVICE)
    at = _HEADER.size
    frame.dst_ieee, at = _ieee(npdu, at) if fcf & _DST_IEEE else (None, at)
    frame.src_ieee, at = _ieee(npdu, at) if fcf & _SRC_IEEE else (None, at)
    frame.relays, frame.relay_index, at = _source_route(npdu, at) if fcf & _SOURCE_ROUTE else ((), None, at)
    if fcf & _SECURED:
        _decode_security(frame, npdu, at)
    else:
        frame.secured = False
        frame.counter = frame.sender_ieee = frame.key_sequence = 0
        frame.header = npdu[:at]
        frame.sealed = b""
        frame.payload = npdu[at:]
    return frame


def _ieee(npdu: bytes, at: int) -> tuple[int, int]:
    if at + 8 > len(npdu):
        raise RemoteProtocolError(DropReason.MALFORMED_NWK, "truncated EUI-64")
    return int.from_bytes(npdu[at : at + 8], "little"), at + 8


def _source_route(npdu: bytes, at: int) -> tuple[tuple[int, ...], int, int]:
    end = at + 2 + 2 * npdu[at] if at < len(npdu) else at + 2
    if end > len(npdu):
        raise RemoteProtocolError(DropReason.MALFORMED_NWK, "truncated source route")
    relays = tuple(int.from_bytes(npdu[i : i + 2], "little") for i in range(at + 2, end, 2))
    return relays, npdu[at + 1], end


def _decode_security(frame: NwkFrame, npdu: bytes, at: int) -> None:
    if len(npdu) < at + SECURITY_OVERHEAD:
        raise RemoteProtocolError(DropReason.MALFORMED_NWK, "truncated auxiliary header")
    control, frame.counter, frame.sender_ieee, frame.key_sequence = _AUXILIARY.unpack_from(npdu, at)
    if control & _KEY_AND_NONCE != ON_AIR:
        raise RemoteProtocolError(DropReason.MALFORMED_NWK, f"security control {control:#04x}")
    frame.secured = True
    frame.header = npdu[:at]
    frame.sealed = npdu[at:]
    frame.payload = b""


def header(
    type: int,
    dst: int,
    src: int,
    sequence: int,
    *,
    radius: int,
    secured: bool,
    src_ieee: int | None = None,
    dst_ieee: int | None = None,
    relays: tuple[int, ...] = (),
    relay_index: int | None = None,
    discover_route: int = 0,
    end_device_initiator: bool = False,
) -> bytes:
    """The NWK header; an unsecured frame is this and its payload. Raises LocalProtocolError for what does not fit.

    `relays` or `relay_index` make a source route; its index starts at the last of the relays.
    """
    fcf = type | _VERSION | bits(discover_route, 1) << 6
    fcf |= (_SECURED if secured else 0) | (_END_DEVICE if end_device_initiator else 0)
    parts = []
    if dst_ieee is not None:
        fcf |= _DST_IEEE
        parts.append(le(dst_ieee, 8))
    if src_ieee is not None:
        fcf |= _SRC_IEEE
        parts.append(le(src_ieee, 8))
    if relays or relay_index is not None:
        fcf |= _SOURCE_ROUTE
        # The list begins beside the destination; the index counts down from the relay beside the source.
        index = len(relays) - 1 if relay_index is None else relay_index
        parts += [le(len(relays), 1), le(index, 1), *(le(relay, 2) for relay in relays)]
    try:
        return b"".join((_HEADER.pack(fcf, dst, src, radius, sequence), *parts))
    except StructError as error:
        raise LocalProtocolError(f"NWK header: {error}") from error


def seal(header: bytes, payload: bytes, security: FrameSecurity) -> bytes:
    """A frame under the network key; the header's security bit must be set.

    Raises LocalProtocolError for what does not fit, a used up frame counter above all.
    """
    cipher, counter, key_sequence, sender_ieee = security
    try:
        auxiliary = _AUXILIARY.pack(AUTHENTICATED, counter, sender_ieee, key_sequence)
    except StructError as error:
        raise LocalProtocolError(f"NWK auxiliary header: {error}") from error
    sealed = cipher.seal(_NONCE.pack(sender_ieee, counter, AUTHENTICATED), payload, header + auxiliary)
    return header + _ON_AIR_OCTET + auxiliary[1:] + sealed


def secured_data(dst: int, src: int, sequence: int, payload: bytes, security: FrameSecurity, radius: int) -> bytes:
    """`header` and `seal` in one step, for data without options. Raises LocalProtocolError as they do."""
    cipher, counter, key_sequence, sender_ieee = security
    try:
        authenticated = _SECURED_HEADER.pack(
            _SECURED_DATA_FCF, dst, src, radius, sequence, AUTHENTICATED, counter, sender_ieee, key_sequence
        )
    except StructError as error:
        raise LocalProtocolError(f"NWK header: {error}") from error
    sealed = cipher.seal(_NONCE.pack(sender_ieee, counter, AUTHENTICATED), payload, authenticated)
    return authenticated[:8] + _ON_AIR_OCTET + authenticated[9:] + sealed
