"""The MAC: headers, numbers, repetitions, the channel's turn, and commands that Zigbee does not use."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import groupby

from hanbench.emulator.mac import frames as mac
from hanbench.emulator.mac.frames import BROADCAST, EXTENDED, SHORT, MacCommand, MacFrame
from hanbench.emulator.mac.indirect import MacAddress
from hanbench.emulator.radio import Transmission
from hanbench.emulator.radio.air import Jammer
from hanbench.emulator.radio.frame_rules import FrameAction, FrameRule
from hanbench.emulator.zcl.clusters import BASIC
from hanbench.harness.conform.case import Ability, Area, Begin
from hanbench.harness.conform.cases.common import JOINER, join, only, present, reading
from hanbench.harness.conform.cases.life import (
    LIFE_S,
    LIFE_TIMES,
    LIFE_WAKES,
    live,
    numbered,
    own_frames,
    searches,
    without_repetitions,
)
from hanbench.harness.conform.frame import Frame, once
from hanbench.harness.conform.requirement import MAC, ZIGBEE
from hanbench.harness.conform.tester import Tester

AREA = Area("MAC", "Frames of the MAC", gate=JOINER)
LONGEST = 127
"""aMaxPHYPacketSize, octets."""
SECURED, PENDING, ACK_REQUEST, COMPRESSED, RESERVED = 0x08, 0x10, 0x20, 0x40, 0x0380
"""Bits of the frame control field (IEEE 802.15.4-2011, 5.2.1.1)."""
MOST_REPETITIONS = 7
"""The largest macMaxFrameRetries (table 52)."""
ODD_SHARE = 0.2
"""Share of numbers that are not the next one: a radio may spend one on a frame that it never sent."""
JAM_DBM = -20.0
LATER_US = 30_000
FALSE_SHORT, FALSE_PAN = 0x2468, 0x1357
WAIT_S = 30.0
EMPTY_BEACON = bytes.fromhex("ff4f0000")
"""A beacon of a coordinator, without payload."""


@AREA.case(
    1,
    "Each of its frames has a sound MAC header",
    MAC("5.2.1.1"),
    MAC("5.2.1"),
    begins=Begin.FACTORY,
    needs=(Ability.POWER,),
    seconds=LIFE_S,
    wakes=LIFE_WAKES,
    times=LIFE_TIMES,
)
def headers(t: Tester) -> None:
    for frame in live(t):
        wrong = next(_faults(frame), "")
        t.require(not wrong, "a MAC header is not as the standard has it", frame, seen=wrong)


def _faults(frame: Frame) -> Iterator[str]:
    """Yield what is wrong with the header of a frame."""
    parts, octets = frame.mac, frame.psdu
    if parts is None:
        yield f"frame control 0x{int.from_bytes(octets[:2], 'little'):04x}, which no frame of Zigbee has"
        return
    control = octets[0] | octets[1] << 8
    if len(octets) > LONGEST:
        yield f"{len(octets)} octets"
    if control & (SECURED | RESERVED) or control >> 12 & 3 > 1:
        yield f"frame control 0x{control:04x}: MAC security, reserved bits or another version"
    if control & PENDING:
        yield "frame pending, in a frame of a device that holds nothing for its parent"
    single = parts.dst is not None and not (parts.dst_mode == SHORT and parts.dst == BROADCAST)
    if parts.ack_request != single:
        yield f"acknowledgement request {int(parts.ack_request)}, to {'one device' if single else 'all'}"
    if parts.dst_mode and parts.src_mode and parts.src_pan == parts.dst_pan and not control & COMPRESSED:
        yield "two PAN IDs that are the same"
    if parts.type == mac.DATA and (parts.dst_mode != SHORT or parts.src_mode != SHORT):
        yield "data without two short addresses"


@AREA.case(
    2,
    "Its MAC numbers its frames one after the other",
    MAC("5.2.1.2"),
    begins=Begin.FACTORY,
    needs=(Ability.POWER,),
    seconds=LIFE_S,
    wakes=LIFE_WAKES,
    times=LIFE_TIMES,
)
def numbers(t: Tester) -> None:
    live(t)
    frames = [f for f in without_repetitions(own_frames(t)) if f.mac is not None and f.mac.type != mac.BEACON]
    same, odd = numbered([(frame.psdu[2], frame) for frame in frames])
    t.require(not same, "a frame has the sequence number of the one before", *same[:3], expected="the next number")
    t.measure("frames that do not have the next number", odd, max(8, ODD_SHARE * len(frames)), "frames")


@AREA.case(
    3,
    "It repeats a frame that no radio acknowledges, and not too often",
    MAC("5.1.6.4"),
    MAC("table 52"),
    seconds=180,
    wakes=2,
)
def repetitions(t: Tester) -> None:
    t.step("The hub has no power when the device sends")
    if t.sleeps:
        t.hub.power_off()
    else:
        t.side.send_zcl(BASIC.id, reading(t, 0x0000))
        t.bench.lose(lambda found: found.parts.mac is None or found.parts.mac.type == mac.ACK, seconds=WAIT_S)
    t.expect(None, within=t.wake_limit, where=_wants_ack, that="to one device", otherwise="it sends nothing")
    t.wait(WAIT_S)
    sent = t.frames(where=_wants_ack)
    runs = [len(list(group)) for _, group in groupby(sent, key=lambda frame: frame.psdu)]
    t.require(max(runs) > 1, "it sends a frame once only", *sent[:1], expected="the same octets once more")
    t.measure("repetitions of one frame", max(runs) - 1, MOST_REPETITIONS, "repetitions", *sent[:1])


def _wants_ack(frame: Frame) -> bool:
    return frame.mac is not None and frame.mac.ack_request


@AREA.case(
    4,
    "It sends nothing while its channel is busy",
    MAC("5.1.1.4"),
    needs=(Ability.AIR,),
    seconds=300,
    wakes=3,
    times=("longest_rest_s",),
)
def listens_first(t: Tester) -> None:
    t.step("A transmitter that never pauses is on the channel")
    channel = t.hub.stack.nwk.network.channel
    jammer = Jammer(frozenset((channel,)), JAM_DBM)
    t.bench.han.air.add_jammer(jammer)
    if not t.sleeps:
        t.side.send_zcl(BASIC.id, reading(t, 0x0000))
    t.wait(t.wake_limit + WAIT_S)
    t.bench.han.air.remove_jammer(jammer)
    sent = [f for f in own_frames(t) if f.channel == channel and f in t.frames(sender="anyone")]
    t.require(not sent, "it sends while its channel is busy", *sent[:3], expected="no frame on this channel")
    t.step("The channel is free again")
    present(t, t.pixit.longest_rest_s + 2 * t.wake_limit, "it is not back after its channel was busy")


@AREA.case(
    5,
    "It obeys no command of the MAC that it did not ask for",
    ZIGBEE("3.6.1.10"),
    MAC("5.3.3"),
    MAC("5.3.8"),
    needs=(Ability.AIR,),
    seconds=300,
    wakes=6,
)
def unasked(t: Tester) -> None:
    network, short, start = t.hub.stack.nwk.network, t.short, t.now
    t.step("Its parent sends it commands that it did not ask for, with its EUI-64 and with its short address")
    t.when_awake(partial(_unasked, t))
    t.wait(WAIT_S)
    t.step("It is where it was")
    present(t, 2 * t.wake_limit, "it is gone after a command of the MAC that Zigbee does not use")
    frame = only(t, t.ask(BASIC.id, reading(t, 0x0000)), "read-attributes-response")
    assert frame.mac is not None
    seen = frame.mac.src, frame.mac.dst_pan, frame.channel
    t.require_equal(seen, (short, network.pan_id, network.channel), "it has moved", frame)
    _stayed(t, start)


def _stayed(t: Tester, since: float) -> None:
    lost = searches(t, since)
    t.require(not lost, "it has lost its network meanwhile", *lost[:3], expected="no search, and no rejoin")


def _unasked(t: Tester) -> None:
    for psdu in _commands(t):
        if t.sleeps:
            t.hub.stack.mac.indirect.hold(MacAddress(t.short), lambda pending, octets=psdu: octets, None)  # type: ignore[misc]
        else:
            t.hub.stack.mac.transmit(psdu, retries=0)


def _commands(t: Tester) -> Iterator[bytes]:
    """Yield commands, and a beacon, that a parent of Zigbee never sends unasked."""
    here = t.hub.stack.mac
    place = FALSE_PAN.to_bytes(2, "little") + bytes(2) + bytes((here.channel,))
    moved = FALSE_SHORT.to_bytes(2, "little")
    for content in (
        bytes((MacCommand.DISASSOCIATION, 1)),
        bytes((MacCommand.ASSOCIATION_RESPONSE,)) + moved + b"\0",
        bytes((MacCommand.ASSOCIATION_RESPONSE,)) + b"\xff\xff\x02",
        bytes((MacCommand.COORDINATOR_REALIGNMENT,)) + place + moved,
        bytes((MacCommand.PAN_ID_CONFLICT,)),
    ):
        yield here.command_frame(content, t.ieee, EXTENDED)
        yield here.command_frame(content, t.short, SHORT)
    everyone = bytes((MacCommand.COORDINATOR_REALIGNMENT,)) + place + b"\xff\xff"
    yield here.command_frame(everyone, BROADCAST, SHORT, dst_pan=BROADCAST, ack=False)
    beacon = MacFrame(mac.BEACON, 1, EMPTY_BEACON, src_pan=here.pan_id, src=0, src_mode=SHORT)
    yield beacon.encode()


@AREA.case(
    6,
    "It does everything once although each frame comes twice",
    MAC("5.1.6.4.3"),
    ZIGBEE("4.3.1.2"),
    begins=Begin.FACTORY,
    needs=(Ability.AIR,),
    seconds=600,
    wakes=5,
    times=("join_s", "secure_s"),
)
def twice(t: Tester) -> None:
    t.step("Each frame of the hub comes a second time; the device joins, and agrees a key")
    t.bench.han.air.frame_rules.append(
        FrameRule(lambda sent: _is_of_hub(t, sent), FrameAction.DUPLICATE, delay=LATER_US)
    )
    join(t)
    start = t.expect("device-announce", within=t.pixit.join_s, otherwise="it does not join where frames come twice")
    if "KEC.C" in t.pics:
        t.expect(
            "confirm-key-data-response",
            within=t.pixit.secure_s,
            sender="hub",
            otherwise="it agrees no key where frames come twice",
        )
        asked = once(t.frames("confirm-key-data-request"))
        t.require(len(asked) == 1, "it does a step of key establishment twice", *asked, expected="one of each")
    t.wait(WAIT_S)
    t.step("The hub reads an attribute")
    only(t, t.ask(BASIC.id, reading(t, 0x0000)), "read-attributes-response")
    _stayed(t, start.seconds)


def _is_of_hub(t: Tester, sent: Transmission) -> bool:
    return t.bench.han.role_at(sent.sender.name) == "hub" and sent.psdu[0] & 7 != mac.ACK
