"""Admission by a hub: opening and closing, the network key, and the link key by certificate."""

from __future__ import annotations

from hanbench.emulator.mac.child import AssociationResult
from hanbench.emulator.mac.layer import Beacon
from hanbench.emulator.zcl.clusters import PRICE
from hanbench.emulator.zigbee.aps.commands import UpdateDevice
from hanbench.emulator.zigbee.aps.layer import UNKNOWN_TRUST_CENTER
from hanbench.emulator.zigbee.nwk.parent import JoinStatus
from hanbench.emulator.zigbee.security.keys import WELL_KNOWN_LINK_KEY
from hanbench.emulator.zigbee.storage import LinkKey
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Ability, Area, Begin
from hanbench.harness.conform.cases.common import HUB, reading
from hanbench.harness.conform.frame import Frame, once
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import CBKE, MAC, SE, ZIGBEE

AREA = Area("HADM", "Hub: admission", gate=HUB, begins=Begin.FACTORY)
NEEDS = (Ability.HEAD_END,)
CAPABILITY = 0x8E
"""Of an Association Request: router, mains, receiver on, address wanted."""
HUB_SHORT, NEWCOMER = 0x0000, 0x3A5C
"""Short addresses."""
OPEN_S, LATER_S = 60, 75.0
JOIN_S = 60.0
SESSION_S = 120.0
DAY_S, DAYS, OPENINGS = 86_400.0, 5, 40
FOR_GOOD, LONGEST_S = 0xFF, 260.0
"""A duration that Smart Energy does not have, and more than the longest one that it has."""


@AREA.case(
    1,
    "Its beacon permits association while its network is open, and at no other time",
    MAC("5.2.2.1.2"),
    ZIGBEE("3.2.2.6"),
    ZIGBEE("2.4.3.3.7"),
    needs=NEEDS,
)
def permits(t: HubTester) -> None:
    t.step("The hub forms its network")
    t.bench.form()
    t.require(not t.own_beacon().permit, "its network is open from the start", expected="association permit 0")
    t.step(f"It opens its network for {OPEN_S} s")
    t.head_end.permit_join(OPEN_S)
    t.require(t.own_beacon().permit, "its network does not open", expected="association permit 1")
    t.wait(LATER_S)
    t.step("The time is over")
    t.require(not t.own_beacon().permit, "its network stays open", expected="association permit 0")


@AREA.case(
    2, "It lets nobody associate while its network is closed", MAC("5.1.3.1"), ZIGBEE("3.6.1.4.1.2"), needs=NEEDS
)
def refuses(t: HubTester) -> None:
    t.step("The network is closed; a meter asks to associate all the same")
    t.bench.form()
    t.head_end.preauthorise(t.esme.settings.ieee, t.esme.settings.install_code)
    result = _associated(t, t.own_beacon())
    t.require(
        result is not AssociationResult.SUCCESS,
        "it takes a device while its network is closed",
        *t.frames("association-response"),
        expected="PAN access denied, or no answer",
    )


def _associated(t: HubTester, beacon: Beacon) -> AssociationResult:
    found: list[AssociationResult] = []
    t.esme.stack.child.associate(beacon, CAPABILITY, found.append)
    t.bench_must(t.wait_until(lambda: bool(found), 30), "the association did not end")
    return found[0]


@AREA.case(
    3,
    "It gives the network key to no device whose install code it does not have",
    SE("5.4.1"),
    ZIGBEE("4.6.3.2.2"),
    needs=NEEDS,
)
def no_install_code(t: HubTester) -> None:
    t.step("The network is open; a meter that is not on file joins with the well-known key")
    t.bench.form()
    t.head_end.permit_join(254)
    t.esme.power_on()
    t.esme.storage.link_keys[UNKNOWN_TRUST_CENTER] = LinkKey(WELL_KNOWN_LINK_KEY)
    _tries(t)
    t.require(
        not t.esme.stack.joined,
        "it gives its network key to a device that is not on file",
        *t.frames("transport-key"),
        expected="no Transport-Key",
    )


def _tries(t: HubTester) -> None:
    ended: list[bool] = []
    t.esme.stack.joiner.join(ended.append)
    t.wait_until(lambda: bool(ended), JOIN_S)


@AREA.case(
    4,
    "It gives the network key under the key of the install code, and under no other",
    SE("5.4.1"),
    ZIGBEE("4.4.3.2"),
    needs=NEEDS,
)
def under_install_code(t: HubTester) -> None:
    t.step("A meter joins by its install code")
    t.bench.form()
    settings = t.esme.settings
    t.head_end.preauthorise(settings.ieee, settings.install_code)
    t.head_end.permit_join(254)
    t.esme.power_on()
    _tries(t)
    t.require(
        t.esme.stack.joined,
        "a meter that is on file does not get in",
        *t.frames("association-response"),
        expected="Transport-Key under the key of its install code",
    )
    plain = [f for f in t.frames("transport-key") if not f.secured and not (f.nwk and f.nwk.secured)]
    t.require(not plain, "it sends a network key in the clear", *plain, expected="APS security")


@AREA.case(
    5,
    "It agrees a link key by certificate with a meter that has joined",
    CBKE("C.3.1.1"),
    SE("5.4.2.2"),
    gate=f"{HUB} & KEC.S",
    needs=NEEDS,
    seconds=300,
    times=("secure_s",),
)
def agrees(t: HubTester) -> None:
    t.step("A meter joins, and starts key establishment")
    t.bench.form()
    _admitted(t)
    began = t.now
    agreed = t.wait_until(lambda: t.esme.keys.ready, t.pixit.secure_s)
    t.require(
        agreed,
        "it agrees no link key",
        *t.frames("server-terminate-key-establishment"),
        expected="Confirm Key Data Response",
    )
    t.measure("key establishment", t.now - began, t.pixit.secure_s)


def _admitted(t: HubTester) -> None:
    settings = t.esme.settings
    t.head_end.preauthorise(settings.ieee, settings.install_code)
    t.head_end.permit_join(254)
    t.esme.power_on()
    _tries(t)
    t.bench_must(t.esme.stack.joined, "the meter did not join")


@AREA.case(
    6,
    "It refuses the certificate of another device",
    CBKE("C.3.1.2.3.1.2"),
    CBKE("C.4.2"),
    gate=f"{HUB} & KEC.S",
    needs=NEEDS,
    seconds=600,
)
def foreign_certificate(t: HubTester) -> None:
    t.step("A meter joins, and shows the certificate of the gas meter")
    t.bench.form()
    t.esme.install_certificate(t.gsme.settings.key_establishment.identity)
    _admitted(t)
    t.wait(SESSION_S)
    t.require(
        not t.esme.keys.ready,
        "it agrees a key with a device that shows the certificate of another",
        *t.frames("initiate-key-establishment-response"),
        expected="Terminate Key Establishment",
    )


@AREA.case(
    7,
    "It refuses Smart Energy data that are not under the link key",
    SE("5.4.6"),
    gate=f"{HUB} & KEC.S & PRC.S",
    begins=Begin.JOINED,
)
def needs_link_key(t: HubTester) -> None:
    t.step("A meter reads Price under the network key alone")
    answers = t.ask(PRICE.id, reading(t, 0x0000), secured=False)
    told = [f for f in answers if f.name != "default-response"]
    t.require(not told, "it answers what is not under the link key", *told, expected="Default Response FAILURE")
    t.step("It reads the same under the link key")
    answers = t.ask(PRICE.id, reading(t, 0x0000), secured=True)
    t.require(bool(answers), "it answers nothing under the link key", expected="Read Attributes Response")
    plain = [f for f in answers if not f.secured]
    t.require(not plain, "its answer is not under the link key", *plain, expected="APS security")


def _at_router(t: HubTester, ieee: int) -> None:
    """Have the electricity meter, a router, tell the hub of a newcomer that has associated with it."""
    t.esme.stack.aps.send_command(HUB_SHORT, UpdateDevice(ieee, NEWCOMER, JoinStatus.UNSECURED_JOIN))


def _has_key(frame: Frame) -> bool:
    return frame.name in ("tunnel", "transport-key")


@AREA.case(
    8,
    "It gives the network key to no newcomer at a router while its network is closed",
    ZIGBEE("4.7.3"),
    ZIGBEE("4.6.3.2.2"),
    begins=Begin.JOINED,
    needs=NEEDS,
)
def newcomer_at_router(t: HubTester) -> None:
    ieee = t.esme.settings.ieee ^ 0x0F0F
    t.head_end.preauthorise(ieee, t.esme.settings.install_code)
    t.step("The network is closed; a router tells of a newcomer that is on file")
    _at_router(t, ieee)
    t.never(None, during=30, where=_has_key, that="with a key", otherwise="it gives its key while it is closed")
    t.step("The network is open; the router tells of it again")
    t.head_end.permit_join(OPEN_S)
    _at_router(t, ieee)
    t.expect(None, within=30, where=_has_key, that="with a key", otherwise="a newcomer at a router gets no key")


def _told_to_permit(t: HubTester) -> list[int]:
    """Return the seconds of each Mgmt_Permit_Joining_req of the present step, repetitions once."""
    found = once(f for f in t.frames("management-permit-joining-request"))
    return [f.message.duration for f in found]


@AREA.case(
    9,
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
    10,
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
    11,
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
    12,
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
