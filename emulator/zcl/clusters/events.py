"""Events, 0x0709 (SE 1.4a, annex D.11): events of a meter, published as they happen and read from its logs.

Device Management configures the treatment of events: an event's identifier is that of its attribute there
(`event_ids`). SE 1.2 put the log's identifier before each event; earlier devices leave it out, and `CLUSTER_SE_1_1` is
their table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Annotated, Any, NamedTuple

from hanbench.emulator.layout import Bits, Choice, RecordType, Repeated, Rest, when
from hanbench.emulator.zcl.cluster import Attribute, AttributeSet, Cluster, ClusterCommand, Command
from hanbench.emulator.zcl.fields import Bitmap8, Enum8, Octstr, Uint8, Uint16, UtcTime
from hanbench.emulator.zcl.types import UINT16

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
    """Requests of GetEventLog beside events and their times (table D-187)."""

    FULL_INFORMATION = 0x1


class EventAction(IntFlag):
    """Event control of PublishEvent: where the event is reported (table D-189)."""

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
    """Log payload control of PublishEventLog."""

    flags: int
    number_of_events: int
    """At most 15; GBCS sends up to 100 in one command, so that events are read to the end of the payload."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One event of a log; the data is empty unless full information was asked for."""

    log_id: Enum8
    event_id: Uint16
    event_time: UtcTime
    event_data: Octstr


@dataclass(frozen=True, slots=True)
class EarlyLoggedEvent:
    """One event of a log before SE 1.2; the request names the log."""

    event_id: Uint16
    event_time: UtcTime
    event_data: Octstr


def _is_cut(values: Mapping[str, Any]) -> bool:
    return bool(values["log_payload_control"][0] & PayloadFlag.CROSSES_FRAME_BOUNDARY)


def _whole(event: type[LoggedEvent | EarlyLoggedEvent]) -> Choice:
    """Events, unless the log is cut: where one begins is then known only together with the commands before."""
    return when(lambda values: not _is_cut(values), Repeated(RecordType(event)))


PayloadControl = Annotated[LogPayloadControl, Bits(LogPayloadControl, 4, 4)]
PartOfLog = Annotated[bytes | None, when(_is_cut, Rest())]
"""Octets of a log that is cut."""


class EventsAttributes(AttributeSet):
    """Attributes of the server."""

    ClusterRevision = Attribute(0xFFFD, UINT16)


# --- client to server -----------------------------------------------------------------------------------------------


class GetEventLog(ClusterCommand):
    """Ask for logged events in a span of time, the newest first."""

    wanted_log: Annotated[WantedLog, Bits(WantedLog, 4, 4)]
    event_id: Uint16
    start_time: UtcTime
    end_time: UtcTime
    number_of_events: Uint8
    event_offset: Uint16


class ClearEventLogRequest(ClusterCommand):
    """Clear a log."""

    log_id: Enum8


# --- server to client -----------------------------------------------------------------------------------------------


class PublishEvent(ClusterCommand):
    """An event, as it happens."""

    log_id: Enum8
    event_id: Uint16
    event_time: UtcTime
    event_control: Bitmap8
    event_data: Octstr


class PublishEventLog(ClusterCommand):
    """Logged events, or a part of them."""

    total_number_of_matching_events: Uint16
    command_index: Uint8
    total_commands: Uint8
    log_payload_control: PayloadControl
    events: Annotated[tuple[LoggedEvent, ...] | None, _whole(LoggedEvent)] = None
    part_of_log: PartOfLog = None


class ClearEventLogResponse(ClusterCommand):
    """The logs that were cleared."""

    cleared_event_logs: Bitmap8


# --- before SE 1.2 ------------------------------------------------------------------------------------------------


class EarlyPublishEvent(ClusterCommand):
    """PublishEvent as it was before SE 1.2."""

    event_id: Uint16
    event_time: UtcTime
    event_control: Bitmap8
    event_data: Octstr


class EarlyPublishEventLog(ClusterCommand):
    """PublishEventLog as it was before SE 1.2."""

    total_number_of_matching_events: Uint16
    command_index: Uint8
    total_commands: Uint8
    log_payload_control: PayloadControl
    events: Annotated[tuple[EarlyLoggedEvent, ...] | None, _whole(EarlyLoggedEvent)] = None
    part_of_log: PartOfLog = None


CLUSTER = Cluster(
    0x0709,
    "Events",
    attributes=EventsAttributes.rows,
    client_to_server=(
        Command(0x00, GetEventLog, response=PublishEventLog),
        Command(0x01, ClearEventLogRequest, response=ClearEventLogResponse),
    ),
    server_to_client=(
        Command(0x00, PublishEvent),
        Command(0x01, PublishEventLog),
        Command(0x02, ClearEventLogResponse),
    ),
)
CLUSTER_SE_1_1 = Cluster(
    0x0709,
    "Events",
    attributes=EventsAttributes.rows,
    client_to_server=(
        Command(0x00, GetEventLog, response=EarlyPublishEventLog),
        Command(0x01, ClearEventLogRequest, response=ClearEventLogResponse),
    ),
    server_to_client=(
        Command(0x00, EarlyPublishEvent, name="PublishEvent"),
        Command(0x01, EarlyPublishEventLog, name="PublishEventLog"),
        Command(0x02, ClearEventLogResponse),
    ),
)
"""As before SE 1.2: no log identifier with an event."""
