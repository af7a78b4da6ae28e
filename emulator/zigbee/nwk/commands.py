"""NWK commands (Zigbee PRO R22, 3.4): each is a value that encodes itself, and a function that reads it.

Reserved bits are sent as 0 and ignored when received. Encoding a value that does not fit raises LocalProtocolError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.message import Message
from hanbench.emulator.octets import Reader, bits, le


class NwkCommand(Protocol):
    """Any NWK command."""

    ID: ClassVar[int]

    def encode(self) -> bytes:
        """Command identifier and fields."""


_MULTICAST = 0x40


def _options(reader: Reader) -> int:
    """The options of a route request or reply. Raises UNSUPPORTED for those of group addresses."""
    options = reader.u8()
    if options & _MULTICAST:
        raise RemoteProtocolError(DropReason.UNSUPPORTED, "route of a group")
    return options


class RouteRequest(Message):
    """3.4.1"""

    ID: ClassVar[int] = 0x01
    request_id: int
    destination: int
    cost: int = 0
    many_to_one: int = 0
    """0 no, 1 with route record table, 2 without."""
    destination_ieee: int | None = None

    def encode(self) -> bytes:
        options = bits(self.many_to_one, 2) << 3 | (0x20 if self.destination_ieee is not None else 0)
        tail = b"" if self.destination_ieee is None else le(self.destination_ieee, 8)
        head = bytes((self.ID, options)) + le(self.request_id, 1)
        return b"".join((head, le(self.destination, 2), le(self.cost, 1), tail))

    @classmethod
    def decode(cls, reader: Reader) -> RouteRequest:
        options, request_id, destination, cost = _options(reader), reader.u8(), reader.u16(), reader.u8()
        many_to_one = options >> 3 & 3
        if many_to_one == 3:
            raise reader.fail("reserved kind of many-to-one route request")
        return cls(request_id, destination, cost, many_to_one, reader.u64() if options & 0x20 else None)


class RouteReply(Message):
    """3.4.2"""

    ID: ClassVar[int] = 0x02
    request_id: int
    originator: int
    responder: int
    cost: int = 0
    originator_ieee: int | None = None
    responder_ieee: int | None = None

    def encode(self) -> bytes:
        options = (0x10 if self.originator_ieee is not None else 0) | (0x20 if self.responder_ieee is not None else 0)
        head = bytes((self.ID, options)) + le(self.request_id, 1) + le(self.originator, 2) + le(self.responder, 2)
        addresses = [le(a, 8) for a in (self.originator_ieee, self.responder_ieee) if a is not None]
        return b"".join((head, le(self.cost, 1), *addresses))

    @classmethod
    def decode(cls, reader: Reader) -> RouteReply:
        options, request_id, originator, responder = _options(reader), reader.u8(), reader.u16(), reader.u16()
        cost = reader.u8()
        originator_ieee = reader.u64() if options & 0x10 else None
        return cls(request_id, originator, responder, cost, originator_ieee, reader.u64() if options & 0x20 else None)


class NetworkStatus(Message):
    """3.4.3"""

    ID: ClassVar[int] = 0x03
    status: int
    destination: int

    def encode(self) -> bytes:
        return bytes((self.ID,)) + le(self.status, 1) + le(self.destination, 2)

    @classmethod
    def decode(cls, reader: Reader) -> NetworkStatus:
        return cls(reader.u8(), reader.u16())


class Leave(Message):
    """3.4.4"""

    ID: ClassVar[int] = 0x04
    request: bool = False
    """The receiver is told to leave; otherwise the sender announces that it leaves."""
    rejoin: bool = False
    remove_children: bool = False

    def encode(self) -> bytes:
        return bytes((self.ID, self.rejoin << 5 | self.request << 6 | self.remove_children << 7))

    @classmethod
    def decode(cls, reader: Reader) -> Leave:
        options = reader.u8()
        return cls(bool(options & 0x40), bool(options & 0x20), bool(options & 0x80))


class RouteRecord(Message):
    """3.4.5"""

    ID: ClassVar[int] = 0x05
    relays: tuple[int, ...]

    def encode(self) -> bytes:
        return b"".join((bytes((self.ID,)), le(len(self.relays), 1), *(le(relay, 2) for relay in self.relays)))

    @classmethod
    def decode(cls, reader: Reader) -> RouteRecord:
        return cls(tuple([reader.u16() for _ in range(reader.u8())]))


class RejoinRequest(Message):
    """3.4.6"""

    ID: ClassVar[int] = 0x06
    capability: int

    def encode(self) -> bytes:
        return bytes((self.ID,)) + le(self.capability, 1)

    @classmethod
    def decode(cls, reader: Reader) -> RejoinRequest:
        return cls(reader.u8())


class RejoinResponse(Message):
    """3.4.7"""

    ID: ClassVar[int] = 0x07
    short: int
    status: int
    """As in a MAC association response: 0 success, 1 at capacity, 2 denied."""

    def encode(self) -> bytes:
        return bytes((self.ID,)) + le(self.short, 2) + le(self.status, 1)

    @classmethod
    def decode(cls, reader: Reader) -> RejoinResponse:
        return cls(reader.u16(), reader.u8())


class LinkStatusEntry(Message):
    """A neighbour and the costs of the link to it, 1 (best) to 7; 0 unknown."""

    address: int
    incoming_cost: int
    outgoing_cost: int

    def encode(self) -> bytes:
        """Address and link status."""
        return le(self.address, 2) + bytes((bits(self.incoming_cost, 3) | bits(self.outgoing_cost, 3) << 4,))


class LinkStatus(Message):
    """3.4.8"""

    ID: ClassVar[int] = 0x08
    entries: tuple[LinkStatusEntry, ...]
    first: bool = True
    last: bool = True

    def encode(self) -> bytes:
        options = bits(len(self.entries), 5) | self.first << 5 | self.last << 6
        return b"".join((bytes((self.ID, options)), *(entry.encode() for entry in self.entries)))

    @classmethod
    def decode(cls, reader: Reader) -> LinkStatus:
        options = reader.u8()
        entries = []
        for _ in range(options & 0x1F):
            address, costs = reader.u16(), reader.u8()
            entries.append(LinkStatusEntry(address, costs & 7, costs >> 4 & 7))
        return cls(tuple(entries), bool(options & 0x20), bool(options & 0x40))


class NetworkReport(Message):
    """3.4.9, report type 0: PAN ID conflict."""

    ID: ClassVar[int] = 0x09
    extended_pan_id: int
    pan_ids: tuple[int, ...]

    def encode(self) -> bytes:
        head = bytes((self.ID, bits(len(self.pan_ids), 5))) + le(self.extended_pan_id, 8)
        return b"".join((head, *(le(pan_id, 2) for pan_id in self.pan_ids)))

    @classmethod
    def decode(cls, reader: Reader) -> NetworkReport:
        options, extended_pan_id = reader.u8(), reader.u64()
        if options >> 5:
            raise RemoteProtocolError(DropReason.UNSUPPORTED, f"network report {options >> 5}")
        return cls(extended_pan_id, tuple([reader.u16() for _ in range(options & 0x1F)]))


class NetworkUpdate(Message):
    """3.4.10, update type 0: new PAN ID."""

    ID: ClassVar[int] = 0x0A
    extended_pan_id: int
    update_id: int
    pan_id: int

    def encode(self) -> bytes:
        return bytes((self.ID, 1)) + le(self.extended_pan_id, 8) + le(self.update_id, 1) + le(self.pan_id, 2)

    @classmethod
    def decode(cls, reader: Reader) -> NetworkUpdate:
        options, extended_pan_id, update_id = reader.u8(), reader.u64(), reader.u8()
        if options >> 5:
            raise RemoteProtocolError(DropReason.UNSUPPORTED, f"network update {options >> 5}")
        if options != 1:
            raise reader.fail(f"{options} new PAN IDs")
        return cls(extended_pan_id, update_id, reader.u16())


class EndDeviceTimeoutRequest(Message):
    """3.4.11"""

    ID: ClassVar[int] = 0x0B
    timeout: int
    """Index: 0 is 10 s, n is 2^n minutes up to 14."""
    configuration: int = 0

    def encode(self) -> bytes:
        return bytes((self.ID,)) + le(self.timeout, 1) + le(self.configuration, 1)

    @classmethod
    def decode(cls, reader: Reader) -> EndDeviceTimeoutRequest:
        return cls(reader.u8(), reader.u8())


class EndDeviceTimeoutResponse(Message):
    """3.4.12"""

    ID: ClassVar[int] = 0x0C
    status: int
    parent_information: int
    """Bit 0: polls keep the child alive; bit 1: timeout requests do."""

    def encode(self) -> bytes:
        return bytes((self.ID,)) + le(self.status, 1) + le(self.parent_information, 1)

    @classmethod
    def decode(cls, reader: Reader) -> EndDeviceTimeoutResponse:
        return cls(reader.u8(), reader.u8())


_READERS: dict[int, Callable[[Reader], NwkCommand]] = {
    command.ID: command.decode
    for command in (
        RouteRequest,
        RouteReply,
        NetworkStatus,
        Leave,
        RouteRecord,
        RejoinRequest,
        RejoinResponse,
        LinkStatus,
        NetworkReport,
        NetworkUpdate,
        EndDeviceTimeoutRequest,
        EndDeviceTimeoutResponse,
    )
}


def decode(payload: bytes) -> NwkCommand:
    """Read a command frame's payload. Raises MALFORMED_NWK, or UNSUPPORTED for other commands."""
    reader = Reader(payload, DropReason.MALFORMED_NWK)
    identifier = reader.u8()
    read = _READERS.get(identifier)
    if read is None:
        raise RemoteProtocolError(DropReason.UNSUPPORTED, f"NWK command {identifier:#04x}")
    command = read(reader)
    reader.end()
    return command
