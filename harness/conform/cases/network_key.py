"""The network key: rotation, what a device that missed it does, and keys that it must not take."""

from __future__ import annotations

from hanbench.emulator.zcl.clusters import BASIC
from hanbench.emulator.zigbee.aps.commands import SwitchKey, TransportNetworkKey
from hanbench.harness.conform.case import Ability, Area, Begin
from hanbench.harness.conform.cases.common import JOINER, join, only, reading, secured
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.requirement import SE, ZIGBEE
from hanbench.harness.conform.tester import LISTEN_S, Tester

AREA = Area("KEY", "Network key", gate=JOINER, seconds=60, wakes=6)
FALSE_KEY = bytes(range(0x30, 0x40))
FALSE_SEQUENCE = 0x55
LAST_SEQUENCE = 0xFF


def _distributed(t: Tester) -> int:
    """Have the hub send out the next network key; return its sequence number when the device may have it."""
    sequence = t.hub.stack.trust_center.distribute()
    t.wait(2 * t.wake_limit)
    return sequence


def _uses(t: Tester, sequence: int, within: float, otherwise: str) -> Frame:
    return t.hear(
        within=within,
        where=lambda f: f.nwk is not None and secured(f) and f.nwk.key_sequence == sequence,
        that=f"under network key {sequence}",
        otherwise=otherwise,
    )


@AREA.case(1, "It follows the hub to the next network key", ZIGBEE("4.6.3.4"), wakes=7)
def follows(t: Tester) -> None:
    t.step("The hub sends out the next network key, and switches to it")
    sequence = _distributed(t)
    t.hub.stack.trust_center.switch()
    t.wait(2)
    t.step("The device uses it")
    _uses(t, sequence, 2 * t.wake_limit, "it does not follow to the next network key")
    only(t, t.ask(BASIC.id, reading(t, 0x0000)), "read-attributes-response")


@AREA.case(2, "It does not switch before the hub does", ZIGBEE("4.6.3.4.2"), wakes=4)
def not_early(t: Tester) -> None:
    t.step("The hub sends out the next network key, and does not switch")
    sequence = t.hub.stack.trust_center.distribute()
    t.never(
        None,
        during=3 * t.wake_limit,
        where=lambda f: f.nwk is not None and f.nwk.secured and f.nwk.key_sequence == sequence,
        that="under the next key",
        otherwise="it uses the next network key before Switch-Key",
    )


@AREA.case(
    3,
    "It is back after it missed two rotations",
    ZIGBEE("4.6.3.3"),
    ZIGBEE("3.6.1.4.2"),
    gate=f"({JOINER}) & NWK.TCREJOIN",
    needs=(Ability.POWER,),
    seconds=8000,
)
def missed(t: Tester) -> None:
    t.step("The device has no power while the network key changes twice")
    t.device.power_off()
    t.wait(10)
    for _ in range(2):
        sequence = t.hub.stack.trust_center.distribute()
        t.wait(60)
        t.hub.stack.trust_center.switch()
        t.wait(60)
    t.device.power_on()
    t.step("It rejoins without NWK security, and gets the present key")
    limit = t.pixit.longest_rest_s + 4 * t.wake_limit
    _uses(t, sequence, limit, "it does not come back after two rotations that it missed")


@AREA.case(4, "It keeps the new key over a power cut", ZIGBEE("4.3.3"), needs=(Ability.POWER,), seconds=120, wakes=9)
def kept(t: Tester) -> None:
    t.step("The network key changes; then the device loses its power")
    sequence = _distributed(t)
    t.hub.stack.trust_center.switch()
    t.wait(2 * t.wake_limit)
    t.device.power_off()
    t.wait(10)
    t.device.power_on()
    t.step("It goes on under the new key")
    frame = t.hear(
        within=t.wake_limit,
        where=lambda f: f.nwk is not None and f.nwk.secured,
        that="under a network key",
        otherwise="it is not heard after its power cut",
    )
    assert frame.nwk is not None
    t.require(
        secured(frame) and frame.nwk.key_sequence == sequence,
        "it uses another network key after a power cut",
        frame,
        expected=f"network key {sequence}",
        seen=frame.nwk.key_sequence,
    )


@AREA.case(
    5, "The same key once more does not reset its frame counter", ZIGBEE("4.3.1.1"), ZIGBEE("4.4.3.2"), seconds=120
)
def same_key(t: Tester) -> None:
    t.step("The hub sends the present network key again, and Switch-Key to it")
    storage = t.hub.storage
    present = TransportNetworkKey(storage.network_keys[storage.active_key], storage.active_key, t.ieee, storage.ieee)
    before = max(f.counter or 0 for f in t.every_frame() if f.observed.sender == t.kind)
    t.when_awake(lambda: _commands(t, present, SwitchKey(storage.active_key)))
    t.step("The device goes on")
    silent = "it is silent after the key was sent again"
    frame = t.hear(within=2 * t.wake_limit, where=secured, that="under the network key", otherwise=silent)
    t.wait(t.wake_limit)
    lowest = min((f.counter or 0 for f in t.frames(where=secured)), default=0)
    t.require(lowest > before, "its frame counter starts again", frame, expected=f"more than {before}", seen=lowest)


def _commands(t: Tester, *commands: TransportNetworkKey | SwitchKey) -> None:
    for command in commands:
        t.hub.stack.aps.send_command(t.short, command)


def _takes(t: Tester, key: bytes, sequence: int) -> list[Frame]:
    """Send a read under a network key; return the answers."""
    frame = reading(t, 0x0000)
    answers = t.ask_crafted(
        frame,
        lambda: t.side.send_npdu(
            t.side.npdu(t.side.apdu(BASIC.id, frame.encode(), counter=frame.tsn), key=key, key_sequence=sequence)
        ),
    )
    return answers + t.frames(where=lambda f: f.nwk is not None and f.nwk.secured and f.nwk.key_sequence == sequence)


@AREA.case(6, "It takes no network key that is not from the Trust Centre", SE("5.4.3"), ZIGBEE("4.4.3.2.3"))
def foreign_key(t: Tester) -> None:
    t.step("Transport-Key names another source than the Trust Centre")
    false = TransportNetworkKey(FALSE_KEY, FALSE_SEQUENCE, t.ieee, t.hub.storage.ieee ^ 0xFF)
    t.when_awake(lambda: _commands(t, false))
    t.wait(LISTEN_S)
    t.step("A frame comes under that key")
    answers = _takes(t, FALSE_KEY, FALSE_SEQUENCE)
    t.require(not answers, "it has taken a network key of a stranger", *answers, expected="no answer")


@AREA.case(7, "In the network, it takes no network key that comes without security", ZIGBEE("4.4.3.2.3"))
def plain_key(t: Tester) -> None:
    t.step("Transport-Key comes without NWK and APS security")
    false = TransportNetworkKey(FALSE_KEY, FALSE_SEQUENCE, t.ieee, t.hub.storage.ieee)
    npdu = t.side.unsecured_npdu(t.hub.stack.aps.encode_command(false))
    t.when_awake(lambda: t.side.send_npdu(npdu))
    t.wait(LISTEN_S)
    t.step("A frame comes under that key")
    answers = _takes(t, FALSE_KEY, FALSE_SEQUENCE)
    t.require(not answers, "it has taken a network key that came in the clear", *answers, expected="no answer")


@AREA.case(8, "Switch-Key to a key that it does not have changes nothing", ZIGBEE("4.4.7.3"), wakes=4)
def switch_to_nothing(t: Tester) -> None:
    t.step("Switch-Key names a key that was never sent")
    t.when_awake(lambda: _commands(t, SwitchKey(FALSE_SEQUENCE)))
    t.wait(LISTEN_S)
    t.step("It goes on as before")
    silent = "it is silent: it has lost its network key"
    t.hear(within=2 * t.wake_limit, where=secured, that="under the network key", otherwise=silent)
    only(t, t.ask(BASIC.id, reading(t, 0x0000)), "read-attributes-response")
    lost = t.frames("rejoin-request", sender="anyone")
    t.require(not lost, "it has lost its network key", *lost, expected="no rejoin")


@AREA.case(
    9,
    "It keeps the network key to come over a power cut",
    ZIGBEE("4.6.3.4"),
    ZIGBEE("4.3.3"),
    needs=(Ability.POWER,),
    seconds=120,
    wakes=9,
)
def next_key_kept(t: Tester) -> None:
    t.step("The hub sends out the next network key; the device loses its power before the hub uses it")
    sequence = _distributed(t)
    t.device.power_off()
    t.wait(10)
    t.device.power_on()
    t.wait(t.wake_limit)
    t.step("The hub switches, and the device follows")
    t.hub.stack.trust_center.switch()
    t.wait(2)
    _uses(t, sequence, 2 * t.wake_limit, "it does not follow to the next network key")
    lost = t.frames("rejoin-request", sender="anyone")
    t.require(not lost, "it has lost the network key to come", *lost, expected="no rejoin")


@AREA.case(
    10,
    "It follows where the numbers of network keys come round",
    ZIGBEE("4.6.3.4"),
    ZIGBEE("4.3.1.2"),
    begins=Begin.FACTORY,
    seconds=300,
    times=("join_s", "secure_s"),
)
def number_comes_round(t: Tester) -> None:
    t.step("The device joins a network whose key has the number 255")
    t.hub.stack.nwk.security.replace(LAST_SEQUENCE, t.hub.storage.network_keys[t.hub.storage.active_key])
    join(t)
    t.expect("device-announce", within=t.pixit.join_s, otherwise="it did not join")
    t.wait(t.wake_limit)
    t.step("The hub sends out the next one, which has the number 0, and switches to it")
    sequence = _distributed(t)
    t.bench_must(sequence == 0, "the hub's next key has another number")
    t.hub.stack.trust_center.switch()
    t.wait(2)
    _uses(t, sequence, 2 * t.wake_limit, "it does not follow to network key 0")
    only(t, t.ask(BASIC.id, reading(t, 0x0000)), "read-attributes-response")
