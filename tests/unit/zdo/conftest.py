"""Two nodes' device objects on one virtual clock, over a transport that delivers at once or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest

from hanbench.emulator.clock import VirtualClock
from hanbench.emulator.zigbee.aps.data import ApsIndication, ApsRequest, ApsStatus
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

HUB, METER, CHILD = 0x0000, 0x1234, 0x5678
HUB_IEEE, METER_IEEE, CHILD_IEEE = 0xA1, 0xB2, 0xC3


class Sent(NamedTuple):
    src: int
    dst: int
    cluster: int
    payload: bytes


@dataclass
class Node:
    """A node as its device objects see it, and its transport."""

    clock: VirtualClock
    net: dict[int, Node]
    sent: list[Sent]
    short: int
    ieee: int
    endpoints: list[SimpleDescriptor]
    kids: list[NodeAddress] = field(default_factory=list)
    table: list[NeighborEntry] = field(default_factory=list)
    bindings: BindingTable = field(default_factory=lambda: BindingTable(2))
    node_descriptor: NodeDescriptor = field(default_factory=lambda: NodeDescriptor.of(0, 0x8E, 0x1031, 1))
    power_descriptor: PowerDescriptor = field(default_factory=PowerDescriptor)
    done: list[tuple[Any, ...]] = field(default_factory=list)
    deaf: bool = False
    handler: Callable[[Any], object] | None = None

    def simple_descriptors(self) -> list[SimpleDescriptor]:
        return self.endpoints

    def neighbors(self) -> list[NeighborEntry]:
        return self.table

    def children(self) -> list[NodeAddress]:
        return self.kids

    def permit_join(self, duration: int, tc_significance: bool) -> ZdpStatus:
        self.done.append(("permit", duration, tc_significance))
        return ZdpStatus.SUCCESS

    def leave(self, ieee: int, *, rejoin: bool, remove_children: bool) -> ZdpStatus:
        self.done.append(("leave", ieee, rejoin, remove_children))
        return ZdpStatus.SUCCESS if ieee in (self.ieee, CHILD_IEEE) else ZdpStatus.DEVICE_NOT_FOUND

    def energy_scan(self, channels: tuple[int, ...], exponent: int, done: Callable[[EnergyReport], None]) -> None:
        self.done.append(("scan", channels, exponent))
        self.clock.call_later(1_000, done, EnergyReport(tuple(10 * each for each in channels), 70_000, 3))

    def change_channel(self, channel: int, update_id: int) -> None:
        self.done.append(("channel", channel, update_id))

    def change_parameters(self, channels: int, update_id: int, manager: int) -> None:
        self.done.append(("parameters", channels, update_id, manager))

    def register(self, endpoint: int, handler: Callable[[Any], object]) -> None:
        assert endpoint == 0
        self.handler = handler

    def send(self, request: ApsRequest, done: Callable[[ApsStatus], object] | None = None) -> None:
        dst, cluster, payload, profile, src_endpoint, dst_endpoint, ack, secured = request
        assert (profile, src_endpoint, dst_endpoint, secured) == (0, 0, 0, False)
        broadcast = dst >= 0xFFF8
        assert ack is not broadcast
        self.sent.append(Sent(self.short, dst, cluster, payload))
        status = ApsStatus.NO_ACK
        for short, node in self.net.items():
            if short != self.short and (broadcast or short == dst) and not node.deaf:
                status = ApsStatus.SUCCESS
                indication = ApsIndication(
                    self.short, 0, dst, 0, profile, cluster, payload, secured, broadcast, -50, 255
                )
                assert node.handler is not None
                self.clock.call_later(1_000, node.handler, indication)
        if done is not None:
            self.clock.call_later(2_000, done, ApsStatus.SUCCESS if broadcast else status)


@dataclass
class Net:
    clock: VirtualClock
    sent: list[Sent]
    hub_node: Node
    meter_node: Node
    hub: Zdo
    meter: Zdo
    replies: list[Any] = field(default_factory=list)

    def ask(self, message: Any, dst: int = HUB) -> Any:
        """The meter asks; the one reply."""
        replies: list[Any] = []
        self.meter.client.request(dst, message, replies.append)
        self.clock.run_for(60_000_000)
        [reply] = replies
        return reply

    def say(self, cluster: int, octets: str, dst: int = HUB) -> list[Sent]:
        """Put raw octets on the air from the meter; what the hub sent in answer."""
        before = len(self.sent)
        payload = bytes.fromhex(octets)
        ack = dst < 0xFFF8
        self.meter_node.send(ApsRequest(dst, cluster, payload, profile=0, src_endpoint=0, dst_endpoint=0, ack=ack))
        self.clock.run_for(1_000_000)
        return [each for each in self.sent[before:] if each.src == HUB]


def neighbor(ieee: int, short: int) -> NeighborEntry:
    return NeighborEntry(0xE0, ieee, short, NeighborFlags(2, 0, 1), 0, 1, 200)


@pytest.fixture
def net() -> Net:
    clock = VirtualClock()
    nodes: dict[int, Node] = {}
    sent: list[Sent] = []
    esi = SimpleDescriptor(1, 0x0109, 0x0500, 1, (0x0000, 0x000A), (0x0702,))
    mirror = SimpleDescriptor(2, 0x0109, 0x0501, 0, (0x0000, 0x0702), ())
    meter = SimpleDescriptor(1, 0x0109, 0x0501, 0, (0x0702,), ())
    children = [NodeAddress(METER_IEEE, METER), NodeAddress(CHILD_IEEE, CHILD)]
    hub_node = Node(clock, nodes, sent, HUB, HUB_IEEE, [esi, mirror], children)
    hub_node.table = [neighbor(0x100 + n, n) for n in range(1, 6)]
    meter_node = Node(clock, nodes, sent, METER, METER_IEEE, [meter])
    nodes.update({HUB: hub_node, METER: meter_node})
    return Net(clock, sent, hub_node, meter_node, Zdo(hub_node, clock, hub_node), Zdo(meter_node, clock, meter_node))
