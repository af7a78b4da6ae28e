"""One frame of every general command, of every cluster command and of every attribute that hanbench knows."""

from __future__ import annotations

from collections.abc import Iterator

from judging.han import GSME, HUB, Han, Sample

from emulator.errors import Drop, RemoteProtocolError
from emulator.octets import Reader
from emulator.zcl import foundation, types
from emulator.zcl.cluster import Attribute, Cluster, Command
from emulator.zcl.clusters import CLUSTERS
from emulator.zcl.frame import CLUSTER, GLOBAL, TO_CLIENT, TO_SERVER, ZclFrame
from emulator.zcl.records import (
    AttributeInformation,
    AttributeRecord,
    ExtendedInformation,
    ReadRecord,
    ReportingConfiguration,
    ReportingFailure,
    ReportingQuery,
    ReportingStatus,
    WriteFailure,
)

METERING = 0x0702
_LONGEST = 60
_SUMMATION = types.TypedValue(types.UINT48.id, 123_456_789)
_SERIAL = types.TypedValue(types.OCTET_STRING.id, b"G4P123")
_STATUS = types.TypedValue(types.BITMAP8.id, 2)

GENERAL: tuple[foundation.Message, ...] = (
    foundation.ReadAttributes((0x0000, 0x0300)),
    foundation.ReadAttributesResponse((ReadRecord(0x0000, 0, _SUMMATION), ReadRecord(0x0999, 0x86))),
    foundation.WriteAttributes((AttributeRecord(0x0200, _STATUS),)),
    foundation.WriteAttributesUndivided((AttributeRecord(0x0200, _STATUS),)),
    foundation.WriteAttributesResponse(),
    foundation.WriteAttributesResponse((WriteFailure(0x88, 0x0200),)),
    foundation.WriteAttributesNoResponse((AttributeRecord(0x0200, _STATUS),)),
    foundation.ConfigureReporting((ReportingConfiguration(0, 0x0000, types.UINT48.id, 30, 1800, 1),)),
    foundation.ConfigureReporting((ReportingConfiguration(1, 0x0000, timeout=3600),)),
    foundation.ConfigureReportingResponse(),
    foundation.ConfigureReportingResponse((ReportingFailure(0x8C, 0, 0x0308),)),
    foundation.ReadReportingConfiguration((ReportingQuery(0, 0x0000),)),
    foundation.ReadReportingConfigurationResponse((ReportingStatus(0, 0, 0x0000, types.UINT48.id, 30, 1800, 1),)),
    foundation.ReportAttributes((AttributeRecord(0x0000, _SUMMATION), AttributeRecord(0x0308, _SERIAL))),
    foundation.DefaultResponse(0x01, 0x81),
    foundation.DiscoverAttributes(0x0000, 16),
    foundation.DiscoverAttributesResponse(True, (AttributeInformation(0x0000, types.UINT48.id),)),
    foundation.DiscoverAttributesExtended(0x0000, 16),
    foundation.DiscoverAttributesExtendedResponse(True, (ExtendedInformation(0x0000, types.UINT48.id, 5),)),
    foundation.DiscoverCommandsReceived(),
    foundation.DiscoverCommandsReceivedResponse(True, (0x00, 0x01)),
    foundation.DiscoverCommandsGenerated(),
    foundation.DiscoverCommandsGeneratedResponse(True, (0x00, 0x01)),
)
NEVER_SHORT = {"MirrorReportAttributeResponse"}
"""Commands whose list may be empty by their codec, but not by their meaning: notification scheme 1 has one word."""


def general_samples() -> Iterator[Sample]:
    """Every general command, on Metering."""
    han = Han()
    for message in GENERAL:
        answers = message.COMMAND in foundation.RESPONSES or message.COMMAND == foundation.ReportAttributes.COMMAND
        frame = ZclFrame(GLOBAL, TO_CLIENT if answers else TO_SERVER, han.number() & 0xFF, message.COMMAND)
        octets = frame._replace(payload=foundation.build(message)).build()
        src, dst = (GSME, HUB) if answers else (HUB, GSME)
        yield Sample(f"ZCL {type(message).__name__}", han.message(METERING, octets, src, dst))


def command_samples() -> Iterator[Sample]:
    """Every command of every cluster, both ways: as short as it may be, and with fields left out filled in."""
    han = Han()
    for cluster in CLUSTERS:
        for direction in (TO_SERVER, TO_CLIENT):
            for command in cluster.commands(direction):
                for payload in payloads(command):
                    frame = ZclFrame(CLUSTER, direction, han.number() & 0xFF, command.id, payload, command.manufacturer)
                    src, dst = (HUB, GSME) if direction == TO_SERVER else (GSME, HUB)
                    yield Sample(f"{cluster.name} {command.name}", han.message(cluster.id, frame.build(), src, dst))


def payloads(command: Command) -> set[bytes]:
    """What the command's own codec makes of rows of ones of different length."""
    found = set()
    for length in range(_LONGEST):
        try:
            found.add(command.encode(**command.decode(b"\x01" * length)))
        except RemoteProtocolError:
            continue
    longest = max(found, key=len)
    return {longest} if command.name in NEVER_SHORT else {min(found, key=len), longest}


def attribute_samples(cluster: Cluster) -> Iterator[tuple[Attribute, Sample]]:
    """A report of each attribute of the server side."""
    han = Han()
    for attribute in cluster.attributes:
        octets = attribute.id.to_bytes(2, "little") + bytes((attribute.type.id,)) + value(attribute.type)
        frame = ZclFrame(GLOBAL, TO_CLIENT, han.number() & 0xFF, 0x0A, octets, attribute.manufacturer)
        yield attribute, Sample(f"{cluster.name} {attribute.name}", han.message(cluster.id, frame.build(), GSME, HUB))


def value(kind: types.DataType) -> bytes:
    """Any value of a data type, from its own codec."""
    return kind.encode(kind.decode(Reader(b"\x01" * _LONGEST, Drop.MALFORMED_ZCL)))
