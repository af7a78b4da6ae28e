"""Calendar: octets written by hand from the layout of SE annex D.9."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.zcl.clusters import CALENDAR
from hanbench.emulator.zcl.clusters.calendar import CalendarType, ScheduleEntry, SeasonEntry, SpecialDay, TimeReference
from hanbench.emulator.zcl.codecs import Date
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER

HEAD = {"provider_id": 1, "issuer_event_id": 2, "issuer_calendar_id": 3}
HEAD_OCTETS = "010000000200000003000000"
CHRISTMAS = Date(122, 12, 25, 7)
WINTER = Date(0xFF, 10, 30, 0xFF)


@pytest.mark.parametrize(
    ("name", "direction", "id", "values", "octets"),
    [
        (
            "GetCalendar",
            TO_SERVER,
            0x00,
            {
                "earliest_start_time": 0,
                "min_issuer_event_id": 0xFFFFFFFE,
                "number_of_calendars": 0,
                "calendar_type": CalendarType.DELIVERED,
                "provider_id": 1,
            },
            "00000000feffffff000001000000",
        ),
        (
            "GetDayProfiles",
            TO_SERVER,
            0x01,
            {"provider_id": 1, "issuer_calendar_id": 3, "start_day_id": 1, "number_of_days": 0},
            "01000000030000000100",
        ),
        ("GetSeasons", TO_SERVER, 0x03, {"provider_id": 1, "issuer_calendar_id": 3}, "0100000003000000"),
        ("GetCalendarCancellation", TO_SERVER, 0x05, {}, ""),
        (
            "PublishCalendar",
            TO_CLIENT,
            0x00,
            HEAD
            | {
                "start_time": 0x2A000000,
                "calendar_type": CalendarType.DELIVERED,
                "calendar_time_reference": TimeReference.LOCAL,
                "calendar_name": b"E7",
                "number_of_seasons": 2,
                "number_of_week_profiles": 1,
                "number_of_day_profiles": 3,
            },
            HEAD_OCTETS + "0000002a0002024537020103",
        ),
        (
            "PublishDayProfile",
            TO_CLIENT,
            0x01,
            HEAD
            | {
                "day_id": 1,
                "total_number_of_schedule_entries": 2,
                "command_index": 0,
                "total_number_of_commands": 1,
                "calendar_type": CalendarType.DELIVERED,
                "schedule_entries": (ScheduleEntry(0, 1), ScheduleEntry(420, 2)),
            },
            HEAD_OCTETS + "0102000100000001a40102",
        ),
        (
            "PublishWeekProfile",
            TO_CLIENT,
            0x02,
            HEAD
            | {"week_id": 1}
            | {
                f"day_id_ref_{day}": n
                for n, day in enumerate(
                    ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), start=1
                )
            },
            HEAD_OCTETS + "0101020304050607",
        ),
        (
            "PublishSeasons",
            TO_CLIENT,
            0x03,
            HEAD | {"command_index": 0, "total_number_of_commands": 1, "seasons": (SeasonEntry(WINTER, 1),)},
            HEAD_OCTETS + "0001ff0a1eff01",
        ),
        (
            "PublishSpecialDays",
            TO_CLIENT,
            0x04,
            HEAD
            | {
                "start_time": 0,
                "calendar_type": CalendarType.FRIENDLY_CREDIT,
                "total_number_of_special_days": 1,
                "command_index": 0,
                "total_number_of_commands": 1,
                "special_days": (SpecialDay(CHRISTMAS, 3),),
            },
            HEAD_OCTETS + "00000000030100017a0c190703",
        ),
        (
            "CancelCalendar",
            TO_CLIENT,
            0x05,
            {"provider_id": 1, "issuer_calendar_id": 3, "calendar_type": 1},
            "010000000300000001",
        ),
    ],
)
def test_a_command_lies_on_the_air_as_smart_energy_says(name, direction, id, values, octets):
    found, row = CALENDAR.command(name)
    assert (found, row.id) == (direction, id)
    assert row.encode(**values).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == values


def test_every_question_names_its_answer():
    published = {row.name for row in CALENDAR.server_to_client}
    assert {row.response for row in CALENDAR.client_to_server} == published


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("PublishDayProfile", HEAD_OCTETS + "01020001000000"),
        ("PublishSeasons", HEAD_OCTETS + "0001ff0a1e"),
        ("PublishWeekProfile", HEAD_OCTETS + "01010203040506"),
        ("GetCalendar", "0000"),
    ],
)
def test_truncated_ones_are_refused(name, octets):
    _, row = CALENDAR.command(name)
    with pytest.raises(RemoteProtocolError):
        row.decode(bytes.fromhex(octets))
