"""The tables of a hub as others read them: its neighbours, its children, their addresses."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zigbee.nwk.commands import Leave
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Area
from hanbench.harness.conform.cases.common import HUB
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import ZIGBEE

AREA = Area("HTAB", "Hub: its tables", gate=HUB)
SUCCESS, INVALID_TYPE, NOT_FOUND = 0x00, 0x80, 0x81
NOT_SUPPORTED = 0x84
"""Statuses of the device profile."""
SINGLE, EXTENDED, NO_TYPE = 0x00, 0x01, 0x05
ROUTER, END_DEVICE = 1, 2
"""Kinds of neighbour."""
CHILD = 1
"""Relationship of a neighbour."""
MOST_PAGES = 20
BIT = 0x0F0F
HUB_SHORT = 0x0000


def _one(t: HubTester, request: zdp.ZdpMessage, *, broadcast: bool = False) -> Frame:
    answers = t.ask_zdp(request, broadcast=broadcast)
    t.require(len(answers) == 1, "one answer is due", *answers, expected="one response", seen=len(answers))
    t.require(answers[0].message is not None, "the answer is malformed", answers[0], expected="a whole response")
    return answers[0]


def _neighbours(t: HubTester) -> list[Any]:
    """Return all entries of the neighbour table, page by page; empty: the hub does not support it."""
    found: list[Any] = []
    total = None
    for _ in range(MOST_PAGES):
        answer = _one(t, zdp.MgmtLqiReq(len(found)))
        told = answer.message
        if told.status == NOT_SUPPORTED:
            return []
        t.require_equal(told.status, SUCCESS, "it refuses a page of its neighbour table", answer)
        t.require_equal(told.start_index, len(found), "the page begins elsewhere", answer)
        total = told.total if total is None else total
        t.require_equal(told.total, total, "the number of neighbours is another on each page", answer)
        found += told.neighbors
        t.require(len(found) <= total, "it lists more neighbours than it has", answer, expected=str(total))
        if len(found) == total:
            return found
        t.require(bool(told.neighbors), "a page is empty before the end of the table", answer, expected="entries")
    t.require(False, "its neighbour table does not end", expected=str(total), seen=len(found))
    return found


def _is(t: HubTester, entry: Any, ieee: int, what: str, kind: int, listens: int) -> None:
    t.require_equal(entry.ieee, ieee, f"{what} has another EUI-64 in its table", form="016x")
    flags = entry.flags
    t.require(flags.device_type in (kind, 3), f"{what} is another kind of device", seen=flags.device_type)
    known = flags.rx_on_when_idle in (listens, 2)
    t.require(known, f"it takes {what} for one that sleeps or listens otherwise", seen=flags.rx_on_when_idle)
    t.require(entry.lqi > 0, f"the link to {what} has no quality", expected="1 to 255", seen=entry.lqi)


@AREA.case(1, "Its neighbour table has each neighbour once, as it is, on all pages", ZIGBEE("2.4.4.3.2"))
def neighbours(t: HubTester) -> None:
    t.step("A meter reads the neighbour table, page by page")
    found = _neighbours(t)
    if not found:
        return
    by_short = {entry.short: entry for entry in found}
    t.require(len(by_short) == len(found), "it lists a neighbour twice", seen=[hex(each.short) for each in found])
    for side, what in ((t.side, "the electricity meter"), (t.sleeper, "the gas meter")):
        t.require(side.own_short in by_short, f"it leaves out {what}", seen=[hex(each) for each in by_short])
    network = t.esme.storage.network
    assert network is not None
    own = network.extended_pan_id
    t.require(
        all(each.extended_pan_id == own for each in found), "a neighbour is of another network", expected=f"{own:016x}"
    )
    _is(t, by_short[t.side.own_short], t.esme.settings.ieee, "the electricity meter", ROUTER, 1)
    sleeper = by_short[t.sleeper.own_short]
    _is(t, sleeper, t.gsme.settings.ieee, "the gas meter", END_DEVICE, 0)
    t.require_equal(sleeper.flags.relationship, CHILD, "a child is no child in its table")
    t.step("It asks for a page behind the end")
    beyond = _one(t, zdp.MgmtLqiReq(len(found) + 5))
    t.require(not beyond.message.neighbors, "there are neighbours behind the end", beyond, expected="none")


@AREA.case(
    2,
    "It gives the addresses of its own, of its children, and of no other device",
    ZIGBEE("2.4.4.2.1"),
    ZIGBEE("2.4.4.2.2"),
)
def addresses(t: HubTester) -> None:
    child, ieee = t.sleeper.own_short, t.gsme.settings.ieee
    for request, pair in (
        (zdp.NwkAddrReq(t.ieee), (t.ieee, HUB_SHORT)),
        (zdp.NwkAddrReq(ieee), (ieee, child)),
        (zdp.IeeeAddrReq(HUB_SHORT), (t.ieee, HUB_SHORT)),
        (zdp.IeeeAddrReq(child), (ieee, child)),
    ):
        t.step(f"The electricity meter asks for an address: {type(request).__name__}")
        answer = _one(t, request)
        told = answer.message
        t.require_equal(told.status, SUCCESS, "it does not know its own device", answer)
        t.require_equal((told.ieee, told.short), pair, "it gives the addresses of another device", answer)
    t.step("It asks for the hub's own, with its children")
    for extended in (zdp.NwkAddrReq(t.ieee, EXTENDED), zdp.IeeeAddrReq(HUB_SHORT, EXTENDED)):
        answer = _one(t, extended)
        _, listed = answer.message.associated or (0, ())
        t.require(child in listed, "it leaves a child out", answer, expected=f"{child:#06x}", seen=listed)
    t.step("It asks by broadcast for that of a child which sleeps")
    answer = _one(t, zdp.NwkAddrReq(ieee), broadcast=True)
    t.require_equal(answer.message.short, child, "it gives another address", answer, form="#06x")


@AREA.case(3, "It refuses questions about devices that it does not have, and kinds of question", ZIGBEE("2.4.4.2.1"))
def unknown_addresses(t: HubTester) -> None:
    stranger = t.gsme.settings.ieee ^ BIT
    for request, status in (
        (zdp.NwkAddrReq(stranger), NOT_FOUND),
        (zdp.IeeeAddrReq(t.sleeper.own_short ^ BIT), NOT_FOUND),
        (zdp.NwkAddrReq(t.ieee, NO_TYPE), INVALID_TYPE),
        (zdp.IeeeAddrReq(HUB_SHORT, NO_TYPE), INVALID_TYPE),
    ):
        t.step(f"The electricity meter asks, status 0x{status:02x} is due")
        answer = _one(t, request)
        t.require_equal(answer.message.status, status, "it answers with another status", answer, form="#04x")
    t.step("It asks by broadcast for a device that is not here")
    answers = t.ask_zdp(zdp.NwkAddrReq(stranger), broadcast=True)
    t.require(not answers, "it answers a broadcast about a device that it does not have", *answers, expected="silence")


@AREA.case(4, "A child that says that it leaves is no child any more", ZIGBEE("3.6.1.10.3"), ZIGBEE("3.6.1.10"))
def child_leaves(t: HubTester) -> None:
    short = t.sleeper.own_short
    t.step("The gas meter says that it leaves, and falls silent")
    t.gsme.stack.nwk.send_command(HUB_SHORT, Leave())
    t.wait(0.5)
    t.gsme.power_off()
    t.step("The electricity meter asks for the hub's children")
    answer = _one(t, zdp.NwkAddrReq(t.ieee, EXTENDED))
    _, listed = answer.message.associated or (0, ())
    t.require(short not in listed, "it keeps a child that has left", answer, expected="no children", seen=listed)
