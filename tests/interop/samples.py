"""One frame of every kind that hanbench can build below the application: MAC, NWK, APS and the device profile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hanbench.emulator.mac import frames as mac
from hanbench.emulator.mac.frames import BeaconContent, MacCommand, MacFrame
from hanbench.emulator.zigbee.aps import commands as aps_commands
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.commands import ApsCommand
from hanbench.emulator.zigbee.binding import GROUP, Binding
from hanbench.emulator.zigbee.nwk import commands as nwk_commands
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.beacon import BeaconPayload
from hanbench.emulator.zigbee.nwk.commands import NwkCommand
from hanbench.emulator.zigbee.security.keys import KeyId
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.emulator.zigbee.zdo.descriptors import (
    END_DEVICE,
    NeighborEntry,
    NeighborFlags,
    NodeDescriptor,
    PowerDescriptor,
    SimpleDescriptor,
)
from tests.interop.han import (
    CHANNEL,
    ESME,
    EXTENDED_PAN,
    GSME,
    HUB,
    LINK_KEY,
    NETWORK_KEY,
    PAN,
    SMART_ENERGY,
    Han,
    Sample,
)

RX_ON_DEVICES = 0xFFFD
_SHORT, _LONG = mac.SHORT, mac.EXTENDED


def mac_samples() -> Iterator[Sample]:
    """Acknowledgements, beacons and commands."""
    for pending in (False, True):
        yield Sample("MAC ack", MacFrame(mac.ACK, 7, frame_pending=pending).encode())
    payload = BeaconPayload(True, 3, False, EXTENDED_PAN, 9).encode()
    for permit in (False, True):
        content = BeaconContent(permit, not permit, payload).encode()
        beacon = MacFrame(mac.BEACON, 8, content, src_pan=PAN, src=HUB.short, src_mode=_SHORT)
        yield Sample("MAC beacon", beacon.encode())
    yield from _mac_commands()


def _mac_commands() -> Iterator[Sample]:
    short_to_hub = {"dst_pan": PAN, "dst": HUB.short, "dst_mode": _SHORT}
    long_to_gsme = {"dst_pan": PAN, "dst": GSME.ieee, "dst_mode": _LONG}
    from_long = {"src": GSME.ieee, "src_mode": _LONG}
    from_hub = {"src_pan": PAN, "src": HUB.ieee, "src_mode": _LONG}
    everybody = {"dst_pan": mac.BROADCAST, "dst": mac.BROADCAST, "dst_mode": _SHORT}
    realignment = b"\x62\x1a\x00\x00" + bytes((CHANNEL,)) + b"\x22\x22"
    table: list[tuple[MacCommand, bytes, dict[str, Any]]] = [
        (MacCommand.BEACON_REQUEST, b"", everybody),
        (MacCommand.ASSOCIATION_REQUEST, b"\x80", {**short_to_hub, "src_pan": 0xFFFF, **from_long}),
        (MacCommand.ASSOCIATION_RESPONSE, b"\x22\x22\x00", {**long_to_gsme, **from_hub}),
        (MacCommand.DISASSOCIATION, b"\x02", {**long_to_gsme, **from_hub}),
        (MacCommand.DATA_REQUEST, b"", {**short_to_hub, "src_pan": PAN, **from_long}),
        (MacCommand.DATA_REQUEST, b"", {**short_to_hub, "src_pan": PAN, "src": GSME.short, "src_mode": _SHORT}),
        (
            MacCommand.PAN_ID_CONFLICT,
            b"",
            {"dst_pan": PAN, "dst": HUB.ieee, "dst_mode": _LONG, "src_pan": PAN, **from_long},
        ),
        (MacCommand.ORPHAN_NOTIFICATION, b"", {**everybody, "src_pan": 0xFFFF, **from_long}),
        (
            MacCommand.COORDINATOR_REALIGNMENT,
            realignment,
            {"dst_pan": 0xFFFF, "dst": GSME.ieee, "dst_mode": _LONG, **from_hub},
        ),
    ]
    for sequence, (command, content, addresses) in enumerate(table):
        acknowledged = addresses["dst_pan"] != mac.BROADCAST
        frame = MacFrame(mac.COMMAND, sequence, bytes((command,)) + content, ack_request=acknowledged, **addresses)
        yield Sample(f"MAC {command.name}", frame.encode())


NWK_COMMANDS: tuple[NwkCommand, ...] = (
    nwk_commands.RouteRequest(1, ESME.short),
    nwk_commands.RouteRequest(2, ESME.short, 3, 1, ESME.ieee),
    nwk_commands.RouteReply(1, HUB.short, ESME.short, 2),
    nwk_commands.RouteReply(1, HUB.short, ESME.short, 2, HUB.ieee, ESME.ieee),
    nwk_commands.NetworkStatus(0x02, ESME.short),
    nwk_commands.Leave(),
    nwk_commands.Leave(request=True, rejoin=True, remove_children=True),
    nwk_commands.RouteRecord((ESME.short, 0x3333)),
    nwk_commands.RejoinRequest(0x80),
    nwk_commands.RejoinResponse(GSME.short, 0),
    nwk_commands.LinkStatus((nwk_commands.LinkStatusEntry(0, 1, 3), nwk_commands.LinkStatusEntry(ESME.short, 7, 0))),
    nwk_commands.NetworkReport(EXTENDED_PAN, (PAN, 0x1234)),
    nwk_commands.NetworkUpdate(EXTENDED_PAN, 2, 0x4321),
    nwk_commands.EndDeviceTimeoutRequest(8),
    nwk_commands.EndDeviceTimeoutResponse(0, 3),
)


def nwk_samples() -> Iterator[Sample]:
    """Every command, and data frames with every option of the header."""
    han = Han()
    for command in NWK_COMMANDS:
        header = han.nwk_header(nwk.COMMAND, GSME, HUB.short, src_ieee=GSME.ieee, dst_ieee=HUB.ieee)
        yield Sample(f"NWK {command}", han.carry(han.seal(header, command.encode(), GSME), GSME, HUB))
    rejoin = han.nwk_header(nwk.COMMAND, GSME, HUB.short, secured=False, src_ieee=GSME.ieee)
    yield Sample("NWK unsecured rejoin", han.carry(rejoin + nwk_commands.RejoinRequest(0x80).encode(), GSME, HUB))
    options: list[dict[str, Any]] = [
        {"src_ieee": HUB.ieee},
        {"dst_ieee": GSME.ieee},
        {"src_ieee": HUB.ieee, "dst_ieee": GSME.ieee, "discover_route": 1},
        {"end_device_initiator": True},
        {"relays": (ESME.short,)},
        {"relays": (ESME.short, 0x3333), "src_ieee": HUB.ieee},
    ]
    for extra in options:
        apdu = aps.data_header(0, 0x0013, 0, 0, han.number() & 0xFF, ack_request=False) + _announcement()
        header = han.nwk_header(nwk.DATA, HUB, GSME.short, **extra)
        yield Sample(f"NWK data with {', '.join(extra)}", han.carry(han.seal(header, apdu, HUB)))


def _announcement() -> bytes:
    return zdp.encode(1, zdp.DeviceAnnce(GSME.short, GSME.ieee, 0x80))


APS_COMMANDS: tuple[tuple[ApsCommand, KeyId | None], ...] = (
    (aps_commands.TransportNetworkKey(NETWORK_KEY, 0, GSME.ieee, HUB.ieee), KeyId.KEY_TRANSPORT),
    (aps_commands.TransportLinkKey(LINK_KEY, GSME.ieee, HUB.ieee), KeyId.KEY_LOAD),
    (aps_commands.TransportApplicationKey(LINK_KEY, ESME.ieee, True), KeyId.KEY_LOAD),
    (aps_commands.UpdateDevice(GSME.ieee, GSME.short, 1), KeyId.DATA),
    (aps_commands.UpdateDevice(GSME.ieee, GSME.short, 1), None),
    (aps_commands.RemoveDevice(GSME.ieee), KeyId.DATA),
    (aps_commands.RequestKey(2, ESME.ieee), KeyId.DATA),
    (aps_commands.RequestKey(4), KeyId.DATA),
    (aps_commands.SwitchKey(1), None),
    (aps_commands.VerifyKey(4, GSME.ieee, bytes(range(16))), None),
    (aps_commands.ConfirmKey(0, 4, GSME.ieee), KeyId.DATA),
)


def aps_samples() -> Iterator[Sample]:
    """Every command under the key that it wants, tunnelled and plain; data secured, fragmented, broadcast."""
    han = Han()
    for command, key_id in APS_COMMANDS:
        yield Sample(f"APS {type(command).__name__}", han.data(_command(han, command, key_id)))
    network_key, _ = APS_COMMANDS[0]
    inner = _command(han, network_key, KeyId.KEY_TRANSPORT)
    unsecured = han.nwk_header(nwk.DATA, HUB, GSME.short, secured=False)
    yield Sample("APS Transport-Key of a join", han.carry(unsecured + inner))
    yield Sample("APS Tunnel", han.data(_command(han, aps_commands.Tunnel(GSME.ieee, inner), None), HUB, ESME))
    yield from _aps_data(han)


def _command(han: Han, command: ApsCommand, key_id: KeyId | None) -> bytes:
    header = aps.command_header(han.number() & 0xFF, secured=key_id is not None)
    if key_id is None:
        return header + command.encode()
    return han.under_link_key(header, command.encode(), key_id, HUB, extended_nonce=True)


def _aps_data(han: Han) -> Iterator[Sample]:
    for extended_nonce in (True, False):
        header = aps.data_header(1, 0x0000, SMART_ENERGY, 1, 40, ack_request=True, secured=True)
        plain = bytes.fromhex("0001000400")  # Read Attributes: ManufacturerName
        apdu = han.under_link_key(header, plain, KeyId.DATA, HUB, extended_nonce=extended_nonce)
        yield Sample("APS data under a link key", han.data(apdu))
    request = aps.decode(aps.data_header(1, 0x0702, SMART_ENERGY, 1, 41, ack_request=True) + b"\x00\x02\x00")
    yield Sample("APS ack of data", han.data(aps.ack_header(request), GSME, HUB))
    command = aps.decode(aps.command_header(42, ack_request=True) + b"\x09\x01")
    yield Sample("APS ack of a command", han.data(aps.ack_header(command), GSME, HUB))
    header = aps.data_header(0, 0x0013, 0, 0, 43, ack_request=False, delivery=aps.BROADCAST)
    npdu = han.seal(han.nwk_header(nwk.DATA, GSME, RX_ON_DEVICES, src_ieee=GSME.ieee), header + _announcement(), GSME)
    yield Sample("APS broadcast", han.carry(npdu, GSME, broadcast=True))
    yield from _fragments(han)


def _fragments(han: Han) -> Iterator[Sample]:
    """One report in two blocks, each acknowledged."""
    report = b"\x18\x05\x0a" + b"".join(bytes((n, 0, 0x25, n, 0, 0, 0, 0, 0)) for n in range(10))
    blocks = (report[:64], report[64:])
    for number, block in enumerate(blocks):
        fragment = aps.Fragment(number == 0, len(blocks) if number == 0 else number)
        header = aps.data_header(1, 0x0702, SMART_ENERGY, 1, 50, ack_request=True, fragment=fragment)
        yield Sample(f"APS fragment {number}", han.data(header + block, GSME, HUB))
        acknowledgement = aps.ack_header(aps.decode(header + block), received=0xFF)
        yield Sample(f"APS ack of fragment {number}", han.data(acknowledgement))


_NEIGHBOR = NeighborEntry(EXTENDED_PAN, GSME.ieee, GSME.short, NeighborFlags(END_DEVICE, 0, 1), 0, 1, 170)
_BINDING = Binding(GSME.ieee, 1, 0x0702, destination=HUB.ieee, destination_endpoint=1)
_GROUP_BINDING = Binding(GSME.ieee, 1, 0x0702, GROUP, group=0x0001)
_METER = SimpleDescriptor(1, SMART_ENERGY, 0x0501, 0, (0x0000, 0x0702), (0x000A,))

ZDP_MESSAGES: tuple[zdp.ZdpMessage, ...] = (
    zdp.NwkAddrReq(GSME.ieee),
    zdp.NwkAddrRsp(0, GSME.ieee, GSME.short),
    zdp.NwkAddrRsp(0, ESME.ieee, ESME.short, (0, (GSME.short, 0x3333))),
    zdp.IeeeAddrReq(GSME.short, zdp.EXTENDED),
    zdp.IeeeAddrRsp(0, GSME.ieee, GSME.short),
    zdp.NodeDescReq(GSME.short),
    zdp.NodeDescRsp(0, GSME.short, NodeDescriptor.of(END_DEVICE, 0x80, 0x1031)),
    zdp.PowerDescReq(GSME.short),
    zdp.PowerDescRsp(0, GSME.short, PowerDescriptor()),
    zdp.SimpleDescReq(GSME.short, 1),
    zdp.SimpleDescRsp(0, GSME.short, _METER),
    zdp.ActiveEpReq(GSME.short),
    zdp.ActiveEpRsp(0, GSME.short, (1, 2)),
    zdp.MatchDescReq(GSME.short, SMART_ENERGY, (0x0702,), (0x000A,)),
    zdp.MatchDescRsp(0, GSME.short, (1,)),
    zdp.DeviceAnnce(GSME.short, GSME.ieee, 0x80),
    zdp.ParentAnnce((GSME.ieee,)),
    zdp.ParentAnnceRsp(0, (GSME.ieee,)),
    zdp.BindReq(_BINDING),
    zdp.BindRsp(0),
    zdp.UnbindReq(_GROUP_BINDING),
    zdp.UnbindRsp(0x88),
    zdp.MgmtLqiReq(),
    zdp.MgmtLqiRsp(0, 1, 0, (_NEIGHBOR,)),
    zdp.MgmtBindReq(),
    zdp.MgmtBindRsp(0, 2, 0, (_BINDING, _GROUP_BINDING)),
    zdp.MgmtLeaveReq(GSME.ieee, zdp.REJOIN),
    zdp.MgmtLeaveRsp(0),
    zdp.MgmtPermitJoiningReq(180),
    zdp.MgmtPermitJoiningRsp(0),
    zdp.MgmtNwkUpdateReq(1 << 11 | 1 << 26, 3, count=1),
    zdp.MgmtNwkUpdateReq(1 << 20, zdp.CHANGE_CHANNEL, update_id=2),
    zdp.MgmtNwkUpdateReq(1 << 20, zdp.CHANGE_PARAMETERS, update_id=2, manager=0),
    zdp.MgmtNwkUpdateNotify(0, 1 << 11 | 1 << 12, 10, 1, (5, 200)),
)


def zdp_samples() -> Iterator[Sample]:
    """Every message of the device profile."""
    han = Han()
    for message in ZDP_MESSAGES:
        src, dst = (GSME, HUB) if message.CLUSTER & zdp.RESPONSE else (HUB, GSME)
        payload = zdp.encode(han.number() & 0xFF, message)
        yield Sample(f"ZDP {type(message).__name__}", han.message(message.CLUSTER, payload, src, dst, profile=0))
