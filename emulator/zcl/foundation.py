"""The general commands of the Zigbee Cluster Library (ZCL r8, 2.5), as tables of fields.

Each class is one command: its fields in the order of the air, annotated with their field types.
`encode(message)` and `decode(command, payload)` are the codec, derived from the annotations once.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.layout import U8, U16, RecordType, Repeated
from hanbench.emulator.message import Message
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


class GeneralCommand(Message):
    """A general command."""

    COMMAND: ClassVar[int]


class ReadAttributes(GeneralCommand):
    COMMAND = 0x00
    attributes: Annotated[tuple[int, ...], Repeated(U16)]


class ReadAttributesResponse(GeneralCommand):
    COMMAND = 0x01
    records: Annotated[tuple[ReadRecord, ...], Repeated(RecordType(ReadRecord))]


class WriteAttributes(GeneralCommand):
    COMMAND = 0x02
    records: Annotated[tuple[AttributeRecord, ...], Repeated(RecordType(AttributeRecord))]


class WriteAttributesUndivided(GeneralCommand):
    COMMAND = 0x03
    records: Annotated[tuple[AttributeRecord, ...], Repeated(RecordType(AttributeRecord))]


class WriteAttributesResponse(GeneralCommand):
    COMMAND = 0x04
    failures: Annotated[tuple[WriteFailure, ...], Failures(WriteFailure)] = ()


class WriteAttributesNoResponse(GeneralCommand):
    COMMAND = 0x05
    records: Annotated[tuple[AttributeRecord, ...], Repeated(RecordType(AttributeRecord))]


class ConfigureReporting(GeneralCommand):
    COMMAND = 0x06
    records: Annotated[tuple[ReportingConfiguration, ...], Repeated(RecordType(ReportingConfiguration))]


class ConfigureReportingResponse(GeneralCommand):
    COMMAND = 0x07
    failures: Annotated[tuple[ReportingFailure, ...], Failures(ReportingFailure)] = ()


class ReadReportingConfiguration(GeneralCommand):
    COMMAND = 0x08
    records: Annotated[tuple[ReportingQuery, ...], Repeated(RecordType(ReportingQuery))]


class ReadReportingConfigurationResponse(GeneralCommand):
    COMMAND = 0x09
    records: Annotated[tuple[ReportingStatus, ...], Repeated(RecordType(ReportingStatus))]


class ReportAttributes(GeneralCommand):
    COMMAND = 0x0A
    records: Annotated[tuple[AttributeRecord, ...], Repeated(RecordType(AttributeRecord))]


class DefaultResponse(GeneralCommand):
    COMMAND = 0x0B
    command: Octet
    status: Octet


class DiscoverAttributes(GeneralCommand):
    COMMAND = 0x0C
    start: AttributeId = 0
    maximum: Octet = 0xFF


class DiscoverAttributesResponse(GeneralCommand):
    COMMAND = 0x0D
    complete: Flag
    attributes: Annotated[tuple[AttributeInformation, ...], Repeated(RecordType(AttributeInformation))]


class ReadAttributesStructured(GeneralCommand):
    COMMAND = 0x0E
    records: Annotated[tuple[StructuredRead, ...], Repeated(RecordType(StructuredRead))]


class WriteAttributesStructured(GeneralCommand):
    COMMAND = 0x0F
    records: Annotated[tuple[StructuredWrite, ...], Repeated(RecordType(StructuredWrite))]


class WriteAttributesStructuredResponse(GeneralCommand):
    COMMAND = 0x10
    failures: Annotated[tuple[StructuredFailure, ...], Failures(StructuredFailure)] = ()


class DiscoverCommandsReceived(GeneralCommand):
    COMMAND = 0x11
    start: Octet = 0
    maximum: Octet = 0xFF


class DiscoverCommandsReceivedResponse(GeneralCommand):
    COMMAND = 0x12
    complete: Flag
    commands: Annotated[tuple[int, ...], Repeated(U8)]


class DiscoverCommandsGenerated(GeneralCommand):
    COMMAND = 0x13
    start: Octet = 0
    maximum: Octet = 0xFF


class DiscoverCommandsGeneratedResponse(GeneralCommand):
    COMMAND = 0x14
    complete: Flag
    commands: Annotated[tuple[int, ...], Repeated(U8)]


class DiscoverAttributesExtended(GeneralCommand):
    COMMAND = 0x15
    start: AttributeId = 0
    maximum: Octet = 0xFF


class DiscoverAttributesExtendedResponse(GeneralCommand):
    COMMAND = 0x16
    complete: Flag
    attributes: Annotated[tuple[ExtendedInformation, ...], Repeated(RecordType(ExtendedInformation))]


COMMANDS: tuple[type[GeneralCommand], ...] = (
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
BY_COMMAND: dict[int, RecordType] = {message.COMMAND: RecordType(message) for message in COMMANDS}

RESPONSES = frozenset({0x01, 0x04, 0x07, 0x09, 0x0B, 0x0D, 0x10, 0x12, 0x14, 0x16})
"""Commands that answer another one, and are not answered themselves."""


def encode(message: GeneralCommand) -> bytes:
    """Payload of a general command. Raises LocalProtocolError."""
    return BY_COMMAND[message.COMMAND].encode(message)


def decode(command: int, payload: bytes) -> GeneralCommand:
    """The general command in `payload`. Raises RemoteProtocolError."""
    codec = BY_COMMAND.get(command)
    if codec is None:
        raise RemoteProtocolError(DropReason.MALFORMED_ZCL, f"general command 0x{command:02x}")
    reader = Reader(payload, DropReason.MALFORMED_ZCL)
    message: GeneralCommand = codec.decode(reader)
    reader.end()
    return message
