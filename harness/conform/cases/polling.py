"""Polling: when a sleepy device asks its parent, how long it stays awake, and how it keeps its place."""

from __future__ import annotations

from itertools import pairwise

from hanbench.emulator.mac.frames import SHORT
from hanbench.emulator.zcl.clusters import BASIC
from hanbench.harness.conform.case import Ability, Area, Begin
from hanbench.harness.conform.cases.common import ask_to_rejoin, join, reading
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.requirement import MAC, PIXIT, SILABS, ZIGBEE
from hanbench.harness.conform.tester import Tester

GATE = "HAN.POLL"
AREA = Area("POLL", "Polling", gate=GATE)
POLL = "data-request"
HOLD_S = 7.68
"""How long a parent keeps a frame for a child (Zigbee PRO R22, macTransactionPersistenceTime)."""
SHORTEST_S = 0.05
QUEUED = 4
DAY = 48
"""Half hours in a day: as many periods are watched, however long they are."""
MISSED = 1
AWAKE_S = 5
"""Time that a device stays awake, if it counts its period from the end of that."""
TIMEOUTS_S = (10, *(60 * 2**index for index in range(1, 15)))
"""End-device timeouts by index (Zigbee PRO R22, table 3-44)."""


def _polls(t: Tester) -> list[Frame]:
    """Return the polls of the present step, without the MAC's repetitions."""
    found: list[Frame] = []
    for frame in t.frames(POLL):
        if not found or frame.psdu != found[-1].psdu:
            found.append(frame)
    return found


@AREA.case(1, "It asks its parent in each wake period", PIXIT("wake_period_s"), SILABS("polling"), wakes=5)
def each_period(t: Tester) -> None:
    last = t.now
    for period in range(1, 5):
        t.step(f"The device is left alone: wake period {period}")
        frame = t.expect(POLL, within=t.wake_limit, otherwise="it does not poll in its wake period")
        t.measure("from one wake to the next", frame.seconds - last, t.wake_limit, "s", frame)
        last = frame.seconds
        t.wait(t.within_wake(60))


@AREA.case(2, "It fetches everything that its parent holds", MAC("5.1.6.3"), wakes=3)
def until_empty(t: Tester) -> None:
    t.step(f"The hub queues {QUEUED} requests when the device wakes")
    requests = [reading(t, attribute) for attribute in (0x0000, 0x0003, 0x0004, 0x0005)]

    def send() -> None:
        for request in requests:
            t.side.send_zcl(BASIC.id, request)

    t.when_awake(send)
    t.wait(HOLD_S + 5)
    answered = {f.zcl.tsn for f in t.frames("read-attributes-response") if f.zcl is not None}
    missing = [request for request in requests if request.tsn not in answered]
    t.require(
        not missing,
        "it sleeps although its parent holds frames for it",
        expected=f"{QUEUED} responses",
        seen=f"{QUEUED - len(missing)}",
    )


@AREA.case(3, "It goes back to sleep", SILABS("polling"), seconds=300, wakes=3)
def sleeps_again(t: Tester) -> None:
    t.step("The device is left alone for two wake periods")
    t.wait(2 * t.wake_limit)
    polls = _polls(t)
    limit = 2 * t.wake_limit / 60 + 200
    t.measure("polls in two wake periods", len(polls), limit, "polls", *polls[-1:])


@AREA.case(
    4,
    "It tells its parent how long it may be silent",
    ZIGBEE("3.6.10.1"),
    gate=f"{GATE} & NWK.EDTIMEOUT",
    begins=Begin.FACTORY,
    seconds=300,
)
def asks_timeout(t: Tester) -> None:
    t.step("The device joins")
    join(t)
    t.expect("device-announce", within=t.pixit.join_s)
    t.wait(30)
    requests = t.frames("end-device-timeout-request")
    t.require(bool(requests), "it asks for no timeout", *requests, expected="End Device Timeout Request")


@AREA.case(
    5,
    "Its timeout outlasts its wake period",
    ZIGBEE("3.6.10"),
    ZIGBEE("table 3-44"),
    gate=f"{GATE} & NWK.EDTIMEOUT",
    begins=Begin.FACTORY,
    seconds=300,
)
def timeout_fits(t: Tester) -> None:
    t.step("The device joins, and asks for a timeout")
    join(t)
    frame = t.expect("end-device-timeout-request", within=t.pixit.join_s + 60)
    index = frame.message.timeout
    t.require(index < len(TIMEOUTS_S), "there is no such timeout", frame, expected="0 to 14", seen=index)
    t.require(frame.message.configuration == 0, "the configuration octet is reserved", frame, expected="0")
    asked = TIMEOUTS_S[index]
    t.require(
        asked > t.wake_limit,
        "its parent drops it between two wakes",
        frame,
        expected=f"more than {t.wake_limit:.0f} s",
        seen=f"{asked} s",
    )


@AREA.case(
    6, "It asks for its timeout again after a rejoin", ZIGBEE("3.6.10.1"), gate=f"{GATE} & NWK.EDTIMEOUT", wakes=3
)
def timeout_after_rejoin(t: Tester) -> None:
    t.step("The hub asks the device to rejoin")
    ask_to_rejoin(t)
    t.expect("rejoin-response", within=120, sender="hub")
    t.expect("end-device-timeout-request", within=30, otherwise="its new parent does not learn its timeout")


@AREA.case(7, "It polls on after a rejoin", SILABS("rejoining"), wakes=5)
def polls_after_rejoin(t: Tester) -> None:
    t.step("The hub asks the device to rejoin")
    ask_to_rejoin(t)
    t.expect("rejoin-response", within=120, sender="hub")
    t.wait(60)
    t.step("It wakes and polls as before")
    for _ in range(2):
        t.expect(POLL, within=t.wake_limit, otherwise="it polls no more after a rejoin")
        t.wait(60)


@AREA.case(8, "Its polls have its short address and go to its parent", MAC("5.3.4"), MAC("5.1.6.3"), wakes=2)
def addressed(t: Tester) -> None:
    t.step("The device wakes and polls")
    frame = t.expect(POLL, within=t.wake_limit)
    mac = frame.mac
    assert mac is not None
    t.require(
        mac.src_mode == SHORT and mac.src == t.side.short and mac.dst == 0x0000 and mac.ack_request,
        "a poll goes from its short address to its parent, and asks for an acknowledgement",
        frame,
        expected=f"from 0x{t.short:04x} to 0x0000, acknowledgement request 1",
    )


@AREA.case(
    9,
    "It polls fast enough while it expects an answer",
    MAC("5.1.6.3"),
    SILABS("polling"),
    gate=f"{GATE} & TIM.C | {GATE} & MIR.C",
    begins=Begin.FACTORY,
    seconds=600,
)
def fast_enough(t: Tester) -> None:
    t.step("The device joins; it expects answers")
    join(t)
    t.expect("device-announce", within=t.pixit.join_s)
    t.wait(60)
    times = [frame.seconds for frame in _polls(t)]
    gaps = [after - before for before, after in pairwise(times)][:5]
    t.require(
        len(gaps) > 2, "it hardly polls after it has joined", expected="several polls in a minute", seen=len(times)
    )
    t.measure("longest pause between the first polls", max(gaps), HOLD_S)


@AREA.case(
    10,
    "It does not poll without end when its parent is silent",
    SILABS("parent loss"),
    needs=(Ability.POWER,),
    seconds=3900,
    wakes=1,
)
def silent_parent(t: Tester) -> None:
    t.step("The hub loses its power; an hour passes after the next wake")
    t.hub.power_off()
    t.expect(POLL, within=t.wake_limit, otherwise="it does not poll in its wake period")
    t.wait(3600)
    polls = _polls(t)
    t.measure("polls in an hour without a parent", len(polls), 240, "polls", *polls[-1:])


@AREA.case(11, "It polls no faster than a parent can answer", MAC("5.1.6.3"), wakes=3)
def not_too_fast(t: Tester) -> None:
    t.step("The device is awake, and its parent has nothing for it")
    t.expect(POLL, within=t.wake_limit)
    t.wait(60)
    polls = _polls(t)
    quiet = [
        after.seconds - before.seconds
        for before, after in pairwise(polls)
        if not any(before.number < f.number < after.number for f in t.frames(sender="hub", where=_is_data))
    ]
    fast = [gap for gap in quiet if gap < SHORTEST_S]
    t.measure("polls closer than 50 ms without data between them", len(fast), 2, "polls")


def _is_data(frame: Frame) -> bool:
    return frame.nwk is not None


@AREA.case(12, "It takes a frame that comes late after a poll", MAC("6.4.2"), needs=(Ability.AIR,), wakes=3)
def late_frame(t: Tester) -> None:
    t.step("The hub is slow: its frame comes 20 ms after the poll")
    mac = t.hub.stack.mac
    send = mac.transmit

    def late(psdu: bytes, *arguments: object, **named: object) -> None:
        delay = 20_000 if psdu[0] & 7 == 1 and len(psdu) > 12 else 0
        t.hub.stack.clock.call_later(delay, lambda: send(psdu, *arguments, **named))  # type: ignore[arg-type]

    mac.transmit = late  # type: ignore[method-assign]
    answers = t.ask(BASIC.id, reading(t, 0x0000))
    t.require(bool(answers), "it does not wait for a frame that its parent announces", expected="an answer")


@AREA.case(
    13,
    "It wakes in each period of a day",
    PIXIT("wake_period_s"),
    SILABS("polling"),
    gate=GATE,
    wakes=DAY + 3,
)
def whole_day(t: Tester) -> None:
    t.step(f"The device is left alone for {DAY} wake periods after a wake")
    period = t.pixit.wake_period_s + AWAKE_S
    first = t.expect(POLL, within=t.wake_limit, otherwise="it does not poll in its wake period")
    t.wait((DAY + 1) * period)
    # A wake may be late; if each is, a period goes by without any in the end.
    met = {round((frame.seconds - first.seconds) / period) for frame in _polls(t)}
    missed = sum(number not in met for number in range(DAY + 1))
    t.measure(f"periods without a wake, of {DAY}", missed, MISSED, "periods", first)
