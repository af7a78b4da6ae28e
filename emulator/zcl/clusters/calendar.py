"""Calendar, 0x0707 (SE 1.4a, annex D.9): which price tier holds when - days, weeks, seasons, special days."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

from hanbench.emulator.layout import RecordType
from hanbench.emulator.zcl.cluster import READ, WRITE, Attribute, Cluster, Command, Field, Repeated
from hanbench.emulator.zcl.codecs import Date
from hanbench.emulator.zcl.types import DATE, ENUM8, OCTET_STRING, UINT8, UINT16, UINT32, UTC_TIME

SWITCHES = 8
"""Auxiliary load switches that can have a label."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class CalendarType(IntEnum):
    """What a calendar is for; it says what an entry of its days means."""

    DELIVERED = 0
    RECEIVED = 1
    DELIVERED_AND_RECEIVED = 2
    FRIENDLY_CREDIT = 3
    AUXILIARY_LOAD_SWITCH = 4


class TimeReference(IntEnum):
    """Whose clock a calendar goes by."""

    UTC = 0
    STANDARD = 1
    LOCAL = 2


@dataclass(frozen=True, slots=True)
class ScheduleEntry:
    """From `start` on, minutes after midnight: a price tier, friendly credit on or off, or the switches' states."""

    start: Annotated[int, UINT16]
    value: Annotated[int, UINT8]


@dataclass(frozen=True, slots=True)
class SeasonEntry:
    """From a date on, a week profile."""

    start: Annotated[Date, DATE]
    week_id_ref: Annotated[int, UINT8]


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A date with a day profile of its own."""

    date: Annotated[Date, DATE]
    day_id_ref: Annotated[int, UINT8]


_PROVIDER, _EVENT, _CALENDAR = (
    Field("provider_id", UINT32),
    Field("issuer_event_id", UINT32),
    Field("issuer_calendar_id", UINT32),
)
_START, _TYPE = Field("start_time", UTC_TIME), Field("calendar_type", ENUM8)
_INDEX = (Field("command_index", UINT8), Field("total_number_of_commands", UINT8))

CLUSTER = Cluster(
    0x0707,
    "Calendar",
    attributes=(
        *(Attribute(n - 1, f"AuxSwitch{n}Label", OCTET_STRING, READ | WRITE) for n in range(1, SWITCHES + 1)),
        Attribute(0xFFFD, "ClusterRevision", UINT16),
    ),
    client_to_server=(
        Command(
            0x00,
            "GetCalendar",
            (
                Field("earliest_start_time", UTC_TIME),
                Field("min_issuer_event_id", UINT32),
                Field("number_of_calendars", UINT8),
                _TYPE,
                _PROVIDER,
            ),
            response="PublishCalendar",
        ),
        Command(
            0x01,
            "GetDayProfiles",
            (_PROVIDER, _CALENDAR, Field("start_day_id", UINT8), Field("number_of_days", UINT8)),
            response="PublishDayProfile",
        ),
        Command(
            0x02,
            "GetWeekProfiles",
            (_PROVIDER, _CALENDAR, Field("start_week_id", UINT8), Field("number_of_weeks", UINT8)),
            response="PublishWeekProfile",
        ),
        Command(0x03, "GetSeasons", (_PROVIDER, _CALENDAR), response="PublishSeasons"),
        Command(
            0x04,
            "GetSpecialDays",
            (_START, Field("number_of_events", UINT8), _TYPE, _PROVIDER, _CALENDAR),
            response="PublishSpecialDays",
        ),
        Command(0x05, "GetCalendarCancellation", response="CancelCalendar"),
    ),
    server_to_client=(
        Command(
            0x00,
            "PublishCalendar",
            (
                _PROVIDER,
                _EVENT,
                _CALENDAR,
                _START,
                _TYPE,
                Field("calendar_time_reference", ENUM8),
                Field("calendar_name", OCTET_STRING),
                Field("number_of_seasons", UINT8),
                Field("number_of_week_profiles", UINT8),
                Field("number_of_day_profiles", UINT8),
            ),
        ),
        Command(
            0x01,
            "PublishDayProfile",
            (
                _PROVIDER,
                _EVENT,
                _CALENDAR,
                Field("day_id", UINT8),
                Field("total_number_of_schedule_entries", UINT8),
                *_INDEX,
                _TYPE,
                Field("schedule_entries", Repeated(RecordType(ScheduleEntry))),
            ),
        ),
        Command(
            0x02,
            "PublishWeekProfile",
            (
                _PROVIDER,
                _EVENT,
                _CALENDAR,
                Field("week_id", UINT8),
                *(Field(f"day_id_ref_{day}", UINT8) for day in WEEKDAYS),
            ),
        ),
        Command(
            0x03,
            "PublishSeasons",
            (_PROVIDER, _EVENT, _CALENDAR, *_INDEX, Field("seasons", Repeated(RecordType(SeasonEntry)))),
        ),
        Command(
            0x04,
            "PublishSpecialDays",
            (
                _PROVIDER,
                _EVENT,
                _CALENDAR,
                _START,
                _TYPE,
                Field("total_number_of_special_days", UINT8),
                *_INDEX,
                Field("special_days", Repeated(RecordType(SpecialDay))),
            ),
        ),
        Command(0x05, "CancelCalendar", (_PROVIDER, _CALENDAR, _TYPE)),
    ),
)
