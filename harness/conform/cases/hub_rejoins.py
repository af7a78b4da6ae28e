"""Devices that come back to a hub, with and without the network key, and those that come for the first time at once."""

from __future__ import annotations

from hanbench.emulator.mac.layer import Beacon
from hanbench.emulator.zcl.clusters import BASIC, PRICE
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.commands import RejoinRequest
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent
from hanbench.emulator.zigbee.storage import KeyOrigin
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Ability, Area, Begin
from hanbench.harness.conform.cases.common import HUB, reading
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import MAC, SE, ZIGBEE
from hanbench.harness.frames import Dissected

AREA = Area("HRJN", "Hub: who comes, and comes back", gate=HUB)
NEEDS = (Ability.HEAD_END,)
CAPABILITY = 0x8E
HUB_SHORT = 0x0000
BIT = 0x0F0F
SUCCESS = 0
ANSWER_S, JOIN_S, LOST_S = 10.0, 120.0, 20.0
STRANGERS, TIMES = 40, 60
OPEN_S = 254
AGED_S = 3600.0
"""Longer than a hub waits for a device that has associated, and is in no network yet."""


def _asks_to_rejoin(t: HubTester, *, ieee: int, short: int, secured: bool) -> None:
    """Have the electricity meter's radio send a Rejoin Request; without security in any name."""
    stack = t.esme.stack.nwk
    header = nwk.header(
        nwk.COMMAND, HUB_SHORT, short, stack.next_sequence(), radius=1, secured=secured, src_ieee=ieee, dst_ieee=t.ieee
    )
    payload = RejoinRequest(CAPABILITY).encode()
    stack.mac.send(HUB_SHORT, nwk.seal(header, payload, stack.security.outgoing()) if secured else header + payload)


def _still_well(t: HubTester) -> None:
    t.step("The electricity meter is in the network as before")
    answers = t.ask(BASIC.id, reading(t, 0x0000))
    t.require(bool(answers), "a member is not served any more", expected="Read Attributes Response")


def _answered(t: HubTester, short: int) -> Frame:
    found = t.expect("rejoin-response", within=ANSWER_S, otherwise="it does not answer a member that rejoins")
    t.require_equal(found.message.status, SUCCESS, "it refuses a member", found)
    t.require_equal(found.message.short, short, "a member gets another address", found, form="#06x")
    return found


@AREA.case(
    1,
    "A member rejoins while the network is closed: with its network key, and by its link key without it",
    ZIGBEE("3.6.1.4.2.2"),
    ZIGBEE("4.6.3.3"),
    SE("5.4.2.2"),
)
def members(t: HubTester) -> None:
    ieee, short = t.esme.settings.ieee, t.side.own_short
    t.step("The electricity meter rejoins under the network key")
    _asks_to_rejoin(t, ieee=ieee, short=short, secured=True)
    found = _answered(t, short)
    t.require(found.counter is not None, "its answer is not under the network key", found, expected="NWK security")
    t.wait(ANSWER_S)
    _still_well(t)
    t.step("It rejoins without the network key")
    _asks_to_rejoin(t, ieee=ieee, short=short, secured=False)
    found = _answered(t, short)
    t.require(found.counter is None, "a device without the key cannot read its answer", found, expected="no security")
    key = t.expect("transport-key", within=ANSWER_S, otherwise="it does not give a member the network key")
    t.require(key.secured, "it gives the network key without APS security", key, expected="the key-transport key")
    t.require(key.counter is None, "a device without the key cannot read it", key, expected="no NWK security")
    active = t.gsme.storage.network_keys[t.gsme.storage.active_key]
    t.require(key.message.key == active, "it gives another network key", key, expected="the one in use")
    t.wait(ANSWER_S)
    _still_well(t)


@AREA.case(
    2,
    "A stranger does not rejoin, and harms no member by its name",
    ZIGBEE("3.6.1.4.2.2"),
    ZIGBEE("4.6.3.3"),
    SE("5.4.1"),
)
def strangers(t: HubTester) -> None:
    ieee, short = t.esme.settings.ieee, t.side.own_short
    for words, name, address in (
        ("that no head end knows", ieee ^ BIT, short ^ BIT),
        ("that no head end knows, with a member's address", ieee ^ BIT, t.sleeper.own_short),
    ):
        t.step(f"A device {words} asks to rejoin without a key")
        _asks_to_rejoin(t, ieee=name, short=address, secured=False)
        t.wait(ANSWER_S)
        taken = [f for f in t.frames("rejoin-response") if f.message.status == SUCCESS]
        t.require(not taken, "it takes a stranger", *taken, expected="a refusal, or silence")
        keys = t.frames("transport-key")
        t.require(not keys, "it gives its network key to a stranger", *keys, expected="no Transport-Key")
    t.step("A device asks under the network key in the name of another")
    _asks_to_rejoin(t, ieee=t.gsme.settings.ieee, short=t.sleeper.own_short, secured=True)
    t.wait(ANSWER_S)
    taken = [f for f in t.frames("rejoin-response") if f.message.status == SUCCESS]
    t.require(not taken, "it takes a device in the name of another", *taken, expected="a refusal, or silence")
    _still_well(t)
    t.step("The gas meter is its child as before")
    with t.awake():
        answers = t.ask(BASIC.id, reading(t, 0x0000), by=t.sleeper)
    t.require(bool(answers), "a child is not served any more", expected="Read Attributes Response")


@AREA.case(
    3,
    "Two meters that come at the same time both get in",
    ZIGBEE("4.6.3.2"),
    SE("5.4.2.2"),
    begins=Begin.FACTORY,
    needs=NEEDS,
    seconds=600,
    times=("secure_s",),
)
def two_at_once(t: HubTester) -> None:
    t.bench.form()
    meters = (t.esme, t.gsme)
    for meter in meters:
        t.head_end.preauthorise(meter.settings.ieee, meter.settings.install_code)
    t.head_end.permit_join(OPEN_S)
    t.step("Both meters join at the same time")
    ended: list[bool] = []
    for meter in meters:
        meter.power_on()
        meter.stack.joiner.join(ended.append)
    t.wait_until(lambda: len(ended) == len(meters), JOIN_S)
    for meter in meters:
        t.require(meter.stack.joined, f"the {meter.name} does not get in", expected="Transport-Key")
    if "KEC.S" in t.pics:
        agreed = t.wait_until(lambda: all(meter.keys.ready for meter in meters), t.pixit.secure_s)
        t.require(agreed, "it agrees no link key with one of two meters", expected="Confirm Key Data Response")


def _is_key(found: Dissected) -> bool:
    return found.name == "transport-key"


@AREA.case(
    4,
    "A meter whose network key was lost on the way gets it when it tries again",
    ZIGBEE("4.6.3.2.2"),
    MAC("5.1.3.1"),
    begins=Begin.FACTORY,
    needs=(*NEEDS, Ability.AIR),
    seconds=600,
)
def key_lost(t: HubTester) -> None:
    t.bench.form()
    settings = t.esme.settings
    t.head_end.preauthorise(settings.ieee, settings.install_code)
    t.head_end.permit_join(OPEN_S)
    t.step("The electricity meter joins; no Transport-Key gets through")
    rule = t.bench.lose(_is_key, seconds=LOST_S)
    t.esme.power_on()
    _joins(t, LOST_S)
    t.bench_must(bool(rule.occurrences.acted) and not t.esme.stack.joined, "the key was not lost")
    t.step("It tries again")
    t.wait(LOST_S)
    _joins(t, JOIN_S)
    t.require(t.esme.stack.joined, "a meter that missed its key once does not get in", expected="Transport-Key")


def _joins(t: HubTester, within: float) -> None:
    ended: list[bool] = []
    t.esme.stack.joiner.join(ended.append)
    t.wait_until(lambda: bool(ended), within)


@AREA.case(
    5,
    "A member that was reset gets in anew by its install code, and is served",
    ZIGBEE("4.6.3.2"),
    SE("5.4.1"),
    needs=NEEDS,
    seconds=600,
    times=("secure_s",),
)
def comes_anew(t: HubTester) -> None:
    settings = t.esme.settings
    t.step("The electricity meter is reset to its factory state, and joins by its install code")
    t.head_end.preauthorise(settings.ieee, settings.install_code)
    t.head_end.permit_join(OPEN_S)
    t.esme.stack.joiner.event(JoinEvent.LEFT)
    t.wait(1)
    t.bench_must(not t.esme.stack.joined, "the meter was not reset")
    _joins(t, JOIN_S)
    t.require(t.esme.stack.joined, "a member that was reset does not get in", expected="Transport-Key")
    if "KEC.S" in t.pics:
        agreed = t.wait_until(lambda: t.esme.keys.ready, t.pixit.secure_s)
        t.require(agreed, "it agrees no link key with it", expected="Confirm Key Data Response")
        origin = t.esme.storage.link_keys[t.ieee].origin
        t.bench_must(origin is KeyOrigin.ESTABLISHED, "the meter has no established key")
    _still_well(t)


def _associates(t: HubTester, beacon: Beacon) -> None:
    ended: list[object] = []
    t.esme.stack.child.associate(beacon, CAPABILITY, ended.append)
    t.wait_until(lambda: bool(ended), ANSWER_S)


@AREA.case(
    6,
    "Strangers that associate take no place from a meter that is on file",
    ZIGBEE("3.6.1.4.1.2"),
    ZIGBEE("4.6.3.2.2"),
    begins=Begin.FACTORY,
    needs=NEEDS,
    seconds=600,
)
def flood_of_strangers(t: HubTester) -> None:
    t.bench.form()
    settings = t.esme.settings
    t.head_end.preauthorise(settings.ieee, settings.install_code)
    t.head_end.permit_join(OPEN_S)
    beacon = t.own_beacon()
    mac, own = t.esme.stack.mac, settings.ieee
    t.step(f"{STRANGERS} strangers associate, one after the other")
    for number in range(STRANGERS):
        mac.ieee = own ^ (BIT + number)
        mac.configure()
        _associates(t, beacon)
    mac.ieee = own
    mac.configure()
    keys = t.frames("transport-key")
    t.require(not keys, "it gives its network key to a stranger", *keys[:1], expected="no Transport-Key")
    t.step("The meter that is on file joins")
    t.wait(20)
    _joins(t, JOIN_S)
    t.require(t.esme.stack.joined, "strangers keep out a meter that is on file", expected="Transport-Key")


@AREA.case(
    7,
    "A device that announces itself in another's name, or with another's address, moves nobody",
    ZIGBEE("2.4.3.1.11"),
    ZIGBEE("3.6.1.9"),
    wakes=1,
)
def false_announcements(t: HubTester) -> None:
    gsme, short = t.gsme.settings.ieee, t.sleeper.own_short
    for words, ieee, address in (
        ("the gas meter's EUI-64 and its own address", gsme, t.side.own_short),
        ("its own EUI-64 and the gas meter's address", t.esme.settings.ieee, short),
        ("the hub's EUI-64 and its own address", t.ieee, t.side.own_short),
        ("its own EUI-64 and the hub's address", t.esme.settings.ieee, HUB_SHORT),
    ):
        t.step(f"The electricity meter announces a device with {words}")
        t.side.send_zdp(zdp.DeviceAnnce(address, ieee, CAPABILITY), broadcast=True)
        t.wait(5)
    t.step("Both meters are served as before")
    with t.awake():
        for side, name in ((t.side, "electricity"), (t.sleeper, "gas")):
            answers = t.ask(BASIC.id, reading(t, 0x0000), by=side)
            t.require(bool(answers), f"the {name} meter is not served any more", expected="Read Attributes Response")
            found = answers[0].nwk
            assert found is not None
            t.require_equal(found.dst, side.own_short, "its answers go to another device", answers[0], form="#06x")
    if "KEC.S" in t.pics and "PRC.S" in t.pics:
        answers = t.ask(PRICE.id, reading(t, 0x0000), secured=True)
        t.require(bool(answers), "a meter is not served under its link key any more", expected="an answer")


@AREA.case(
    8,
    "A member that rejoins again and again stays one member, at one address",
    ZIGBEE("3.6.1.4.2.2"),
    ZIGBEE("3.6.1.9"),
    seconds=900,
)
def again_and_again(t: HubTester) -> None:
    ieee, short = t.esme.settings.ieee, t.side.own_short
    t.step(f"The electricity meter rejoins {TIMES} times")
    for number in range(TIMES):
        _asks_to_rejoin(t, ieee=ieee, short=short, secured=number % 3 != 2)
        found = t.expect("rejoin-response", within=ANSWER_S, otherwise="it answers no more after some rejoins")
        t.require_equal(found.message.status, SUCCESS, "it refuses a member that has rejoined often", found)
        t.require_equal(found.message.short, short, "a member gets another address", found, form="#06x")
        t.wait(3)
    _still_well(t)
    t.step("It asks for the hub's children")
    answers = t.ask_zdp(zdp.NwkAddrReq(t.ieee, 0x01))
    _, listed = answers[0].message.associated or (0, ()) if answers else (0, ())
    t.require(len(set(listed)) == len(listed), "it lists a child more than once", *answers, seen=listed)
    t.step("The gas meter is its child as before")
    with t.awake():
        answers = t.ask(BASIC.id, reading(t, 0x0000), by=t.sleeper)
    t.require(bool(answers), "a child is not served any more", expected="Read Attributes Response")


@AREA.case(
    9,
    "When those are gone that filled its table, its beacon says that it has room",
    ZIGBEE("3.6.7"),
    ZIGBEE("3.6.1.3"),
    begins=Begin.FACTORY,
    needs=NEEDS,
    seconds=AGED_S + 900,
)
def room_again(t: HubTester) -> None:
    t.bench.form()
    t.head_end.permit_join(OPEN_S)
    beacon = t.own_beacon()
    t.require(_room(beacon), "an empty hub says that it has no room", expected="End Device Capacity 1")
    mac, own = t.esme.stack.mac, t.esme.settings.ieee
    t.step(f"{STRANGERS} devices that are on file associate, and are not heard again")
    for number in range(STRANGERS):
        mac.ieee = own ^ (BIT + number)
        t.head_end.preauthorise(mac.ieee, t.esme.settings.install_code)
        mac.configure()
        _associates(t, beacon)
    mac.ieee = own
    mac.configure()
    t.step("Long after, it has forgotten them")
    t.wait(AGED_S)
    t.require(_room(t.own_beacon()), "it says for good that it has no room", expected="End Device Capacity 1")


def _room(beacon: Beacon) -> bool:
    """Return End Device Capacity: the highest bit of the third octet (R22, 3.6.7)."""
    return bool(beacon.payload[2] & 0x80)
