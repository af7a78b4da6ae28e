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
from hanbench.harness.conform.case import Ability, Area, Begin
from hanbench.harness.conform.cases.common import HUB, reading
from hanbench.harness.conform.frame import Frame
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
