"""APS commands against octets written by hand from Zigbee PRO R22, 4.4.10."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zigbee.aps.commands import (
    ApsCommand,
    ConfirmKey,
    RemoveDevice,
    RequestKey,
    SwitchKey,
    TransportApplicationKey,
    TransportLinkKey,
    TransportNetworkKey,
    Tunnel,
    UpdateDevice,
    VerifyKey,
    decode,
)

A, B = 0x0011223344556677, 0x8899AABBCCDDEEFF
A_OCTETS, B_OCTETS = "7766554433221100", "ffeeddccbbaa9988"
KEY = bytes(range(0xC0, 0xD0))
K = KEY.hex()

COMMANDS: list[tuple[ApsCommand, str]] = [
    (TransportNetworkKey(KEY, 9, A, B), f"05 01 {K} 09 {A_OCTETS} {B_OCTETS}"),
    (TransportApplicationKey(KEY, A, True), f"05 03 {K} {A_OCTETS} 01"),
    (TransportApplicationKey(KEY, A, False), f"05 03 {K} {A_OCTETS} 00"),
    (TransportLinkKey(KEY, A, B), f"05 04 {K} {A_OCTETS} {B_OCTETS}"),
    (UpdateDevice(A, 0x1234, 3), f"06 {A_OCTETS} 3412 03"),
    (RemoveDevice(A), f"07 {A_OCTETS}"),
    (RequestKey(0x02, A), f"08 02 {A_OCTETS}"),
    (RequestKey(0x04), "08 04"),
    (SwitchKey(9), "09 09"),
    (VerifyKey(0x04, A, KEY), f"0f 04 {A_OCTETS} {K}"),
    (ConfirmKey(0x00, 0x04, A), f"10 00 04 {A_OCTETS}"),
]
TUNNEL = (Tunnel(A, b"\x21\x2a\x30"), f"0e {A_OCTETS} 212a30")
each_command = pytest.mark.parametrize(("command", "octets"), [*COMMANDS, TUNNEL])
each_of_fixed_length = pytest.mark.parametrize(("command", "octets"), COMMANDS)


def reason_of(octets: bytes) -> DropReason:
    with pytest.raises(RemoteProtocolError) as caught:
        decode(octets)
    return caught.value.reason


@each_command
def test_commands_are_built_as_written_by_hand(command: ApsCommand, octets: str) -> None:
    assert command.encode() == bytes.fromhex(octets)


@each_command
def test_commands_are_read_as_written_by_hand(command: ApsCommand, octets: str) -> None:
    assert decode(bytes.fromhex(octets)) == command


@each_of_fixed_length
def test_commands_that_are_cut_short_are_malformed(command: ApsCommand, octets: str) -> None:
    whole = bytes.fromhex(octets)
    for length in range(len(whole)):
        assert reason_of(whole[:length]) is DropReason.MALFORMED_APS


@each_of_fixed_length
def test_octets_after_the_last_field_are_malformed(command: ApsCommand, octets: str) -> None:
    assert reason_of(bytes.fromhex(octets) + b"\x00") is DropReason.MALFORMED_APS


def test_a_tunnel_without_its_destination_is_malformed() -> None:
    assert reason_of(bytes.fromhex(TUNNEL[1])[:8]) is DropReason.MALFORMED_APS


def test_the_commands_of_r22_are_there_and_no_other() -> None:
    known = {identifier for identifier in range(256) if reason_of(bytes((identifier,))) is not DropReason.UNSUPPORTED}
    assert known == {0x05, 0x06, 0x07, 0x08, 0x09, 0x0E, 0x0F, 0x10}


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        (f"05 00 {K} {A_OCTETS} {B_OCTETS}", DropReason.UNSUPPORTED),  # Trust Centre master key, gone since R19
        (f"05 02 {K} {A_OCTETS} 01", DropReason.UNSUPPORTED),
        (f"05 05 {K} 09 {A_OCTETS} {B_OCTETS}", DropReason.UNSUPPORTED),  # high security network key
        (f"05 03 {K} {A_OCTETS} 02", DropReason.MALFORMED_APS),  # neither initiator nor not
        (f"08 04 {A_OCTETS}", DropReason.MALFORMED_APS),  # a partner where none belongs
    ],
)
def test_what_no_standard_allows_is_dropped_by_its_reason(octets: str, reason: DropReason) -> None:
    assert reason_of(bytes.fromhex(octets)) is reason


@pytest.mark.parametrize(
    "command",
    [
        TransportNetworkKey(KEY[:15], 0, 0, 0),
        TransportNetworkKey(KEY, 256, 0, 0),
        TransportLinkKey(KEY + b"\x00", 0, 0),
        TransportApplicationKey(b"", 0, True),
        UpdateDevice(1 << 64, 0, 0),
        UpdateDevice(0, 0x10000, 0),
        RemoveDevice(-1),
        RequestKey(0x02),
        RequestKey(0x04, A),
        SwitchKey(256),
        Tunnel(1 << 64, b""),
        VerifyKey(4, 0, KEY[:4]),
        ConfirmKey(256, 4, 0),
    ],
)
def test_what_does_not_fit_is_our_error(command: ApsCommand) -> None:
    with pytest.raises(LocalProtocolError):
        command.encode()
