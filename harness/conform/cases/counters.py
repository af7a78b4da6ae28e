"""Frame counters: they go up, survive power cuts, and nothing is taken twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

from hanbench.emulator.zcl.clusters import BASIC, METERING
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.layer import FIRST_BROADCAST
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import DEVICE, JOINER, only, reading
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.requirement import PIXIT, ZIGBEE
from hanbench.harness.conform.tester import LISTEN_S, Tester
from hanbench.harness.conform.watching import Sender

AREA = Area("CTR", "Frame counters", gate=JOINER)
CUTS = 10
FORGOTTEN_S = 60.0
"""Longer than tables of duplicates keep an APS counter: the replay is the business of the frame counter alone."""
OFF_S = (3, 17, 1, 40, 5, 9, 61, 2, 25, 8)
"""Seconds without power, cut by cut."""
ON_S = (4, 31, 12, 2, 75, 6, 20, 3, 45, 10)
HIGH = 0x7FFF_0000
WELL_KNOWN = bytes((1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6, 8, 10, 12, 13))
"""A network key that everybody knows: the default of a widespread host for years."""


def _cuts(t: Tester) -> None:
    for off, on in zip(OFF_S, ON_S, strict=True):
        t.device.power_off()
        t.wait(off)
        t.device.power_on()
        t.wait(on)
    t.wait(t.wake_limit)


def _own(t: Tester) -> list[Frame]:
    """Return the device's frames under the network key, without the MAC's repetitions."""
    found: list[Frame] = []
    last = b""
    for frame in t.every_frame():
        if frame.observed.sender == t.kind and frame.counter is not None and frame.psdu != last:
            found.append(frame)
            last = frame.psdu
    return found


def _rises(t: Tester, counted: Iterable[tuple[object, int, Frame]], what: str) -> None:
    """State that the counters of each key rise from frame to frame."""
    highest: dict[object, tuple[int, Frame]] = {}
    for key, counter, frame in counted:
        before = highest.get(key)
        t.require(
            before is None or counter > before[0],
            f"{what} does not rise",
            *(() if before is None else (before[1], frame)),
            expected=f"more than {before[0] if before else 0}",
            seen=counter,
        )
        highest[key] = counter, frame


@AREA.case(
    1,
    "Its NWK frame counter rises over power cuts",
    ZIGBEE("4.3.1.1"),
    ZIGBEE("4.3.3"),
    needs=(Ability.POWER,),
    wakes=2,
    seconds=450,
)
def nwk_counter(t: Tester) -> None:
    t.step(f"The device loses its power {CUTS} times")
    _cuts(t)
    own = _own(t)
    t.bench_must(len(own) > CUTS, "too few frames of the device were heard")
    _rises(t, ((f.nwk.key_sequence, f.nwk.counter, f) for f in own if f.nwk is not None), "the NWK frame counter")


@AREA.case(
    2,
    "A power cut skips no more counter values than the PIXIT says",
    PIXIT("counter_jump"),
    needs=(Ability.POWER,),
    wakes=2,
    seconds=450,
)
def jump(t: Tester) -> None:
    t.step(f"The device loses its power {CUTS} times")
    _cuts(t)
    counters = [frame.counter or 0 for frame in _own(t)]
    most = max((after - before for before, after in pairwise(counters)), default=0)
    t.measure("largest step of the NWK frame counter", most, t.pixit.counter_jump, "values")


@AREA.case(
    3,
    "Its APS frame counter rises over power cuts",
    ZIGBEE("4.4.1.1"),
    gate=f"({JOINER}) & KEC.C & MIR.C",
    needs=(Ability.POWER,),
    wakes=4,
    seconds=450,
)
def aps_counter(t: Tester) -> None:
    t.step(f"The device loses its power {CUTS} times")
    _cuts(t)
    t.wait(2 * t.wake_limit)
    own = [f for f in _own(t) if f.aps is not None and f.aps.secured and f.found.parts.link_key is not None]
    t.bench_must(len(own) > 2, "too few frames under the link key were heard")
    _rises(
        t, ((f.found.parts.link_key, f.aps.frame_counter, f) for f in own if f.aps is not None), "the APS frame counter"
    )


@AREA.case(4, "It drops a frame that it has had", ZIGBEE("4.3.1.2"), wakes=5)
def nwk_replay(t: Tester) -> None:
    drops_replay(t, "hub")


def drops_replay(t: Tester, sender: Sender) -> None:
    """The same octets come a second time from a device of the bench, and must get no answer."""
    t.step("The bench reads an attribute; the device answers")
    frame = reading(t, 0x0000)
    only(t, t.ask(BASIC.id, frame), "read-attributes-response")
    sent = [f for f in t.frames(sender=sender) if f.zcl is not None and f.zcl.tsn == frame.tsn and f.mac is not None]
    t.bench_must(bool(sent), "the bench's own request was not heard")
    mac = sent[-1].mac
    assert mac is not None
    t.step("The same octets come again, when no table of duplicates has them any more")
    t.wait(FORGOTTEN_S)
    again = t.ask_crafted(frame, lambda: t.side.send_npdu(mac.payload))
    t.require(not again, "it answers a frame that it has had", *again, expected="no answer")


def _crafted(
    t: Tester,
    *,
    counter: int | Callable[[], int] | None = None,
    key_sequence: int | None = None,
    key: bytes | None = None,
) -> list[Frame]:
    """Send a read with other security when the device is awake; return the answers."""
    frame = reading(t, 0x0000)

    def send() -> None:
        number = counter() if callable(counter) else counter
        apdu = t.side.apdu(BASIC.id, frame.encode(), counter=frame.tsn)
        t.side.send_npdu(t.side.npdu(apdu, counter=number, key_sequence=key_sequence, key=key))

    return t.ask_crafted(frame, send)


def _last(t: Tester, sender: Sender) -> int:
    """Return the frame counter that the device has had last from a device of the bench."""
    short, listens = t.side.short, "HAN.POLL" not in t.bench.setting.pics

    def had(frame: Frame) -> bool:
        to = None if frame.nwk is None else frame.nwk.dst
        return to == short or (listens and to is not None and to >= FIRST_BROADCAST)

    return max(f.counter for f in t.every_frame() if f.counter is not None and f.observed.sender == sender and had(f))


@AREA.case(5, "It drops another frame under the counter that it has had last", ZIGBEE("4.3.1.2"), wakes=5)
def equal_counter(t: Tester) -> None:
    drops_equal_counter(t, "hub")


def drops_equal_counter(t: Tester, sender: Sender) -> None:
    """Another read has the frame counter of the last frame of a device of the bench, and must get no answer."""
    t.step("The bench reads an attribute; the device answers")
    only(t, t.ask(BASIC.id, reading(t, 0x0000)), "read-attributes-response")
    t.step("Another frame has the counter of the one before")
    answers = _crafted(t, counter=lambda: _last(t, sender))
    t.require(not answers, "it takes the same frame counter twice", *answers, expected="no answer")


@AREA.case(
    6,
    "It drops a frame under the link key that it has had",
    ZIGBEE("4.4.1.2"),
    gate=f"({JOINER}) & KEC.C & MTR.S",
    wakes=5,
)
def aps_replay(t: Tester) -> None:
    t.step("The hub reads the register under the link key; the device answers")
    frame = reading(t, 0x0000)
    link = t.hub.storage.link_keys[t.ieee]
    apdu: list[bytes] = []

    def send() -> None:
        if not apdu:
            apdu.append(t.side.apdu(METERING.id, frame.encode(), counter=frame.tsn, secured=True))
        t.side.send_npdu(t.side.npdu(apdu[0]))

    t.when_awake(send)
    t.expect("read-attributes-response", within=LISTEN_S, cluster="Metering")
    t.bench_must(link.outgoing.value > 0, "the hub has no link key")
    t.step("The same APS frame comes again, under a new NWK counter")
    t.wait(LISTEN_S)
    again = t.ask_crafted(frame, send)
    t.require(not again, "it answers an APS frame that it has had", *again, expected="no answer")


@AREA.case(7, "It takes a high frame counter, and none below it afterwards", ZIGBEE("4.3.1.2"), wakes=8)
def high_counter(t: Tester) -> None:
    t.step("The hub's frame counter is at 0x7fff0000")
    t.require(bool(_crafted(t, counter=HIGH)), "it takes no high frame counter", expected="an answer")
    t.step("A frame with a lower counter comes")
    answers = _crafted(t, counter=HIGH - 1)
    t.require(not answers, "it takes a counter below the last one", *answers, expected="no answer")
    t.step("The counter goes on")
    t.hub.storage.nwk_counter.value = HIGH + 1
    t.require(bool(_crafted(t)), "it takes nothing more after a high frame counter", expected="an answer")


@AREA.case(8, "It drops a frame whose integrity code is wrong", ZIGBEE("4.3.1.2"), wakes=3)
def wrong_mic(t: Tester) -> None:
    t.step("A frame comes whose last octet is another")
    frame = reading(t, 0x0000)

    def send() -> None:
        npdu = t.side.npdu(t.side.apdu(BASIC.id, frame.encode(), counter=frame.tsn))
        t.side.send_npdu(npdu[:-1] + bytes((npdu[-1] ^ 1,)))

    answers = t.ask_crafted(frame, send)
    t.require(not answers, "it takes a frame with a wrong integrity code", *answers, expected="no answer")


@AREA.case(9, "It drops a frame under a key that it does not have", ZIGBEE("4.3.1.2"), wakes=3)
def unknown_key(t: Tester) -> None:
    t.step("A frame comes under a network key that everybody knows, with another sequence number")
    answers = _crafted(t, key_sequence=0x77, key=WELL_KNOWN)
    t.require(not answers, "it takes a frame under an unknown key", *answers, expected="no answer")


@AREA.case(10, "It takes no data without NWK security", ZIGBEE("4.3.1.2"), wakes=3)
def unsecured(t: Tester) -> None:
    t.step("A read comes without NWK security")
    frame = reading(t, 0x0000)
    apdu = t.side.apdu(BASIC.id, frame.encode(), counter=frame.tsn)
    answers = t.ask_crafted(frame, lambda: t.side.send_npdu(t.side.unsecured_npdu(apdu)))
    t.require(not answers, "it answers an unsecured frame", *answers, expected="no answer")


@AREA.case(
    11,
    "What it sends again is under the network key too",
    ZIGBEE("4.3.1.1"),
    ZIGBEE("2.2.8.4.4"),
    gate=f"({DEVICE}) & BAS.S",
    wakes=3,
)
def repetition(t: Tester) -> None:
    t.step("The device answers a read; its answer is acknowledged by the radio, and not by the APS")
    with t.side.deaf():
        t.ask(BASIC.id, reading(t, 0x0000), after=LISTEN_S)
    sent = [f for f in t.frames("read-attributes-response") if f.aps is not None]
    if sent and not any(f.aps.ack_request for f in sent if f.aps is not None):
        t.step("Its answer asks for no APS acknowledgement: the APS has nothing to send again")
        return
    distinct = {f.nwk.sequence for f in sent if f.nwk is not None}
    t.bench_must(len(distinct) > 1, "the device sent nothing again that no APS acknowledged")
    plain = [f for f in t.frames() if f.nwk is not None and f.nwk.type == nwk.DATA and not f.nwk.secured]
    t.require(not plain, "it sends without NWK security what it sends again", *plain, expected="NWK security")
