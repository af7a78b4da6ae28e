"""Routing by a hub: frames that pass through it, broadcasts, ways that others ask for, and its link costs."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.zcl.clusters import BASIC
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.commands import RouteRequest
from hanbench.emulator.zigbee.nwk.layer import ALL_DEVICES, ALL_ROUTERS, RX_ON_DEVICES
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Area
from hanbench.harness.conform.cases.common import HUB, reading
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import ZIGBEE

AREA = Area("HRTE", "Hub: routing", gate=HUB)
HUB_SHORT, REMOTE = 0x0000, 0x2BCD
"""Short addresses; the remote device is a child of the electricity meter."""
BIT = 0x0F0F
MANY, FIRST_STRANGER = 60, 0x5A00
LONGEST = 74
"""Octets of an APS frame that fit behind the longest NWK header."""
RADIUS_AT = 6
"""Octet of the NWK header."""
ANSWER_S, AGAIN_S, QUIET_S = 5.0, 3.0, 10.0
LISTEN_S, LEAST = 36_000.0, 2
"""Devices of the emulator tell their link costs much more seldom than each 15 s, as days of them are run."""
STRONGEST, WEAKEST = 1, 7
"""Link costs."""


def _apdu(t: HubTester, octets: int) -> bytes:
    """Return an APS frame of so many octets, for an endpoint that no meter has."""
    head = bytes((0x00, 0xEE, 0x00, 0x00, 0x09, 0x01, t.side.own_endpoint, t.side.next_tsn()))
    return head + bytes(octets - len(head))


def _sent(
    t: HubTester,
    dst: int,
    payload: bytes,
    *,
    radius: int = 30,
    type: int = nwk.DATA,
    ieees: tuple[int | None, int | None] = (None, None),
    discover: int = 0,
    sequence: int | None = None,
    broadcast: bool = False,
) -> bytes:
    """Have the electricity meter send a NWK frame over the hub; return its header. `ieees`: source and destination."""
    stack = t.esme.stack.nwk
    number = stack.next_sequence(dst) if sequence is None else sequence
    header = nwk.header(
        type,
        dst,
        t.side.own_short,
        number,
        radius=radius,
        secured=True,
        src_ieee=ieees[0],
        dst_ieee=ieees[1],
        discover_route=discover,
    )
    sealed = nwk.seal(header, payload, stack.security.outgoing())
    stack.mac.send(ALL_DEVICES if broadcast else HUB_SHORT, sealed)
    return header


def _passed_on(t: HubTester, header: bytes) -> list[Frame]:
    """Return the frames in which the hub sends on a frame of the electricity meter, by its addresses and number."""
    dst, src, number = header[2:4], header[4:6], header[RADIUS_AT + 1]

    def same(frame: Frame) -> bool:
        found = frame.nwk
        wanted = int.from_bytes(src, "little"), int.from_bytes(dst, "little"), number
        return found is not None and (found.src, found.dst, found.sequence) == wanted

    return t.frames(where=same)


def _as_it_came(t: HubTester, frame: Frame, header: bytes, payload: bytes) -> None:
    """State that a frame is passed on with nothing changed but its radius and its security."""
    passed = frame.nwk
    assert passed is not None
    t.require_equal(passed.radius, header[RADIUS_AT] - 1, "the radius is not one less", frame)
    kept = _without_radius(passed.header) == _without_radius(header)
    t.require(kept, "it changes the NWK header", frame, expected=header.hex(), seen=passed.header.hex())
    t.require(passed.payload == payload, "it changes the payload", frame, expected=payload.hex())
    t.require(
        passed.secured and passed.sender_ieee == t.ieee,
        "what it passes on is not under its own security",
        frame,
        expected=f"auxiliary header of {t.ieee:016x}",
    )


def _without_radius(header: bytes) -> bytes:
    return header[:RADIUS_AT] + header[RADIUS_AT + 1 :]


@AREA.case(
    1,
    "It passes frames on as they are, with a radius of one less, under its own security",
    ZIGBEE("3.6.3.3"),
    ZIGBEE("3.3.1"),
    ZIGBEE("4.3.1.1"),
)
def passes_on(t: HubTester) -> None:
    sleeper = t.sleeper.own_short
    own, other = t.esme.settings.ieee, t.gsme.settings.ieee
    plain: tuple[int | None, int | None] = (None, None)
    kinds = [(octets, plain, 30) for octets in (8, 20, LONGEST)]
    kinds += [(20, (own, None), 9), (20, (None, other), 5), (LONGEST, (own, other), 2)]
    with t.awake():
        for octets, ieees, radius in kinds:
            t.step(f"The electricity meter sends {octets} octets to the gas meter over the hub, radius {radius}")
            payload = _apdu(t, octets)
            header = _sent(t, sleeper, payload, ieees=ieees, radius=radius)
            t.wait(ANSWER_S)
            passed = _passed_on(t, header)
            t.require(bool(passed), "it passes a frame on to nobody", expected="the frame, to the gas meter")
            _as_it_came(t, passed[0], header, payload)
            counters = {f.counter for f in passed}
            t.require(len(counters) == 1, "it passes a frame on more than once", *passed, expected="once")
        t.step("It sends one whose radius is 1")
        header = _sent(t, sleeper, _apdu(t, 20), radius=1)
        t.wait(ANSWER_S)
        far = _passed_on(t, header)
        t.require(not far, "a frame goes farther than its radius", *far, expected="nothing")


@AREA.case(2, "It repeats a broadcast once, no farther than its radius", ZIGBEE("3.6.5"), ZIGBEE("3.3.1"))
def repeats_broadcasts(t: HubTester) -> None:
    for address in (ALL_DEVICES, RX_ON_DEVICES, ALL_ROUTERS):
        t.step(f"The electricity meter broadcasts to {address:#06x}")
        payload = _apdu(t, 20)
        header = _sent(t, address, payload, radius=5, broadcast=True)
        t.wait(AGAIN_S)
        repeated = [f for f in _passed_on(t, header) if f.mac is not None and f.mac.dst == ALL_DEVICES]
        t.require(bool(repeated), "it does not repeat a broadcast", expected="the frame, with radius 4")
        _as_it_came(t, repeated[0], header, payload)
        t.step("The same broadcast comes again, from another side")
        _sent(t, address, payload, radius=5, sequence=header[RADIUS_AT + 1], broadcast=True)
        t.wait(AGAIN_S)
        again = [f for f in _passed_on(t, header) if f.mac is not None and f.mac.dst == ALL_DEVICES]
        t.require(not again, "it repeats a broadcast that it has repeated", *again, expected="nothing")
    t.step("It broadcasts with radius 1")
    header = _sent(t, ALL_DEVICES, _apdu(t, 20), radius=1, broadcast=True)
    t.wait(AGAIN_S)
    far = [f for f in _passed_on(t, header) if f.mac is not None and f.mac.dst == ALL_DEVICES]
    t.require(not far, "a broadcast goes farther than its radius", *far, expected="nothing")


def _asks_for_route(t: HubTester, request: RouteRequest) -> bytes:
    own = t.esme.settings.ieee
    return _sent(
        t, ALL_ROUTERS, request.encode(), type=nwk.COMMAND, ieees=(own, None), radius=5, broadcast=True, discover=0
    )


def _replies(t: HubTester) -> list[Frame]:
    return [f for f in t.frames("route-reply") if f.message.originator == t.side.own_short]


@AREA.case(
    3,
    "It answers a route request for itself and for its end devices, and passes on one for others",
    ZIGBEE("3.6.3.5.2"),
    ZIGBEE("3.4.2"),
)
def route_requests(t: HubTester) -> None:
    for number, (name, destination) in enumerate((("the hub", HUB_SHORT), ("the gas meter", t.sleeper.own_short))):
        t.step(f"The electricity meter asks for a route to {name}")
        _asks_for_route(t, RouteRequest(0xA0 + number, destination))
        t.wait(ANSWER_S)
        found = _replies(t)
        t.require(bool(found), "it does not answer a route request", expected=f"Route Reply of {destination:#06x}")
        for reply in found:
            told = reply.message
            wanted = 0xA0 + number, destination
            t.require_equal((told.request_id, told.responder), wanted, "it answers for another request", reply)
    t.step("It asks for a route to a device that is not here")
    stranger = t.sleeper.own_short ^ BIT
    header = _asks_for_route(t, RouteRequest(0xA8, stranger))
    t.wait(ANSWER_S)
    t.require(not _replies(t), "it answers for a device that it does not have", *_replies(t), expected="no reply")
    onward = _passed_on(t, header)
    t.require(bool(onward), "it does not pass a route request on", expected="Route Request with radius 4")
    asked = onward[0].message
    t.require_equal((asked.request_id, asked.destination), (0xA8, stranger), "it asks for another route", onward[0])
    t.require(asked.cost >= STRONGEST, "it adds no cost of the link", onward[0], expected="1 or more", seen=asked.cost)
    hop = onward[0].nwk
    assert hop is not None
    t.require_equal(hop.radius, 4, "the radius is not one less", onward[0])


@AREA.case(4, "It tells the sender of a frame that it cannot pass on", ZIGBEE("3.6.3.3"), ZIGBEE("3.4.3"))
def network_status(t: HubTester) -> None:
    stranger = t.sleeper.own_short ^ BIT
    for discover in (0, 1):
        t.step(f"The electricity meter sends to a device that is not here, Discover Route {discover}")
        _sent(t, stranger, _apdu(t, 20), discover=discover)
        found = t.expect("network-status", within=20, otherwise="it drops a frame without a word")
        t.require_equal(found.message.destination, stranger, "it tells of another device", found, form="#06x")
        assert found.nwk is not None
        t.require_equal(found.nwk.dst, t.side.own_short, "it tells another device", found, form="#06x")


@AREA.case(
    5, "Its answers go to a distant device over the router behind which it is", ZIGBEE("3.6.3.3"), ZIGBEE("3.6.3.5")
)
def over_the_router(t: HubTester) -> None:
    ieee = t.esme.settings.ieee ^ 0x0F0F
    t.put_behind(ieee, REMOTE)
    for number in range(3):
        t.step(f"A device behind the electricity meter asks the hub something, the {number + 1}. time")
        t.from_behind(REMOTE, zdp.NodeDescReq(HUB_SHORT))
        found = t.expect("node-descriptor-response", within=ANSWER_S, otherwise="it does not answer a distant device")
        hop, way = found.mac, found.nwk
        assert hop is not None
        assert way is not None
        t.require_equal(way.dst, REMOTE, "it answers another device", found, form="#06x")
        t.require_equal(hop.dst, t.side.own_short, "its answer takes no way over the router", found, form="#06x")
        t.require(way.relays in ((), (t.side.own_short,)), "its source route is another", found, seen=way.relays)
        t.wait(QUIET_S)


@AREA.case(
    6,
    "It tells its link costs: of the routers that it hears, and of no end device",
    ZIGBEE("3.6.3.4.2"),
    ZIGBEE("3.4.8"),
    seconds=40_000,
)
def link_costs(t: HubTester) -> None:
    t.step("A meter listens for ten hours")
    t.wait(LISTEN_S)
    told = t.frames("link-status")
    t.require(len(told) >= LEAST, "it does not tell its link costs", *told, expected="Link Status", seen=len(told))
    for frame in told:
        assert frame.nwk is not None
        t.require_equal(frame.nwk.radius, 1, "Link Status goes farther than one hop", frame)
        t.require_equal(frame.nwk.dst, ALL_ROUTERS, "Link Status is for others than routers", frame, form="#06x")
    entries = {entry.address: entry for entry in told[-1].message.entries}
    t.require(t.side.own_short in entries, "it leaves a router out", told[-1], expected=f"{t.side.own_short:#06x}")
    t.require(t.sleeper.own_short not in entries, "it lists an end device", told[-1])
    entry = entries[t.side.own_short]
    known: Callable[[int], bool] = range(STRONGEST, WEAKEST + 1).__contains__
    t.require(known(entry.incoming_cost), "the incoming cost is none", told[-1], seen=entry.incoming_cost)
    t.require(known(entry.outgoing_cost), "it does not learn the outgoing cost", told[-1], seen=entry.outgoing_cost)


@AREA.case(
    7,
    "After many broadcasts, and many route requests, it repeats and answers as before",
    ZIGBEE("3.6.5"),
    ZIGBEE("3.6.3.5.2"),
    seconds=600,
)
def after_many(t: HubTester) -> None:
    t.step(f"The electricity meter sends {MANY} broadcasts, and as many route requests")
    for number in range(MANY):
        _sent(t, ALL_ROUTERS, _apdu(t, 20), radius=3, broadcast=True)
        _asks_for_route(t, RouteRequest(number, FIRST_STRANGER + number))
        t.wait(0.1)
    t.wait(60)
    t.step("It sends one broadcast more, and asks for a route to the gas meter")
    header = _sent(t, ALL_ROUTERS, _apdu(t, 20), radius=3, broadcast=True)
    t.wait(AGAIN_S)
    t.require(bool(_passed_on(t, header)), "it repeats no broadcast any more", expected="the frame, with radius 2")
    _asks_for_route(t, RouteRequest(0xF0, t.sleeper.own_short))
    t.wait(ANSWER_S)
    t.require(bool(_replies(t)), "it answers no route request any more", expected="Route Reply")
    t.step("The gas meter asks the hub something")
    with t.awake():
        answers = t.ask(BASIC.id, reading(t, 0x0000), by=t.sleeper)
    t.require(bool(answers), "it does not answer its child any more", expected="Read Attributes Response")
