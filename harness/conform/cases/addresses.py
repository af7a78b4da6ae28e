"""Short addresses: one that its parent changes because another device has it, too."""

from __future__ import annotations

from functools import partial

from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.commands import RejoinResponse
from hanbench.harness.conform.case import Area
from hanbench.harness.conform.cases.common import JOINER, present, secured
from hanbench.harness.conform.cases.life import searches
from hanbench.harness.conform.requirement import ZIGBEE
from hanbench.harness.conform.tester import Tester

AREA = Area("ADR", "Short addresses", gate=f"({JOINER}) & NWK.ZED", wakes=5)
NEW_SHORT = 0x5A5A
NO_ADDRESSES = (0x0000, 0xFFFF, 0xFFFC)
SOON_S = 30.0
UNSEEN = 0x0011_2233_4455_6677
STRANGER = 0x1234


@AREA.case(
    1,
    "It takes the short address that its parent gives it in a conflict, and announces itself",
    ZIGBEE("3.6.1.9.3"),
    ZIGBEE("3.4.7"),
    ZIGBEE("2.4.3.1.11"),
)
def conflict(t: Tester) -> None:
    t.step("Another device has its short address; its parent gives it another one, which it did not ask for")
    answer, start = RejoinResponse(short=NEW_SHORT, status=0).encode(), t.now
    t.when_awake(lambda: t.side.send_npdu(t.side.npdu(answer, type=nwk.COMMAND, to_ieee=t.ieee)))
    t.expect("rejoin-response", within=SOON_S, sender="hub")
    capability = 0x80 if t.sleeps else 0x88
    t.hub.stack.parent._add_child(t.ieee, capability, authenticated=True, short=NEW_SHORT)
    frame = t.expect("device-announce", within=SOON_S, otherwise="it does not announce its new address")
    seen = frame.message.short, frame.nwk.src if frame.nwk is not None else None
    t.require_equal(seen, (NEW_SHORT, NEW_SHORT), "it announces another address than the one that it was given", frame)
    lost = searches(t, start)
    t.require(not lost, "it gives its network up, and not its address", *lost[:3], expected="no search, and no rejoin")
    t.step("It goes on under its new address")
    t.wait(SOON_S)
    back = present(t, 2 * t.wake_limit, "it is gone after its address was changed")
    assert back.nwk is not None
    t.require_equal(back.nwk.src, NEW_SHORT, "it goes on under its old short address", back, form="#06x")


@AREA.case(
    2,
    "It takes no short address from anyone but its parent, without security, or that no device can have",
    ZIGBEE("3.4.7.3.2"),
    ZIGBEE("4.3.1.2"),
)
def false_addresses(t: Tester) -> None:
    short = t.short
    t.step("Rejoin Responses come that it did not ask for: unsecured, of a stranger, with broadcast addresses, refused")
    given = RejoinResponse(short=NEW_SHORT, status=0).encode()
    stranger = t.side.npdu(given, type=nwk.COMMAND, source=STRANGER, source_ieee=UNSEEN, counter=1)
    sent = [t.side.unsecured_npdu(given, nwk.COMMAND), stranger]
    t.when_awake(partial(_send, t, sent))
    t.wait(SOON_S)
    refused = RejoinResponse(short=NEW_SHORT, status=2).encode()
    wrong = [refused, *(RejoinResponse(short=each, status=0).encode() for each in NO_ADDRESSES)]
    t.when_awake(lambda: _send(t, [t.side.npdu(octets, type=nwk.COMMAND) for octets in wrong]))
    t.wait(SOON_S)
    t.step("It has the address that it had")
    back = present(t, 2 * t.wake_limit, "it is gone after a false Rejoin Response")
    others = t.frames(where=lambda frame: secured(frame) and frame.nwk is not None and frame.nwk.src != short)
    t.require(not others, "it has taken a short address that it must not", *others[:1], expected=f"0x{short:04x}")
    assert back.nwk is not None
    t.require_equal(back.nwk.src, short, "it has taken a short address that it must not", back, form="#06x")


def _send(t: Tester, npdus: list[bytes]) -> None:
    for octets in npdus:
        t.side.send_npdu(octets)
