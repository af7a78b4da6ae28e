"""Two endpoints on one virtual clock, over a transport that delivers at once or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest

from hanbench.emulator.clock import VirtualClock
from hanbench.emulator.zcl import ClusterServer, Endpoint
from hanbench.emulator.zcl.clusters import BASIC, IDENTIFY, METERING
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.clusters.identify import IdentifyAttributes
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.emulator.zigbee.aps.data import ApsIndication, ApsRequest, ApsStatus

METER, HUB = 0x1234, 0x0000
SMART_ENERGY = 0x0109


class Sent(NamedTuple):
    src: int
    dst: int
    cluster: int
    payload: bytes
    ack: bool
    secured: bool


class LoopBack:
    """The APS of every node: a message arrives one millisecond after it was sent."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.sent: list[Sent] = []
        self.handlers: dict[tuple[int, int], Callable[[Any], object]] = {}
        self.deaf: set[int] = set()

    def node(self, short: int) -> Node:
        return Node(self, short)


@dataclass
class Node:
    air: LoopBack
    short: int
    log: list[Any] = field(default_factory=list)

    def register(self, endpoint: int, handler: Callable[[Any], object]) -> None:
        self.air.handlers[self.short, endpoint] = handler

    def send(self, request: ApsRequest, done: Callable[[ApsStatus], object] | None = None) -> None:
        dst, cluster, payload, profile, src_endpoint, dst_endpoint, ack, secured = request
        self.air.sent.append(Sent(self.short, dst, cluster, payload, ack, secured))
        broadcast = dst >= 0xFFF8
        status = ApsStatus.NO_ACK if dst in self.air.deaf else ApsStatus.SUCCESS
        if status is ApsStatus.SUCCESS:
            for (short, endpoint), handler in list(self.air.handlers.items()):
                if (short == dst or broadcast) and short != self.short and dst_endpoint in (endpoint, 0xFF):
                    indication = ApsIndication(
                        self.short,
                        src_endpoint,
                        dst,
                        endpoint,
                        profile,
                        cluster,
                        payload,
                        secured,
                        broadcast,
                        -50,
                        255,
                    )
                    self.air.clock.call_later(1_000, handler, indication)
        if done is not None:
            self.air.clock.call_later(2_000, done, status)


@dataclass
class Han:
    """A meter with servers, a hub that asks, and what travelled between them."""

    clock: VirtualClock
    air: LoopBack
    meter: Endpoint
    hub: Endpoint
    metering: ClusterServer
    replies: list[Any] = field(default_factory=list)
    reports: list[dict[int, Any]] = field(default_factory=list)

    def say(
        self, payload: bytes, *, cluster: int = 0x0702, dst: int = METER, profile: int = SMART_ENERGY
    ) -> list[Sent]:
        """Put raw octets on the air from the hub; what the meter sent in answer."""
        before = len(self.air.sent)
        self.air.node(HUB).send(ApsRequest(dst, cluster, payload, profile, src_endpoint=1, dst_endpoint=1))
        self.clock.run_for(10_000)
        return [each for each in self.air.sent[before:] if each.src == METER]

    def payloads(self, octets: bytes, **where: int) -> list[bytes]:
        return [each.payload for each in self.say(octets, **where)]


@pytest.fixture
def han() -> Han:
    clock = VirtualClock()
    air = LoopBack(clock)
    metering = ClusterServer(
        METERING,
        {
            MeteringAttributes.CurrentSummationDelivered: 0x010203040506,
            MeteringAttributes.Status: 0,
            MeteringAttributes.InstantaneousDemand: -5,
            MeteringAttributes.MeterSerialNumber: b"G4A0001",
            MeteringAttributes.UnitOfMeasure: 1,
            MeteringAttributes.SiteID: b"here",
            MeteringAttributes.GenericAlarmMask: 0,
            MeteringAttributes.GasSpecificAlarmMask: 0xFFFF,
        },
    )
    basic = ClusterServer(BASIC, {BasicAttributes.ZCLVersion: 3, BasicAttributes.ManufacturerName: "Secure"})
    identify = ClusterServer(IDENTIFY, {IdentifyAttributes.IdentifyTime: 0})
    meter = Endpoint(
        air.node(METER), clock, 1, SMART_ENERGY, 0x0501, servers=[metering, basic, identify], clients=[0x000A]
    )
    hub = Endpoint(air.node(HUB), clock, 1, SMART_ENERGY, 0x0500, clients=[METERING.id, BASIC.id, IDENTIFY.id])
    han = Han(clock, air, meter, hub, metering)
    hub.on_report = lambda src, src_endpoint, endpoint, cluster, values: han.reports.append(values)
    return han
