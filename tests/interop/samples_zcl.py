"""One frame of every general command, of every cluster command and of every attribute that hanbench knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.layout import Choice
from hanbench.emulator.octets import Reader
from hanbench.emulator.zcl import foundation, types
from hanbench.emulator.zcl.cluster import Attribute, Cluster, ClusterCommand, Command
from hanbench.emulator.zcl.clusters import CLUSTERS
from hanbench.emulator.zcl.clusters.key_establishment import ConfirmKeyDataRequest
from hanbench.emulator.zcl.clusters.messaging import CancelMessage
from hanbench.emulator.zcl.clusters.metering import (
    ConfigureNotificationFlags,
    MirrorReportAttributeResponse,
    ScheduleSnapshot,
)
from hanbench.emulator.zcl.clusters.tunneling import ServerTransferData, TransferData
from hanbench.emulator.zcl.frame import CLUSTER, GLOBAL, TO_CLIENT, TO_SERVER, ZclFrame
from hanbench.emulator.zcl.records import (
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
from tests.interop.han import GSME, HUB, Han, Sample

METERING = 0x0702
_LONGEST = 60
_SELECTORS = (0x00, 0x02, 0x03, 0x97)
"""Octets that, besides 1, decide which fields follow: field controls, payload types, statuses."""
_SUMMATION = types.TypedValue(types.UINT48.id, 123_456_789)
_SERIAL = types.TypedValue(types.OCTET_STRING.id, b"G4P123")
_STATUS = types.TypedValue(types.BITMAP8.id, 2)

GENERAL: tuple[foundation.GeneralCommand, ...] = (
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
NEVER_SHORT = {
    MirrorReportAttributeResponse,
    ScheduleSnapshot,
    ConfigureNotificationFlags,
    ConfirmKeyDataRequest,
    TransferData,
    ServerTransferData,
}
"""Commands that may end early by their codec, but not by their meaning: notification scheme 1 has one word, what
schedules has a schedule, what allocates an allocation, a confirmation has a code, and a transfer has something to
transfer."""


_CERTIFICATE = "03045FDFC8D85FFB8B3993CB72DDCAA55F00B3E87D6D 0000000000000001 5445535453454341 01090006000000000000"
_POINT = "0300E117C86D0E7CD128B2F34E9076CFF24AF46D7288"
AS_SUITE_1 = {
    "identity": bytes.fromhex(_CERTIFICATE),
    "ephemeral_data": bytes.fromhex(_POINT),
    "secure_message_authentication_code": bytes(range(16)),
    "key_establishment_suite": 1,
}
"""Fields of Key Establishment whose length the suite decides: octets to us, and other readers know two suites."""
FIXED: dict[type[ClusterCommand], dict[str, int]] = {CancelMessage: {"message_control": 0}}
"""Fields, by command, that have one value since the standard gave up what they meant: tshark objects to others."""


def general_samples() -> Iterator[Sample]:
    """Every general command, on Metering."""
    han = Han()
    for message in GENERAL:
        answers = message.COMMAND in foundation.RESPONSES or message.COMMAND == foundation.ReportAttributes.COMMAND
        frame = ZclFrame(GLOBAL, TO_CLIENT if answers else TO_SERVER, han.number() & 0xFF, message.COMMAND)
        octets = frame._replace(payload=foundation.encode(message)).encode()
        src, dst = (GSME, HUB) if answers else (HUB, GSME)
        yield Sample(f"ZCL {type(message).__name__}", han.message(METERING, octets, src, dst))


def command_samples() -> Iterator[Sample]:
    """Every command of every cluster, both ways: as short as it may be, and with fields left out filled in."""
    han = Han()
    for cluster in CLUSTERS:
        for direction in (TO_SERVER, TO_CLIENT):
            for command in cluster.commands(direction):
                for payload in payloads(command):
                    yield _command_sample(han, cluster, direction, command, payload)


def message_samples(messages: Iterable[tuple[Cluster, ClusterCommand]]) -> Iterator[Sample]:
    """These commands, each with the cluster's table that it is encoded by."""
    han = Han()
    for cluster, message in messages:
        direction, command = cluster.command(type(message))
        yield _command_sample(han, cluster, direction, command, command.encode(message))


def _command_sample(han: Han, cluster: Cluster, direction: int, command: Command, payload: bytes) -> Sample:
    frame = ZclFrame(CLUSTER, direction, han.number() & 0xFF, command.id, payload, command.manufacturer)
    src, dst = (HUB, GSME) if direction == TO_SERVER else (GSME, HUB)
    return Sample(f"{cluster.name} {command.name}", han.message(cluster.id, frame.encode(), src, dst))


def payloads(command: Command) -> list[bytes]:
    """What the command's own codec makes of rows of ones: the shortest and the longest.

    Where fields depend on others, the shortest and the longest for every set of fields that there may be.
    """
    found: dict[tuple[str, ...], list[bytes]] = {}
    for octets in _rows(command):
        try:
            message = command.decode(octets)
        except RemoteProtocolError:
            continue
        names = [field.name for field in command.fields]
        suite = {name: value for name, value in AS_SUITE_1.items() if name in names}
        message = command.message(**{**message.fields, **suite, **FIXED.get(command.message, {})})
        given = tuple(name for name in names if getattr(message, name) is not None) if _chooses(command) else ()
        found.setdefault(given, []).append(command.encode(message))
    chosen = {max(group, key=len) for group in found.values()}
    if command.message not in NEVER_SHORT:
        chosen |= {min(group, key=len) for group in found.values()}
    return sorted(chosen)


def _rows(command: Command) -> Iterator[bytes]:
    """Ones, in rows of every length; where fields depend on others also with one of the octets changed."""
    for length in range(_LONGEST):
        yield b"\x01" * length
        for place in range(length if _chooses(command) else 0):
            for octet in _SELECTORS:
                yield b"\x01" * place + bytes((octet,)) + b"\x01" * (length - place - 1)


def _chooses(command: Command) -> bool:
    return any(isinstance(field.kind, Choice) for field in command.fields)


def attribute_samples(cluster: Cluster) -> Iterator[tuple[Attribute, Sample]]:
    """A report of each attribute of both sides, the server's first."""
    han = Han()
    sides = ((cluster.attributes, TO_CLIENT, GSME, HUB), (cluster.client_attributes, TO_SERVER, HUB, GSME))
    for attributes, direction, src, dst in sides:
        for attribute in attributes:
            octets = attribute.id.to_bytes(2, "little") + bytes((attribute.type.id,)) + value(attribute.type)
            frame = ZclFrame(GLOBAL, direction, han.number() & 0xFF, 0x0A, octets, attribute.manufacturer)
            message = han.message(cluster.id, frame.encode(), src, dst)
            yield attribute, Sample(f"{cluster.name} {attribute.name}", message)


def value(kind: types.DataType) -> bytes:
    """Any value of a data type, from its own codec."""
    return kind.encode(kind.decode(Reader(b"\x01" * _LONGEST, DropReason.MALFORMED_ZCL)))
