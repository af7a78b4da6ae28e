"""Routing between bare stacks: discovery, tables, source routes, failures, and what a hostile member can do to them.

Sources: Zigbee PRO R22, 3.4.1-3.4.5 (octets of the commands) and 3.6.3.5 (who answers, records and reports what).
"""

from __future__ import annotations

from typing import cast

import pytest

from hanbench.emulator.clock import HOUR, SECOND
from hanbench.emulator.errors import DropReason
from hanbench.emulator.zigbee.nwk import frames
from hanbench.emulator.zigbee.nwk.commands import NetworkStatus, RouteRecord, RouteReply, RouteRequest
from hanbench.emulator.zigbee.nwk.route_discovery import MOST_WAITING
from hanbench.emulator.zigbee.nwk.route_tables import (
    MOST_DISCOVERIES,
    MOST_ROUTES,
    ROUTE_LIFETIME,
    RouteRecords,
    RouteTable,
)
from hanbench.emulator.zigbee.nwk.routing import Routing
from hanbench.emulator.zigbee.stack import CoordinatorStack, EndDeviceStack, RouterStack, SleepyStack
from tests.support.mesh import Mesh

HUB, NEAR, FAR, CHILD, OTHER = 0x0000, 0x1111, 0x2222, 0x3333, 0x4444


@pytest.fixture
def chain() -> Mesh:
    """hub - near - far - child, and each hears its neighbours alone."""
    mesh = Mesh()
    mesh.add("hub", CoordinatorStack, HUB)
    mesh.add("near", RouterStack, NEAR, "hub")
    mesh.add("far", RouterStack, FAR, "near")
    mesh.add("child", EndDeviceStack, CHILD, "far")
    mesh.run(20)
    return mesh


def routing(mesh: Mesh, name: str) -> Routing:
    return cast("RouterStack", mesh.nodes[name]).routing


def arrived(mesh: Mesh) -> list[tuple[str, bytes]]:
    return [(name, indication.payload) for name, indication in mesh.delivered]


# --- discovery ------------------------------------------------------------------------------------------------------


def test_a_frame_finds_its_way_to_the_child_of_a_router_two_hops_away(chain: Mesh) -> None:
    chain.nodes["hub"].nwk.send(CHILD, b"there")
    chain.run(1)
    assert arrived(chain) == [("child", b"there")]
    data = [each for each in chain.heard if each.frame.type == frames.DATA]
    assert [(each.sender, each.receiver, each.frame.radius) for each in data] == [
        ("hub", NEAR, 30),
        ("near", FAR, 29),
        ("far", CHILD, 28),
    ]
    replies = [(each.sender, each.receiver, each.command) for each in chain.commands(RouteReply)]
    # The router answers for its end device, and each hop adds the cost of its link (3.4.2.3).
    assert [(sender, receiver) for sender, receiver, _ in replies] == [("far", NEAR), ("near", HUB)]
    assert [reply.cost for _, _, reply in replies if isinstance(reply, RouteReply)] == [0, 1]


def test_the_octets_of_a_discovery_are_those_of_the_standard(chain: Mesh) -> None:
    chain.nodes["hub"].nwk.send(CHILD, b"there")
    chain.run(1)
    request, reply = chain.commands(RouteRequest)[0].frame, chain.commands(RouteReply)[0].frame
    number = request.payload[2:3]
    assert request.payload == b"\x01\x00" + number + bytes.fromhex("3333 00")  # 3.4.1: no options, destination, cost
    assert (request.dst, request.src_ieee) == (0xFFFC, 0xA0000)
    assert reply.payload == b"\x02\x00" + number + bytes.fromhex("0000 3333 00")  # 3.4.2: originator, responder, cost


def test_a_known_route_is_not_looked_for_again(chain: Mesh) -> None:
    for _ in range(3):
        chain.nodes["hub"].nwk.send(CHILD, b"there")
        chain.run(2)
    assert len(arrived(chain)) == 3
    assert len({each.frame.payload[2] for each in chain.commands(RouteRequest)}) == 1


def test_a_reply_goes_back_by_the_way_of_the_request(chain: Mesh) -> None:
    """nwkSymLink is TRUE in Zigbee PRO: the request has made the routes back to its originator."""
    chain.nodes["hub"].nwk.send(FAR, b"there")
    chain.run(1)
    before = len(chain.commands(RouteRequest))
    chain.nodes["far"].nwk.send(HUB, b"back")
    chain.run(1)
    assert arrived(chain) == [("far", b"there"), ("hub", b"back")]
    asked = [each for each in chain.commands(RouteRequest)[before:] if each.frame.payload[1] == 0]
    assert asked == []


def test_the_way_with_the_better_links_is_taken() -> None:
    mesh = Mesh()
    mesh.add("hub", CoordinatorStack, HUB)
    mesh.add("weak", RouterStack, NEAR, "hub")
    mesh.add("good", RouterStack, OTHER, "hub")
    mesh.add("far", RouterStack, FAR, "good")
    mesh.link("hub", "weak", 47)
    mesh.link("weak", "far", 47)
    mesh.run(20)
    for _ in range(4):
        mesh.nodes["hub"].nwk.send(FAR, b"there")
        mesh.run(2)
    route = routing(mesh, "hub").routes.get(FAR, mesh.clock.now)
    assert route is not None
    assert route.next_hop == OTHER
    assert len(arrived(mesh)) == 4


def test_nobody_answers_for_a_device_that_is_nowhere(chain: Mesh) -> None:
    ended: list[object] = []
    chain.nodes["hub"].nwk.send(OTHER, b"where", ended.append)
    chain.run(5)
    assert len(ended) == 1
    assert arrived(chain) == []
    own = [each for each in chain.commands(RouteRequest) if each.sender == "hub"]
    assert len(own) == 4  # the first, and nwkcInitialRREQRetries = 3 (3.5.1)
    assert chain.nodes["hub"].counters[DropReason.NO_ROUTE] == 1


def test_children_and_routers_in_range_need_no_discovery() -> None:
    mesh = Mesh()
    mesh.add("hub", CoordinatorStack, HUB)
    mesh.add("near", RouterStack, NEAR, "hub")
    mesh.add("child", SleepyStack, CHILD, "hub")
    mesh.run(20)
    mesh.nodes["hub"].nwk.send(NEAR, b"down")
    mesh.nodes["near"].nwk.send(HUB, b"up")
    mesh.nodes["child"].nwk.send(HUB, b"from a sleeper")
    mesh.run(2)
    assert len(arrived(mesh)) == 3
    assert mesh.commands(RouteRequest) == mesh.commands(RouteRecord) == []


# --- concentrator ---------------------------------------------------------------------------------------------------


def test_the_coordinator_answers_by_source_route_once_the_way_is_recorded(chain: Mesh) -> None:
    for number in range(2):
        chain.nodes["child"].nwk.send(HUB, bytes((number,)))
        chain.run(3)
    assert len(arrived(chain)) == 2
    announced = [each for each in chain.commands(RouteRequest) if each.frame.payload[1] & 0x18 == 0x08]
    assert announced[0].sender == "hub"  # many-to-one with route record table (3.4.1.3.1)
    records = chain.commands(RouteRecord)
    # The parent records for its end device, in its name, and is the first relay; the next one adds itself (3.6.3.5.4).
    assert [(each.sender, each.frame.src, each.frame.payload.hex()) for each in records] == [
        ("far", CHILD, "05012222"),
        ("near", CHILD, "050222221111"),
    ]
    chain.nodes["hub"].nwk.send(CHILD, b"answer")
    chain.run(1)
    routed = [each for each in chain.heard if each.frame.payload == b"answer"]
    # The list begins beside the destination, and the index counts down to it (3.3.1.9).
    assert [(each.sender, each.frame.relays, each.frame.relay_index) for each in routed] == [
        ("hub", (FAR, NEAR), 1),
        ("near", (FAR, NEAR), 0),
        ("far", (FAR, NEAR), 0),
    ]
    assert arrived(chain)[-1] == ("child", b"answer")


def test_a_frame_too_long_for_a_source_route_goes_by_table(chain: Mesh) -> None:
    for _ in range(2):
        chain.nodes["child"].nwk.send(HUB, b"report")
        chain.run(3)
    whole = bytes(116 - 8 - frames.SECURITY_OVERHEAD)
    chain.nodes["hub"].nwk.send(CHILD, whole)
    chain.run(2)
    assert arrived(chain)[-1] == ("child", whole)
    assert [each.frame.relays for each in chain.heard if each.frame.payload == whole] == [(), (), ()]


# --- failures -------------------------------------------------------------------------------------------------------


def test_a_broken_source_route_is_reported_and_another_way_found(chain: Mesh) -> None:
    for _ in range(2):
        chain.nodes["child"].nwk.send(HUB, b"report")
        chain.run(3)
    chain.part("near", "far")
    chain.add("other", RouterStack, OTHER, "hub")
    chain.link("other", "far")
    chain.run(20)
    chain.nodes["hub"].nwk.send(CHILD, b"lost")
    chain.run(2)
    (status,) = [each.command for each in chain.commands(NetworkStatus)]
    assert status == NetworkStatus(0x0B, CHILD)  # source route failure (table 3-42)
    for _ in range(5):
        chain.nodes["hub"].nwk.send(CHILD, b"again")
        chain.run(5)
    assert arrived(chain)[-1] == ("child", b"again")


def test_a_frame_in_a_circle_of_routes_dies_of_its_radius(chain: Mesh) -> None:
    routing(chain, "hub").routes.set(OTHER, NEAR, chain.clock.now)
    routing(chain, "near").routes.set(OTHER, FAR, chain.clock.now)
    routing(chain, "far").routes.set(OTHER, NEAR, chain.clock.now)
    chain.nodes["hub"].nwk.send(OTHER, b"round and round")
    chain.run(5)
    hops = [each for each in chain.heard if each.frame.payload == b"round and round"]
    assert [each.frame.radius for each in hops] == list(range(30, 0, -1))
    dropped = sum(chain.nodes[name].counters[DropReason.RADIUS_EXPIRED] for name in ("near", "far"))
    assert dropped == 1


def test_a_source_route_that_does_not_name_the_relay_goes_no_further(chain: Mesh) -> None:
    hub = chain.nodes["hub"]
    for index in (1, 7, 255):
        header = frames.header(
            frames.DATA, CHILD, HUB, index, radius=30, secured=True, relays=(FAR,), relay_index=index
        )
        hub.mac.send(NEAR, frames.seal(header, b"x", hub.nwk.security.outgoing()))
    chain.run(1)
    assert arrived(chain) == []
    assert chain.nodes["near"].counters[DropReason.NO_ROUTE] == 3


# --- what a hostile member can do -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "octets",
    ["01", "0100", "010001", "01000133", "0118013333 00", "0120013333 00 0102", "01000133330000"],
    ids=["nothing", "options", "id", "half", "reserved kind", "half an EUI-64", "one octet more"],
)
def test_a_malformed_route_request_is_dropped(chain: Mesh, octets: str) -> None:
    before = len(routing(chain, "hub").routes)
    chain.broadcast("near", bytes.fromhex(octets), src=NEAR)
    chain.run(1)
    assert chain.nodes["hub"].counters[DropReason.MALFORMED_NWK] == 1
    assert len(routing(chain, "hub").routes) == before


@pytest.mark.parametrize(
    ("octets", "src"),
    [
        ("05ff" + "2222" * 3, FAR),
        ("05" + "28" + "".join(f"{number:02x}50" for number in range(40)), FAR),
        ("0502 1111 1111", FAR),
        ("0502 0000 1111", FAR),
        ("0501 2222", CHILD),
        ("0501 fcff", CHILD),
        ("0500", CHILD),
    ],
    ids=["fewer than it says", "40 relays", "twice", "through the hub", "not the sender", "broadcast", "a stranger"],
)
def test_a_record_that_is_no_way_is_dropped(chain: Mesh, octets: str, src: int) -> None:
    near = chain.nodes["near"]
    header = frames.header(frames.COMMAND, HUB, src, 9, radius=30, secured=True, src_ieee=0xB1)
    near.mac.send(HUB, frames.seal(header, bytes.fromhex(octets), near.nwk.security.outgoing()))
    chain.run(1)
    assert chain.nodes["hub"].counters[DropReason.MALFORMED_NWK] == 1
    assert len(routing(chain, "hub").records) == 0


def test_a_flood_of_route_requests_fills_no_table_beyond_its_bound(chain: Mesh) -> None:
    for number in range(400):
        request = RouteRequest(number & 0xFF, 0x5000 + number)
        chain.broadcast("near", request.encode(), src=0x6000 + number, sequence=number & 0xFF)
        chain.run(0.005)
    hub = chain.nodes["hub"]
    assert len(routing(chain, "hub").routes) <= MOST_ROUTES
    assert hub.counters[DropReason.TABLE_FULL] >= 400 - MOST_DISCOVERIES - 5
    chain.run(11)  # nwkcRouteDiscoveryTime: 10 s
    hub.nwk.send(CHILD, b"still there")
    chain.run(2)
    assert arrived(chain)[-1:] == [("child", b"still there")]


def test_replies_that_nobody_asked_for_make_no_route(chain: Mesh) -> None:
    near = chain.nodes["near"]
    for number in range(256):
        near.nwk.send_command(HUB, RouteReply(number, HUB, OTHER), radius=1)
        chain.run(0.02)
    assert routing(chain, "hub").routes.get(OTHER, chain.clock.now) is None
    assert chain.nodes["hub"].counters[DropReason.NO_ROUTE] == 256


def test_frames_that_wait_for_a_route_are_bounded_and_each_is_answered(chain: Mesh) -> None:
    ended: list[object] = []
    for number in range(40):
        chain.nodes["hub"].nwk.send(0x7000 + number, b"where", ended.append)
    chain.run(5)
    assert len(ended) == 40
    assert chain.nodes["hub"].counters[DropReason.TABLE_FULL] >= 40 - MOST_WAITING


def test_frames_of_many_made_up_sources_make_one_announcement_a_minute(chain: Mesh) -> None:
    near = chain.nodes["near"]
    for number in range(120):
        header = frames.header(frames.DATA, HUB, 0x6000 + number, number, radius=30, secured=True)
        near.mac.send(HUB, frames.seal(header, b"x", near.nwk.security.outgoing()))
        chain.run(1)
    announced = {each.frame.payload[2] for each in chain.commands(RouteRequest) if each.frame.payload[1] & 0x18}
    assert len(announced) == 2
    assert len(routing(chain, "hub").routes) <= MOST_ROUTES


@pytest.mark.parametrize("status", range(0x13))
def test_a_status_about_a_way_that_works_costs_a_discovery_at_most(chain: Mesh, status: int) -> None:
    for _ in range(2):
        chain.nodes["child"].nwk.send(HUB, b"report")
        chain.run(3)
    chain.nodes["near"].nwk.send_command(HUB, NetworkStatus(status, CHILD), radius=30)
    chain.run(1)
    chain.nodes["hub"].nwk.send(CHILD, b"still there")
    chain.run(2)
    assert arrived(chain)[-1] == ("child", b"still there")


# --- tables ---------------------------------------------------------------------------------------------------------


def test_a_full_table_loses_the_route_that_was_longest_unused() -> None:
    table = RouteTable()
    for number in range(MOST_ROUTES):
        table.set(number, 1, number)
    assert table.get(0, 1000) is not None
    table.set(5000, 1, 1001)
    assert (len(table), table.get(1, 1002)) == (MOST_ROUTES, None)
    assert table.get(0, 1002) is not None


def test_a_route_that_nobody_uses_is_forgotten() -> None:
    table, records = RouteTable(), RouteRecords()
    table.set(1, 2, 0)
    records.set(1, (2,), 0)
    assert table.get(1, 3 * HOUR) is not None
    assert table.get(1, 3 * HOUR + ROUTE_LIFETIME + SECOND) is None
    assert records.get(1, ROUTE_LIFETIME + SECOND) is None
    assert (len(table), len(records)) == (0, 0)


def test_a_number_that_comes_round_is_not_that_of_a_discovery_under_way(chain: Mesh) -> None:
    """Request identifiers have eight bits (R22, 3.4.1.3.2), and an entry lives for ten seconds."""
    discovery = routing(chain, "hub").discovery
    first = discovery._new_key()
    entry = discovery._discoveries.add(first, HUB, 0, chain.clock.now)
    assert first not in {discovery._new_key() for _ in range(300)}
    assert discovery._discoveries.get(first, chain.clock.now) is entry


def test_a_frame_goes_not_before_those_that_wait_for_a_route(chain: Mesh) -> None:
    """The APS seals frames with rising counters: one that overtakes makes the others replays (R22, 4.4.1.2)."""
    hub = chain.nodes["hub"]
    hub.nwk.send(CHILD, b"first")
    routing(chain, "hub").records.set(CHILD, (FAR, NEAR), chain.clock.now)
    hub.nwk.send(CHILD, b"second")
    chain.run(2)
    assert [payload for _, payload in arrived(chain)] == [b"first", b"second"]


def test_a_neighbour_is_the_way_to_itself_whatever_a_request_claims(chain: Mesh) -> None:
    """A forged request at cost 0 in its name would draw all frames to the forger (Karlof and Wagner 2003)."""
    near = routing(chain, "near")
    chain.nodes["hub"].nwk.send(NEAR, b"hello")
    chain.run(1)
    header = frames.header(frames.COMMAND, 0xFFFC, HUB, 1, radius=1, secured=False, src_ieee=0xA0000)
    near.route_requested(frames.decode(header + bytes.fromhex("01 08 07 fcff 00")), FAR, 255)
    route = near.routes.get(HUB, chain.clock.now)
    assert route is not None
    assert route.next_hop == HUB


def test_records_are_bounded() -> None:
    records = RouteRecords()
    for number in range(3 * MOST_ROUTES):
        records.set(number, (1,), number)
    assert len(records) == MOST_ROUTES
