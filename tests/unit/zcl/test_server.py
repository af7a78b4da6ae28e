"""What a meter's endpoint answers to octets put on the air (control, TSN, command, payload)."""

from __future__ import annotations

from typing import Any

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError
from hanbench.emulator.zcl import Attribute, ClusterServer, Indication, Status, on
from hanbench.emulator.zcl.attributes import MAX_RESPONSE
from hanbench.emulator.zcl.clusters import METERING, metering
from hanbench.emulator.zcl.clusters.basic import BasicAttributes, ResetToFactoryDefaults
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes, MeteringClientAttributes
from hanbench.emulator.zcl.types import UINT8
from hanbench.emulator.zigbee.aps.data import ApsRequest

BROADCAST = 0xFFFF
H = bytes.fromhex


def test_a_read_gives_values_and_says_what_is_not_there(han: Any) -> None:
    [answer] = han.payloads(H("0007000002770500030003"))
    assert answer == H("180701" + "00020018" + "00" + "770586" + "00030030" + "01" + "00030030" + "01")


def test_a_value_that_does_not_fit_is_reported_as_such(han: Any) -> None:
    han.metering.set(MeteringAttributes.MeterSerialNumber, b"x" * (MAX_RESPONSE - 3))
    [answer] = han.payloads(H("000700" + "0803" + "0002"))
    assert answer == H("180701" + "080389" + "00020018" + "00")


def test_a_response_never_outgrows_the_largest_transfer(han: Any) -> None:
    [answer] = han.payloads(H("000700" + "3412" * 60))
    assert len(answer) <= MAX_RESPONSE + 3
    for command in (H("00070c0000ff"), H("0007150000ff"), H("000713" + "00ff")):
        [answer] = han.payloads(command)
        assert len(answer) <= MAX_RESPONSE + 3


def test_a_response_is_secured_as_its_request_was(han: Any) -> None:
    for secured in (True, False):
        han.air.node(0).send(ApsRequest(0x1234, 0x0702, H("0007000002"), 0x0109, 1, 1, secured=secured))
        han.clock.run_for(10_000)
        assert han.air.sent[-1].src == 0x1234
        assert han.air.sent[-1].secured is secured


def test_a_write_stores_what_may_be_written(han: Any) -> None:
    [answer] = han.payloads(
        H("000702" + "0703" + "4102" + "6869" + "0002" + "1801" + "0008" + "2101" + "00" + "9912" + "2000")
    )
    assert answer == H("180704" + "880002" + "8d0008" + "869912")
    assert han.metering.get(MeteringAttributes.SiteID) == b"hi"
    assert han.metering.get(MeteringAttributes.Status) == 0


def test_an_undivided_write_is_all_or_nothing(han: Any) -> None:
    [answer] = han.payloads(H("000703" + "0703" + "41026869" + "0002" + "1801"))
    assert answer == H("180704" + "880002")
    assert han.metering.get(MeteringAttributes.SiteID) == b"here"
    [answer] = han.payloads(H("000803" + "0703" + "41026869" + "0008" + "190100"))
    assert answer == H("18080400")
    assert (han.metering.get(MeteringAttributes.SiteID), han.metering.get(MeteringAttributes.GenericAlarmMask)) == (
        b"hi",
        1,
    )


def test_a_write_without_response_is_silent(han: Any) -> None:
    assert han.payloads(H("000705" + "0703" + "41026869" + "0002" + "1801")) == []
    assert han.metering.get(MeteringAttributes.SiteID) == b"hi"


def test_the_application_may_refuse_a_write_and_learns_of_one(han: Any) -> None:
    learnt: list[tuple[str, Any]] = []
    han.metering.attributes.check = lambda row, value: Status.INVALID_VALUE if value == b"bad" else None
    han.metering.attributes.written = lambda row, value: learnt.append((row.name, value))
    [answer] = han.payloads(H("000702" + "0703" + "4103626164"))
    assert answer == H("180704" + "870703")
    [answer] = han.payloads(H("000802" + "0703" + "4103676f6f"))
    assert answer == H("18080400")
    assert learnt == [("SiteID", b"goo")]


def test_attributes_are_discovered_in_order_and_in_parts(han: Any) -> None:
    [answer] = han.payloads(H("00070c" + "0000" + "02"))
    assert answer == H("18070d" + "00" + "000025" + "000218")
    [answer] = han.payloads(H("00080c" + "0804" + "ff"))
    assert answer == H("18080d" + "01" + "000819" + "050819")
    [answer] = han.payloads(H("000915" + "0703" + "01"))
    assert answer == H("180916" + "00" + "07034107")


def test_a_discovery_that_fills_a_transfer_says_that_there_is_more(han: Any) -> None:
    for row in MeteringAttributes.TierSummations:
        han.metering.set(row, 0)
    seen: list[int] = []
    for command, size in ((0x0C, 3), (0x15, 4)):
        seen.clear()
        complete = 0
        while not complete:
            start = seen[-1] + 1 if seen else 0
            [answer] = han.payloads(bytes((0, 7, command)) + start.to_bytes(2, "little") + b"\xff")
            assert len(answer) <= MAX_RESPONSE + 3
            complete = answer[3]
            seen += [int.from_bytes(answer[at : at + 2], "little") for at in range(4, len(answer), size)]
        assert len(seen) == 8 + len(MeteringAttributes.TierSummations)
        assert {row.id for row in MeteringAttributes.TierSummations} < set(seen)


def test_commands_are_discovered(han: Any) -> None:
    assert han.payloads(H("000711" + "00ff")) == [H("180712" + "01")]
    han.metering.add(on(metering.GetProfile, lambda command, indication: None))
    assert han.payloads(H("000711" + "00ff")) == [H("180712" + "01" + "00")]
    assert han.payloads(H("000713" + "01" + "02")) == [H("180714" + "00" + "0102")]


def test_structured_access_reaches_whole_attributes_only(han: Any) -> None:
    assert han.payloads(H("00070e" + "0002" + "00" + "0002" + "010100" + "7777" + "00")) == [
        H("180701" + "00020018" + "00" + "00028e" + "777786")
    ]
    assert han.payloads(H("00080f" + "0703" + "00" + "410168" + "0703" + "010100" + "410169")) == [
        H("180810" + "8e0703" + "010100")
    ]
    assert han.metering.get(MeteringAttributes.SiteID) == b"h"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("000717", "82"),
        ("043110071700", "84"),
        ("01070f", "81"),
        ("0107000000000000" + "18", "81"),
        ("053110070100", "83"),
        ("000706" + "000004", "80"),
        ("0007000002" + "00", "80"),
        ("000702" + "0703" + "7e00", "80"),
    ],
    ids=[
        "unknown general command",
        "unknown general command of a manufacturer",
        "unknown command of the cluster",
        "known command that nobody handles",
        "unknown command of a manufacturer",
        "configuration cut short",
        "read cut short",
        "write of an unknown type",
    ],
)
def test_what_cannot_be_carried_out_gets_a_default_response(han: Any, request_: str, status: str) -> None:
    octets = H(request_)
    [answer] = han.payloads(octets)
    specific = octets[0] & 0x04
    tsn, command = (octets[3], octets[4]) if specific else (octets[1], octets[2])
    head = bytes((0x1C,)) + octets[1:3] if specific else b"\x18"
    assert answer == head + bytes((tsn, 0x0B, command)) + H(status)


def test_a_cluster_that_is_not_here_is_unsupported(han: Any) -> None:
    assert han.payloads(H("0007000000"), cluster=0x0700) == [H("18070b00c3")]


@pytest.mark.parametrize("octets", ["000717", "010708", "0007000002" + "00", "000706" + "000004", "010700000000000018"])
def test_a_broadcast_gets_no_default_response(han: Any, octets: str) -> None:
    assert han.payloads(H(octets), dst=BROADCAST) == []


@pytest.mark.parametrize("command", ["01", "04", "07", "09", "0b", "0d", "10", "12", "14", "16"])
def test_a_response_is_never_answered(han: Any, command: str) -> None:
    for payload in ("", "00", "ffffffffff"):
        assert han.payloads(H("0807" + command + payload)) == []


@pytest.mark.parametrize("octets", ["", "00", "0007", "020700", "04311007"])
def test_a_broken_header_is_counted_and_not_answered(han: Any, octets: str) -> None:
    assert han.payloads(H(octets)) == []
    assert han.meter.counters == {DropReason.MALFORMED_ZCL: 1}


def test_a_malformed_payload_is_counted_and_changes_nothing(han: Any) -> None:
    han.payloads(H("000702" + "0703" + "41026869" + "0703" + "41ff69"))
    assert han.meter.counters[DropReason.MALFORMED_ZCL] == 1
    assert han.metering.get(MeteringAttributes.SiteID) == b"here"


def test_another_profile_is_not_for_us(han: Any) -> None:
    assert han.payloads(H("0007000002"), profile=0x0104) == []
    assert han.meter.counters == {DropReason.NOT_FOR_US: 1}


def test_a_handler_gets_fields_and_its_answer_travels_back(han: Any) -> None:
    seen: list[tuple[metering.GetProfile, int]] = []

    def profile(request: metering.GetProfile, indication: Indication) -> metering.GetProfileResponse:
        seen.append((request, indication.src))
        return metering.GetProfileResponse(end_time=9, status=0, profile_interval_period=0, intervals=(5,))

    han.metering.add(on(metering.GetProfile, profile))
    [answer] = han.payloads(H("110700" + "00" + "00000000" + "01"))
    assert seen == [(metering.GetProfile(interval_channel=0, end_time=0, number_of_periods=1), 0)]
    assert answer == H("190700" + "09000000" + "00" + "00" + "01" + "050000")


def test_errors_are_always_said_and_success_unless_the_sender_objects(han: Any) -> None:
    outcome: list[Status | None] = [None]
    han.metering.add(on(metering.MirrorRemoved, lambda command, indication: outcome[0]))
    assert han.payloads(H("010702" + "0200")) == [H("18070b0200")]
    assert han.payloads(H("110702" + "0200")) == []
    outcome[0] = Status.NOT_FOUND
    assert han.payloads(H("110702" + "0200")) == [H("18070b028b")]


def test_the_gate_drops_or_refuses_before_anything_is_looked_at(han: Any) -> None:
    han.meter.admit = lambda indication: indication.secured or Status.FAILURE
    assert han.payloads(H("0007000002")) == [H("18070b0001")]
    assert han.payloads(H("0807010002")) == []
    han.meter.admit = lambda indication: False
    assert han.payloads(H("0007000002")) == []
    han.meter.admit = lambda indication: True
    assert len(han.payloads(H("0007000002"))) == 1


def test_a_manufacturers_attribute_is_read_with_its_code_only(han: Any) -> None:
    register = Attribute(0x0000, UINT8, manufacturer=0x1031, name="OwnRegister")
    own = METERING.extended([register])
    han.meter.servers.pop(METERING.id)
    han.meter.add_server(ClusterServer(own, {register: 7}))
    assert han.payloads(H("0431100700" + "0000")) == [H("1c31100701" + "00000020" + "07")]
    assert han.payloads(H("000700" + "0000")) == [H("180701" + "000086")]


def test_values_may_come_from_a_callable_and_attributes_may_go(han: Any) -> None:
    assert han.payloads(H("0006000002")) == [H("18060100020018" + "00")]
    register = iter(range(1, 9))
    han.metering.set(MeteringAttributes.Status, lambda: next(register))
    assert han.payloads(H("0007000002")) == [H("18070100020018" + "01")]
    assert han.payloads(H("0008000002")) == [H("18080100020018" + "02")]
    han.metering.attributes.remove(MeteringAttributes.Status)
    assert han.payloads(H("0009000002")) == [H("180901000286")]
    assert MeteringAttributes.Status not in han.metering.attributes


def test_an_attribute_of_another_cluster_is_our_mistake(han: Any) -> None:
    with pytest.raises(LocalProtocolError, match="PowerSource"):
        han.metering.set(BasicAttributes.PowerSource, 1)
    with pytest.raises(LocalProtocolError):
        ClusterServer(METERING, {MeteringClientAttributes.FunctionalNotificationFlags: 0})


def test_a_handler_of_a_command_that_is_not_received_is_our_mistake(han: Any) -> None:
    for command in (metering.RequestMirror, ResetToFactoryDefaults):
        with pytest.raises(LocalProtocolError):
            han.metering.add(on(command, lambda command, indication: None))


def test_a_mirror_adopts_what_fits_and_says_what_does_not(han: Any) -> None:
    rejected = han.metering.adopt({0x0000: 5, 0x0308: b"new", 0x0400: "text", 0x0200: None, 0x7777: 1})
    assert rejected == [0x0400, 0x0200, 0x7777]
    assert (
        han.metering.get(MeteringAttributes.CurrentSummationDelivered),
        han.metering.get(MeteringAttributes.MeterSerialNumber),
    ) == (5, b"new")
    assert han.metering.get(MeteringAttributes.InstantaneousDemand) == -5


def test_a_closed_endpoint_is_silent(han: Any) -> None:
    han.meter.close()
    assert han.payloads(H("0007000002")) == []
