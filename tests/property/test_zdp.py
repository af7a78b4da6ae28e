"""Device profile codec: parse and build are inverse, and junk ends in RemoteProtocolError and a count."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hanbench.emulator.clock import VirtualClock
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zigbee.aps.data import ApsIndication, ApsRequest
from hanbench.emulator.zigbee.binding import Binding
from hanbench.emulator.zigbee.zdo import (
    BindingTable,
    EnergyReport,
    NeighborEntry,
    NeighborFlags,
    NodeAddress,
    NodeDescriptor,
    PowerDescriptor,
    SimpleDescriptor,
    Zdo,
    ZdpStatus,
)
from hanbench.emulator.zigbee.zdo import messages as zdp

u8, u16, u32, u64 = (st.integers(0, (1 << bits) - 1) for bits in (8, 16, 32, 64))
shorts = st.lists(u16, max_size=8).map(tuple)
octets = st.lists(u8, max_size=8).map(tuple)
simple = st.builds(SimpleDescriptor, u8, u16, u16, st.integers(0, 15), shorts, shorts)
flags = st.builds(NeighborFlags, st.integers(0, 3), st.integers(0, 3), st.integers(0, 7))
neighbors = st.builds(NeighborEntry, u64, u64, u16, flags, u8, u8, u8)
bindings = st.one_of(
    st.builds(Binding, u64, u8, u16, st.just(3), destination=u64, destination_endpoint=u8),
    st.builds(Binding, u64, u8, u16, st.just(1), u16),
)


def attempt(cluster: int, payload: bytes) -> Any:
    """What is parsed, or the reason for which it is refused. Any other exception escapes."""
    try:
        return zdp.decode(cluster, payload)
    except RemoteProtocolError as error:
        return error.reason


messages = st.one_of(
    st.builds(zdp.NwkAddrReq, u64, u8, u8),
    st.builds(zdp.NwkAddrRsp, u8, u64, u16, st.none() | st.tuples(u8, shorts.filter(len))),
    st.builds(zdp.IeeeAddrReq, u16, u8, u8),
    st.builds(
        zdp.NodeDescRsp, st.just(0), u16, st.builds(NodeDescriptor.of, st.integers(0, 7), u8, u16, st.integers(0, 511))
    ),
    st.builds(zdp.SimpleDescRsp, u8, u16, st.none() | simple),
    st.builds(zdp.ActiveEpRsp, u8, u16, octets),
    st.builds(zdp.MatchDescReq, u16, u16, shorts, shorts),
    st.builds(zdp.DeviceAnnce, u16, u64, u8),
    st.builds(zdp.ParentAnnce, st.lists(u64, max_size=5).map(tuple)),
    st.builds(zdp.BindReq, bindings),
    st.builds(zdp.UnbindReq, bindings),
    st.builds(zdp.MgmtLqiRsp, u8, u8, u8, st.lists(neighbors, max_size=3).map(tuple)),
    st.builds(zdp.MgmtBindRsp, u8, u8, u8, st.lists(bindings, max_size=3).map(tuple)),
    st.builds(zdp.MgmtLeaveReq, u64, u8),
    st.builds(zdp.MgmtPermitJoiningReq, u8, u8),
    st.builds(zdp.MgmtNwkUpdateReq, u32, st.integers(0, 5), count=u8),
    st.builds(zdp.MgmtNwkUpdateReq, u32, st.just(0xFE), update_id=u8),
    st.builds(zdp.MgmtNwkUpdateReq, u32, st.just(0xFF), update_id=u8, manager=u16),
    st.builds(zdp.MgmtNwkUpdateNotify, u8, u32, u16, u16, octets),
)


@given(u8, messages)
def test_a_message_that_is_built_is_read_again(tsn: int, message: zdp.ZdpMessage) -> None:
    assert zdp.decode(message.CLUSTER, zdp.encode(tsn, message)) == (tsn, message)


@given(st.sampled_from(zdp.MESSAGES), st.binary(max_size=60))
def test_octets_are_a_message_or_malformed(kind: type[zdp.ZdpMessage], payload: bytes) -> None:
    parsed = attempt(kind.CLUSTER, payload)
    assert parsed is DropReason.MALFORMED_ZDP or zdp.decode(kind.CLUSTER, zdp.encode(*parsed)) == parsed


class Node:
    """A node that agrees to everything, and its transport."""

    ieee, short = 0xA1, 0x0000
    node_descriptor = NodeDescriptor.of(0, 0x8E, 0x1031)
    power_descriptor = PowerDescriptor()

    def __init__(self) -> None:
        self.bindings = BindingTable(4)
        self.sent: list[tuple[int, bytes]] = []

    def simple_descriptors(self) -> list[SimpleDescriptor]:
        return [SimpleDescriptor(1, 0x0109, 0x0500, 0, (0,), (0x0702,))]

    def neighbors(self) -> list[NeighborEntry]:
        return [NeighborEntry(1, 2, 3, NeighborFlags(2), 0, 1, 255)] * 40

    def children(self) -> list[NodeAddress]:
        return [NodeAddress(0x100 + n, 1 + n) for n in range(40)]

    def permit_join(self, duration: int, tc_significance: bool) -> ZdpStatus:
        return ZdpStatus.SUCCESS

    def leave(self, ieee: int, *, rejoin: bool, remove_children: bool) -> ZdpStatus:
        return ZdpStatus.SUCCESS

    def energy_scan(self, channels: tuple[int, ...], exponent: int, done: Any) -> None:
        done(EnergyReport((0,) * len(channels), 0, 0))

    def change_channel(self, channel: int, update_id: int) -> None:
        assert 11 <= channel <= 26

    def change_parameters(self, channels: int, update_id: int, manager: int) -> None:
        pass

    def register(self, endpoint: int, handler: Any) -> None:
        pass

    def send(self, request: ApsRequest, done: Any = None) -> None:
        self.sent.append((request.cluster, request.payload))


requests = st.one_of(
    st.tuples(st.sampled_from([each.CLUSTER for each in zdp.MESSAGES]), st.binary(max_size=40)),
    st.tuples(u16, st.binary(max_size=8)),
    st.builds(lambda tsn, message: (message.CLUSTER, zdp.encode(tsn, message)), u8, messages),
)


@given(st.lists(st.tuples(requests, st.booleans()), max_size=10))
def test_nothing_that_a_peer_sends_raises_or_outgrows_a_frame(traffic: list[tuple[tuple[int, bytes], bool]]) -> None:
    node = Node()
    zdo = Zdo(node, VirtualClock(), node)
    for (cluster, payload), broadcast in traffic:
        dst = 0xFFFD if broadcast else 0
        zdo.receive(ApsIndication(5, 0, dst, 0, 0, cluster, payload, False, broadcast, -50, 255))
    for cluster, payload in node.sent:
        assert cluster & zdp.RESPONSE
        assert len(payload) <= 82
        if cluster in zdp.BY_CLUSTER:
            zdp.decode(cluster, payload)
