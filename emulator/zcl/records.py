"""The records of general commands, one an attribute (ZCL r8, 2.5).

A status in a received record stays an int: a peer may send one that `Status` does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.layout import U8, U16, Choice, FieldType, RecordType, Repeated, when
from hanbench.emulator.message import Message
from hanbench.emulator.octets import Reader
from hanbench.emulator.zcl import types
from hanbench.emulator.zcl.status import Status

SENDS, EXPECTS = 0, 1
"""Direction in reporting configurations: the receiver shall send reports, or expect them."""


class Typed:
    """A data type and a value of that type."""

    def encode(self, value: Any) -> bytes:
        type_id, inner = value
        return U8.encode(type_id) + types.type_of(type_id).encode_attribute(inner)

    def decode(self, reader: Reader) -> types.TypedValue:
        type_id = reader.u8()
        return types.TypedValue(type_id, types.type_of(type_id).decode_attribute(reader))


class SelectorKind:
    """Indexes into a structured attribute (ZCL r8, 2.5.15.1.2): number and action in one octet, then the indexes."""

    def encode(self, value: Any) -> bytes:
        action, indexes = value
        return U8.encode(action << 4 | len(indexes)) + b"".join(map(U16.encode, indexes))

    def decode(self, reader: Reader) -> tuple[int, tuple[int, ...]]:
        indicator = reader.u8()
        return indicator >> 4, tuple([reader.u16() for _ in range(indicator & 0x0F)])


class Failures:
    """Records of failures; without a failure, one octet SUCCESS."""

    def __init__(self, record: type[Any]) -> None:
        self.records = Repeated(RecordType(record))

    def encode(self, value: Any) -> bytes:
        return self.records.encode(value) if value else b"\x00"

    def decode(self, reader: Reader) -> tuple[Any, ...]:
        if reader.remaining == 1 and reader.u8() == Status.SUCCESS:
            return ()
        failures = self.records.decode(reader)
        if not failures:
            raise RemoteProtocolError(DropReason.MALFORMED_ZCL, "response without a status")
        return failures


def _succeeded(values: Mapping[str, Any]) -> bool:
    return bool(values["status"] == Status.SUCCESS)


def _reports(values: Mapping[str, Any]) -> bool:
    return values.get("status", 0) == Status.SUCCESS and bool(values["direction"] == SENDS)


def _expects(values: Mapping[str, Any]) -> bool:
    return values.get("status", 0) == Status.SUCCESS and bool(values["direction"] == EXPECTS)


def _change(values: Mapping[str, Any]) -> FieldType | None:
    """The reportable change has the type of the attribute; only analog types have one."""
    if not _reports(values):
        return None
    found = types.type_of(values["type_id"])
    return found if found.analog else None


AttributeId = Annotated[int, U16]
Octet = Annotated[int, U8]
Flag = Annotated[bool, types.BOOLEAN]


class ReadRecord(Message):
    """One attribute in a Read Attributes Response."""

    attribute: AttributeId
    status: Octet
    data: Annotated[types.TypedValue | None, when(_succeeded, Typed())] = None


class AttributeRecord(Message):
    """One attribute in a write or in a report."""

    attribute: AttributeId
    data: Annotated[types.TypedValue, Typed()]


class WriteFailure(Message):
    """One attribute that was not written."""

    status: Octet
    attribute: AttributeId


class ReportingConfiguration(Message):
    """How one attribute is reported, or the time within which reports of it are expected, in seconds."""

    direction: Octet
    attribute: AttributeId
    type_id: Annotated[int | None, when(_reports, U8)] = None
    minimum: Annotated[int | None, when(_reports, U16)] = None
    maximum: Annotated[int | None, when(_reports, U16)] = None
    change: Annotated[Any, Choice(_change)] = None
    timeout: Annotated[int | None, when(_expects, U16)] = None


class ReportingFailure(Message):
    """One attribute whose reporting was not configured."""

    status: Octet
    direction: Octet
    attribute: AttributeId


class ReportingQuery(Message):
    """One attribute whose reporting configuration is asked for."""

    direction: Octet
    attribute: AttributeId


class ReportingStatus(Message):
    """One attribute's reporting configuration, if the status is SUCCESS."""

    status: Octet
    direction: Octet
    attribute: AttributeId
    type_id: Annotated[int | None, when(_reports, U8)] = None
    minimum: Annotated[int | None, when(_reports, U16)] = None
    maximum: Annotated[int | None, when(_reports, U16)] = None
    change: Annotated[Any, Choice(_change)] = None
    timeout: Annotated[int | None, when(_expects, U16)] = None


class AttributeInformation(Message):
    """One attribute that a device has."""

    attribute: AttributeId
    type_id: Octet


class ExtendedInformation(Message):
    """One attribute that a device has, with the access to it (bits of `Access`)."""

    attribute: AttributeId
    type_id: Octet
    access: Octet


Selector = Annotated[tuple[int, tuple[int, ...]], SelectorKind()]


class StructuredRead(Message):
    """One element of a structured attribute: no index means the whole of it."""

    attribute: AttributeId
    selector: Selector = (0, ())


class StructuredWrite(Message):
    """One element to set (action 0), to add to a set or bag (1) or to take out of it (2)."""

    attribute: AttributeId
    selector: Selector
    data: Annotated[types.TypedValue, Typed()]


class StructuredFailure(Message):
    """One element that was not written."""

    status: Octet
    attribute: AttributeId
    selector: Selector
