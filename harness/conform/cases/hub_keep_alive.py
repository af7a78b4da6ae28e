"""A hub's signs of life: the Keep-Alive cluster, the end-device timeout, and the ages of its children."""

from __future__ import annotations

from hanbench.emulator.zcl.clusters import BASIC, KEEP_ALIVE
from hanbench.emulator.zigbee.nwk.commands import EndDeviceTimeoutRequest
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import HUB, read, reading, value
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import MAC, SE, ZIGBEE

AREA = Area("HKPA", "Hub: keep-alive", gate=HUB)
BASE, JITTER = 0x0000, 0x0001
TWO_HOURS, HIGHEST = 7, 14
"""Indexes of the requested timeout: 2^7 minutes, and the highest that there is."""
POLL, REQUEST = 0x01, 0x02
"""Bits of Parent Information: which keep-alive it supports."""
AGED_S = 20 * 3600.0
STRANGERS = 60


@AREA.case(1, "It answers Keep-Alive, with a base and a jitter", SE("A.3.2.2.1"), gate=f"{HUB} & KPA.S")
def answers(t: HubTester) -> None:
    t.step("A meter reads TCKeepAliveBase and TCKeepAliveJitter")
    answer = read(t, KEEP_ALIVE.id, BASE, JITTER)
    base, jitter = value(answer, BASE), value(answer, JITTER)
    t.require(isinstance(base, int) and 1 <= base <= 255, "no usable base", answer, expected="1 to 255", seen=base)
    t.require(isinstance(jitter, int), "no jitter", answer, expected="seconds", seen=jitter)


@AREA.case(
    2, "It answers Keep-Alive again after a power cut", SE("A.3.2.2.1"), gate=f"{HUB} & KPA.S", needs=(Ability.POWER,)
)
def after_power_cut(t: HubTester) -> None:
    t.step("The hub loses its power for half a minute")
    t.device.power_off()
    t.wait(30)
    t.device.power_on()
    t.wait(60)
    t.step("A meter reads TCKeepAliveBase")
    read(t, KEEP_ALIVE.id, BASE)


def _timeout_answer(t: HubTester, index: int) -> object:
    with t.awake():
        t.gsme.stack.nwk.send_command(0x0000, EndDeviceTimeoutRequest(index, 0))
        found = t.expect("end-device-timeout-response", within=10, otherwise="it does not answer the request")
    return found.message


@AREA.case(
    3,
    "It answers an End Device Timeout Request, and says which sign of life it takes",
    ZIGBEE("3.4.12"),
    ZIGBEE("3.6.10.2"),
)
def timeout_answer(t: HubTester) -> None:
    t.step("A sleeping child asks for a timeout of two hours")
    found = _timeout_answer(t, TWO_HOURS)
    status, information = getattr(found, "status", None), getattr(found, "parent_information", 0)
    t.require(status == 0, "it refuses a timeout that the standard has", expected="status 0", seen=status)
    t.require(bool(information & (POLL | REQUEST)), "it supports no sign of life", seen=f"{information:#04x}")


@AREA.case(4, "It refuses a timeout that there is not", ZIGBEE("3.4.11.3.1"), ZIGBEE("3.4.12.3.1"))
def wrong_timeout(t: HubTester) -> None:
    t.step(f"A sleeping child asks for timeout {HIGHEST + 1}")
    status = getattr(_timeout_answer(t, HIGHEST + 1), "status", None)
    t.require(status == 1, "it takes a timeout that does not exist", expected="1: incorrect value", seen=status)


@AREA.case(
    5,
    "A sleeping child that polls in time is not aged out",
    ZIGBEE("3.6.10.3"),
    ZIGBEE("3.6.10.4"),
    seconds=AGED_S + 60,
)
def not_aged_out(t: HubTester) -> None:
    t.step("The gas meter wakes every half hour, for a day's most part")
    t.never("leave", during=AGED_S, otherwise="it sends a child away that polls in time")
    t.require(not t.frames("rejoin-request", sender="gsme"), "a child had to rejoin", expected="no rejoin")


@AREA.case(6, "A device that polls and is no child of its own is told to rejoin", ZIGBEE("3.6.10.4"), seconds=120)
def stranger_polls(t: HubTester) -> None:
    t.step("A device with a short address that the hub does not know polls it")
    mac = t.gsme.stack.mac
    short, polls = mac.short, 4
    mac.configure(short=(short ^ 0x0F0F) & 0x7FFF)
    for _ in range(polls):
        t.gsme.stack.child.poll(lambda status: None)
        t.wait(2)
    mac.configure(short=short)
    told = [f for f in t.frames("leave") if getattr(f.message, "rejoin", False)]
    t.require(bool(told), "it lets a device poll on that is not its child", expected="Leave with rejoin")


@AREA.case(
    7,
    "Polls of many strangers take nothing from its child",
    ZIGBEE("3.6.10.4"),
    MAC("5.1.6.3"),
    seconds=600,
)
def many_strangers_poll(t: HubTester) -> None:
    t.esme.stack.maintenance.obeys_leave = lambda: False
    mac = t.esme.stack.mac
    own = mac.short
    t.step(f"{STRANGERS} devices that it does not know poll it, one after the other")
    for number in range(STRANGERS):
        mac.configure(short=(own ^ 0x5A00 ^ number) & 0x7FFF)
        t.esme.stack.child.poll(lambda status: None)
        t.wait(0.3)
    mac.configure(short=own)
    t.step("The gas meter polls, and asks it something")
    with t.awake():
        answers = t.ask(BASIC.id, reading(t, 0x0000), by=t.sleeper)
    t.require(bool(answers), "it does not answer its child any more", expected="Read Attributes Response")
    t.step("One more stranger polls")
    mac.configure(short=(own ^ 0x3C3C) & 0x7FFF)
    for _ in range(4):
        t.esme.stack.child.poll(lambda status: None)
        t.wait(2)
    mac.configure(short=own)
    told = [f for f in t.frames("leave") if getattr(f.message, "rejoin", False)]
    t.require(bool(told), "it tells no stranger any more to rejoin", expected="Leave with rejoin")
