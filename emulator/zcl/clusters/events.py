"""Events, 0x0709 (SE 1.4a, annex D.11): what happened to a meter, as it happens and from its logs.

Which events there are, and what is done with each, is the business of Device Management: an event's identifier is
that of its attribute there (`event_ids`). SE 1.2 put the log's identifier before each event; devices of the time
before leave it out, and `CLUSTER_SE_1_1` reads and builds what they do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Annotated, NamedTuple

from hanbench.emulator.layout import Bits, RecordType
from hanbench.emulator.zcl.cluster import Attribute, Cluster, Command, Field, Repeated, Rest, when
from hanbench.emulator.zcl.types import BITMAP8, ENUM8, OCTET_STRING, UINT8, UINT16, UTC_TIME

ANY_EVENT = 0x0000
"""EventID in GetEventLog that asks for all of them."""


class LogId(IntEnum):
    """A log of events (table D-186)."""

    ALL = 0
    TAMPER = 1
    FAULT = 2
    GENERAL = 3
    SECURITY = 4
    NETWORK = 5


class EventControl(IntFlag):
    """What GetEventLog asks for beside events and their times (table D-187)."""

    FULL_INFORMATION = 0x1


class EventAction(IntFlag):
    """Event control of PublishEvent: who shall hear of it (table D-189)."""

    REPORT_TO_HAN = 0x01
    REPORT_TO_WAN = 0x02


class PayloadFlag(IntFlag):
    """Low half of the log payload control (table D-190)."""

    CROSSES_FRAME_BOUNDARY = 0x1


class ClearedLogs(IntFlag):
    """Answer of ClearEventLogResponse (table D-191)."""

    ALL = 0x01
    TAMPER = 0x02
    FAULT = 0x04
    GENERAL = 0x08
    SECURITY = 0x10
    NETWORK = 0x20


class WantedLog(NamedTuple):
    """First octet of GetEventLog."""

    log_id: int
    event_control: int


class LogPayloadControl(NamedTuple):
    """What the log payload of PublishEventLog is."""

    flags: int
    number_of_events: int
    """At most 15; GBCS sends up to 100 in one command, so that events are read to the end of the payload."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One event of a log; the data is empty unless full information was asked for."""

    log_id: Annotated[int, ENUM8]
    event_id: Annotated[int, UINT16]
    event_time: Annotated[int, UTC_TIME]
    event_data: Annotated[bytes | None, OCTET_STRING]


@dataclass(frozen=True, slots=True)
class EarlyLoggedEvent:
    """One event of a log before SE 1.2, which has to be known from the request."""

    event_id: Annotated[int, UINT16]
    event_time: Annotated[int, UTC_TIME]
    event_data: Annotated[bytes | None, OCTET_STRING]


_EVENT = (
    Field("event_id", UINT16),
    Field("event_time", UTC_TIME),
    Field("event_control", BITMAP8),
    Field("event_data", OCTET_STRING),
)


def _server_to_client(event: tuple[Field, ...], logged: type[LoggedEvent | EarlyLoggedEvent]) -> tuple[Command, ...]:
    """The server's commands, with this form of an event and of a logged one."""
    log = (
        Field("total_number_of_matching_events", UINT16),
        Field("command_index", UINT8),
        Field("total_commands", UINT8),
        Field("log_payload_control", Bits(LogPayloadControl, 4, 4)),
        Field("events", when(lambda values: not _cut(values["log_payload_control"]), Repeated(RecordType(logged)))),
        # Where one begins is known only together with the commands before: part of an event is octets.
        Field("part_of_log", when(lambda values: _cut(values["log_payload_control"]), Rest())),
    )
    return (
        Command(0x00, "PublishEvent", event),
        Command(0x01, "PublishEventLog", log),
        Command(0x02, "ClearEventLogResponse", (Field("cleared_event_logs", BITMAP8),)),
    )


def _cut(control: LogPayloadControl) -> bool:
    return bool(control[0] & PayloadFlag.CROSSES_FRAME_BOUNDARY)


_ID, _NAME = 0x0709, "Events"
_ATTRIBUTES = (Attribute(0xFFFD, "ClusterRevision", UINT16),)
_CLIENT_TO_SERVER = (
    Command(
        0x00,
        "GetEventLog",
        (
            Field("wanted_log", Bits(WantedLog, 4, 4)),
            Field("event_id", UINT16),
            Field("start_time", UTC_TIME),
            Field("end_time", UTC_TIME),
            Field("number_of_events", UINT8),
            Field("event_offset", UINT16),
        ),
        response="PublishEventLog",
    ),
    Command(0x01, "ClearEventLogRequest", (Field("log_id", ENUM8),), response="ClearEventLogResponse"),
)

CLUSTER = Cluster(
    _ID,
    _NAME,
    _ATTRIBUTES,
    _CLIENT_TO_SERVER,
    _server_to_client((Field("log_id", ENUM8), *_EVENT), LoggedEvent),
)
CLUSTER_SE_1_1 = Cluster(_ID, _NAME, _ATTRIBUTES, _CLIENT_TO_SERVER, _server_to_client(_EVENT, EarlyLoggedEvent))
"""As before SE 1.2: no log identifier with an event."""
