"""Indirect delivery by a hub: frames for a sleeping child wait until it polls."""

from __future__ import annotations

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zcl.clusters import BASIC
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.layer import ALL_DEVICES, ALL_ROUTERS, RX_ON_DEVICES
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import HUB, reading
from hanbench.harness.conform.frame import Frame, once
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import MAC, ZIGBEE
from hanbench.harness.frames import Dissected

AREA = Area("HIND", "Hub: indirect delivery", gate=HUB, wakes=2)
POLL_TO_FRAME_S = 0.1
HUB_SHORT = 0x0000
HELD_S = 5.0
"""Less than macTransactionPersistenceTime, 7.68 s."""
EXPIRED_S = 30.0
AT_ONCE_S = 1.5
SEVERAL, FLOOD = 5, 100
"""Frames for a sleeping child: such as a hub has room for, and more than any hub has."""


def _to_sleeper(t: HubTester, frames: list[Frame]) -> list[Frame]:
    return [f for f in frames if f.observed.receiver == "gsme" and f.nwk is not None]


def _relayed(t: HubTester) -> int:
    """Have the electricity meter ask the gas meter something, through the hub; return the transaction number."""
    network = t.gsme.storage.network
    assert network is not None
    frame = reading(t, 0x0000)
    side = t.side
    apdu = side.apdu(BASIC.id, frame.encode(), counter=frame.tsn)
    t.esme.stack.nwk.send_to_neighbor(0x0000, _addressed(t, apdu, network.short))
    return frame.tsn


def _addressed(t: HubTester, apdu: bytes, short: int) -> bytes:
    stack = t.esme.stack.nwk
    return nwk.secured_data(short, stack.mac.short, stack.next_sequence(), apdu, stack.security.outgoing(), 30)


def _from_hub(found: Dissected) -> bool:
    return found.parts.mac is not None and found.parts.mac.src == HUB_SHORT


def _with_tsn(frames: list[Frame], tsn: int) -> list[Frame]:
    return [f for f in frames if f.zcl is not None and f.zcl.tsn == tsn]


@AREA.case(1, "It sends to a sleeping child only when the child polls", MAC("5.1.5"), ZIGBEE("3.6.5"))
def only_after_poll(t: HubTester) -> None:
    t.step("The electricity meter sends to the gas meter, which sleeps")
    _relayed(t)
    t.wait(HELD_S)
    sent = _to_sleeper(t, t.frames())
    t.require(not sent, "it sends to a child that sleeps", *sent, expected="nothing until it polls")
    t.step("The gas meter is awake and asks the hub something")
    with t.awake():
        answers = t.ask(BASIC.id, reading(t, 0x0000), by=t.sleeper)
    t.require(bool(answers), "it does not answer a child that polls", expected="Read Attributes Response")
    for answer in answers:
        _follows_poll(t, answer)


def _follows_poll(t: HubTester, answer: Frame) -> None:
    polls = [f for f in t.frames("data-request", sender="gsme") if f.time < answer.time]
    since = answer.seconds - polls[-1].seconds if polls else None
    t.require(
        since is not None and since <= POLL_TO_FRAME_S,
        "a frame does not follow a poll",
        answer,
        expected=f"a poll at most {POLL_TO_FRAME_S} s before",
        seen="no poll" if since is None else f"{since:.3f} s",
    )


@AREA.case(2, "Its acknowledgement of a poll says that a frame waits", MAC("5.1.6.3"), MAC("5.2.1.1.3"), wakes=1)
def frame_pending(t: HubTester) -> None:
    t.step("The electricity meter sends to the gas meter; the gas meter polls")
    _relayed(t)
    t.wait(1)
    with t.awake():
        t.expect("data-request", within=5, sender="gsme")
        acknowledgement = t.expect("acknowledgement", within=1)
        t.wait(2)
    pending = acknowledgement.mac is not None and acknowledgement.mac.frame_pending
    t.require(pending, "frame pending is not set although a frame waits", acknowledgement, expected="frame pending 1")


@AREA.case(3, "It keeps a frame for a sleeping child for as long as it must", MAC("table 52"), wakes=1)
def kept(t: HubTester) -> None:
    t.step(f"The electricity meter sends to the gas meter, which polls {HELD_S:g} s later")
    tsn = _relayed(t)
    t.wait(HELD_S)
    with t.awake():
        t.wait(3)
    found = _with_tsn(_to_sleeper(t, t.frames()), tsn)
    t.require(bool(found), "it has dropped a frame too early", expected="the frame", seen="nothing")


@AREA.case(4, "It delivers each frame once, and none after its time", MAC("5.1.5"), MAC("5.1.6.3"))
def delivered_once(t: HubTester) -> None:
    t.step("The electricity meter sends to the gas meter, which polls for 20 s")
    tsn = _relayed(t)
    t.wait(1)
    with t.awake():
        t.wait(20)
    found = _with_tsn(_to_sleeper(t, t.frames()), tsn)
    octets = {f.psdu for f in found}
    t.require(
        len(once(found)) == 1,
        "it delivers a frame another number of times",
        *found,
        expected="once",
        seen=len(once(found)),
    )
    t.require(len(octets) == 1, "it delivers a frame that it has delivered", *found, expected="once", seen=len(octets))
    t.wait(10)
    t.step(f"It sends again, and the gas meter polls after {EXPIRED_S:g} s")
    tsn = _relayed(t)
    t.wait(EXPIRED_S)
    with t.awake():
        t.wait(3)
    late = _with_tsn(_to_sleeper(t, t.frames()), tsn)
    t.require(not late, "it delivers a frame whose time is over", *late, expected="nothing after 7.68 s")


@AREA.case(
    5,
    "It sends a waiting frame again that the child missed",
    MAC("5.1.6.3"),
    ZIGBEE("3.6.10"),
    gate=HUB,
    needs=(Ability.AIR,),
    wakes=1,
)
def sent_again(t: HubTester) -> None:
    t.step("The electricity meter sends to the gas meter, which polls; the gas meter does not hear the frame")
    rule = t.bench.lose(lambda found: found.name == "read-attributes" and _from_hub(found), seconds=HELD_S, count=1)
    tsn = _relayed(t)
    t.wait(1)
    with t.awake():
        t.wait(HELD_S)
    found = _with_tsn(_to_sleeper(t, t.frames()), tsn)
    t.bench_must(rule.occurrences.acted == 1, "the frame for the gas meter was not lost")
    t.require(
        len(found) > 1,
        "it does not send a frame again that the child did not acknowledge, while the child polls",
        *found,
        expected="the frame once more at the next poll",
        seen="sent once" if found else "not sent",
    )


def _promises_kept(t: HubTester) -> None:
    """State that what the hub says to the polls of the present step is true: a frame follows where it promises one."""
    seen = t.frames(sender="anyone")
    for at, poll in enumerate(seen):
        if poll.name != "data-request" or poll.observed.sender != "gsme":
            continue
        answer = next((f for f in seen[at + 1 : at + 4] if f.name == "acknowledgement"), None)
        if answer is None or answer.mac is None or not answer.mac.frame_pending:
            continue
        end = answer.time + int(POLL_TO_FRAME_S * SECOND)
        followed = any(f.observed.receiver == "gsme" and f.time <= end for f in seen[at + 1 :] if f.name != answer.name)
        t.require(followed, "it promises a frame, and sends none", answer, expected="a frame after the poll")


@AREA.case(
    6,
    "Frames for a sleeping child come in order, and each says whether another one waits",
    MAC("5.1.6.3"),
    MAC("5.2.1.1.3"),
    wakes=1,
)
def in_order(t: HubTester) -> None:
    t.step(f"The electricity meter sends {SEVERAL} frames to the gas meter, which polls then")
    sent = []
    for _ in range(SEVERAL):
        sent.append(_relayed(t))
        t.wait(0.3)
    with t.awake():
        t.wait(10)
    held = [f for f in once(_to_sleeper(t, t.frames())) if f.zcl is not None and f.zcl.tsn in sent]
    found = [f.zcl.tsn for f in held if f.zcl is not None]
    t.require_equal(found, sent, "frames come in another order, or not all of them", *held)
    for frame in held[:-1]:
        assert frame.mac is not None
        t.require(frame.mac.frame_pending, "a frame does not say that another one waits", frame, expected="pending 1")
    _promises_kept(t)
    t.step("Nothing waits; the gas meter polls for a while")
    with t.awake():
        t.wait(5)
    _promises_kept(t)


@AREA.case(
    7,
    "It passes a broadcast to all devices on to a child that sleeps, and no other broadcast",
    ZIGBEE("3.6.5"),
    ZIGBEE("table 3-69"),
    wakes=1,
)
def broadcasts(t: HubTester) -> None:
    for address, due in ((ALL_DEVICES, True), (RX_ON_DEVICES, False), (ALL_ROUTERS, False)):
        t.step(f"The electricity meter broadcasts to {address:#06x}; then the gas meter polls")
        stack = t.esme.stack.nwk
        number = stack.next_sequence(address)
        apdu = t.side.apdu(BASIC.id, reading(t, 0x0000).encode(), counter=number)
        header = nwk.header(nwk.DATA, address, stack.mac.short, number, radius=5, secured=True)
        stack.mac.send(ALL_DEVICES, nwk.seal(header, apdu, stack.security.outgoing()))
        t.wait(1)
        with t.awake():
            t.wait(4)
        found = [f for f in _to_sleeper(t, t.frames()) if f.nwk is not None and f.nwk.sequence == number]
        t.require(
            bool(found) is due, "a sleeping child gets the wrong broadcasts", *found, expected=f"{address:#06x}: {due}"
        )


@AREA.case(
    8,
    "After a power cut of the hub its sleeping child is its child, and is served",
    ZIGBEE("3.6.9"),
    ZIGBEE("table 3-58"),
    needs=(Ability.POWER,),
    wakes=2,
)
def served_after_power_cut(t: HubTester) -> None:
    t.step("The hub loses its power while the gas meter sleeps")
    t.device.power_off()
    t.wait(20)
    t.device.power_on()
    t.wait(30)
    t.step("The electricity meter sends to the gas meter, which polls")
    tsn = _relayed(t)
    t.wait(1)
    with t.awake():
        t.wait(6)
    sent_away = t.frames("leave")
    t.require(not sent_away, "it does not know its child any more", *sent_away, expected="nothing")
    again = t.frames("rejoin-request", sender="gsme")
    t.require(not again, "a child had to rejoin", *again, expected="no rejoin")
    found = _with_tsn(_to_sleeper(t, t.frames()), tsn)
    t.require(bool(found), "a child gets no frames any more", expected="the frame", seen="nothing")


@AREA.case(
    9,
    "A child that does not fetch its frames keeps nobody else from theirs",
    MAC("5.1.5"),
    ZIGBEE("2.2.8.4"),
    wakes=1,
)
def many_waiting(t: HubTester) -> None:
    t.step(f"The electricity meter sends {FLOOD} frames to the gas meter, which sleeps")
    for _ in range(FLOOD):
        _relayed(t)
        t.wait(0.05)
    t.step("It asks the hub itself something meanwhile")
    began = t.now
    answers = t.ask(BASIC.id, reading(t, 0x0000))
    t.require(bool(answers), "it answers nobody while frames wait for a child", expected="Read Attributes Response")
    t.measure("answer while frames wait for a child", answers[0].seconds - began, AT_ONCE_S)
    t.wait(EXPIRED_S)
    t.step("Their time is over; it sends one more, and the gas meter polls")
    tsn = _relayed(t)
    t.wait(1)
    with t.awake():
        t.wait(4)
    found = _with_tsn(_to_sleeper(t, t.frames()), tsn)
    t.require(bool(found), "a child gets nothing any more after many frames", expected="the frame", seen="nothing")
