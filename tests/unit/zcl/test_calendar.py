"""Calendar: octets written by hand from the layout of SE annex D.9."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.zcl.clusters import CALENDAR, calendar
from hanbench.emulator.zcl.clusters.calendar import CalendarType, ScheduleEntry, SeasonEntry, SpecialDay, TimeReference
from hanbench.emulator.zcl.codecs import Date
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER

HEAD = {"provider_id": 1, "issuer_event_id": 2, "issuer_calendar_id": 3}
HEAD_OCTETS = "010000000200000003000000"
CHRISTMAS = Date(122, 12, 25, 7)
WINTER = Date(0xFF, 10, 30, 0xFF)


@pytest.mark.parametrize(
    ("message", "direction", "id", "octets"),
    [
        (
            calendar.GetCalendar(
                earliest_start_time=0,
                min_issuer_event_id=0xFFFFFFFE,
                number_of_calendars=0,
                calendar_type=CalendarType.DELIVERED,
                provider_id=1,
            ),
            TO_SERVER,
            0x00,
            "00000000feffffff000001000000",
        ),
        (
            calendar.GetDayProfiles(provider_id=1, issuer_calendar_id=3, start_day_id=1, number_of_days=0),
            TO_SERVER,
            0x01,
            "01000000030000000100",
        ),
        (calendar.GetSeasons(provider_id=1, issuer_calendar_id=3), TO_SERVER, 0x03, "0100000003000000"),
        (calendar.GetCalendarCancellation(), TO_SERVER, 0x05, ""),
        (
            calendar.PublishCalendar(
                **HEAD,
                start_time=0x2A000000,
                calendar_type=CalendarType.DELIVERED,
                calendar_time_reference=TimeReference.LOCAL,
                calendar_name=b"E7",
                number_of_seasons=2,
                number_of_week_profiles=1,
                number_of_day_profiles=3,
            ),
            TO_CLIENT,
            0x00,
            HEAD_OCTETS + "0000002a0002024537020103",
        ),
        (
            calendar.PublishDayProfile(
                **HEAD,
                day_id=1,
                total_number_of_schedule_entries=2,
                command_index=0,
                total_number_of_commands=1,
                calendar_type=CalendarType.DELIVERED,
                schedule_entries=(ScheduleEntry(0, 1), ScheduleEntry(420, 2)),
            ),
            TO_CLIENT,
            0x01,
            HEAD_OCTETS + "0102000100000001a40102",
        ),
        (
            calendar.PublishWeekProfile(
                **HEAD,
                week_id=1,
                **{
                    f"day_id_ref_{day}": n
                    for n, day in enumerate(
                        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), start=1
                    )
                },
            ),
            TO_CLIENT,
            0x02,
            HEAD_OCTETS + "0101020304050607",
        ),
        (
            calendar.PublishSeasons(
                **HEAD, command_index=0, total_number_of_commands=1, seasons=(SeasonEntry(WINTER, 1),)
            ),
            TO_CLIENT,
            0x03,
            HEAD_OCTETS + "0001ff0a1eff01",
        ),
        (
            calendar.PublishSpecialDays(
                **HEAD,
                start_time=0,
                calendar_type=CalendarType.FRIENDLY_CREDIT,
                total_number_of_special_days=1,
                command_index=0,
                total_number_of_commands=1,
                special_days=(SpecialDay(CHRISTMAS, 3),),
            ),
            TO_CLIENT,
            0x04,
            HEAD_OCTETS + "00000000030100017a0c190703",
        ),
        (
            calendar.CancelCalendar(provider_id=1, issuer_calendar_id=3, calendar_type=1),
            TO_CLIENT,
            0x05,
            "010000000300000001",
        ),
    ],
)
def test_a_command_lies_on_the_air_as_smart_energy_says(message, direction, id, octets):
    found, row = CALENDAR.command(type(message))
    assert (found, row.id) == (direction, id)
    assert row.encode(message).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == message


def test_every_question_names_its_answer():
    published = {row.message for row in CALENDAR.server_to_client}
    assert {row.response for row in CALENDAR.client_to_server} == published


@pytest.mark.parametrize(
    ("command", "octets"),
    [
        (calendar.PublishDayProfile, HEAD_OCTETS + "01020001000000"),
        (calendar.PublishSeasons, HEAD_OCTETS + "0001ff0a1e"),
        (calendar.PublishWeekProfile, HEAD_OCTETS + "01010203040506"),
        (calendar.GetCalendar, "0000"),
    ],
)
def test_truncated_ones_are_refused(command, octets):
    _, row = CALENDAR.command(command)
    with pytest.raises(RemoteProtocolError):
        row.decode(bytes.fromhex(octets))
