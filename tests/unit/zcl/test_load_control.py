"""Demand Response and Load Control: commands by hand from SE 1.4a, annex D.2."""

from __future__ import annotations

from typing import Any

import pytest

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zcl.cluster import ClusterCommand
from hanbench.emulator.zcl.clusters import LOAD_CONTROL, load_control
from hanbench.emulator.zcl.clusters.load_control import (
    NO_DUTY_CYCLE,
    NO_OFFSET,
    CancelControl,
    CriticalityLevel,
    DeviceClass,
    EventStatus,
    LoadControlEventControl,
    SignatureType,
)
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER

REPORT: dict[str, Any] = {
    "issuer_event_id": 0x01020304,
    "event_status": EventStatus.STARTED,
    "event_status_time": 0x11223344,
    "criticality_level_applied": CriticalityLevel.EMERGENCY,
    "cooling_temperature_set_point_applied": 2600,
    "heating_temperature_set_point_applied": -100,
    "average_load_adjustment_percentage_applied": -10,
    "duty_cycle_applied": NO_DUTY_CYCLE,
    "event_control": 0,
    "signature_type": SignatureType.ECDSA,
}
REPORT_OCTETS = "04030201" + "02" + "44332211" + "07" + "280a" + "9cff" + "f6" + "ff" + "00" + "01"
SIGNATURE = bytes(range(42))


@pytest.mark.parametrize(
    ("message", "direction", "id", "octets"),
    [
        (
            load_control.ReportEventStatus(**REPORT, signature=SIGNATURE),
            TO_SERVER,
            0x00,
            REPORT_OCTETS + SIGNATURE.hex(),
        ),
        (
            load_control.GetScheduledEvents(start_time=1, number_of_events=2, issuer_event_id=3),
            TO_SERVER,
            0x01,
            "01000000" + "02" + "03000000",
        ),
        (
            load_control.LoadControlEvent(
                issuer_event_id=0x01020304,
                device_class=DeviceClass.WATER_HEATER | DeviceClass.ELECTRIC_VEHICLE,
                utility_enrollment_group=0,
                start_time=0,
                duration_in_minutes=1440,
                criticality_level=CriticalityLevel.GREEN,
                cooling_temperature_offset=NO_OFFSET,
                heating_temperature_offset=15,
                cooling_temperature_set_point=2600,
                heating_temperature_set_point=-100,
                average_load_adjustment_percentage=-10,
                duty_cycle=50,
                event_control=LoadControlEventControl.RANDOMIZE_START | LoadControlEventControl.RANDOMIZE_DURATION,
            ),
            TO_CLIENT,
            0x00,
            "04030201" + "0404" + "00" + "00000000" + "a005" + "01" + "ff0f" + "280a" + "9cff" + "f6" + "32" + "03",
        ),
        (
            load_control.CancelLoadControlEvent(
                issuer_event_id=7,
                device_class=DeviceClass.GENERATION_SYSTEMS,
                utility_enrollment_group=5,
                cancel_control=CancelControl.RANDOMIZED_END,
                effective_time=0x11223344,
            ),
            TO_CLIENT,
            0x01,
            "07000000" + "0008" + "05" + "01" + "44332211",
        ),
        (load_control.CancelAllLoadControlEvents(cancel_control=0), TO_CLIENT, 0x02, "00"),
    ],
)
def test_a_command_lies_on_the_air_as_smart_energy_says(
    message: ClusterCommand, direction: int, id: int, octets: str
) -> None:
    found, row = LOAD_CONTROL.command(type(message))
    assert (found, row.id) == (direction, id)
    assert row.encode(message).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == message


def test_a_report_may_go_unsigned_and_a_question_name_no_event() -> None:
    report = LOAD_CONTROL.command(load_control.ReportEventStatus)[1]
    message = load_control.ReportEventStatus(**REPORT)
    assert report.encode(message).hex() == REPORT_OCTETS
    assert report.decode(bytes.fromhex(REPORT_OCTETS)) == message
    assert message.signature is None
    question = LOAD_CONTROL.command(load_control.GetScheduledEvents)[1]
    assert question.encode(load_control.GetScheduledEvents(1, 0)).hex() == "0100000000"


def test_the_attributes_are_the_clients() -> None:
    assert [row.id for row in LOAD_CONTROL.client_attributes] == [0, 1, 2, 3]
    assert [row.name for row in LOAD_CONTROL.attributes] == ["ClusterRevision"]


@pytest.mark.parametrize(
    ("command", "octets"),
    [
        (load_control.ReportEventStatus, REPORT_OCTETS[:-2]),
        (load_control.ReportEventStatus, REPORT_OCTETS + "00" * 41),
        (load_control.GetScheduledEvents, "01000000" + "02" + "0300"),
        (load_control.LoadControlEvent, "04030201" + "0404" + "00"),
        (load_control.CancelAllLoadControlEvents, ""),
    ],
    ids=["no signature type", "signature cut short", "half an event id", "event cut short", "no control"],
)
def test_a_malformed_command_is_the_peers_mistake(command: type[ClusterCommand], octets: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        LOAD_CONTROL.command(command)[1].decode(bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_ZCL
