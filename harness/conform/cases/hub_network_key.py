"""Rotation of the network key by a hub: to everybody, then the switch; sleepers fetch it in between."""

from __future__ import annotations

from hanbench.emulator.zcl.clusters import BASIC
from hanbench.emulator.zigbee.aps.commands import SwitchKey, TransportNetworkKey
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent
from hanbench.emulator.zigbee.nwk.layer import RX_ON_DEVICES
from hanbench.harness.conform.case import Ability, Area, Begin
from hanbench.harness.conform.cases.common import HUB, reading
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import SE, ZIGBEE

AREA = Area("HKEY", "Hub: network key", gate=HUB, seconds=8000)
NEEDS = (Ability.HEAD_END,)
HUB_SHORT = 0x0000
RETRY_S, RETRIES = 600.0, 30
SWITCH_S = 2 * 3600.0
"""Time in which a hub changes to the key that it has distributed; sleepers wake every half hour."""


def _sequence(frame: Frame) -> int | None:
    return None if frame.nwk is None or not frame.nwk.secured else frame.nwk.key_sequence


def _rotated(t: HubTester) -> tuple[Frame, Frame]:
    """Have the hub change the network key; return its first Transport-Key and its Switch-Key."""
    t.head_end.rotate_key()
    key = t.expect("transport-key", within=60, otherwise="it distributes no key")
    switch = t.expect("switch-key", within=SWITCH_S, otherwise="it never changes to the key that it has distributed")
    t.wait(10)
    return key, switch


@AREA.case(
    1, "It distributes a key, and then tells to change to it", ZIGBEE("4.6.3.4"), ZIGBEE("4.4.10.5"), needs=NEEDS
)
def rotates(t: HubTester) -> None:
    t.step("The head end has the network key changed")
    before = t.gsme.storage.active_key
    key, switch = _rotated(t)
    t.require_equal(key.message.sequence, (before + 1) & 0xFF, "the key has another sequence number", key)
    t.require(key.message.sequence == switch.message.sequence, "Switch-Key names another key", key, switch)
    t.require(_sequence(key) == before, "it distributes the key under itself", key, expected=f"under key {before}")


@AREA.case(2, "The key that it distributes is another one", ZIGBEE("4.6.3.4"), needs=NEEDS)
def another_key(t: HubTester) -> None:
    t.step("The head end has the network key changed")
    former = set(t.esme.storage.network_keys.values())
    key, _ = _rotated(t)
    t.require(key.message.key not in former, "it distributes a key that was there", key, expected="another key")


@AREA.case(3, "It uses the key to which it told others to change", ZIGBEE("4.6.3.4.2"), needs=NEEDS)
def uses_it(t: HubTester) -> None:
    t.step("The head end has the network key changed")
    _, switch = _rotated(t)
    t.step("A meter reads Basic under the new key")
    answers = t.ask(BASIC.id, reading(t, 0x0000))
    t.require(bool(answers), "it does not answer under the new key", expected="Read Attributes Response")
    seen = _sequence(answers[0])
    t.require_equal(seen, switch.message.sequence, "it uses another key", answers[0])


@AREA.case(
    4, "A sleeping child gets the key before the change", ZIGBEE("4.6.3.4.1"), needs=NEEDS, seconds=12_000, wakes=3
)
def sleepers(t: HubTester) -> None:
    t.step("The head end has the network key changed while the gas meter sleeps")
    key, switch = _rotated(t)
    given = [f for f in t.frames("transport-key") if f.observed.receiver == "gsme" and f.time < switch.time]
    t.require(bool(given), "the gas meter did not get the key", key, expected="Transport-Key when it polls")
    t.step("It wakes twice, and reports")
    t.wait(2 * t.pixit.wake_period_s + 60)
    lost = t.frames("rejoin-request", sender="gsme")
    t.require(not lost, "it lost a sleeping child over the change", *lost[:1], expected="no rejoin")
    reports = t.frames("report-attributes", sender="gsme")
    t.require(bool(reports), "the gas meter is not heard under the new key", expected="a report")


@AREA.case(5, "It gives no key away in the clear", ZIGBEE("4.4.3.2"), SE("5.4.3"), needs=NEEDS, wakes=2)
def not_in_the_clear(t: HubTester) -> None:
    t.step("The head end has the network key changed")
    _rotated(t)
    plain = [f for f in t.frames("transport-key") if not f.secured and _sequence(f) is None]
    t.require(not plain, "it sends a key without NWK and APS security", *plain, expected="security")


@AREA.case(
    6,
    "After a power cut it uses the key that it had changed to",
    ZIGBEE("3.6.9"),
    ZIGBEE("4.3.3"),
    needs=(*NEEDS, Ability.POWER),
    seconds=9000,
)
def kept(t: HubTester) -> None:
    t.step("The network key changes; then the hub loses its power")
    _, switch = _rotated(t)
    t.device.power_off()
    t.wait(10)
    t.step("It has power again, and a meter reads Basic")
    t.device.power_on()
    t.wait(30)
    answers = t.ask(BASIC.id, reading(t, 0x0000))
    t.require(bool(answers), "it does not answer under the new key", expected="Read Attributes Response")
    number = switch.message.sequence
    others = [f for f in t.frames() if _sequence(f) not in (None, number)]
    t.require(not others, "it uses another key", *others[:1], expected=str(number))


def _counters(t: HubTester) -> dict[tuple[int, int], set[bytes]]:
    """Return what the hub sent under each pair of network key and frame counter."""
    found: dict[tuple[int, int], set[bytes]] = {}
    for frame in t.every_frame():
        own = frame.nwk
        if own is not None and own.secured and frame.observed.sender == t.kind and own.sender_ieee == t.ieee:
            found.setdefault((own.key_sequence, own.counter), set()).add(own.sealed)
    return found


@AREA.case(
    7,
    "It uses no frame counter twice under one network key, over two changes and a power cut",
    ZIGBEE("4.3.1.1"),
    ZIGBEE("4.3.3"),
    ZIGBEE("4.6.3.4"),
    needs=(*NEEDS, Ability.POWER),
    seconds=20_000,
)
def counters(t: HubTester) -> None:
    for number in (1, 2):
        t.step(f"The head end has the network key changed, the {number}. time; a meter reads Basic")
        _rotated(t)
        for _ in range(3):
            t.ask(BASIC.id, reading(t, 0x0000))
        t.step("The hub loses its power, and a meter reads Basic")
        t.device.power_off()
        t.wait(10)
        t.device.power_on()
        t.wait(30)
        answers = t.ask(BASIC.id, reading(t, 0x0000))
        t.require(bool(answers), "it does not answer after a power cut", expected="Read Attributes Response")
    twice = [pair for pair, octets in _counters(t).items() if len(octets) > 1]
    t.require(not twice, "it uses a frame counter twice under one key", expected="each once", seen=twice[:3])


@AREA.case(
    8,
    "After the change it still takes frames under the key before, and sends none under it",
    ZIGBEE("4.6.3.4.2"),
    ZIGBEE("4.3.1.2"),
    needs=NEEDS,
)
def former_key(t: HubTester) -> None:
    storage = t.esme.storage
    former, number = storage.network_keys[storage.active_key], storage.active_key
    t.step("The head end has the network key changed")
    _, switch = _rotated(t)
    t.wait(30)
    t.step("A frame comes under the former key, as from a device that has missed the change")
    frame = reading(t, 0x0000)
    octets = t.side.apdu(BASIC.id, frame.encode(), counter=frame.tsn)
    answers = t.ask_crafted(frame, lambda: t.side.send_npdu(t.side.npdu(octets, key=former, key_sequence=number)))
    t.require(bool(answers), "it drops what comes under the former key", expected="Read Attributes Response")
    for answer in answers:
        t.require_equal(_sequence(answer), switch.message.sequence, "it goes back to the former key", answer)
    t.step("A meter reads Basic under the new key")
    answers = t.ask(BASIC.id, reading(t, 0x0000))
    t.require(bool(answers), "it does not answer under the new key", expected="Read Attributes Response")
    t.require_equal(_sequence(answers[0]), switch.message.sequence, "it goes back to the former key", answers[0])


@AREA.case(
    9,
    "It takes no network key from others, and changes to none that they name",
    ZIGBEE("4.4.3.3"),
    ZIGBEE("4.6.3.4"),
    begins=Begin.JOINED,
    seconds=300,
)
def others_keys(t: HubTester) -> None:
    storage, aps = t.esme.storage, t.esme.stack.aps
    active, own = storage.active_key, t.esme.settings.ieee
    following = (active + 1) & 0xFF
    for command, words in (
        (TransportNetworkKey(bytes(range(16)), following, 0, own), "a network key"),
        (TransportNetworkKey(bytes(range(16)), following, t.ieee, t.ieee), "a network key in the hub's own name"),
        (TransportNetworkKey(bytes(range(16)), active, 0, own), "another key under the number of the one in use"),
        (SwitchKey(following), "to change to the next key"),
    ):
        t.step(f"The electricity meter tells the hub {words}, alone and by broadcast")
        for dst in (HUB_SHORT, RX_ON_DEVICES):
            aps.send_command(dst, command)
            t.wait(2)
        answers = t.ask(BASIC.id, reading(t, 0x0000))
        t.require(bool(answers), "it is not in its network any more", expected="Read Attributes Response")
        t.require_equal(_sequence(answers[0]), active, "it uses another network key", answers[0])


@AREA.case(
    10,
    "A meter that was away during the change gets back in, and is served under the new key",
    ZIGBEE("4.6.3.4"),
    ZIGBEE("4.6.3.3"),
    SE("5.4.2.2"),
    needs=NEEDS,
    seconds=40_000,
)
def away(t: HubTester) -> None:
    t.step("The network key changes twice while the electricity meter has no power")
    t.esme.power_off()
    for _ in range(2):
        t.head_end.rotate_key()
        t.wait(SWITCH_S)
    t.step("The meter has power again")
    t.esme.power_on()

    back = any(_served_after(t, RETRY_S) for _ in range(RETRIES))
    t.require(back, "a meter that was away during the change never gets back in", expected="the network key in use")


def _served_after(t: HubTester, seconds: float) -> bool:
    """Whether the electricity meter gets answers under a network key that it has, after so long."""
    t.wait(seconds)
    answers = t.ask(BASIC.id, reading(t, 0x0000)) if t.esme.stack.joined else []
    return bool(answers) and _sequence(answers[0]) == t.esme.storage.active_key


@AREA.case(
    11,
    "A power cut between the distribution of a key and the change to it loses no meter",
    ZIGBEE("4.6.3.4"),
    ZIGBEE("3.6.9"),
    needs=(*NEEDS, Ability.POWER),
    seconds=40_000,
)
def interrupted(t: HubTester) -> None:
    t.step("The head end has the network key changed; the hub loses its power before the change")
    t.head_end.rotate_key()
    t.expect("transport-key", within=60, otherwise="it distributes no key")
    t.wait(30)
    t.device.power_off()
    t.wait(20)
    t.device.power_on()
    t.wait(SWITCH_S)
    t.step("A meter reads Basic; then the head end has the key changed once more")
    t.require(_served_after(t, 60), "it loses a meter over an interrupted change", expected="an answer under its key")
    t.head_end.rotate_key()
    t.expect("switch-key", within=SWITCH_S, otherwise="it never changes its key any more")
    t.require(_served_after(t, 60), "it loses a meter over the next change", expected="an answer under its key")


@AREA.case(
    12,
    "A meter that joins between the distribution of a key and the change to it is served after the change",
    ZIGBEE("4.6.3.4"),
    ZIGBEE("4.6.3.2"),
    needs=NEEDS,
    seconds=40_000,
)
def joins_between(t: HubTester) -> None:
    settings = t.esme.settings
    t.head_end.preauthorise(settings.ieee, settings.install_code)
    t.esme.stack.joiner.event(JoinEvent.LEFT)
    t.step("The head end has the network key changed; the electricity meter joins before the change")
    t.head_end.rotate_key()
    t.wait(60)
    t.head_end.permit_join(254)
    ended: list[bool] = []
    t.esme.stack.joiner.join(ended.append)
    t.wait_until(lambda: bool(ended), 200)
    t.require(t.esme.stack.joined, "nobody gets in while the key changes", expected="Transport-Key")
    t.wait(SWITCH_S)
    back = any(_served_after(t, RETRY_S) for _ in range(RETRIES))
    t.require(back, "a meter that joined during the change is lost", expected="an answer under its key")
