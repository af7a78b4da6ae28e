"""NWK commands and the beacon payload against octets written by hand from Zigbee PRO R22, 3.4 and 3.6.7."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zigbee.nwk import beacon
from hanbench.emulator.zigbee.nwk.beacon import BeaconPayload
from hanbench.emulator.zigbee.nwk.commands import (
    EndDeviceTimeoutRequest,
    EndDeviceTimeoutResponse,
    Leave,
    LinkStatus,
    LinkStatusEntry,
    NetworkReport,
    NetworkStatus,
    NetworkUpdate,
    NwkCommand,
    RejoinRequest,
    RejoinResponse,
    RouteRecord,
    RouteReply,
    RouteRequest,
    decode,
)

A, B = 0x0011223344556677, 0x8899AABBCCDDEEFF
A_OCTETS, B_OCTETS = "7766554433221100", "ffeeddccbbaa9988"

COMMANDS: list[tuple[NwkCommand, str]] = [
    (RouteRequest(5, 0x1234, 3), "01 00 05 3412 03"),
    (RouteRequest(5, 0xFFFC, 0, many_to_one=1), "01 08 05 fcff 00"),
    (RouteRequest(5, 0xFFFC, 0, many_to_one=2), "01 10 05 fcff 00"),
    (RouteRequest(5, 0x1234, 3, 0, A), f"01 20 05 3412 03 {A_OCTETS}"),
    (RouteReply(5, 0x1234, 0x5678, 2), "02 00 05 3412 7856 02"),
    (RouteReply(5, 0x1234, 0x5678, 2, A), f"02 10 05 3412 7856 02 {A_OCTETS}"),
    (RouteReply(5, 0x1234, 0x5678, 2, None, B), f"02 20 05 3412 7856 02 {B_OCTETS}"),
    (RouteReply(5, 0x1234, 0x5678, 2, A, B), f"02 30 05 3412 7856 02 {A_OCTETS} {B_OCTETS}"),
    (NetworkStatus(0x0B, 0x1234), "03 0b 3412"),
    (Leave(), "04 00"),
    (Leave(rejoin=True), "04 20"),
    (Leave(request=True), "04 40"),
    (Leave(remove_children=True), "04 80"),
    (RouteRecord(()), "05 00"),
    (RouteRecord((0x1234, 0x5678)), "05 02 3412 7856"),
    (RejoinRequest(0x80), "06 80"),
    (RejoinResponse(0x1234, 2), "07 3412 02"),
    (LinkStatus(()), "08 60"),
    (LinkStatus((LinkStatusEntry(0x1234, 1, 7), LinkStatusEntry(0x5678, 3, 0))), "08 62 3412 71 7856 03"),
    (LinkStatus((LinkStatusEntry(0x1234, 1, 7),), first=True, last=False), "08 21 3412 71"),
    (LinkStatus((LinkStatusEntry(0x1234, 1, 7),), first=False, last=True), "08 41 3412 71"),
    (NetworkReport(A, (0x1A62, 0xBEEF)), f"09 02 {A_OCTETS} 621a efbe"),
    (NetworkUpdate(A, 4, 0xBEEF), f"0a 01 {A_OCTETS} 04 efbe"),
    (EndDeviceTimeoutRequest(8), "0b 08 00"),
    (EndDeviceTimeoutResponse(0, 3), "0c 00 03"),
]
each_command = pytest.mark.parametrize(("command", "octets"), COMMANDS)


@each_command
def test_commands_are_built_as_written_by_hand(command: NwkCommand, octets: str) -> None:
    assert command.encode() == bytes.fromhex(octets)


@each_command
def test_commands_are_read_as_written_by_hand(command: NwkCommand, octets: str) -> None:
    assert decode(bytes.fromhex(octets)) == command


def reason_of(octets: bytes) -> DropReason:
    with pytest.raises(RemoteProtocolError) as caught:
        decode(octets)
    return caught.value.reason


@each_command
def test_commands_that_are_cut_short_are_malformed(command: NwkCommand, octets: str) -> None:
    whole = bytes.fromhex(octets)
    for length in range(len(whole)):
        assert reason_of(whole[:length]) is DropReason.MALFORMED_NWK


@each_command
def test_octets_after_the_last_field_are_malformed(command: NwkCommand, octets: str) -> None:
    assert reason_of(bytes.fromhex(octets) + b"\x00") is DropReason.MALFORMED_NWK


def test_every_command_up_to_0x0c_is_there_and_no_other() -> None:
    known = {identifier for identifier in range(256) if reason_of(bytes((identifier,))) is not DropReason.UNSUPPORTED}
    assert known == set(range(0x01, 0x0D))


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        ("01 18 05 fcff 00", DropReason.MALFORMED_NWK),  # many-to-one 3 is reserved
        ("01 40 05 3412 03", DropReason.UNSUPPORTED),  # route of a group
        ("02 40 05 3412 7856 02", DropReason.UNSUPPORTED),
        (f"09 21 {A_OCTETS} 621a", DropReason.UNSUPPORTED),  # report identifier 1
        (f"0a 21 {A_OCTETS} 04 efbe", DropReason.UNSUPPORTED),  # update identifier 1
        (f"0a 02 {A_OCTETS} 04 efbe efbe", DropReason.MALFORMED_NWK),  # two new PAN IDs
        (f"0a 00 {A_OCTETS} 04 efbe", DropReason.MALFORMED_NWK),
    ],
)
def test_options_that_mean_something_else_are_not_ignored(octets: str, reason: DropReason) -> None:
    assert reason_of(bytes.fromhex(octets)) is reason


@pytest.mark.parametrize(
    ("octets", "command"), [("04 5f", Leave(request=True)), ("01 07 05 3412 03", RouteRequest(5, 0x1234, 3))]
)
def test_reserved_bits_are_ignored(octets: str, command: NwkCommand) -> None:
    assert decode(bytes.fromhex(octets)) == command


@pytest.mark.parametrize(
    "command",
    [
        RouteRequest(256, 0),
        RouteRequest(0, 0, many_to_one=4),
        RouteRequest(0, 0, destination_ieee=1 << 64),
        RouteReply(0, 0x10000, 0),
        NetworkStatus(0, -1),
        RouteRecord((0,) * 256),
        RejoinRequest(256),
        RejoinResponse(0, 256),
        LinkStatus((LinkStatusEntry(0, 0, 0),) * 32),
        LinkStatus((LinkStatusEntry(0, 8, 0),)),
        LinkStatus((LinkStatusEntry(0, 0, 8),)),
        NetworkReport(0, (0,) * 32),
        NetworkUpdate(0, 256, 0),
        EndDeviceTimeoutRequest(-1),
        EndDeviceTimeoutResponse(0, 256),
    ],
)
def test_values_that_do_not_fit_spoil_no_other_field(command: NwkCommand) -> None:
    with pytest.raises(LocalProtocolError):
        command.encode()


# --- beacon payload -------------------------------------------------------------------------------------------------

BEACONS = [
    (BeaconPayload(False, 0, False, A, 0), f"00 22 00 {A_OCTETS} ffffff 00"),
    (BeaconPayload(True, 0, True, A, 7), f"00 22 84 {A_OCTETS} ffffff 07"),
    (BeaconPayload(False, 15, True, B, 255), f"00 22 f8 {B_OCTETS} ffffff ff"),
    (BeaconPayload(True, 1, False, A, 1), f"00 22 0c {A_OCTETS} ffffff 01"),
]


@pytest.mark.parametrize(("payload", "octets"), BEACONS)
def test_beacons_are_as_written_by_hand(payload: BeaconPayload, octets: str) -> None:
    assert payload.encode() == bytes.fromhex(octets)
    assert len(payload.encode()) == 15
    assert beacon.decode(bytes.fromhex(octets)) == payload


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        ("", DropReason.MALFORMED_NWK),
        (f"00 22 84 {A_OCTETS} ffffff", DropReason.MALFORMED_NWK),
        (f"00 22 84 {A_OCTETS} ffffff 07 00", DropReason.MALFORMED_NWK),
        (f"03 22 84 {A_OCTETS} ffffff 07", DropReason.UNSUPPORTED),  # Thread's protocol identifier
        (f"00 21 84 {A_OCTETS} ffffff 07", DropReason.UNSUPPORTED),  # stack profile 1
        (f"00 12 84 {A_OCTETS} ffffff 07", DropReason.UNSUPPORTED),  # Zigbee 2004
    ],
)
def test_beacons_of_others_are_told_from_broken_ones(octets: str, reason: DropReason) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        beacon.decode(bytes.fromhex(octets))
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    "payload",
    [
        BeaconPayload(False, 16, False, 0, 0),
        BeaconPayload(False, 0, False, 1 << 64, 0),
        BeaconPayload(False, 0, False, 0, 256),
    ],
)
def test_a_beacon_that_does_not_fit_is_our_error(payload: BeaconPayload) -> None:
    with pytest.raises(LocalProtocolError):
        payload.encode()
