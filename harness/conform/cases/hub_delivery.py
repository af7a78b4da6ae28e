"""Messages between the APS of a hub and those of its devices: acknowledgements, repetitions, endpoints, fragments."""

from __future__ import annotations

from itertools import pairwise

from hanbench.emulator.devices.settings import SMART_ENERGY
from hanbench.emulator.zcl.clusters import BASIC
from hanbench.emulator.zcl.frame import ZclFrame
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.commands import RemoveDevice, Tunnel, UpdateDevice
from hanbench.emulator.zigbee.nwk.parent import JoinStatus
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import HUB, reading
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import MAC, ZIGBEE
from hanbench.harness.conform.tester import LISTEN_S

AREA = Area("HAPS", "Hub: delivery", gate=f"{HUB} & BAS.S")
HUB_SHORT, HOME_AUTOMATION = 0x0000, 0x0104
NO_ENDPOINT = 0xEE
MOST_TRIES = 4
"""apscMaxFrameRetries is 3."""
SHORTEST_WAIT_S = 0.5
"""Between two tries; apscAckWaitDuration is above a second in any network."""
SOON_S = 0.1
BLOCK = 20
"""Octets of payload in a fragment."""


def _apdu(
    t: HubTester,
    frame: bytes,
    *,
    counter: int,
    endpoint: int | None = None,
    profile: int = SMART_ENERGY,
    ack: bool = True,
    fragment: aps.Fragment | None = None,
) -> bytes:
    to = t.side.endpoint if endpoint is None else endpoint
    header = aps.data_header(
        to, BASIC.id, profile, t.side.own_endpoint, counter, ack_request=ack, secured=False, fragment=fragment
    )
    return header + frame


def _ask(t: HubTester, frame: ZclFrame, octets: bytes) -> list[Frame]:
    return t.ask_crafted(frame, lambda: t.side.send_npdu(t.side.npdu(octets)))


@AREA.case(
    1,
    "It acknowledges each copy of a message that asks for it, and acts on one",
    ZIGBEE("2.2.8.4.2"),
    ZIGBEE("2.2.8.4.3"),
)
def copies(t: HubTester) -> None:
    t.step("A read comes three times under one APS counter, each time under a new NWK counter")
    frame = reading(t, 0x0000)
    octets = _apdu(t, frame.encode(), counter=frame.tsn)
    for _ in range(3):
        t.side.send_npdu(t.side.npdu(octets))
        t.wait(1)
    t.wait(LISTEN_S)
    answers = t.answers_to(frame)
    distinct = {f.aps.counter for f in answers if f.aps is not None}
    t.require(len(distinct) == 1, "it acts on a message that it has had", *answers, expected="one answer")
    found = t.acknowledgements_of(frame.tsn)
    t.require(len(found) >= 3, "it does not acknowledge each copy", *found, expected="3", seen=len(found))
    for each in found:
        assert each.aps is not None
        t.require(each.aps.cluster == BASIC.id, "it acknowledges for another cluster", each, expected="Basic")


@AREA.case(
    2,
    "It sends an answer again that nobody acknowledges: the same one, in its time, and no more often than it may",
    ZIGBEE("2.2.8.4.4"),
    seconds=120,
)
def tries(t: HubTester) -> None:
    t.step("The electricity meter reads Basic, and acknowledges no answer")
    frame = reading(t, 0x0000)
    with t.side.deaf():
        t.ask(BASIC.id, frame, after=60)
    sent = t.answers_to(frame)
    t.require(bool(sent), "it does not answer", expected="Read Attributes Response")
    if not any(f.aps is not None and f.aps.ack_request for f in sent):
        return
    once_each = {f.nwk.sequence: f for f in sent if f.nwk is not None}
    tried = sorted(once_each.values(), key=lambda f: f.time)
    t.require(1 < len(tried) <= MOST_TRIES, "it tries another number of times", *tried, expected="4", seen=len(tried))
    counters = {f.aps.counter for f in tried if f.aps is not None}
    t.require(len(counters) == 1, "each try is another message", *tried, expected="one APS counter")
    for earlier, later in pairwise(tried):
        waited = later.seconds - earlier.seconds
        t.require(waited >= SHORTEST_WAIT_S, "it does not wait for an acknowledgement", later, seen=f"{waited:.2f} s")


@AREA.case(
    3,
    "It acknowledges nothing that does not ask for it, and answers for no endpoint and no profile but its own",
    ZIGBEE("2.2.8.4.3"),
    ZIGBEE("2.2.4.1"),
    ZIGBEE("2.2.5.1"),
)
def not_asked(t: HubTester) -> None:
    t.step("A read comes that asks for no acknowledgement")
    frame = reading(t, 0x0000)
    answers = _ask(t, frame, _apdu(t, frame.encode(), counter=frame.tsn, ack=False))
    t.require(bool(answers), "it answers nothing that asks for no acknowledgement", expected="an answer")
    found = t.acknowledgements_of(frame.tsn)
    t.require(not found, "it acknowledges what does not ask for it", *found, expected="no APS acknowledgement")
    for words, endpoint, profile in (
        ("for an endpoint that it does not have", NO_ENDPOINT, SMART_ENERGY),
        ("for its endpoint, of another profile", t.side.endpoint, HOME_AUTOMATION),
    ):
        t.step(f"A read comes {words}")
        frame = reading(t, 0x0000)
        octets = _apdu(t, frame.encode(), counter=frame.tsn, endpoint=endpoint, profile=profile)
        told = [f for f in _ask(t, frame, octets) if f.name == "read-attributes-response"]
        t.require(not told, f"it answers a read {words}", *told, expected="no value")


@AREA.case(
    4,
    "It puts fragments together, however often they come, and acts on no part of a message",
    ZIGBEE("2.2.8.4.5"),
    seconds=300,
)
def fragments(t: HubTester) -> None:
    for words, order in (("each once", (0, 1, 2)), ("each twice", (0, 0, 1, 1, 2, 2))):
        t.step(f"A read of many attributes comes in three fragments, {words}")
        frame = reading(t, *range(0x1C))
        whole = frame.encode()
        parts = [whole[at : at + BLOCK] for at in range(0, len(whole), BLOCK)]
        t.bench_must(len(parts) == 3, "the read has another number of fragments")
        for at in order:
            fragment = aps.Fragment(at == 0, len(parts) if at == 0 else at)
            octets = _apdu(t, parts[at], counter=frame.tsn, fragment=fragment)
            t.side.send_npdu(t.side.npdu(octets))
            t.wait(0.7)
        t.wait(LISTEN_S)
        found = t.acknowledgements_of(frame.tsn)
        t.require(bool(found), "it acknowledges no fragment", expected="APS acknowledgements")
        answers = t.frames(where=lambda f: f.aps is not None and f.aps.cluster == BASIC.id and f.name != "aps-ack")
        t.require(bool(answers), "it does not answer a message of fragments", expected="an answer", seen="nothing")
        counters = {f.aps.counter for f in answers if f.aps is not None}
        t.require(len(counters) == 1, "it acts on a message of fragments twice", *answers, expected="one answer")
    t.step("The middle fragment of another read never comes")
    frame = reading(t, *range(0x1C))
    whole = frame.encode()
    for at in (0, 2):
        fragment = aps.Fragment(at == 0, 3 if at == 0 else at)
        octets = _apdu(t, whole[at * BLOCK : (at + 1) * BLOCK], counter=frame.tsn, fragment=fragment)
        t.side.send_npdu(t.side.npdu(octets))
        t.wait(0.7)
    t.wait(LISTEN_S)
    answers = t.frames(where=lambda f: f.aps is not None and f.aps.cluster == BASIC.id and f.name != "aps-ack")
    t.require(not answers, "it acts on a message that is not whole", *answers, expected="no answer")


@AREA.case(
    5,
    "It acts on no APS command that is none for a Trust Centre, and is there as before",
    ZIGBEE("4.4.11"),
    ZIGBEE("4.4.5"),
    ZIGBEE("4.4.4"),
    wakes=1,
)
def other_commands(t: HubTester) -> None:
    gas, own = t.gsme.settings.ieee, t.esme.settings.ieee
    stack = t.esme.stack
    verify = bytes((0x0F, 0x04)) + own.to_bytes(8, "little") + bytes(16)
    for words, payload in (
        ("to remove the gas meter", RemoveDevice(gas).encode()),
        ("that the gas meter has left", UpdateDevice(gas, t.sleeper.own_short, JoinStatus.LEFT).encode()),
        ("to pass a frame on to the gas meter", Tunnel(gas, bytes(30)).encode()),
        ("to verify a key", verify),
        ("to confirm a key", bytes((0x10, 0x00, 0x04)) + own.to_bytes(8, "little")),
        ("a command that there is not", bytes((0x7E,)) + bytes(12)),
        ("a command without fields", bytes((0x08,))),
    ):
        t.step(f"The electricity meter tells the hub {words}")
        stack.nwk.send(HUB_SHORT, aps.command_header(t.side.next_tsn(), secured=False) + payload)
        t.wait(3)
        passed = [f for f in t.frames() if f.observed.receiver == "gsme" and f.name != "acknowledgement"]
        t.require(not passed, "it acts on a command that is none of a Trust Centre's", *passed, expected="nothing")
    t.step("Both meters are served as before")
    with t.awake():
        for side in (t.side, t.sleeper):
            answers = t.ask(BASIC.id, reading(t, 0x0000), by=side)
            t.require(bool(answers), "a member is not served any more", expected="Read Attributes Response")


@AREA.case(
    6,
    "A long answer reaches both a meter that listens and one that sleeps, whole",
    ZIGBEE("2.2.8.4.5"),
    ZIGBEE("3.6.5"),
    wakes=1,
)
def long_answers(t: HubTester) -> None:
    wanted = tuple(range(0x0028))
    with t.awake():
        t.wait(1)
        for side, name in ((t.side, "electricity"), (t.sleeper, "gas")):
            t.step(f"The {name} meter reads {len(wanted)} attributes of Basic")
            frame = reading(t, *wanted)
            side.send_zcl(BASIC.id, frame)
            t.wait(LISTEN_S)
            sent = [f for f in t.frames() if f.aps is not None and f.aps.cluster == BASIC.id and f.name != "aps-ack"]
            found = [f for f in sent if f.nwk is not None and f.nwk.dst == side.own_short]
            t.require(bool(found), f"it does not answer the {name} meter", expected="Read Attributes Response")
            parts = [f.aps.fragment for f in found if f.aps is not None]
            if None in parts:
                continue  # it answers in one frame: the attributes for which there is room
            total = next((each.block for each in parts if each is not None and each.first), 0)
            blocks = {0 if each.first else each.block for each in parts if each is not None}
            whole = total > 0 and blocks == set(range(total))
            t.require(whole, "its answer is not whole", *found[:3], expected=f"{total} fragments", seen=sorted(blocks))


@AREA.case(
    7,
    "It sends a frame again at once that no radio acknowledges",
    MAC("5.1.6.4.3"),
    gate=f"{HUB} & BAS.S",
    needs=(Ability.AIR,),
)
def at_once_again(t: HubTester) -> None:
    t.step("The electricity meter reads Basic; the first two copies of the hub's answer are lost")
    rule = t.bench.lose(lambda found: found.name == "read-attributes-response", seconds=LISTEN_S, count=2)
    frame = reading(t, 0x0000)
    t.ask(BASIC.id, frame)
    t.bench_must(rule.occurrences.acted >= 1, "no answer was lost")
    sent = t.answers_to(frame)
    copies = [f for f in sent if f.psdu == sent[0].psdu]
    t.require(len(copies) >= 2, "it does not send a frame again that was lost", *sent, expected="the same octets")
    soon = copies[1].seconds - copies[0].seconds
    t.measure("from a lost frame to its repetition", soon, SOON_S, "s", *copies[:2])
