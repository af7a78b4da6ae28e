"""Frame counters at a hub: what a meter sent once is not taken a second time."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.zcl.clusters import BASIC, PRICE
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import HUB, reading
from hanbench.harness.conform.cases.counters import drops_equal_counter, drops_replay
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import ZIGBEE

AREA = Area("HCTR", "Hub: frame counters", gate=HUB, wakes=2)
FORGOTTEN_S = 60.0
"""Time after which a table of duplicates has no entry of a message any more."""
FAR = 100_000
"""What a forged frame counter is above the true one."""


@AREA.case(1, "It drops a frame that it has had", ZIGBEE("4.3.1.2"))
def replay(t: HubTester) -> None:
    drops_replay(t, "esme")


@AREA.case(2, "It drops another frame under the counter that it has had last", ZIGBEE("4.3.1.2"))
def equal_counter(t: HubTester) -> None:
    drops_equal_counter(t, "esme")


def _flipped(octets: bytes) -> bytes:
    return octets[:-1] + bytes((octets[-1] ^ 1,))


def _drops(t: HubTester, words: str, craft: Callable[[bytes], bytes], *, secured: bool = False) -> None:
    """State that the hub drops the NWK frame that `craft` makes of an APS frame, and does not suffer by it."""
    cluster = PRICE.id if secured else BASIC.id
    t.step(f"A frame comes {words}")
    frame = reading(t, 0x0000)
    octets = t.side.apdu(cluster, frame.encode(), counter=frame.tsn, secured=secured)
    answers = t.ask_crafted(frame, lambda: t.side.send_npdu(craft(octets)))
    t.require(not answers, "it answers a frame that it must drop", *answers, expected="no answer")
    t.step("The electricity meter's own next frame is taken")
    answers = t.ask(cluster, reading(t, 0x0000))
    t.require(bool(answers), "a frame that it dropped locks its sender out", expected="an answer")


@AREA.case(
    3,
    "It drops what is not under the network key, whatever its counter is, and goes on with the true sender",
    ZIGBEE("4.3.1.2"),
)
def not_under_the_key(t: HubTester) -> None:
    far = t.esme.storage.nwk_counter.value + FAR
    side = t.side
    _drops(t, "with a wrong integrity code, and a high counter", lambda apdu: _flipped(side.npdu(apdu, counter=far)))
    _drops(t, "under another key, and a high counter", lambda apdu: side.npdu(apdu, key=bytes(16), counter=far))
    _drops(t, "under a key number that there is not", lambda apdu: side.npdu(apdu, key_sequence=0x77, counter=far))
    _drops(t, "without NWK security", side.unsecured_npdu)
    other = t.gsme.settings.ieee
    _drops(t, "with a wrong integrity code, in another name", lambda apdu: _flipped(side.npdu(apdu, source_ieee=other)))
    t.step("The gas meter's own next frame is taken, too")
    with t.awake():
        answers = t.ask(BASIC.id, reading(t, 0x0000), by=t.sleeper)
    t.require(bool(answers), "a frame that it dropped locks out the device that it named", expected="an answer")


@AREA.case(
    4,
    "It drops a frame under the link key that it has had, or whose integrity code is wrong",
    ZIGBEE("4.4.1.2"),
    gate=f"{HUB} & KEC.S & PRC.S",
)
def under_the_link_key(t: HubTester) -> None:
    side, link = t.side, t.esme.storage.link_keys[t.ieee]
    frame = reading(t, 0x0000)
    octets = side.apdu(PRICE.id, frame.encode(), counter=frame.tsn, secured=True)
    t.step("The electricity meter reads Price under the link key")
    answers = t.ask_crafted(frame, lambda: side.send_npdu(side.npdu(octets)))
    t.require(bool(answers), "it answers nothing under the link key", expected="an answer")
    t.wait(FORGOTTEN_S)
    t.step("The same APS frame comes again a minute later, under a new NWK counter")
    answers = t.ask_crafted(frame, lambda: side.send_npdu(side.npdu(octets)))
    t.require(not answers, "it answers an APS frame that it has had", *answers, expected="no answer")
    _drops(t, "whose integrity code of the APS is wrong", lambda apdu: side.npdu(_flipped(apdu)), secured=True)
    far = link.outgoing.value + FAR
    again = reading(t, 0x0000)
    forged = side.apdu(PRICE.id, again.encode(), counter=again.tsn, secured=True, key=bytes(16), frame_counter=far)
    _drops(t, "under another link key, and a high counter", lambda apdu: side.npdu(forged), secured=True)


@AREA.case(
    5,
    "Under the link key its frame counter rises over power cuts",
    ZIGBEE("4.4.1.1"),
    ZIGBEE("4.3.3"),
    gate=f"{HUB} & KEC.S & PRC.S",
    needs=(Ability.POWER,),
    seconds=600,
)
def link_key_counter(t: HubTester) -> None:
    highest = -1
    for number in range(4):
        t.step(f"The electricity meter reads Price under the link key, after {number} power cuts")
        answers = t.ask(PRICE.id, reading(t, 0x0000), secured=True)
        t.require(bool(answers), "it does not answer under the link key", expected="an answer")
        for answer in answers:
            assert answer.aps is not None
            rises = answer.aps.frame_counter > highest
            t.require(rises, "its counter under the link key was there before", answer, expected=f"above {highest}")
        highest = max(f.aps.frame_counter for f in t.frames() if f.aps is not None and f.secured)
        t.device.power_off()
        t.wait(7)
        t.device.power_on()
        t.wait(20)
