"""The general commands of the Zigbee Cluster Library (ZCL r8, 2.5), as tables of fields.

Each class is one command: its fields in the order of the air, annotated with the kind they have there.
`build(message)` and `parse(command, payload)` are the codec, derived from the annotations once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from hanbench.emulator.errors import Drop, RemoteProtocolError
from hanbench.emulator.layout import U8, U16, Record, Repeated
from hanbench.emulator.octets import Reader
from hanbench.emulator.zcl import types
from hanbench.emulator.zcl.records import (
    AttributeId,
    AttributeInformation,
    AttributeRecord,
    ExtendedInformation,
    Failures,
    Octet,
    ReadRecord,
    ReportingConfiguration,
    ReportingFailure,
    ReportingQuery,
    ReportingStatus,
    StructuredFailure,
    StructuredRead,
    StructuredWrite,
    WriteFailure,
)

Flag = Annotated[bool, types.BOOLEAN]


class Message:
    """A general command."""

    __slots__ = ()
    COMMAND: ClassVar[int]


@dataclass(frozen=True, slots=True)
class ReadAttributes(Message):
    COMMAND = 0x00
    attributes: Annotated[tuple[int, ...], Repeated(U16)]


@dataclass(frozen=True, slots=True)
class ReadAttributesResponse(Message):
    COMMAND = 0x01
    records: Annotated[tuple[ReadRecord, ...], Repeated(Record(ReadRecord))]


@dataclass(frozen=True, slots=True)
class WriteAttributes(Message):
    COMMAND = 0x02
    records: Annotated[tuple[AttributeRecord, ...], Repeated(Record(AttributeRecord))]


@dataclass(frozen=True, slots=True)
class WriteAttributesUndivided(Message):
    COMMAND = 0x03
    records: Annotated[tuple[AttributeRecord, ...], Repeated(Record(AttributeRecord))]


@dataclass(frozen=True, slots=True)
class WriteAttributesResponse(Message):
    COMMAND = 0x04
    failures: Annotated[tuple[WriteFailure, ...], Failures(WriteFailure)] = ()


@dataclass(frozen=True, slots=True)
class WriteAttributesNoResponse(Message):
    COMMAND = 0x05
    records: Annotated[tuple[AttributeRecord, ...], Repeated(Record(AttributeRecord))]


@dataclass(frozen=True, slots=True)
class ConfigureReporting(Message):
    COMMAND = 0x06
    records: Annotated[tuple[ReportingConfiguration, ...], Repeated(Record(ReportingConfiguration))]


@dataclass(frozen=True, slots=True)
class ConfigureReportingResponse(Message):
    COMMAND = 0x07
    failures: Annotated[tuple[ReportingFailure, ...], Failures(ReportingFailure)] = ()


@dataclass(frozen=True, slots=True)
class ReadReportingConfiguration(Message):
    COMMAND = 0x08
    records: Annotated[tuple[ReportingQuery, ...], Repeated(Record(ReportingQuery))]


@dataclass(frozen=True, slots=True)
class ReadReportingConfigurationResponse(Message):
    COMMAND = 0x09
    records: Annotated[tuple[ReportingStatus, ...], Repeated(Record(ReportingStatus))]


@dataclass(frozen=True, slots=True)
class ReportAttributes(Message):
    COMMAND = 0x0A
    records: Annotated[tuple[AttributeRecord, ...], Repeated(Record(AttributeRecord))]


@dataclass(frozen=True, slots=True)
class DefaultResponse(Message):
    COMMAND = 0x0B
    command: Octet
    status: Octet


@dataclass(frozen=True, slots=True)
class DiscoverAttributes(Message):
    COMMAND = 0x0C
    start: AttributeId = 0
    maximum: Octet = 0xFF


@dataclass(frozen=True, slots=True)
class DiscoverAttributesResponse(Message):
    COMMAND = 0x0D
    complete: Flag
    attributes: Annotated[tuple[AttributeInformation, ...], Repeated(Record(AttributeInformation))]


@dataclass(frozen=True, slots=True)
class ReadAttributesStructured(Message):
    COMMAND = 0x0E
    records: Annotated[tuple[StructuredRead, ...], Repeated(Record(StructuredRead))]


@dataclass(frozen=True, slots=True)
class WriteAttributesStructured(Message):
    COMMAND = 0x0F
    records: Annotated[tuple[StructuredWrite, ...], Repeated(Record(StructuredWrite))]


@dataclass(frozen=True, slots=True)
class WriteAttributesStructuredResponse(Message):
    COMMAND = 0x10
    failures: Annotated[tuple[StructuredFailure, ...], Failures(StructuredFailure)] = ()


@dataclass(frozen=True, slots=True)
class DiscoverCommandsReceived(Message):
    COMMAND = 0x11
    start: Octet = 0
    maximum: Octet = 0xFF


@dataclass(frozen=True, slots=True)
class DiscoverCommandsReceivedResponse(Message):
    COMMAND = 0x12
    complete: Flag
    commands: Annotated[tuple[int, ...], Repeated(U8)]


@dataclass(frozen=True, slots=True)
class DiscoverCommandsGenerated(Message):
    COMMAND = 0x13
    start: Octet = 0
    maximum: Octet = 0xFF


@dataclass(frozen=True, slots=True)
class DiscoverCommandsGeneratedResponse(Message):
    COMMAND = 0x14
    complete: Flag
    commands: Annotated[tuple[int, ...], Repeated(U8)]


@dataclass(frozen=True, slots=True)
class DiscoverAttributesExtended(Message):
    COMMAND = 0x15
    start: AttributeId = 0
    maximum: Octet = 0xFF


@dataclass(frozen=True, slots=True)
class DiscoverAttributesExtendedResponse(Message):
    COMMAND = 0x16
    complete: Flag
    attributes: Annotated[tuple[ExtendedInformation, ...], Repeated(Record(ExtendedInformation))]


COMMANDS: tuple[type[Message], ...] = (
    ReadAttributes,
    ReadAttributesResponse,
    WriteAttributes,
    WriteAttributesUndivided,
    WriteAttributesResponse,
    WriteAttributesNoResponse,
    ConfigureReporting,
    ConfigureReportingResponse,
    ReadReportingConfiguration,
    ReadReportingConfigurationResponse,
    ReportAttributes,
    DefaultResponse,
    DiscoverAttributes,
    DiscoverAttributesResponse,
    ReadAttributesStructured,
    WriteAttributesStructured,
    WriteAttributesStructuredResponse,
    DiscoverCommandsReceived,
    DiscoverCommandsReceivedResponse,
    DiscoverCommandsGenerated,
    DiscoverCommandsGeneratedResponse,
    DiscoverAttributesExtended,
    DiscoverAttributesExtendedResponse,
)
BY_COMMAND: dict[int, Record] = {message.COMMAND: Record(message) for message in COMMANDS}

RESPONSES = frozenset({0x01, 0x04, 0x07, 0x09, 0x0B, 0x0D, 0x10, 0x12, 0x14, 0x16})
"""Commands that answer another one, and so are answered by nothing."""


def build(message: Message) -> bytes:
    """Payload of a general command. Raises LocalProtocolError."""
    return BY_COMMAND[message.COMMAND].pack(message)


def parse(command: int, payload: bytes) -> Message:
    """The general command in `payload`. Raises RemoteProtocolError."""
    codec = BY_COMMAND.get(command)
    if codec is None:
        raise RemoteProtocolError(Drop.MALFORMED_ZCL, f"general command 0x{command:02x}")
    reader = Reader(payload, Drop.MALFORMED_ZCL)
    message: Message = codec.unpack(reader)
    reader.end()
    return message
