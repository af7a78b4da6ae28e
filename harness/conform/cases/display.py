"""Displays: prices and messages that the hub publishes, and what a display says of them."""

from __future__ import annotations

from hanbench.emulator.zcl.clusters import MESSAGING, PRICE
from hanbench.emulator.zcl.clusters.messaging import CancelMessage, DisplayMessage
from hanbench.emulator.zcl.clusters.price import PublishPrice
from hanbench.emulator.zcl.frame import CLUSTER, TO_CLIENT, ZclFrame
from hanbench.emulator.zcl.status import Status
from hanbench.harness.conform.case import Area, Begin
from hanbench.harness.conform.cases.common import SECURED, join, read
from hanbench.harness.conform.cases.sweeping import Request, ask_all
from hanbench.harness.conform.frame import Frame, once
from hanbench.harness.conform.requirement import SE, ZCL, ZIGBEE
from hanbench.harness.conform.tester import Tester

PRICES, MESSAGES = "SE.IHD & PRC.C", "SE.IHD & MSG.C"
AREA = Area("DSP", "Displays", gate="SE.IHD", seconds=600)
PUBLISH_PRICE, DISPLAY_MESSAGE, CANCEL_MESSAGE = 0x00, 0x00, 0x01
CONFIRM, ACKNOWLEDGE = 0x80, 0x01
UNTIL_CHANGED = 0xFFFF
PROVIDER, EVENT, MESSAGE = 0x0000_0011, 0x5A5A_0001, 0x7733_0001
CLOCK_S = 120
HOUR_S = 3600.0
MOST_READS_AN_HOUR = 720
"""One in five seconds."""
SHORTEST_PRICE = 12
"""Fields of PublishPrice that Smart Energy 1.0 has; later editions put more behind them."""


def _price(t: Tester, control: int, event: int = EVENT, label: bytes = b"NORMAL") -> PublishPrice:
    now = t.hub.utc
    return PublishPrice(
        provider_id=PROVIDER,
        rate_label=label,
        issuer_event_id=event,
        current_time=now,
        unit_of_measure=0,
        currency=826,
        price_trailing_digit_and_price_tier=0x51,
        number_of_price_tiers_and_register_tier=0x11,
        start_time=now,
        duration_in_minutes=UNTIL_CHANGED,
        price=28_620,
        price_ratio=0xFF,
        generation_price=0xFFFFFFFF,
        generation_price_ratio=0xFF,
        alternate_cost_delivered=0xFFFFFFFF,
        alternate_cost_unit=0xFF,
        alternate_cost_trailing_digit=0xFF,
        number_of_block_thresholds=0xFF,
        price_control=control,
    )


def _octets(cluster: object, command: object) -> bytes:
    _, row = cluster.command(type(command))  # type: ignore[attr-defined]
    octets: bytes = row.encode(command)
    return octets


def _sent(t: Tester, cluster: int, command: int, payload: bytes) -> list[Frame]:
    """Send a command of the server to the display; return its answers to that command."""
    frame = ZclFrame(CLUSTER, TO_CLIENT, t.side.next_tsn(), command, payload)
    return ask_all(t, [Request(cluster, frame)])[0]


def _no_error(t: Tester, answers: list[Frame], what: str) -> None:
    statuses = [getattr(each.message, "status", 0) for each in answers]
    good = all(each == Status.SUCCESS for each in statuses)
    t.require(good, f"it refuses {what}", *answers, expected="SUCCESS, or an answer of the cluster", seen=statuses)


@AREA.case(
    1,
    "It asks for the price in force and the last message when it joins",
    SE("D.4.2.3.1"),
    SE("D.5.2.3.1"),
    gate=f"{PRICES} & MSG.C",
    begins=Begin.FACTORY,
    times=SECURED,
)
def asks(t: Tester) -> None:
    t.step("The display joins")
    join(t)
    t.expect("device-announce", within=t.pixit.join_s)
    t.wait(t.pixit.secure_s)
    for name, what in (("get-current-price", "the price in force"), ("get-last-message", "the last message")):
        asked = once(t.frames(name))
        t.require(bool(asked), f"it does not ask for {what}", expected=name)
        t.measure(f"requests for {what}", len(asked), 10, "requests", *asked[-1:])
        t.require(asked[0].secured, "it asks without the link key", asked[0], expected="APS security")


@AREA.case(2, "It acknowledges a price that wants that, once, and no other", SE("D.4.2.3.2"), gate=PRICES)
def acknowledges(t: Tester) -> None:
    t.step("The hub publishes a price that wants an acknowledgement")
    _no_error(t, _sent(t, PRICE.id, PUBLISH_PRICE, _octets(PRICE, _price(t, ACKNOWLEDGE))), "a price")
    said = once(t.frames("price-acknowledgement"))
    t.require(len(said) == 1, "it does not acknowledge a price once", *said, expected="one", seen=len(said))
    found = said[0].message
    seen = (found.provider_id, found.issuer_event_id)
    wanted = (PROVIDER, EVENT)
    t.require(seen == wanted, "it acknowledges another price", *said, expected=str(wanted), seen=seen)
    apart = abs(found.price_ack_time - t.hub.utc)
    t.measure("its clock in an acknowledgement against the hub's", apart, CLOCK_S, "s", *said)
    t.step("The hub publishes a price that wants none")
    _no_error(t, _sent(t, PRICE.id, PUBLISH_PRICE, _octets(PRICE, _price(t, 0, EVENT + 1))), "a price")
    said = once(t.frames("price-acknowledgement"))
    t.require(not said, "it acknowledges a price that wants none", *said, expected="none")


@AREA.case(
    3,
    "It takes prices of older and of later editions, with short and with long labels",
    SE("D.4.2.4.1"),
    ZCL("2.3.2"),
    gate=PRICES,
)
def editions(t: Tester) -> None:
    whole = _octets(PRICE, _price(t, 0))
    oldest = len(_octets(PRICE, _price(t, 0))) - len(_later_fields(t))
    for what, payload in (
        ("a price as Smart Energy 1.0 has it", whole[:oldest]),
        ("a price with fields that came later", whole + b"\xff\xff\xff\xff\xff"),
        ("a price with fields that are not defined yet", whole + bytes(8)),
        ("a price without a label", _octets(PRICE, _price(t, 0, label=b""))),
        ("a price with the longest label", _octets(PRICE, _price(t, 0, label=b"PEAK WEEKDAY"[:12]))),
    ):
        t.step(f"The hub publishes {what}")
        _no_error(t, _sent(t, PRICE.id, PUBLISH_PRICE, payload), what)
    _is_there(t)


def _later_fields(t: Tester) -> bytes:
    """Return the octets of a price behind PriceRatio: those of editions after 1.0."""
    return bytes(4 + 1 + 4 + 1 + 1 + 1 + 1)


def _is_there(t: Tester) -> None:
    t.step("The display answers")
    read(t, 0x0000, 0x0000)


@AREA.case(4, "It confirms a message that wants that, once, and no other", SE("D.5.2.3.2"), gate=MESSAGES)
def confirms(t: Tester) -> None:
    for number, control in ((MESSAGE, 0x00), (MESSAGE + 1, CONFIRM)):
        t.step(f"The hub sends a message; it wants a confirmation: {control == CONFIRM}")
        message = DisplayMessage(number, control, start_time=0, duration=UNTIL_CHANGED, message="Supply test at 10:00")
        _no_error(t, _sent(t, MESSAGING.id, DISPLAY_MESSAGE, _octets(MESSAGING, message)), "a message")
        said = once(t.frames("message-confirmation"))
        if control != CONFIRM:
            t.require(not said, "it confirms a message that wants none", *said, expected="no confirmation")
            continue
        # A person may have to press a button: then nothing comes.
        t.require(len(said) <= 1, "it confirms a message more than once", *said, expected="once", seen=len(said))
        for frame in said:
            seen, wrong = frame.message.message_id, "it confirms another message"
            t.require_equal(seen, number, wrong, frame, form="#010x")
            apart = abs(frame.message.confirmation_time - t.hub.utc)
            t.measure("its clock in a confirmation against the hub's", apart, CLOCK_S, "s", frame)
    t.step("The hub cancels it, and a message that it never sent")
    for number in (MESSAGE + 1, MESSAGE + 99):
        cancel = CancelMessage(number, message_control=0)
        answers = _sent(t, MESSAGING.id, CANCEL_MESSAGE, _octets(MESSAGING, cancel))
        statuses = [getattr(each.message, "status", 0) for each in answers]
        good = all(each in (Status.SUCCESS, Status.NOT_FOUND) for each in statuses)
        t.require(good, "it answers a cancellation otherwise", *answers, expected="SUCCESS or NOT_FOUND", seen=statuses)
    _is_there(t)


@AREA.case(5, "It lives through texts of every length and kind", SE("D.5.2.3.1"), ZCL("2.6.2.12"), gate=MESSAGES)
def texts(t: Tester) -> None:
    head = (MESSAGE + 5).to_bytes(4, "little") + b"\x00" + bytes(4) + b"\xff\xff"
    for what, text in (
        ("an empty text", b"\x00"),
        ("a text that says that it is invalid", b"\xff"),
        ("a text in letters beyond ASCII", bytes((8,)) + "Gasprüf".encode()),
        ("a text with zeros and control characters", b"\x04\x00\x01\x1b\x7f"),
        ("the longest text of one frame", bytes((50,)) + b"x" * 50),
        ("a text that ends before its length", b"\x40abc"),
        ("no text at all", b""),
    ):
        t.step(f"The hub sends {what}")
        _sent(t, MESSAGING.id, DISPLAY_MESSAGE, head + text)
    _is_there(t)


@AREA.case(
    6,
    "It looks for its meters and reads them, and not without pause",
    SE("D.3.4.2"),
    ZIGBEE("2.4.3.1.7"),
    gate="SE.IHD & MTR.C",
    seconds=2 * HOUR_S + 600,
)
def searches(t: Tester) -> None:
    t.step("Two hours pass in a home whose meters are not there")
    t.wait(2 * HOUR_S)
    broadcasts = once(t.frames("match-descriptor-request"))
    t.measure("broadcasts for meters in two hours", len(broadcasts), 300, "requests", *broadcasts[-1:])
    sent = once(t.frames("read-attributes"))
    t.measure("reads in two hours", len(sent), 2 * MOST_READS_AN_HOUR, "reads", *sent[-1:])
