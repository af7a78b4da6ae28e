"""The application support sub-layer: headers, acknowledgements, repetitions and duplicates."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from hanbench.emulator.zcl.clusters import BASIC, METERING
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.frames import ApsFrame
from hanbench.emulator.zigbee.nwk.layer import FIRST_BROADCAST
from hanbench.emulator.zigbee.security.keys import KeyId
from hanbench.harness.conform.case import Ability, Area, Begin
from hanbench.harness.conform.cases.common import JOINER, only, reading
from hanbench.harness.conform.cases.life import LIFE_S, LIFE_TIMES, LIFE_WAKES, live, numbered, own_frames
from hanbench.harness.conform.frame import Frame, once
from hanbench.harness.conform.requirement import ZIGBEE
from hanbench.harness.conform.tester import LISTEN_S, Tester

GATE = f"({JOINER}) & BAS.S"
AREA = Area("APS", "Application support", gate=GATE)
SMART_ENERGY, ZDO = 0x0109, 0
LAST_ENDPOINT, EVERY_ENDPOINT = 240, 0xFF
ON_AIR_LEVEL = 0x07
MOST_COPIES = 4
"""The first one, and apscMaxFrameRetries."""
ACK_WAIT_S = 1.6
"""apscAckWaitDuration: 0.05 s for each of 2 x nwkMaxDepth hops, and 0.1 s for security (table 2-24)."""
SOONEST_S, LATEST_S = 1.0, 12.0
"""Between two copies of a message."""
FORGOTTEN_S = 60.0
ODD_SHARE = 0.2


@AREA.case(
    1,
    "Each of its frames has a sound APS header",
    ZIGBEE("2.2.5.1"),
    ZIGBEE("4.4.1.1"),
    begins=Begin.FACTORY,
    needs=(Ability.POWER,),
    seconds=LIFE_S,
    wakes=LIFE_WAKES,
    times=LIFE_TIMES,
)
def headers(t: Tester) -> None:
    for frame in live(t):
        wrong = next(_faults(frame), "")
        t.require(not wrong, "an APS header is not as the standard has it", frame, seen=wrong)
    t.step("What was acknowledged was not sent again")
    again = list(_needless(t))
    t.require(not again, "it sends again what was acknowledged", *again[:3], expected="each message once")


def _faults(frame: Frame) -> Iterator[str]:
    """Yield what is wrong with the APS header of a frame."""
    found, packet, hop = frame.aps, frame.nwk, frame.mac
    if found is None or packet is None or hop is None or not packet.payload:
        return
    if packet.src != hop.src:
        return  # a router carries frames of others
    control, everyone = packet.payload[0], packet.dst >= FIRST_BROADCAST
    if (control >> 2 & 3) != (aps.BROADCAST if everyone else aps.UNICAST):
        yield f"delivery mode {control >> 2 & 3}, to 0x{packet.dst:04x}"
    if found.ack_request and (everyone or found.type == aps.ACK):
        yield "an acknowledgement is asked for where there is none"
    if found.secured and found.type != aps.COMMAND and found.key_id != KeyId.DATA:
        yield f"data under key identifier {found.key_id}"
    if found.secured and _level(packet.payload, found) & ON_AIR_LEVEL:
        yield f"security control 0x{_level(packet.payload, found):02x}"
    if found.type == aps.DATA:
        yield from _addresses(found)


def _level(octets: bytes, found: ApsFrame) -> int:
    return octets[found._at]


def _addresses(found: ApsFrame) -> Iterator[str]:
    if found.profile not in (ZDO, SMART_ENERGY):
        yield f"profile 0x{found.profile:04x}"
    if found.src_endpoint > LAST_ENDPOINT or LAST_ENDPOINT < found.dst_endpoint != EVERY_ENDPOINT:
        yield f"endpoints {found.src_endpoint} and {found.dst_endpoint}"
    if (found.profile == ZDO) != (found.dst_endpoint == 0) or (found.profile == ZDO) != (found.src_endpoint == 0):
        yield f"profile 0x{found.profile:04x} between endpoints {found.src_endpoint} and {found.dst_endpoint}"


def _needless(t: Tester) -> Iterator[Frame]:
    """Yield the frames of the device whose APS acknowledgement it had fetched at least a second before."""
    acknowledged: dict[int, float] = {}
    for frame in t.every_frame():
        found = frame.aps
        if found is None or frame.nwk is None or found.fragment is not None:
            continue
        if frame.observed.sender == "hub" and found.type == aps.ACK and frame.nwk.dst != 0x0000:
            acknowledged[found.counter] = frame.seconds
        elif frame.observed.sender == t.kind and _is_own_message(frame):
            had = acknowledged.get(found.counter)
            if had is not None and ACK_WAIT_S / 2 < frame.seconds - had < LATEST_S and found.ack_request:
                yield frame


@AREA.case(
    2,
    "Its APS numbers its messages one after the other",
    ZIGBEE("2.2.5.1.7"),
    begins=Begin.FACTORY,
    needs=(Ability.POWER,),
    seconds=LIFE_S,
    wakes=LIFE_WAKES,
    times=LIFE_TIMES,
)
def numbers(t: Tester) -> None:
    live(t)
    found: dict[tuple[int, int, bytes], Frame] = {}
    for frame in own_frames(t):
        if _is_own_message(frame) and frame.aps is not None and frame.aps.fragment is None:
            found.setdefault((frame.aps.cluster, frame.aps.counter, frame.aps.payload), frame)
    frames = [(counter, frame) for (_, counter, _), frame in found.items()]
    same, odd = numbered(frames)
    t.require(not same, "a message has the APS counter of the one before", *same[:3], expected="the next counter")
    t.measure("messages that do not have the next APS counter", odd, max(8, ODD_SHARE * len(frames)), "messages")


def _is_own_message(frame: Frame) -> bool:
    """Whether it is data of the device itself: a router carries that of others, too."""
    own = frame.nwk is not None and frame.mac is not None and frame.nwk.src == frame.mac.src
    return own and frame.aps is not None and frame.aps.type == aps.DATA


@AREA.case(
    3,
    "It acknowledges each message that asks for it, as it came",
    ZIGBEE("2.2.8.4.2"),
    ZIGBEE("2.2.5.1.1.6"),
    ZIGBEE("2.2.5.2.3"),
    wakes=5,
)
def acknowledges(t: Tester) -> None:
    t.step("Messages come to its device profile, to its clusters and to one that it does not have")
    sent = list(_messages(t))
    t.when_awake(partial(t.side.send_apdus, *sent))
    t.wait(LISTEN_S)
    for octets in sent:
        _acknowledged_once(t, aps.decode(octets))
    t.step("One that was answered comes again under its APS counter")
    octets = t.side.apdu(BASIC.id, reading(t, 0x0000).encode(), counter=0xE0)
    for time in (1, 2):
        t.when_awake(partial(t.side.send_apdus, octets))
        t.wait(t.within_wake(5))
        acks = _distinct(t.acknowledgements_of(0xE0))
        if t.sleeps and time == 2 and len(acks) == 1:
            continue  # it slept in between: the second one may be a new message to it
        t.require(len(acks) == time, "it does not acknowledge a repetition", *acks, expected=f"{time} acknowledgements")


def _messages(t: Tester) -> Iterator[bytes]:
    """Yield APS frames that ask for an acknowledgement, and one that does not."""
    yield t.side.apdu(0x0002, bytes((0x61,)) + t.short.to_bytes(2, "little"), counter=0xD0, endpoint=0, profile=ZDO)
    yield t.side.apdu(BASIC.id, reading(t, 0x0000).encode(), counter=0xD1)
    yield t.side.apdu(0x0B04, reading(t, 0x0000).encode(), counter=0xD2)
    if {"MTR.S", "KEC.C"} <= set(t.pics):
        yield t.side.apdu(METERING.id, reading(t, 0x0000).encode(), counter=0xD3, secured=True)
    yield t.side.apdu(BASIC.id, reading(t, 0x0000).encode(), counter=0xD4, ack_request=False)


def _acknowledged_once(t: Tester, message: ApsFrame) -> None:
    acks = _distinct(t.acknowledgements_of(message.counter))
    due = int(message.ack_request)
    t.require(
        len(acks) == due,
        f"a message to cluster 0x{message.cluster:04x} is not acknowledged as it asks",
        *acks,
        expected=f"{due} acknowledgements",
        seen=len(acks),
    )
    for ack in acks:
        found = ack.aps
        assert found is not None
        seen = found.src_endpoint, found.dst_endpoint, found.cluster, found.profile, found.secured
        expected = message.dst_endpoint, message.src_endpoint, message.cluster, message.profile, message.secured
        t.require_equal(seen, expected, "an acknowledgement has other endpoints, cluster, profile or security", ack)
        t.require(not found.ack_request, "an acknowledgement asks for one", ack, expected="acknowledgement request 0")


def _distinct(frames: list[Frame]) -> list[Frame]:
    """Return the frames without the MAC's repetitions."""
    return list({frame.nwk.sequence: frame for frame in frames if frame.nwk is not None}.values())


@AREA.case(
    4,
    "It sends again what is not acknowledged: the same, in time, and not for ever",
    ZIGBEE("2.2.8.4.4"),
    ZIGBEE("table 2-24"),
    wakes=4,
)
def repeats(t: Tester) -> None:
    t.step("The device answers requests of all kinds; the hub's radio acknowledges, and its APS does not")
    sent = list(_messages(t))
    with t.side.deaf():
        t.when_awake(partial(t.side.send_apdus, *sent))
        t.wait(max(2 * LISTEN_S, MOST_COPIES * LATEST_S))
    own = [f for f in t.frames() if f.aps is not None and f.aps.type == aps.DATA and f.aps.ack_request]
    messages: dict[tuple[int, bytes], list[Frame]] = {}
    for frame in _distinct(own):
        assert frame.aps is not None
        messages.setdefault((frame.aps.cluster, frame.aps.payload), []).append(frame)
    t.bench_must(bool(messages), "the device sent nothing that asks for an acknowledgement")
    for copies in messages.values():
        _repeated(t, copies)
    t.step("The hub answers again")
    only(t, t.ask(BASIC.id, reading(t, 0x0000)), "read-attributes-response")


def _repeated(t: Tester, copies: list[Frame]) -> None:
    """State that one message was sent again as it should be."""
    t.require(len(copies) > 1, "it sends a message once only", *copies, expected="the same once more")
    t.measure("copies of one message", len(copies), MOST_COPIES, "copies", *copies[-1:])
    counters = {frame.aps.counter for frame in copies if frame.aps is not None}
    t.require(
        len(counters) == 1, "a repetition has another APS counter", *copies, expected="one counter", seen=counters
    )
    for before, after in pairwise(copies):
        gap = after.seconds - before.seconds
        t.require(
            SOONEST_S <= gap <= LATEST_S,
            "it does not wait for the acknowledgement as long as it should",
            before,
            after,
            expected=f"about {ACK_WAIT_S} s between two copies",
            seen=f"{gap:.2f} s",
        )


@AREA.case(
    5,
    "It takes no acknowledgement of another message for that of its own",
    ZIGBEE("2.2.8.4.3"),
    wakes=8,
)
def false_acknowledgements(t: Tester) -> None:
    for name, change in FALSE.items():
        t.step(f"Its answer gets an acknowledgement with another {name}")
        frame = reading(t, 0x0000)
        with t.side.deaf():
            t.when_awake(partial(t.side.send_zcl, BASIC.id, frame))
            answer = t.expect("read-attributes-response", within=LISTEN_S, cluster="Basic")
            assert answer.aps is not None
            if not answer.aps.ack_request:
                return
            t.side.send_npdu(t.side.npdu(_false(answer.aps, **change)))
            t.wait(LISTEN_S)
        copies = _distinct(t.answers_to(frame))
        t.require(len(copies) > 1, "it takes it for its own", *copies, expected="its answer once more")


FALSE: dict[str, dict[str, int]] = {
    "counter": {"counter": 1},
    "cluster": {"cluster": 1},
    "endpoint": {"dst_endpoint": 1},
}
"""What is wrong with an acknowledgement, and the fields that differ from those of a right one, by what."""


def _false(message: ApsFrame, **change: int) -> bytes:
    """Return the acknowledgement of a message with other fields."""
    other = ApsFrame.__new__(ApsFrame)
    for name in ("type", "src_endpoint", "cluster", "profile", "dst_endpoint", "counter", "fragment"):
        setattr(other, name, getattr(message, name))
    for name, by in change.items():
        setattr(other, name, getattr(message, name) ^ by)
    return aps.ack_header(other)


@AREA.case(6, "A message under an APS counter that has come round is a new one", ZIGBEE("2.2.8.4.2"), wakes=4)
def comes_round(t: Tester) -> None:
    for time in (1, 2):
        t.step(f"A read comes under one APS counter, time {time}")
        frame = reading(t, 0x0000)
        octets = t.side.apdu(BASIC.id, frame.encode(), counter=7)
        answers = t.ask_crafted(frame, partial(t.side.send_apdus, octets))
        t.require(len(once(answers)) == 1, "it does not answer a new message", *answers, expected="one answer")
        t.wait(FORGOTTEN_S)
