"""The tables of a hub as others read them: its neighbours, its children, their addresses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanbench.emulator.zcl.clusters import BASIC
from hanbench.emulator.zigbee.binding import Binding
from hanbench.emulator.zigbee.nwk.commands import Leave
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import HUB
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import ZIGBEE

AREA = Area("HTAB", "Hub: its tables", gate=HUB)
SUCCESS, INVALID_TYPE, NOT_FOUND = 0x00, 0x80, 0x81
NOT_SUPPORTED = 0x84
NO_ENTRY, REFUSED = 0x88, (0x84, 0x8B, 0x8D)
"""Statuses of the device profile; the last ones are those of a request that is refused for everybody."""
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


@AREA.case(
    5, "It disputes a child that another parent claims, and no other", ZIGBEE("2.4.3.1.12"), ZIGBEE("2.4.4.2.22")
)
def disputes(t: HubTester) -> None:
    child = t.gsme.settings.ieee
    t.step("The electricity meter announces a child that nobody has")
    answers = t.ask_zdp(zdp.ParentAnnce((child ^ BIT,)), broadcast=True)
    t.require(not answers, "it disputes a child that it does not have", *answers, expected="silence")
    t.step("It announces the hub's child, and another one")
    with t.awake():
        t.wait(1)
        answers = t.ask_zdp(zdp.ParentAnnce((child ^ BIT, child)), broadcast=True)
    t.require(len(answers) == 1, "it gives up a child that polls it", *answers, expected="Parent_annce_rsp")
    t.require_equal(answers[0].message.children, (child,), "it disputes another child", answers[0])


def _binds(t: HubTester, request: zdp.ZdpMessage) -> int:
    status: int = _one(t, request).message.status
    return status


@AREA.case(
    6,
    "It makes, lists and removes bindings of its own endpoints, and keeps them over a power cut",
    ZIGBEE("2.4.3.2.2"),
    ZIGBEE("2.4.3.2.3"),
    ZIGBEE("2.4.4.3.4"),
    needs=(Ability.POWER,),
    seconds=600,
)
def bindings(t: HubTester) -> None:
    own = t.side.endpoint
    binding = Binding(t.ieee, own, BASIC.id, destination=t.esme.settings.ieee, destination_endpoint=t.side.own_endpoint)
    t.step("A meter asks for a binding, twice")
    status = _binds(t, zdp.BindReq(binding))
    if status in REFUSED:
        return  # a hub need not have bindings
    t.require_equal(status, SUCCESS, "it refuses a binding", form="#04x")
    _binds(t, zdp.BindReq(binding))
    t.step("It asks for one of another device, and for one of an endpoint that there is not")
    for wrong in (replace(binding, source=t.ieee ^ BIT), replace(binding, source_endpoint=0xEE)):
        t.require(
            _binds(t, zdp.BindReq(wrong)) != SUCCESS, "it makes a binding that is not its own", expected="a refusal"
        )
    t.step("The hub loses its power; a meter reads the binding table")
    t.device.power_off()
    t.wait(10)
    t.device.power_on()
    t.wait(30)
    told = _one(t, zdp.MgmtBindReq()).message
    listed = [each for each in told.bindings or () if each.cluster == BASIC.id and each.source_endpoint == own]
    t.require(len(listed) == 1, "it has another number of such bindings", expected="1", seen=len(listed))
    t.step("It has the binding removed, twice")
    t.require_equal(_binds(t, zdp.UnbindReq(binding)), SUCCESS, "it does not remove a binding", form="#04x")
    t.require_equal(_binds(t, zdp.UnbindReq(binding)), NO_ENTRY, "it removes what is not there", form="#04x")


@AREA.case(7, "It measures the channels that it is asked about, and is where it was", ZIGBEE("2.4.3.3.9"))
def measures(t: HubTester) -> None:
    for channels in ((15,), (11, 20, 26), tuple(range(11, 27))):
        t.step(f"A meter asks for the energy on the channels {channels}")
        mask = sum(1 << channel for channel in channels)
        answer = _one(t, zdp.MgmtNwkUpdateReq(mask, 1, count=1))
        told = answer.message
        if told.status != SUCCESS:
            return  # a hub may refuse to measure
        t.require_equal(told.channels, mask, "it has measured other channels", answer, form="#010x")
        t.require_equal(len(told.energies), len(channels), "it tells another number of energies", answer)
    t.step("It answers where it was")
    _one(t, zdp.NodeDescReq(HUB_SHORT))
