"""NWK and APS commands and the beacon payload: decode and encode are inverse, and junk ends in RemoteProtocolError."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zigbee.aps import commands as aps
from hanbench.emulator.zigbee.aps.commands import ApsCommand
from hanbench.emulator.zigbee.nwk import beacon
from hanbench.emulator.zigbee.nwk import commands as nwk
from hanbench.emulator.zigbee.nwk.beacon import BeaconPayload
from hanbench.emulator.zigbee.nwk.commands import NwkCommand

T = TypeVar("T")

u3, u4, u8, u16, u64 = (st.integers(0, (1 << width) - 1) for width in (3, 4, 8, 16, 64))
flag = st.booleans()
maybe_ieee = st.none() | u64
keys = st.binary(min_size=16, max_size=16)
shorts = st.lists(u16, max_size=31).map(tuple)
entries = st.lists(st.builds(nwk.LinkStatusEntry, u16, u3, u3), max_size=31).map(tuple)

nwk_commands: st.SearchStrategy[NwkCommand] = st.one_of(
    st.builds(nwk.RouteRequest, u8, u16, u8, st.integers(0, 2), maybe_ieee),
    st.builds(nwk.RouteReply, u8, u16, u16, u8, maybe_ieee, maybe_ieee),
    st.builds(nwk.NetworkStatus, u8, u16),
    st.builds(nwk.Leave, flag, flag, flag),
    st.builds(nwk.RouteRecord, shorts),
    st.builds(nwk.RejoinRequest, u8),
    st.builds(nwk.RejoinResponse, u16, u8),
    st.builds(nwk.LinkStatus, entries, flag, flag),
    st.builds(nwk.NetworkReport, u64, shorts),
    st.builds(nwk.NetworkUpdate, u64, u8, u16),
    st.builds(nwk.EndDeviceTimeoutRequest, u8, u8),
    st.builds(nwk.EndDeviceTimeoutResponse, u8, u8),
)
aps_commands: st.SearchStrategy[ApsCommand] = st.one_of(
    st.builds(aps.TransportNetworkKey, keys, u8, u64, u64),
    st.builds(aps.TransportLinkKey, keys, u64, u64),
    st.builds(aps.TransportApplicationKey, keys, u64, flag),
    st.builds(aps.UpdateDevice, u64, u16, u8),
    st.builds(aps.RemoveDevice, u64),
    st.builds(aps.RequestKey, st.just(aps.REQUEST_APPLICATION_KEY), u64),
    st.builds(aps.RequestKey, st.just(aps.REQUEST_TRUST_CENTER_KEY)),
    st.builds(aps.SwitchKey, u8),
    st.builds(aps.Tunnel, u64, st.binary(max_size=60)),
    st.builds(aps.VerifyKey, u8, u64, keys),
    st.builds(aps.ConfirmKey, u8, u8, u64),
)
beacons = st.builds(BeaconPayload, flag, u4, flag, u64, u8)


def attempt(decode: Callable[[bytes], T], octets: bytes) -> T | DropReason:
    """What is decoded, or the reason for which it is refused. Any other exception escapes."""
    try:
        return decode(octets)
    except RemoteProtocolError as error:
        return error.reason


@given(nwk_commands)
def test_nwk_commands_are_read_as_they_were_written(command: NwkCommand) -> None:
    assert nwk.decode(command.encode()) == command


@given(aps_commands)
def test_aps_commands_are_read_as_they_were_written(command: ApsCommand) -> None:
    assert aps.decode(command.encode()) == command


@given(beacons)
def test_beacons_are_read_as_they_were_written(payload: BeaconPayload) -> None:
    assert beacon.decode(payload.encode()) == payload


def commands_of(last: int) -> st.SearchStrategy[bytes]:
    """Octets that begin like a command more often than chance would have it."""
    identifiers = st.integers(1, last).map(lambda octet: bytes((octet,)))
    return st.binary(max_size=40) | st.builds(bytes.__add__, identifiers, st.binary(max_size=40))


@given(commands_of(0x0C))
def test_junk_is_a_nwk_command_or_an_error(junk: bytes) -> None:
    command = attempt(nwk.decode, junk)
    if isinstance(command, DropReason):
        assert command in (DropReason.MALFORMED_NWK, DropReason.UNSUPPORTED)
    else:
        assert nwk.decode(command.encode()) == command
        assert len(command.encode()) == len(junk)


@given(commands_of(0x10))
def test_junk_is_an_aps_command_or_an_error(junk: bytes) -> None:
    command = attempt(aps.decode, junk)
    if isinstance(command, DropReason):
        assert command in (DropReason.MALFORMED_APS, DropReason.UNSUPPORTED)
    else:
        assert command.encode() == junk


@given(st.binary(max_size=30) | st.binary(min_size=13, max_size=13).map(lambda rest: b"\x00\x22" + rest))
def test_junk_is_a_beacon_or_an_error(junk: bytes) -> None:
    payload = attempt(beacon.decode, junk)
    if isinstance(payload, DropReason):
        assert payload in (DropReason.MALFORMED_NWK, DropReason.UNSUPPORTED)
    else:
        assert beacon.decode(payload.encode()) == payload
