"""The time in which a hub's network is open: the last word about it, power cuts, days; and who is on file meanwhile."""

from __future__ import annotations

from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Ability, Area, Begin
from hanbench.harness.conform.cases.common import HUB
from hanbench.harness.conform.frame import once
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import SE, ZIGBEE

AREA = Area("HWIN", "Hub: when it is open", gate=HUB, begins=Begin.FACTORY)
NEEDS = (Ability.HEAD_END,)
JOIN_S = 60.0
DAY_S, DAYS, OPENINGS = 86_400.0, 5, 40
FOR_GOOD, LONGEST_S = 0xFF, 260.0
"""A duration that Smart Energy does not have, and more than the longest one that it has."""


def _tries(t: HubTester) -> None:
    ended: list[bool] = []
    t.esme.stack.joiner.join(ended.append)
    t.wait_until(lambda: bool(ended), JOIN_S)


def _told_to_permit(t: HubTester) -> list[int]:
    """Return the seconds of each Mgmt_Permit_Joining_req of the present step, repetitions once."""
    found = once(f for f in t.frames("management-permit-joining-request"))
    return [f.message.duration for f in found]


@AREA.case(
    1,
    "The last word about its being open counts, here and at its routers: longer, shorter, or closed",
    ZIGBEE("2.4.3.3.7"),
    ZIGBEE("3.2.2.6"),
    SE("5.4.2.1"),
    begins=Begin.JOINED,
    needs=NEEDS,
    seconds=1500,
)
def last_word(t: HubTester) -> None:
    for first, after, second, then, is_open in (
        (180, 20, 0, 5, False),
        (60, 30, 120, 80, True),
        (240, 10, 30, 60, False),
        (254, 0, 254, 230, True),
        (0, 0, 60, 30, True),
        (0, 0, 0, 30, False),
    ):
        t.step(f"It opens its network for {first} s, and {after} s later for {second} s; {then} s pass")
        t.head_end.permit_join(first)
        t.wait(after)
        t.head_end.permit_join(second)
        t.wait(then)
        words = "it is closed before its time" if is_open else "it is open after its time"
        found, content = t.beacon_now()
        t.require(content.association_permit is is_open, words, found, expected=f"association permit {int(is_open)}")
        told = _told_to_permit(t)
        t.require(second in told[-1:], "its routers are told another time", expected=f"{second} s", seen=told)


@AREA.case(
    2,
    "No device opens its network for good, and a power cut closes it",
    ZIGBEE("2.4.3.3.7"),
    SE("5.4.2.1"),
    ZIGBEE("3.2.2.6"),
    begins=Begin.JOINED,
    needs=(*NEEDS, Ability.POWER),
    seconds=1500,
)
def never_for_good(t: HubTester) -> None:
    for broadcast, words in ((False, "alone"), (True, "by broadcast")):
        t.step(f"The electricity meter asks the hub {words} to open its network for good")
        t.ask_zdp(zdp.MgmtPermitJoiningReq(FOR_GOOD), broadcast=broadcast)
        t.wait(LONGEST_S)
        found, content = t.beacon_now()
        t.require(not content.association_permit, "its network stays open", found, expected="association permit 0")
    t.step("It opens its network, and loses its power")
    t.head_end.permit_join(180)
    t.device.power_off()
    t.wait(10)
    t.device.power_on()
    t.wait(30)
    found, content = t.beacon_now()
    t.require(not content.association_permit, "it is open after a power cut", found, expected="association permit 0")


@AREA.case(
    3,
    "A meter that was put on file before a power cut gets in after it",
    SE("5.4.1"),
    ZIGBEE("4.6.3.2.2"),
    needs=(*NEEDS, Ability.POWER),
    seconds=600,
)
def on_file_after_power_cut(t: HubTester) -> None:
    t.step("A meter is put on file; the hub loses its power")
    t.bench.form()
    settings = t.esme.settings
    t.head_end.preauthorise(settings.ieee, settings.install_code)
    t.device.power_off()
    t.wait(10)
    t.device.power_on()
    t.wait(30)
    t.step("The network is open; the meter joins")
    t.head_end.permit_join(254)
    t.esme.power_on()
    _tries(t)
    t.require(t.esme.stack.joined, "it has forgotten who is on file", expected="Transport-Key")


@AREA.case(
    4,
    "It lets a meter in after days, and after it was opened many times",
    ZIGBEE("4.6.3.2"),
    ZIGBEE("3.2.2.6"),
    needs=NEEDS,
    seconds=6 * DAY_S,
)
def after_days(t: HubTester) -> None:
    t.step(f"The hub is in use for {DAYS} days; it is opened and closed {OPENINGS} times")
    t.bench.form()
    for _ in range(OPENINGS):
        t.head_end.permit_join(60)
        t.wait(DAYS * DAY_S / OPENINGS)
        t.head_end.permit_join(0)
    t.step("A meter joins")
    _admitted_or_not(t)


def _admitted_or_not(t: HubTester) -> None:
    settings = t.esme.settings
    t.head_end.preauthorise(settings.ieee, settings.install_code)
    t.head_end.permit_join(254)
    t.esme.power_on()
    _tries(t)
    t.require(t.esme.stack.joined, "it lets no meter in any more", expected="Transport-Key")
