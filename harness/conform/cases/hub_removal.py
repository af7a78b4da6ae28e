"""Removal of devices by a hub: they are told to leave, do not come back, and leave nothing behind."""

from __future__ import annotations

from hanbench.emulator.zcl.clusters import BASIC
from hanbench.emulator.zigbee.nwk.commands import Leave, RejoinRequest
from hanbench.emulator.zigbee.nwk.layer import RX_ON_DEVICES
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import HUB, reading
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import SE, ZIGBEE

AREA = Area("HREM", "Hub: removal", gate=HUB)
NEEDS = (Ability.HEAD_END,)
HUB_SHORT = 0x0000
LEAVE_S = 60.0
CAPABILITY = 0x8E
ADMITTED_S = 120.0


def _removed_esme(t: HubTester) -> None:
    t.step("The head end has the electricity meter removed")
    t.head_end.remove(t.esme.settings.ieee)
    found = t.expect("leave", within=LEAVE_S, otherwise="it does not tell the meter to leave")
    t.require(not found.message.rejoin, "it tells the meter to come back", found, expected="rejoin 0")
    t.require(found.message.request, "it does not ask the meter to leave", found, expected="request 1")


@AREA.case(1, "It tells a device that is removed to leave", ZIGBEE("4.6.3.6.2"), ZIGBEE("3.6.1.10.2"), needs=NEEDS)
def tells(t: HubTester) -> None:
    _removed_esme(t)
    t.wait(10)
    t.require(not t.esme.stack.joined, "the meter is in the network still", expected="it has left")


@AREA.case(
    2,
    "It tells a sleeping child that is removed when the child wakes",
    ZIGBEE("4.6.3.6.2"),
    ZIGBEE("3.6.1.10.2"),
    needs=NEEDS,
    seconds=300,
    wakes=2,
)
def tells_sleeper(t: HubTester) -> None:
    t.step("The head end has the gas meter removed while it sleeps")
    t.head_end.remove(t.gsme.settings.ieee)
    found = t.expect("leave", within=2 * t.pixit.wake_period_s, otherwise="the gas meter is never told to leave")
    t.require(not found.message.rejoin, "it tells the gas meter to come back", found, expected="rejoin 0")


@AREA.case(
    3, "A device that was removed does not come back by a rejoin", ZIGBEE("4.6.3.6.2"), ZIGBEE("4.6.3.3"), needs=NEEDS
)
def stays_out(t: HubTester) -> None:
    network = t.esme.storage.network
    assert network is not None
    security = t.esme.stack.nwk.security
    key = t.esme.storage.network_keys[security.active_sequence]
    t.esme.stack.maintenance.obeys_leave = lambda: False
    t.step("The head end has the electricity meter removed, which does not obey")
    t.head_end.remove(t.esme.settings.ieee)
    t.wait(10)
    t.step("The meter asks to rejoin under the network key that it has")
    t.bench_must(key in t.esme.storage.network_keys.values(), "the meter has no network key")
    t.esme.stack.nwk.send_command(0x0000, RejoinRequest(CAPABILITY), dst_ieee=t.ieee)
    t.wait(10)
    taken = [f for f in t.frames("rejoin-response") if f.message.status == 0]
    t.require(not taken, "it takes a device back that was removed", *taken, expected="a refusal, or nothing")


@AREA.case(
    4,
    "The mirror of a gas meter that is removed is gone",
    SE("D.3.4.4.4"),
    ZIGBEE("4.6.3.6.2"),
    gate=f"{HUB} & MIR.S",
    needs=NEEDS,
)
def mirror_goes(t: HubTester) -> None:
    t.step("A meter asks for the hub's endpoints; then the gas meter is removed")
    before = _endpoints(t)
    t.head_end.remove(t.gsme.settings.ieee)
    t.wait(10)
    t.step("The mirror's endpoint is gone")
    after = _endpoints(t)
    t.require(
        len(after) == len(before) - 1, "the mirror is there still", expected=f"one less than {before}", seen=after
    )


def _endpoints(t: HubTester) -> tuple[int, ...]:
    answers = t.ask_zdp(zdp.ActiveEpReq(short=0x0000))
    t.require(len(answers) == 1, "one Active Endpoints Response is due", *answers, seen=len(answers))
    return tuple(answers[0].message.endpoints)


@AREA.case(
    5,
    "A device that was removed gets in when it is on file again",
    SE("5.4.1"),
    ZIGBEE("4.6.3.2"),
    needs=NEEDS,
    seconds=900,
)
def comes_anew(t: HubTester) -> None:
    _removed_esme(t)
    t.wait(10)
    t.step("The head end puts its install code on file again, and opens the network")
    settings = t.esme.settings
    t.head_end.preauthorise(settings.ieee, settings.install_code)
    t.head_end.permit_join(254)
    ended: list[bool] = []
    t.esme.stack.joiner.join(ended.append)
    t.wait_until(lambda: bool(ended), ADMITTED_S)
    t.require(t.esme.stack.joined, "a meter that is on file again does not get in", expected="Transport-Key")


def _is_there(t: HubTester) -> None:
    answers = t.ask(BASIC.id, reading(t, 0x0000))
    t.require(bool(answers), "it is not in its network any more", expected="Read Attributes Response")


@AREA.case(
    6,
    "It leaves its network for nobody, and sends nobody else away because a device says so",
    ZIGBEE("3.6.1.10.3"),
    ZIGBEE("2.4.3.3.5"),
)
def stays(t: HubTester) -> None:
    send = t.esme.stack.nwk.send_command
    for rejoin in (False, True):
        for children in (False, True):
            t.step(f"A meter tells the hub to leave; rejoin {int(rejoin)}, remove children {int(children)}")
            send(HUB_SHORT, Leave(request=True, rejoin=rejoin, remove_children=children), dst_ieee=t.ieee)
            t.wait(5)
            _is_there(t)
    for flags in (0, zdp.REJOIN, zdp.REMOVE_CHILDREN, zdp.REJOIN | zdp.REMOVE_CHILDREN):
        t.step(f"A meter asks the hub by the device profile to leave, flags 0x{flags:02x}")
        for ieee in (0, t.ieee):
            t.ask_zdp(zdp.MgmtLeaveReq(ieee, flags))
        t.wait(5)
        left = t.frames("leave")
        t.require(not left, "it leaves, or sends a device away", *left, expected="no Leave")
        _is_there(t)


@AREA.case(
    7,
    "A member that says that it leaves and comes back is let in again",
    ZIGBEE("3.6.1.10.3"),
    ZIGBEE("4.6.3.3"),
    SE("5.4.2.2"),
)
def leaves_and_returns(t: HubTester) -> None:
    t.step("The electricity meter says that it leaves, to come back")
    t.esme.stack.nwk.send_command(RX_ON_DEVICES, Leave(rejoin=True))
    t.wait(10)
    for secured, words in ((True, "with"), (False, "without")):
        t.step(f"It rejoins {words} the network key")
        ieee = t.esme.settings.ieee
        t.esme.stack.nwk.send_command(HUB_SHORT, RejoinRequest(CAPABILITY), secured=secured, dst_ieee=t.ieee)
        found = t.expect("rejoin-response", within=10, otherwise="it does not answer a member that comes back")
        t.require_equal(found.message.status, 0, f"it refuses {ieee:016x}, a member that comes back", found)
        t.wait(10)
        _is_there(t)
