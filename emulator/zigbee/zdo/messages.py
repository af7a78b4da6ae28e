"""The messages of the Zigbee Device Profile (R22, 2.4.3 and 2.4.4), as tables of fields.

Each class is one message: its fields in the order of the air, annotated with their types on the air. A response has
the cluster of its request with the highest bit set. `encode` and `decode` are the codec, derived once.
Many devices end a failed response after its status: the fields behind it are None then.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.layout import U8, U16, U32, U64, Choice, Counted, FieldType, RecordType, Sized, Trailing, when
from hanbench.emulator.message import Message
from hanbench.emulator.octets import Reader
from hanbench.emulator.zigbee.binding import BINDING, Binding
from hanbench.emulator.zigbee.zdo.descriptors import (
    NEIGHBOR,
    NODE,
    POWER,
    SIMPLE,
    Ieee,
    NeighborEntry,
    NodeDescriptor,
    Octet,
    PowerDescriptor,
    Short,
    SimpleDescriptor,
    Word,
)
from hanbench.emulator.zigbee.zdo.status import ZdpStatus

RESPONSE = 0x8000
"""Bit of the cluster of a response."""

SINGLE, EXTENDED = 0, 1
"""Request types of NWK_addr_req and IEEE_addr_req."""

LONGEST_SCAN = 5
"""Mgmt_NWK_Update_req: scan durations up to this one ask for an energy scan."""
CHANGE_CHANNEL, CHANGE_PARAMETERS = 0xFE, 0xFF
"""Mgmt_NWK_Update_req: scan durations that ask for a change instead."""


class ZdpMessage(Message):
    """A device profile message."""

    CLUSTER: ClassVar[int]


def _succeeded(values: Mapping[str, Any]) -> bool:
    return bool(values["status"] == ZdpStatus.SUCCESS)


def _on_success(kind: FieldType) -> Choice:
    """A field of a successful response; a device may leave it out of a failed one."""
    return Choice(lambda values: kind if _succeeded(values) else Trailing(kind))


class _NoneOrSized(Sized):
    """A length and a descriptor; in a failed response even the length may be missing."""

    __slots__ = ()

    def decode(self, reader: Reader) -> Any:
        return super().decode(reader) if reader.remaining else None


def _sized_descriptor(values: Mapping[str, Any]) -> FieldType | Trailing:
    """A failed Simple_Desc_rsp has length 0, unless it ends after its status (R22, 2.4.4.2.5)."""
    if _succeeded(values):
        return Sized(SIMPLE)
    return _NoneOrSized(SIMPLE) if values["short"] is not None else Trailing(Sized(SIMPLE))


class _AssociatedDevices:
    """A number, and if it is not 0 the index of the first address and the addresses (R22, 2.4.4.2.1.1)."""

    def encode(self, value: Any) -> bytes:
        start, addresses = value
        head = U8.encode(len(addresses))
        return head + U8.encode(start) + b"".join(map(U16.encode, addresses)) if addresses else head

    def decode(self, reader: Reader) -> tuple[int, tuple[int, ...]]:
        count = reader.u8()
        return (reader.u8(), tuple([reader.u16() for _ in range(count)])) if count else (0, ())


StatusOctet = Annotated[int, U8]
OctetTuple = tuple[int, ...]
SuccessIeee = Annotated[int | None, _on_success(U64)]
SuccessShort = Annotated[int | None, _on_success(U16)]
SuccessOctet = Annotated[int | None, _on_success(U8)]
Associated = Annotated[tuple[int, tuple[int, ...]] | None, Trailing(_AssociatedDevices())]


# --- addresses ----------------------------------------------------------------------------------------------------


class NwkAddrReq(ZdpMessage):
    CLUSTER = 0x0000
    ieee: Ieee
    request_type: Octet = SINGLE
    start_index: Octet = 0


class NwkAddrRsp(ZdpMessage):
    CLUSTER = 0x8000
    status: StatusOctet
    ieee: SuccessIeee = None
    short: SuccessShort = None
    associated: Associated = None
    """Extended response: index of the first one, and the short addresses of the children."""


class IeeeAddrReq(ZdpMessage):
    CLUSTER = 0x0001
    short: Short
    request_type: Octet = SINGLE
    start_index: Octet = 0


class IeeeAddrRsp(ZdpMessage):
    CLUSTER = 0x8001
    status: StatusOctet
    ieee: SuccessIeee = None
    short: SuccessShort = None
    associated: Associated = None


class DeviceAnnce(ZdpMessage):
    CLUSTER = 0x0013
    short: Short
    ieee: Ieee
    capability: Octet


class ParentAnnce(ZdpMessage):
    CLUSTER = 0x001F
    children: Annotated[tuple[int, ...], Counted(U64)]


class ParentAnnceRsp(ZdpMessage):
    CLUSTER = 0x801F
    status: StatusOctet
    children: Annotated[tuple[int, ...] | None, _on_success(Counted(U64))] = None


# --- descriptors --------------------------------------------------------------------------------------------------


class NodeDescReq(ZdpMessage):
    CLUSTER = 0x0002
    short: Short


class NodeDescRsp(ZdpMessage):
    CLUSTER = 0x8002
    status: StatusOctet
    short: SuccessShort = None
    descriptor: Annotated[NodeDescriptor | None, when(_succeeded, NODE)] = None


class PowerDescReq(ZdpMessage):
    CLUSTER = 0x0003
    short: Short


class PowerDescRsp(ZdpMessage):
    CLUSTER = 0x8003
    status: StatusOctet
    short: SuccessShort = None
    descriptor: Annotated[PowerDescriptor | None, when(_succeeded, POWER)] = None


class SimpleDescReq(ZdpMessage):
    CLUSTER = 0x0004
    short: Short
    endpoint: Octet


class SimpleDescRsp(ZdpMessage):
    CLUSTER = 0x8004
    status: StatusOctet
    short: SuccessShort = None
    descriptor: Annotated[SimpleDescriptor | None, Choice(_sized_descriptor)] = None


class ActiveEpReq(ZdpMessage):
    CLUSTER = 0x0005
    short: Short


class ActiveEpRsp(ZdpMessage):
    CLUSTER = 0x8005
    status: StatusOctet
    short: SuccessShort = None
    endpoints: Annotated[tuple[int, ...] | None, _on_success(Counted(U8))] = None


class MatchDescReq(ZdpMessage):
    CLUSTER = 0x0006
    short: Short
    profile: Word
    inputs: Annotated[tuple[int, ...], Counted(U16)]
    outputs: Annotated[tuple[int, ...], Counted(U16)]


class MatchDescRsp(ZdpMessage):
    CLUSTER = 0x8006
    status: StatusOctet
    short: SuccessShort = None
    endpoints: Annotated[tuple[int, ...] | None, _on_success(Counted(U8))] = None


# --- binding ------------------------------------------------------------------------------------------------------


class BindReq(ZdpMessage):
    CLUSTER = 0x0021
    binding: Annotated[Binding, BINDING]


class BindRsp(ZdpMessage):
    CLUSTER = 0x8021
    status: StatusOctet


class UnbindReq(ZdpMessage):
    CLUSTER = 0x0022
    binding: Annotated[Binding, BINDING]


class UnbindRsp(ZdpMessage):
    CLUSTER = 0x8022
    status: StatusOctet


# --- management ---------------------------------------------------------------------------------------------------


class MgmtLqiReq(ZdpMessage):
    CLUSTER = 0x0031
    start_index: Octet = 0


class MgmtLqiRsp(ZdpMessage):
    CLUSTER = 0x8031
    status: StatusOctet
    total: SuccessOctet = None
    start_index: SuccessOctet = None
    neighbors: Annotated[tuple[NeighborEntry, ...] | None, _on_success(Counted(NEIGHBOR))] = None


class MgmtBindReq(ZdpMessage):
    CLUSTER = 0x0033
    start_index: Octet = 0


class MgmtBindRsp(ZdpMessage):
    CLUSTER = 0x8033
    status: StatusOctet
    total: SuccessOctet = None
    start_index: SuccessOctet = None
    bindings: Annotated[tuple[Binding, ...] | None, _on_success(Counted(BINDING))] = None


class MgmtLeaveReq(ZdpMessage):
    CLUSTER = 0x0034
    ieee: Ieee
    """The device that leaves; 0 is the receiver."""
    flags: Octet = 0
    """`REMOVE_CHILDREN`, `REJOIN`."""


REMOVE_CHILDREN, REJOIN = 0x40, 0x80


class MgmtLeaveRsp(ZdpMessage):
    CLUSTER = 0x8034
    status: StatusOctet


class MgmtPermitJoiningReq(ZdpMessage):
    CLUSTER = 0x0036
    duration: Octet
    """Seconds; 0 ends it."""
    tc_significance: Octet = 1


class MgmtPermitJoiningRsp(ZdpMessage):
    CLUSTER = 0x8036
    status: StatusOctet


def _scans(values: Mapping[str, Any]) -> bool:
    return bool(values["duration"] <= LONGEST_SCAN)


def _changes(values: Mapping[str, Any]) -> bool:
    return values["duration"] in (CHANGE_CHANNEL, CHANGE_PARAMETERS)


def _names_manager(values: Mapping[str, Any]) -> bool:
    return bool(values["duration"] == CHANGE_PARAMETERS)


class MgmtNwkUpdateReq(ZdpMessage):
    CLUSTER = 0x0038
    channels: Annotated[int, U32]
    """One bit a channel, 11 to 26."""
    duration: Octet
    """Up to 5: scan each channel for 15.36 ms x (2^n + 1); or `CHANGE_CHANNEL`, `CHANGE_PARAMETERS`."""
    count: Annotated[int | None, when(_scans, U8)] = None
    """Scans, each answered by a notify."""
    update_id: Annotated[int | None, when(_changes, U8)] = None
    manager: Annotated[int | None, when(_names_manager, U16)] = None
    """Short address of the network manager."""


class MgmtNwkUpdateNotify(ZdpMessage):
    CLUSTER = 0x8038
    status: StatusOctet
    channels: Annotated[int | None, _on_success(U32)] = None
    transmissions: SuccessShort = None
    failures: SuccessShort = None
    energies: Annotated[tuple[int, ...] | None, _on_success(Counted(U8))] = None
    """One a scanned channel, 0 to 255."""


MESSAGES: tuple[type[ZdpMessage], ...] = (
    NwkAddrReq,
    NwkAddrRsp,
    IeeeAddrReq,
    IeeeAddrRsp,
    NodeDescReq,
    NodeDescRsp,
    PowerDescReq,
    PowerDescRsp,
    SimpleDescReq,
    SimpleDescRsp,
    ActiveEpReq,
    ActiveEpRsp,
    MatchDescReq,
    MatchDescRsp,
    DeviceAnnce,
    ParentAnnce,
    ParentAnnceRsp,
    BindReq,
    BindRsp,
    UnbindReq,
    UnbindRsp,
    MgmtLqiReq,
    MgmtLqiRsp,
    MgmtBindReq,
    MgmtBindRsp,
    MgmtLeaveReq,
    MgmtLeaveRsp,
    MgmtPermitJoiningReq,
    MgmtPermitJoiningRsp,
    MgmtNwkUpdateReq,
    MgmtNwkUpdateNotify,
)
BY_CLUSTER: dict[int, RecordType] = {message.CLUSTER: RecordType(message) for message in MESSAGES}


def encode(tsn: int, message: ZdpMessage) -> bytes:
    """Payload of a message. Raises LocalProtocolError."""
    return U8.encode(tsn) + BY_CLUSTER[message.CLUSTER].encode(message)


def decode(cluster: int, payload: bytes) -> tuple[int, ZdpMessage]:
    """Transaction sequence number and message. Octets after the last field are ignored, as a later revision's.

    Raises RemoteProtocolError: MALFORMED_ZDP, or UNSUPPORTED for a cluster that is not here.
    """
    codec = BY_CLUSTER.get(cluster)
    if codec is None:
        raise RemoteProtocolError(DropReason.UNSUPPORTED, f"device profile cluster 0x{cluster:04x}")
    reader = Reader(payload, DropReason.MALFORMED_ZDP)
    tsn = reader.u8()
    message: ZdpMessage = codec.decode(reader)
    return tsn, message
