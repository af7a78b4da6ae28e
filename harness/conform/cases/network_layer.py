"""The network layer: headers, frames for others, commands that change nothing, and broadcasts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from hanbench.emulator.mac import frames as mac
from hanbench.emulator.mac.indirect import MacAddress
from hanbench.emulator.zcl.clusters import BASIC
from hanbench.emulator.zcl.frame import ZclFrame
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk import commands
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.layer import ALL_DEVICES, ALL_ROUTERS, FIRST_BROADCAST, RX_ON_DEVICES
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Ability, Area, Begin
from hanbench.harness.conform.cases.common import JOINER, only, present, reading
from hanbench.harness.conform.cases.life import LIFE_S, LIFE_TIMES, LIFE_WAKES, live, numbered, own_frames, searches
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.requirement import MAC, ZIGBEE
from hanbench.harness.conform.tester import LISTEN_S, Tester

AREA = Area("NWK", "Network layer", gate=JOINER)
VERSION = 2
ON_AIR = 0x28
"""Security control: network key, extended nonce, and the level 0 that is sent (4.3.1.1)."""
MULTICAST, SOURCE_ROUTE, RESERVED = 0x0100, 0x0400, 0xC000
"""Bits of the frame control field (3.3.1.1)."""
LARGEST_RADIUS = 30
"""Twice nwkMaxDepth."""
LEAVE, REJOIN_REQUEST, NETWORK_REPORT, TIMEOUT_REQUEST = 0x04, 0x06, 0x09, 0x0B
NETWORK_STATUS, LINK_STATUS = 0x03, 0x08
OF_NEIGHBOURS = frozenset((LEAVE, REJOIN_REQUEST, LINK_STATUS, TIMEOUT_REQUEST))
"""Commands that go one hop, and name their sender's EUI-64."""
OF_END_DEVICES = frozenset((NETWORK_STATUS, LEAVE, REJOIN_REQUEST, NETWORK_REPORT, TIMEOUT_REQUEST))
STRANGER, STRANGER_IEEE = 0x1234, 0x0011_2233_4455_6677
NOT_HERE = 0xEE
HOME_AUTOMATION = 0x0104
STATUSES = range(0x14)
"""Status codes of Network Status (table 3-50), and one more."""
ODD_SHARE = 0.2
COPIES = 3


@AREA.case(
    1,
    "Each of its frames has a sound NWK header",
    ZIGBEE("3.3.1"),
    ZIGBEE("4.5.1"),
    ZIGBEE("3.4.1"),
    begins=Begin.FACTORY,
    needs=(Ability.POWER,),
    seconds=LIFE_S,
    wakes=LIFE_WAKES,
    times=LIFE_TIMES,
)
def headers(t: Tester) -> None:
    for frame in live(t):
        if frame.mac is not None and frame.mac.type == mac.DATA:
            wrong = next(_faults(t, frame, frame.mac), "")
            t.require(not wrong, "a NWK header is not as the standard has it", frame, seen=wrong)


def _faults(t: Tester, frame: Frame, hop: mac.MacFrame) -> Iterator[str]:
    """Yield what is wrong with the NWK header of a frame."""
    found, octets = frame.nwk, hop.payload
    control = int.from_bytes(octets[:2], "little")
    if found is None:
        yield f"frame control 0x{control:04x}, which cannot be read"
        return
    if found.src != hop.src and "NWK.ZR" in t.pics:
        return  # a router carries frames of others
    if found.src != hop.src:
        yield f"source 0x{found.src:04x}, in a frame of 0x{hop.src or 0:04x}"
    if control >> 2 & 0xF != VERSION or control & (MULTICAST | RESERVED) or control >> 6 & 3 > 1:
        yield f"frame control 0x{control:04x}"
    if control & SOURCE_ROUTE and "NWK.ZR" not in t.pics:
        yield "a source route"
    if found.dst >= FIRST_BROADCAST and found.dst not in (ALL_DEVICES, RX_ON_DEVICES, ALL_ROUTERS):
        yield f"destination 0x{found.dst:04x}"
    if t.sleeps and hop.dst != 0x0000:
        yield f"a frame to 0x{hop.dst or 0:04x}, which is not its parent"
    if not 1 <= found.radius <= LARGEST_RADIUS:
        yield f"radius {found.radius}"
    if found.src_ieee not in (None, t.ieee):
        yield f"source EUI-64 {found.src_ieee:016x}"
    if found.dst_ieee is not None and found.dst == 0x0000 and found.dst_ieee != t.hub.storage.ieee:
        yield f"destination EUI-64 {found.dst_ieee:016x}, which is not that of the hub"
    yield from _security(t, frame, found)
    if found.type == nwk.COMMAND and found.payload:
        yield from _command(t, found)


def _security(t: Tester, frame: Frame, found: nwk.NwkFrame) -> Iterator[str]:
    if not found.secured:
        if frame.name != "rejoin-request":
            yield "no NWK security"
    elif found.sealed[0] != ON_AIR:
        yield f"security control 0x{found.sealed[0]:02x}"
    elif found.sender_ieee != t.ieee:
        yield f"EUI-64 {found.sender_ieee:016x} in the auxiliary header"


def _command(t: Tester, found: nwk.NwkFrame) -> Iterator[str]:
    command = found.payload[0]
    if "NWK.ZED" in t.pics and command not in OF_END_DEVICES:
        yield f"command 0x{command:02x}, which an end device does not send"
    if command in OF_NEIGHBOURS and found.radius != 1:
        yield f"radius {found.radius} of command 0x{command:02x}, which goes one hop"
    if command in OF_NEIGHBOURS and found.src_ieee is None:
        yield f"no source EUI-64 in command 0x{command:02x}"


@AREA.case(
    2,
    "It numbers its NWK frames one after the other",
    ZIGBEE("3.3.1.7"),
    begins=Begin.FACTORY,
    needs=(Ability.POWER,),
    seconds=LIFE_S,
    wakes=LIFE_WAKES,
    times=LIFE_TIMES,
)
def numbers(t: Tester) -> None:
    live(t)
    sent = {f.nwk.counter: f for f in own_frames(t) if f.nwk is not None and f.nwk.secured and _is_first_hop(f)}
    frames = [(f.nwk.sequence, f) for f in sent.values() if f.nwk is not None]
    same, odd = numbered(frames)
    t.require(not same, "a frame has the sequence number of the one before", *same[:3], expected="the next number")
    t.measure("NWK frames that do not have the next number", odd, max(8, ODD_SHARE * len(frames)), "frames")


def _is_first_hop(frame: Frame) -> bool:
    return frame.nwk is not None and frame.mac is not None and frame.nwk.src == frame.mac.src


@AREA.case(
    3,
    "It answers nothing that is not for it",
    ZIGBEE("3.6.2.2"),
    ZIGBEE("2.2.4.1.3"),
    MAC("5.1.6.2"),
    needs=(Ability.AIR,),
    wakes=4,
)
def not_for_it(t: Tester) -> None:
    t.step("Reads come that are for another device, endpoint, profile, group or protocol")
    requests: list[ZclFrame] = []

    def send() -> None:
        for make in (_other_short, _other_endpoint, _other_profile, _group, _other_version, _inter_pan):
            requests.append(reading(t, 0x0000))
            t.side.send_npdu(make(t, requests[-1].encode(), requests[-1].tsn))
        for pan_change, short_change in ((1, 0), (0, 1)):
            requests.append(reading(t, 0x0000))
            _to_others(t, requests[-1], pan_change, short_change)

    t.when_awake(send)
    t.wait(LISTEN_S)
    answers = [answer for request in requests for answer in t.answers_to(request)]
    t.require(not answers, "it answers what is not for it", *answers[:3], expected="no answer")
    t.step("One for it comes")
    only(t, t.ask(BASIC.id, reading(t, 0x0000)), "read-attributes-response")


def _other_short(t: Tester, octets: bytes, counter: int) -> bytes:
    return t.side.npdu(t.side.apdu(BASIC.id, octets, counter=counter), to=t.short ^ 1)


def _other_endpoint(t: Tester, octets: bytes, counter: int) -> bytes:
    return t.side.npdu(t.side.apdu(BASIC.id, octets, counter=counter, endpoint=NOT_HERE))


def _other_profile(t: Tester, octets: bytes, counter: int) -> bytes:
    return t.side.npdu(t.side.apdu(BASIC.id, octets, counter=counter, profile=HOME_AUTOMATION))


def _group(t: Tester, octets: bytes, counter: int) -> bytes:
    return t.side.npdu(aps.group_header(0x0001, BASIC.id, 0x0109, t.side.own_endpoint, counter) + octets)


def _changed(t: Tester, octets: bytes, counter: int, control: int, mask: int) -> bytes:
    """Return a frame under the network key whose frame control has other bits: its code is right."""
    own = t.hub.stack.nwk
    apdu = t.side.apdu(BASIC.id, octets, counter=counter)
    header = nwk.header(nwk.DATA, t.short, 0x0000, own.next_sequence(), radius=LARGEST_RADIUS, secured=True)
    return nwk.seal(bytes((header[0] & ~mask | control,)) + header[1:], apdu, own.security.outgoing())


def _other_version(t: Tester, octets: bytes, counter: int) -> bytes:
    return _changed(t, octets, counter, 3 << 2, 0x3C)


def _inter_pan(t: Tester, octets: bytes, counter: int) -> bytes:
    return _changed(t, octets, counter, nwk.INTER_PAN, 0x03)


def _to_others(t: Tester, request: ZclFrame, pan_change: int, short_change: int) -> None:
    """Send a frame that is for the device by its NWK header, and by its MAC header for another PAN or address."""
    here = t.hub.stack.mac
    npdu = t.side.npdu(t.side.apdu(BASIC.id, request.encode(), counter=request.tsn))
    psdu = mac.data(here.next_sequence(), here.pan_id ^ pan_change, t.short ^ short_change, 0, npdu, ack=False)
    if t.sleeps:
        here.indirect.hold(MacAddress(t.short), lambda pending: psdu, None)
    else:
        here.transmit(psdu, retries=0)


@AREA.case(
    4,
    "No command of the network that is not about it changes anything",
    ZIGBEE("3.4.3.3"),
    ZIGBEE("3.4.1"),
    seconds=400,
    wakes=8,
)
def unasked(t: Tester) -> None:
    short, start, pan_id = t.short, t.now, t.hub.stack.nwk.network.pan_id
    sent = list(_commands(t))
    for at in range(0, len(sent), 12):
        t.step(f"Its parent sends it commands of the network: {at + 1} to {min(at + 12, len(sent))} of {len(sent)}")
        t.when_awake(partial(_send_all, t, sent[at : at + 12]))
        t.wait(LISTEN_S)
    t.step("It is where it was")
    present(t, 2 * t.wake_limit, "it is gone after a command of the network")
    frame = only(t, t.ask(BASIC.id, reading(t, 0x0000)), "read-attributes-response")
    assert frame.mac is not None
    t.require_equal((frame.mac.src, frame.mac.dst_pan), (short, pan_id), "it has moved", frame)
    lost = searches(t, start)
    t.require(not lost, "it has lost its network meanwhile", *lost[:3], expected="no search, and no rejoin")


def _send_all(t: Tester, payloads: list[bytes]) -> None:
    for payload in payloads:
        t.side.send_npdu(t.side.npdu(payload, type=nwk.COMMAND))


def _commands(t: Tester) -> Iterator[bytes]:
    """Yield well-formed commands that ask nothing of a device that has a parent: their payloads."""
    for status in STATUSES:
        yield commands.NetworkStatus(status=status, destination=0x0000).encode()
    yield commands.RouteReply(
        request_id=1, originator=STRANGER, responder=STRANGER, cost=1, originator_ieee=None, responder_ieee=None
    ).encode()
    yield commands.RouteRecord(relays=()).encode()
    yield commands.LinkStatus(entries=()).encode()
    yield commands.NetworkReport(extended_pan_id=t.hub.extended_pan_id ^ 1, pan_ids=(1,)).encode()
    yield commands.EndDeviceTimeoutResponse(status=0, parent_information=1).encode()
    yield commands.Leave(rejoin=True).encode()
    yield bytes((0x0D,))
    yield bytes((0x3F, 0, 0))


@AREA.case(
    5,
    "It serves a broadcast once, however often it is repeated",
    ZIGBEE("3.6.5"),
    ZIGBEE("table 3-69"),
    gate=f"({JOINER}) & !HAN.POLL & BAS.S",
)
def broadcasts(t: Tester) -> None:
    for address, due in ((ALL_DEVICES, 1), (RX_ON_DEVICES, 1), (ALL_ROUTERS, int("NWK.ZR" in t.pics))):
        t.step(f"A question to 0x{address:04x} comes, and routers repeat it {COPIES - 1} times")
        tsn = t.side.next_tsn()
        octets = zdp.encode(tsn, zdp.NwkAddrReq(ieee=t.ieee))
        _broadcast(t, address, zdp.NwkAddrReq.CLUSTER, octets)
        t.wait(LISTEN_S)
        answers = {f.aps.counter: f for f in t.frames("nwk-address-response") if f.aps is not None}
        acks = [f for f in t.frames("aps-ack") if f.aps is not None and f.aps.cluster == zdp.NwkAddrReq.CLUSTER]
        t.require(
            len(answers) == due,
            f"a broadcast to 0x{address:04x} is not served as it should be",
            *answers.values(),
            expected=f"{due} answers",
            seen=f"{len(answers)}",
        )
        t.require(not acks, "it acknowledges a broadcast", *acks, expected="no APS acknowledgement")


def _broadcast(t: Tester, address: int, cluster: int, octets: bytes) -> None:
    """Send a broadcast of the hub, and again as its neighbours would repeat it: each under its own counter."""
    own = t.hub.stack.nwk
    apdu = aps.data_header(0, cluster, 0, 0, t.side.next_tsn(), ack_request=False, delivery=aps.BROADCAST) + octets
    sequence = own.next_sequence(address)
    for copy in range(COPIES):
        security = own.security.outgoing()
        if copy:
            security = security._replace(counter=1 + copy, sender_ieee=STRANGER_IEEE)
        header = nwk.header(nwk.DATA, address, 0x0000, sequence, radius=LARGEST_RADIUS - copy, secured=True)
        own.mac.send(ALL_DEVICES, nwk.seal(header, apdu, security))
        t.wait(0.2)
