"""Conduct: what every frame must satisfy, layer by layer. The rules are in `conduct/`; here a device lives a day.

The runner applies the rules to the frames of all other cases, too: what they break there, these cases tell.
"""

from __future__ import annotations

from hanbench.emulator.devices.settings import SMART_ENERGY
from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.clusters import BASIC
from hanbench.emulator.zcl.frame import TO_CLIENT
from hanbench.emulator.zigbee.nwk.layer import RX_ON_DEVICES
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Area
from hanbench.harness.conform.cases.common import DEVICE, general, reading, specific
from hanbench.harness.conform.requirement import MAC, SE, ZCL, ZIGBEE
from hanbench.harness.conform.tester import LISTEN_S, Tester

AREA = Area("AIR", "Every frame, in every case", gate=DEVICE, wakes=24, seconds=900)
NAMES = (0x0000, 0x0004, 0x0005, 0xFFF7)
"""Attributes of Basic, the last of which no device has."""
NO_COMMAND = 0x7E


def day(t: Tester) -> None:
    """Let a device that has joined live an ordinary day: it is asked this and that, and left alone."""
    t.step("It joins; it is asked for its descriptors, by unicast and by broadcast")
    for request in (
        zdp.NodeDescReq(t.short),
        zdp.PowerDescReq(t.short),
        zdp.ActiveEpReq(t.short),
        zdp.SimpleDescReq(t.short, t.side.endpoint),
        zdp.MatchDescReq(t.short, SMART_ENERGY, (BASIC.id,), ()),
    ):
        t.ask_zdp(request)
    if not t.sleeps:
        t.ask_zdp(zdp.MatchDescReq(RX_ON_DEVICES, SMART_ENERGY, (BASIC.id,), ()), broadcast=True)
    t.step("It is asked for attributes: some at once, one by one, and one that it does not have")
    t.ask(BASIC.id, reading(t, *NAMES))
    for attribute in NAMES:
        t.ask(BASIC.id, reading(t, attribute))
    t.ask(BASIC.id, general(t, foundation.DiscoverAttributes()))
    t.step("It gets commands that it does not have, and answers to nothing")
    t.ask(BASIC.id, specific(t, NO_COMMAND))
    t.ask(BASIC.id, specific(t, NO_COMMAND, quiet=True))
    t.ask(BASIC.id, general(t, foundation.DefaultResponse(NO_COMMAND, 0), direction=TO_CLIENT, quiet=True))
    t.step("Its answer is not acknowledged at first")
    with t.side.deaf():
        t.ask(BASIC.id, reading(t, *NAMES), after=LISTEN_S)
    t.step("It is left alone")
    t.wait(3 * t.wake_limit)


@AREA.case(1, "Its MAC frames are as they have to be", MAC("5.1.6.3"), MAC("5.2.1.2"), MAC("5.2.1.3"), MAC("table 52"))
def mac_frames(t: Tester) -> None:
    day(t)
    if t.kind != "hub":
        t.step("The hub has no power when it wakes")
        t.hub.power_off()
        t.wait(t.wake_limit + 60)


@AREA.case(2, "Its NWK frames are as they have to be", ZIGBEE("3.3.1"), ZIGBEE("3.6.3.3"), ZIGBEE("3.6.5"))
def nwk_frames(t: Tester) -> None:
    day(t)


@AREA.case(
    3,
    "Each frame is under the keys that it needs, and no counter comes twice",
    *(ZIGBEE("4.3.1.1"), ZIGBEE("4.4.1.1"), SE("5.4.6")),
)
def keys(t: Tester) -> None:
    day(t)


@AREA.case(4, "Its APS frames are as they have to be", ZIGBEE("2.2.5.1"), ZIGBEE("2.2.7.1"), ZIGBEE("2.2.8.3.3"))
def aps_frames(t: Tester) -> None:
    day(t)


@AREA.case(5, "Its device profile answers what was asked, and about itself", ZIGBEE("2.4.3.1.11"), ZIGBEE("2.4.4.2"))
def device_profile(t: Tester) -> None:
    day(t)


@AREA.case(6, "Each of its general answers has its request", ZCL("2.4.1"), ZCL("2.5.2"), ZCL("2.5.12"))
def general_answers(t: Tester) -> None:
    day(t)


@AREA.case(7, "What its attributes say agrees over time", ZCL("3.2.2.2"), SE("D.3.2.2.1"), SE("D.3.2.2.4"))
def attribute_values(t: Tester) -> None:
    day(t)
