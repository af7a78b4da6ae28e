"""Calendar, 0x0707 (SE 1.4a, annex D.9): when each price tier holds: days, weeks, seasons, special days."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

from hanbench.emulator.layout import RecordType, Repeated
from hanbench.emulator.zcl.cluster import READ, WRITE, Attribute, AttributeSet, Cluster, ClusterCommand, Command
from hanbench.emulator.zcl.codecs import Date
from hanbench.emulator.zcl.fields import Enum8, Octstr, Uint8, Uint16, Uint32, UtcTime
from hanbench.emulator.zcl.types import DATE, OCTET_STRING, UINT16

SWITCHES = 8
"""Auxiliary load switches that can have a label."""


class CalendarType(IntEnum):
    """Use of a calendar; it gives an entry of its days its meaning."""

    DELIVERED = 0
    RECEIVED = 1
    DELIVERED_AND_RECEIVED = 2
    FRIENDLY_CREDIT = 3
    AUXILIARY_LOAD_SWITCH = 4


class TimeReference(IntEnum):
    """Clock of a calendar."""

    UTC = 0
    STANDARD = 1
    LOCAL = 2


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """From `start` on, minutes after midnight: a price tier, friendly credit on or off, or the switches' states."""

    start: Uint16
    value: Uint8


@dataclass(frozen=True, slots=True)
class SeasonEntry:
    """From a date on, a week profile."""

    start: Annotated[Date | None, DATE]
    week_id_ref: Uint8


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A date with a day profile of its own."""

    date: Annotated[Date | None, DATE]
    day_id_ref: Uint8


class CalendarAttributes(AttributeSet):
    """Attributes of the server."""

    AuxSwitchLabels = tuple(
        Attribute(n - 1, OCTET_STRING, READ | WRITE, name=f"AuxSwitch{n}Label") for n in range(1, SWITCHES + 1)
    )
    ClusterRevision = Attribute(0xFFFD, UINT16)


# --- client to server ---------------------------------------------------------------------------------------------


class GetCalendar(ClusterCommand):
    """Ask for calendars."""

    earliest_start_time: UtcTime
    min_issuer_event_id: Uint32
    number_of_calendars: Uint8
    calendar_type: Enum8
    provider_id: Uint32


class GetDayProfiles(ClusterCommand):
    """Ask for day profiles of a calendar."""

    provider_id: Uint32
    issuer_calendar_id: Uint32
    start_day_id: Uint8
    number_of_days: Uint8


class GetWeekProfiles(ClusterCommand):
    """Ask for week profiles of a calendar."""

    provider_id: Uint32
    issuer_calendar_id: Uint32
    start_week_id: Uint8
    number_of_weeks: Uint8


class GetSeasons(ClusterCommand):
    """Ask for the seasons of a calendar."""

    provider_id: Uint32
    issuer_calendar_id: Uint32


class GetSpecialDays(ClusterCommand):
    """Ask for special days."""

    start_time: UtcTime
    number_of_events: Uint8
    calendar_type: Enum8
    provider_id: Uint32
    issuer_calendar_id: Uint32


class GetCalendarCancellation(ClusterCommand):
    """Ask for the last cancelled calendar."""


# --- server to client ---------------------------------------------------------------------------------------------


class PublishCalendar(ClusterCommand):
    """A calendar; its days, weeks and seasons follow in commands of their own."""

    provider_id: Uint32
    issuer_event_id: Uint32
    issuer_calendar_id: Uint32
    start_time: UtcTime
    calendar_type: Enum8
    calendar_time_reference: Enum8
    calendar_name: Octstr
    number_of_seasons: Uint8
    number_of_week_profiles: Uint8
    number_of_day_profiles: Uint8


class PublishDayProfile(ClusterCommand):
    """A day profile: entries, each from a minute on."""

    provider_id: Uint32
    issuer_event_id: Uint32
    issuer_calendar_id: Uint32
    day_id: Uint8
    total_number_of_schedule_entries: Uint8
    command_index: Uint8
    total_number_of_commands: Uint8
    calendar_type: Enum8
    schedule_entries: Annotated[tuple[ScheduleEntry, ...], Repeated(RecordType(ScheduleEntry))]


class PublishWeekProfile(ClusterCommand):
    """A week profile: the day profile of each weekday."""

    provider_id: Uint32
    issuer_event_id: Uint32
    issuer_calendar_id: Uint32
    week_id: Uint8
    day_id_ref_monday: Uint8
    day_id_ref_tuesday: Uint8
    day_id_ref_wednesday: Uint8
    day_id_ref_thursday: Uint8
    day_id_ref_friday: Uint8
    day_id_ref_saturday: Uint8
    day_id_ref_sunday: Uint8


class PublishSeasons(ClusterCommand):
    """Seasons: the week profile from each date on."""

    provider_id: Uint32
    issuer_event_id: Uint32
    issuer_calendar_id: Uint32
    command_index: Uint8
    total_number_of_commands: Uint8
    seasons: Annotated[tuple[SeasonEntry, ...], Repeated(RecordType(SeasonEntry))]


class PublishSpecialDays(ClusterCommand):
    """Days with a day profile of their own."""

    provider_id: Uint32
    issuer_event_id: Uint32
    issuer_calendar_id: Uint32
    start_time: UtcTime
    calendar_type: Enum8
    total_number_of_special_days: Uint8
    command_index: Uint8
    total_number_of_commands: Uint8
    special_days: Annotated[tuple[SpecialDay, ...], Repeated(RecordType(SpecialDay))]


class CancelCalendar(ClusterCommand):
    """A calendar is cancelled."""

    provider_id: Uint32
    issuer_calendar_id: Uint32
    calendar_type: Enum8


CLUSTER = Cluster(
    0x0707,
    "Calendar",
    attributes=CalendarAttributes.rows,
    client_to_server=(
        Command(0x00, GetCalendar, response=PublishCalendar),
        Command(0x01, GetDayProfiles, response=PublishDayProfile),
        Command(0x02, GetWeekProfiles, response=PublishWeekProfile),
        Command(0x03, GetSeasons, response=PublishSeasons),
        Command(0x04, GetSpecialDays, response=PublishSpecialDays),
        Command(0x05, GetCalendarCancellation, response=CancelCalendar),
    ),
    server_to_client=(
        Command(0x00, PublishCalendar),
        Command(0x01, PublishDayProfile),
        Command(0x02, PublishWeekProfile),
        Command(0x03, PublishSeasons),
        Command(0x04, PublishSpecialDays),
        Command(0x05, CancelCalendar),
    ),
)
