"""Children of a hub: how long each of them may be silent, over power cuts too, and how they are found again."""

from __future__ import annotations

from hanbench.emulator.mac.frames import MacCommand, MacFrame
from hanbench.emulator.zigbee.aps.commands import UpdateDevice
from hanbench.emulator.zigbee.nwk.commands import EndDeviceTimeoutRequest
from hanbench.emulator.zigbee.nwk.parent import JoinStatus
from hanbench.emulator.zigbee.security.keys import KeyId
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import HUB
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import MAC, ZIGBEE

AREA = Area("HCHD", "Hub: children", gate=HUB)
HUB_SHORT = 0x0000
HIGHEST = 14
"""Index of the longest end-device timeout: 2^14 minutes."""
TWO_MINUTES, SEVENTEEN_HOURS = 1, 10
"""Indexes of timeouts: 2^n minutes."""
GRANTED = 0
BIT = 0x0F0F
SLEEPS = 0x80
"""Capability information of a device that sleeps."""
HOUR_S = 3600.0


def _asks_for(t: HubTester, index: int) -> None:
    with t.awake():
        t.gsme.stack.nwk.send_command(HUB_SHORT, EndDeviceTimeoutRequest(index, 0))
        found = t.expect("end-device-timeout-response", within=10, otherwise="it does not answer the request")
    t.require_equal(found.message.status, GRANTED, f"it refuses timeout {index}, which the standard has", found)


def _polled(t: HubTester, short: int, times: int = 1) -> list[Frame]:
    """Have the electricity meter poll with the address of another device; return what the hub then tells it to do."""
    t.esme.stack.maintenance.obeys_leave = lambda: False
    mac = t.esme.stack.mac
    own = mac.short
    mac.configure(short=short)
    for _ in range(times):
        t.esme.stack.child.poll(lambda status: None)
        t.wait(2)
    mac.configure(short=own)
    return t.frames("leave")


def _stays(t: HubTester, short: int, words: str) -> None:
    t.step(f"It polls again {words}")
    told = _polled(t, short)
    t.require(not told, "it sends a child away whose time is not over", *told, expected="nothing")


def _is_over(t: HubTester, short: int, words: str) -> None:
    t.step(f"It polls again {words}")
    told = _polled(t, short, 4)
    t.require(bool(told), "it keeps a child whose time is over", expected="Leave with rejoin")
    t.require(told[0].message.rejoin, "it sends a child away for good", told[0], expected="rejoin 1")


@AREA.case(1, "It grants each end-device timeout that the standard has", ZIGBEE("3.4.11.3.1"), ZIGBEE("3.6.10.2"))
def grants_each(t: HubTester) -> None:
    for index in range(HIGHEST + 1):
        t.step(f"The gas meter asks for timeout {index}")
        _asks_for(t, index)


@AREA.case(
    2,
    "A child may be silent for as long as it asked, from its last poll on, and no longer",
    ZIGBEE("3.6.10.2"),
    ZIGBEE("3.6.10.4"),
    seconds=1200,
)
def short_silence(t: HubTester) -> None:
    short = t.sleeper.own_short
    t.step("The gas meter asks for two minutes, and falls silent")
    _asks_for(t, TWO_MINUTES)
    t.gsme.power_off()
    t.wait(80)
    _stays(t, short, "after a minute and a half")
    t.wait(80)
    _stays(t, short, "after another minute and a half")
    t.wait(300)
    _is_over(t, short, "after five minutes")


@AREA.case(
    3,
    "A power cut of its own does not shorten the silence that a child may keep",
    ZIGBEE("3.6.10.2"),
    ZIGBEE("3.6.9"),
    needs=(Ability.POWER,),
    seconds=70 * HOUR_S,
)
def long_silence(t: HubTester) -> None:
    short = t.sleeper.own_short
    t.step("The gas meter asks for seventeen hours, and falls silent; the hub has no power for a minute")
    _asks_for(t, SEVENTEEN_HOURS)
    t.gsme.power_off()
    t.device.power_off()
    t.wait(60)
    t.device.power_on()
    t.wait(15 * HOUR_S)
    _stays(t, short, "after fifteen hours")
    t.wait(40 * HOUR_S)
    _is_over(t, short, "after forty hours")


def _orphaned(t: HubTester, ieee: int) -> list[Frame]:
    """Have the electricity meter send an Orphan Notification with this EUI-64; return the realignments."""
    mac = t.esme.stack.mac
    content = bytes((MacCommand.ORPHAN_NOTIFICATION,))
    psdu = MacFrame(
        3, mac.next_sequence(), content, dst_pan=0xFFFF, dst=0xFFFF, dst_mode=2, src_pan=0xFFFF, src=ieee, src_mode=3
    ).encode()
    mac.transmit(psdu)
    t.wait(3)
    return t.frames("coordinator-realignment")


@AREA.case(4, "It tells an orphaned child where it is, and no stranger", MAC("5.1.2.1.3"), MAC("5.3.8"))
def orphans(t: HubTester) -> None:
    network, ieee = t.gsme.storage.network, t.gsme.settings.ieee
    assert network is not None
    t.step("A device that is no child says that it is orphaned")
    told = _orphaned(t, ieee ^ BIT)
    t.require(not told, "it takes a stranger for its child", *told, expected="silence")
    t.step("The gas meter says that it is orphaned")
    told = _orphaned(t, ieee)
    if not told:
        return  # it lets its children rejoin
    answer = told[0].mac
    assert answer is not None
    wanted = b"".join(
        (network.pan_id.to_bytes(2, "little"), bytes(2), bytes((network.channel,)), network.short.to_bytes(2, "little"))
    )
    t.require_equal(answer.payload[1:8].hex(), wanted.hex(), "it tells the child of another network", told[0])


@AREA.case(
    5,
    "A child that has moved to a router is reached over the router, and waits for nothing at the hub",
    ZIGBEE("3.6.3.3"),
    ZIGBEE("4.6.3.2"),
    ZIGBEE("3.6.1.9"),
)
def moved(t: HubTester) -> None:
    ieee, short = t.gsme.settings.ieee, t.sleeper.own_short
    t.step("The gas meter is a child of the electricity meter now, which tells the hub; it announces itself")
    t.gsme.power_off()
    t.put_behind(ieee, short)
    aps = t.esme.stack.aps
    signed = KeyId.DATA if "KEC.S" in t.pics else None
    aps.send_command(HUB_SHORT, UpdateDevice(ieee, short, JoinStatus.SECURED_REJOIN), key_id=signed, partner=t.ieee)
    t.wait(2)
    t.from_behind(short, zdp.DeviceAnnce(short, ieee, SLEEPS))
    t.wait(10)
    for number in (1, 2):
        t.step(f"It asks the hub something over the electricity meter, the {number}. time")
        t.from_behind(short, zdp.NodeDescReq(HUB_SHORT))
        found = t.expect("node-descriptor-response", within=10, otherwise="it keeps a child's frames that has moved")
        assert found.mac is not None
        t.require_equal(found.mac.dst, t.side.own_short, "it does not go over the router", found, form="#06x")
        t.wait(10)
