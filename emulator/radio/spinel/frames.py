"""Spinel frames and the encoding of their values, for both ends of the line.

Source: draft-rquattle-spinel-unified, 3 and 5, and OpenThread's `ncp_base_radio.cpp`, by way of domain/dongles.md 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hanbench.emulator.errors import DropReason
from hanbench.emulator.octets import Reader, le
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId, SpinelStatus

HEADER = 0x80
"""Flag bits 10 in the most significant bits; interface 0."""
UNSOLICITED = 0
"""Transaction identifier (TID) of a notification, which answers no command."""
TIDS = range(1, 16)
ACKED_WITH_FRAME_PENDING = 0x0010
"""Flag of a received frame that the radio acknowledged with frame-pending set."""
NOISE_FLOOR_UNKNOWN = -128


class SpinelFrame(NamedTuple):
    """One Spinel command; most commands have a property and its value."""

    tid: int
    command: int
    property: int = 0
    value: bytes = b""
    interface: int = 0

    def encode(self) -> bytes:
        head = bytes((HEADER | self.interface << 4 | self.tid,)) + packed(self.command)
        if self.command in _WITHOUT_PROPERTY:
            return head + self.value
        return head + packed(self.property) + self.value


_WITHOUT_PROPERTY = (CommandId.NOOP, CommandId.RESET)


def decode(payload: bytes) -> SpinelFrame:
    """Decode a frame. Raises RemoteProtocolError."""
    reader = Reader(payload, DropReason.MALFORMED_SPINEL)
    header = reader.u8()
    if header & 0xC0 != HEADER:
        raise reader.fail(f"header {header:#04x}")
    command = decode_packed(reader)
    property_id = 0 if command in _WITHOUT_PROPERTY else decode_packed(reader)
    return SpinelFrame(header & 0x0F, command, property_id, reader.rest(), header >> 4 & 3)


def packed(value: int) -> bytes:
    """Encode an unsigned integer in packed form: seven bits an octet, least significant first."""
    octets = bytearray()
    while value > 0x7F:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    octets.append(value)
    return bytes(octets)


def decode_packed(reader: Reader) -> int:
    """Decode a packed integer of at most 21 bits (three octets). Raises RemoteProtocolError."""
    value = 0
    for shift in (0, 7, 14):
        octet = reader.u8()
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            return value
    raise reader.fail("packed integer of more than 21 bits")


# --- STREAM_RAW ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TransmitRequest:
    """SET STREAM_RAW: one frame to transmit. All fields but PSDU and channel are optional."""

    psdu: bytes
    """PSDU with two octets of FCS at the end, which the radio fills in."""
    channel: int
    backoffs: int = 4
    retries: int = 15
    csma: bool = True
    header_updated: bool = False
    retransmission: bool = False
    security_processed: bool = False
    delay: int = 0
    delay_base: int = 0
    rx_channel: int | None = None
    """The channel to listen on afterwards; None: `channel`."""
    tx_power: int | None = None
    """dBm; None: the radio's own setting."""

    def encode(self) -> bytes:
        fields = (
            bytes((self.channel, self.backoffs, self.retries, self.csma)),
            bytes((self.header_updated, self.retransmission, self.security_processed)),
            le(self.delay, 4),
            le(self.delay_base, 4),
            bytes((self.channel if self.rx_channel is None else self.rx_channel,)),
            b"" if self.tx_power is None else self.tx_power.to_bytes(1, "little", signed=True),
        )
        return le(len(self.psdu), 2) + self.psdu + b"".join(fields)


class _TrailingFields:
    """Reader of the optional fields at the end of a value; a missing field and all after it have their defaults."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._ended = False

    def uint(self, width: int, default: int) -> int:
        return self._reader.uint(width) if self._has(width) else default

    def flag(self, default: bool = False) -> bool:
        return self._reader.u8() != 0 if self._has(1) else default

    def channel(self) -> int | None:
        return self._reader.u8() if self._has(1) else None

    def power(self) -> int | None:
        return self._reader.sint(1) if self._has(1) else None

    def _has(self, width: int) -> bool:
        self._ended = self._ended or self._reader.remaining < width
        return not self._ended


def decode_transmit_request(value: bytes) -> TransmitRequest:
    """Decode the value of a SET STREAM_RAW. Raises RemoteProtocolError."""
    reader = Reader(value, DropReason.MALFORMED_SPINEL)
    psdu, channel, fields = reader.take(reader.u16()), reader.u8(), _TrailingFields(reader)
    return TransmitRequest(
        psdu,
        channel,
        backoffs=fields.uint(1, 4),
        retries=fields.uint(1, 15),
        csma=fields.flag(True),
        header_updated=fields.flag(),
        retransmission=fields.flag(),
        security_processed=fields.flag(),
        delay=fields.uint(4, 0),
        delay_base=fields.uint(4, 0),
        rx_channel=fields.channel(),
        tx_power=fields.power(),
    )


class Received(NamedTuple):
    """IS STREAM_RAW: a received frame."""

    psdu: bytes
    rssi: int = 0
    """dBm."""
    flags: int = 0
    channel: int = 0
    lqi: int = 0
    timestamp: int = 0
    """Microseconds of the radio's clock."""
    error: int = 0

    def encode(self) -> bytes:
        phy = bytes((self.channel, self.lqi)) + le(self.timestamp, 8)
        vendor = packed(self.error)
        mac = bytes(5)  # key and counter of a secured acknowledgement, which the RCP never sends
        return b"".join(
            (
                le(len(self.psdu), 2),
                self.psdu,
                self.rssi.to_bytes(1, "little", signed=True),
                NOISE_FLOOR_UNKNOWN.to_bytes(1, "little", signed=True),
                le(self.flags, 2),
                *(le(len(part), 2) + part for part in (phy, vendor, mac)),
            )
        )


def decode_received(value: bytes) -> Received:
    """Decode the value of an IS STREAM_RAW; firmware may omit fields at the end. Raises RemoteProtocolError."""
    reader = Reader(value, DropReason.MALFORMED_SPINEL)
    return _received(reader)


def _received(reader: Reader) -> Received:
    psdu = reader.take(reader.u16())
    if reader.remaining < 4:
        return Received(psdu)
    rssi = reader.sint(1)
    reader.take(1)
    flags = reader.u16()
    phy = _struct(reader)
    channel, lqi, timestamp = (phy[0], phy[1], int.from_bytes(phy[2:10], "little")) if len(phy) >= 10 else (0, 0, 0)
    vendor = _struct(reader)
    error = decode_packed(Reader(vendor, DropReason.MALFORMED_SPINEL)) if vendor else 0
    return Received(psdu, rssi, flags, channel, lqi, timestamp, error)


def _struct(reader: Reader) -> bytes:
    return reader.take(reader.u16()) if reader.remaining >= 2 else b""


class TransmitDone(NamedTuple):
    """The answer to SET STREAM_RAW, as the value of LAST_STATUS: the result of the transmission."""

    status: int
    frame_pending: bool = False
    header_updated: bool = False
    acknowledgement: Received | None = None
    key: tuple[int, int] | None = None
    """Key identifier and frame counter of a frame that the radio secured."""

    def encode(self) -> bytes:
        value = packed(self.status) + bytes((self.frame_pending, self.header_updated))
        if self.status == SpinelStatus.OK:
            value += (self.acknowledgement or Received(b"")).encode()
        if self.key is not None:
            value += bytes((self.key[0],)) + le(self.key[1], 4)
        return value


def decode_transmit_done(value: bytes) -> TransmitDone:
    """Decode the value of a LAST_STATUS that ends a transmission. Raises RemoteProtocolError."""
    reader = Reader(value, DropReason.MALFORMED_SPINEL)
    status = decode_packed(reader)
    if reader.remaining < 2:
        return TransmitDone(status)
    pending, updated = bool(reader.u8()), bool(reader.u8())
    if status != SpinelStatus.OK or reader.remaining < 2:
        return TransmitDone(status, pending, updated)
    return TransmitDone(status, pending, updated, _received(reader))


def last_status(tid: int, status: int, interface: int = 0) -> SpinelFrame:
    """Return a LAST_STATUS frame."""
    return SpinelFrame(tid, CommandId.IS, PropertyId.LAST_STATUS, packed(status), interface)
