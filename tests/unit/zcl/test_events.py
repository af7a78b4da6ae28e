"""Events: commands by hand from SE 1.4a, annex D.11, and without the log's identifier as before SE 1.2."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zcl.cluster import ClusterCommand
from hanbench.emulator.zcl.clusters import BY_ID, EVENTS, events
from hanbench.emulator.zcl.clusters.events import (
    ANY_EVENT,
    CLUSTER_SE_1_1,
    ClearedLogs,
    EarlyLoggedEvent,
    EventAction,
    EventControl,
    LoggedEvent,
    LogId,
    LogPayloadControl,
    PayloadFlag,
    WantedLog,
)
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER

LOW_BATTERY = 0x0201


@pytest.mark.parametrize(
    ("message", "direction", "id", "octets"),
    [
        (
            events.GetEventLog(
                wanted_log=WantedLog(LogId.SECURITY, EventControl.FULL_INFORMATION),
                event_id=ANY_EVENT,
                start_time=0,
                end_time=0xFFFFFFFF,
                number_of_events=10,
                event_offset=0x0102,
            ),
            TO_SERVER,
            0x00,
            "14" + "0000" + "00000000" + "ffffffff" + "0a" + "0201",
        ),
        (events.ClearEventLogRequest(log_id=LogId.TAMPER), TO_SERVER, 0x01, "01"),
        (
            events.PublishEvent(
                log_id=LogId.FAULT,
                event_id=LOW_BATTERY,
                event_time=0x01020304,
                event_control=EventAction.REPORT_TO_HAN | EventAction.REPORT_TO_WAN,
                event_data=b"ab",
            ),
            TO_CLIENT,
            0x00,
            "02" + "0102" + "04030201" + "03" + "026162",
        ),
        (
            events.PublishEventLog(
                total_number_of_matching_events=3,
                command_index=0,
                total_commands=2,
                log_payload_control=LogPayloadControl(0, 2),
                events=(
                    LoggedEvent(LogId.FAULT, LOW_BATTERY, 0x01020304, b""),
                    LoggedEvent(LogId.TAMPER, 0x0202, 0x01020305, b"x"),
                ),
                part_of_log=None,
            ),
            TO_CLIENT,
            0x01,
            "0300" + "00" + "02" + "20" + "02" + "0102" + "04030201" + "00" + "01" + "0202" + "05030201" + "0178",
        ),
        (
            events.PublishEventLog(
                total_number_of_matching_events=3,
                command_index=1,
                total_commands=2,
                log_payload_control=LogPayloadControl(PayloadFlag.CROSSES_FRAME_BOUNDARY, 1),
                events=None,
                part_of_log=bytes.fromhex("0201020403"),
            ),
            TO_CLIENT,
            0x01,
            "0300" + "01" + "02" + "11" + "0201020403",
        ),
        (
            events.ClearEventLogResponse(cleared_event_logs=ClearedLogs.TAMPER | ClearedLogs.NETWORK),
            TO_CLIENT,
            0x02,
            "22",
        ),
    ],
)
def test_a_command_lies_on_the_air_as_smart_energy_says(
    message: ClusterCommand, direction: int, id: int, octets: str
) -> None:
    found, row = EVENTS.command(type(message))
    assert (found, row.id) == (direction, id)
    assert row.encode(message).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == message


@pytest.mark.parametrize(
    ("message", "octets"),
    [
        (
            events.EarlyPublishEvent(event_id=LOW_BATTERY, event_time=1, event_control=0, event_data=b""),
            "0102" + "01000000" + "00" + "00",
        ),
        (
            events.EarlyPublishEventLog(
                total_number_of_matching_events=1,
                command_index=0,
                total_commands=1,
                log_payload_control=LogPayloadControl(0, 1),
                events=(EarlyLoggedEvent(LOW_BATTERY, 1, b"x"),),
                part_of_log=None,
            ),
            "0100" + "00" + "01" + "10" + "0102" + "01000000" + "0178",
        ),
    ],
)
def test_before_se_1_2_an_event_does_not_name_its_log(message: ClusterCommand, octets: str) -> None:
    row = CLUSTER_SE_1_1.command(type(message))[1]
    assert row.name == type(message).__name__.removeprefix("Early")
    assert row.encode(message).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == message


def test_the_later_form_is_the_one_that_is_looked_up() -> None:
    assert BY_ID[CLUSTER_SE_1_1.id] is EVENTS
    assert CLUSTER_SE_1_1.command(events.ClearEventLogRequest) == EVENTS.command(events.ClearEventLogRequest)
    question = events.GetEventLog(WantedLog(0, 0), ANY_EVENT, 0, 0xFFFFFFFF, 10, 0)
    early, later = (table.command(events.GetEventLog)[1] for table in (CLUSTER_SE_1_1, EVENTS))
    assert (early.key, early.encode(question)) == (later.key, later.encode(question))


def test_an_empty_log_is_no_events() -> None:
    log = EVENTS.command(events.PublishEventLog)[1].decode(bytes.fromhex("0000000100"))
    assert isinstance(log, events.PublishEventLog)
    assert log.events == ()


@pytest.mark.parametrize(
    ("command", "octets"),
    [
        (events.GetEventLog, "14000000000000ffffffff0a02"),
        (events.PublishEvent, "02010204030201" + "03" + "0261"),
        (events.PublishEventLog, "0300000220" + "02010204030201" + "00" + "0102"),
        (events.ClearEventLogRequest, ""),
    ],
    ids=["cut short", "data shorter than its length", "an event and a part", "which log?"],
)
def test_a_malformed_command_is_the_peers_mistake(command: type[ClusterCommand], octets: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        EVENTS.command(command)[1].decode(bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_ZCL
