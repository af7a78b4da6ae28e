"""Formation of a hub's network: scans, the PAN ID, the beacon; and the same network after a power cut."""

from __future__ import annotations

from hanbench.emulator.radio.air import Jammer
from hanbench.emulator.zcl.clusters import BASIC
from hanbench.emulator.zigbee.nwk import beacon as payload
from hanbench.emulator.zigbee.nwk.commands import NetworkReport, NetworkUpdate
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Ability, Area, Begin
from hanbench.harness.conform.cases.common import HUB, reading, scanned_each_channel
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import MAC, PIXIT, SE, ZIGBEE

AREA = Area("HFRM", "Hub: its network", gate=HUB)
STACK_PROFILE = 2
COORDINATOR = 0
FIRST_RESERVED = 0x4000
"""PAN IDs from here on are not drawn (Zigbee PRO R22, 3.2.2.5.3)."""
CUTS = ((5, 20), (2, 7), (41, 30), (1, 3), (12, 20))
"""Seconds without power, and with it."""
MANY_OCTETS = 8
NOISE = -55.0
"""dBm at each receiver."""


@AREA.case(
    1,
    "It scans its channels for networks before it forms its own",
    ZIGBEE("3.2.2.5.3"),
    ZIGBEE("3.6.1.1"),
    MAC("5.1.2.1.2"),
    begins=Begin.FACTORY,
)
def scans(t: HubTester) -> None:
    t.step("The hub forms its network")
    t.bench.form()
    scanned_each_channel(t)


@AREA.case(
    2,
    "It takes no PAN ID that another network has",
    ZIGBEE("3.2.2.5.3"),
    ZIGBEE("3.6.1.1"),
    begins=Begin.FACTORY,
    seconds=600,
)
def free_pan_id(t: HubTester) -> None:
    t.step("The hub forms its network alone")
    t.bench.form()
    first = t.own_beacon()
    t.device.factory_reset()
    t.step("Another network has the PAN ID that it took; it forms its network again")
    for channel in t.pixit.channels:
        t.bench.other_network(channel=channel, pan_id=first.pan_id)
    t.bench.form()
    t.beacons(t.esme)
    own = [f for f in t.frames("beacon") if f.mac is not None and f.mac.src_pan == first.pan_id]
    t.require(
        not own, "it takes a PAN ID that it has heard", *own[:1], expected=f"another PAN ID than {first.pan_id:#06x}"
    )
    t.require(bool(t.frames("beacon")), "it does not form a network", expected="a beacon")


@AREA.case(
    3,
    "Its beacon is one of Zigbee PRO, of a coordinator, with an extended PAN ID",
    ZIGBEE("3.6.7"),
    MAC("5.2.2.1.2"),
    begins=Begin.FACTORY,
)
def beacon(t: HubTester) -> None:
    t.step("A meter asks for beacons")
    t.bench.form()
    heard = t.own_beacon()
    found = payload.decode(heard.payload)
    t.require(heard.pan_coordinator, "its beacon is not that of a coordinator", expected="PAN coordinator 1")
    t.require(found.depth == 0, "a coordinator is at another depth", expected="depth 0", seen=found.depth)
    t.require(found.extended_pan_id not in (0, 2**64 - 1), "it has no extended PAN ID", expected="not 0, nor all ones")
    t.require(heard.coordinator == 0 and not heard.extended, "its address is not 0x0000", seen=heard.coordinator)
    t.require(found.router_capacity and found.end_device_capacity, "it takes no children", expected="capacity 1 and 1")


@AREA.case(4, "Its node descriptor says that it is the coordinator", ZIGBEE("2.3.2.3.1"))
def node_descriptor(t: HubTester) -> None:
    t.step("A meter asks for the node descriptor")
    answers = t.ask_zdp(zdp.NodeDescReq(short=0x0000))
    t.require(len(answers) == 1, "one Node Descriptor Response is due", *answers, seen=len(answers))
    descriptor = answers[0].message.descriptor
    logical = None if descriptor is None else descriptor.type.logical_type
    t.require(logical == COORDINATOR, "its logical type is another", answers[0], expected="0", seen=logical)


def _cut(t: HubTester, off: float, on: float) -> None:
    t.device.power_off()
    t.wait(off)
    t.device.power_on()
    t.wait(on)


@AREA.case(
    5,
    "After a power cut it has the same network, and meters go on",
    ZIGBEE("3.6.9"),
    ZIGBEE("table 3-58"),
    needs=(Ability.POWER,),
)
def same_network(t: HubTester) -> None:
    before = t.esme.storage.network
    assert before is not None
    t.step("The hub loses its power for a minute")
    _cut(t, 60, 30)
    t.step("A meter reads its Basic cluster")
    answers = t.ask(BASIC.id, reading(t, 0x0000))
    t.require(bool(answers), "it does not answer in the network that it had", expected="Read Attributes Response")
    nwk = answers[0].nwk
    t.require(nwk is not None and nwk.secured and nwk.src == 0, "it has another address, or key", answers[0])
    joined = t.frames("rejoin-request", sender="esme")
    t.require(not joined, "a meter had to join again", *joined, expected="no rejoin")


@AREA.case(
    6,
    "Its NWK frame counter rises over power cuts",
    ZIGBEE("4.3.1.1"),
    ZIGBEE("4.3.3"),
    needs=(Ability.POWER,),
    seconds=600,
)
def counter_rises(t: HubTester) -> None:
    for number, (off, on) in enumerate(CUTS, 1):
        before = _highest(t.every_frame(), t)
        t.step(f"The hub loses its power for {off} s, the {number}. time of {len(CUTS)}")
        _cut(t, off, on)
        low = [f for f in t.frames() if f.counter is not None and f.counter <= before]
        t.require(
            not low,
            "its NWK frame counter is not above that from before the power cut",
            *low[:1],
            expected=f"more than {before}",
            seen=low[0].counter if low else "",
        )


def _highest(frames: list[Frame], t: HubTester) -> int:
    return max((f.counter or 0 for f in frames if f.observed.sender == t.kind), default=0)


@AREA.case(
    7,
    "After power cuts its frame counter has not jumped far",
    ZIGBEE("4.3.3"),
    PIXIT("counter_jump"),
    needs=(Ability.POWER,),
)
def counter_jump(t: HubTester) -> None:
    before = _highest(t.every_frame(), t)
    t.step("The hub loses its power once, and answers a read")
    _cut(t, 10, 30)
    t.ask(BASIC.id, reading(t, 0x0000))
    t.measure("jump of the frame counter", _highest(t.every_frame(), t) - before, t.pixit.counter_jump, "frames")


def _network(t: HubTester) -> tuple[int, int, int]:
    """Return PAN ID, channel and update identifier of the hub's beacon, which the electricity meter asks for."""
    found, content = t.beacon_now()
    assert found.mac is not None
    assert found.mac.src_pan is not None
    return found.mac.src_pan, found.channel, payload.decode(content.payload).update_id


def _served_in(t: HubTester, pan_id: int) -> None:
    answers = t.ask(BASIC.id, reading(t, 0x0000))
    t.require(bool(answers), "it does not answer in the network as it is now", expected="Read Attributes Response")
    found = answers[0].mac
    assert found is not None
    t.require_equal(found.dst_pan, pan_id, "it is in another PAN", answers[0], form="#06x")


@AREA.case(
    8,
    "It moves from a PAN ID that another network has: it says where to, goes there later, and stays over a power cut",
    ZIGBEE("3.6.1.13"),
    ZIGBEE("3.4.10"),
    ZIGBEE("3.6.9"),
    needs=(Ability.POWER,),
    seconds=600,
)
def pan_id_conflict(t: HubTester) -> None:
    network = t.esme.storage.network
    assert network is not None
    extended, former, number = network.extended_pan_id, network.pan_id, network.update_id
    t.step("A device reports a conflict of a network that is not the hub's; it tells the hub to move")
    command = t.esme.stack.nwk.send_command
    command(0x0000, NetworkReport(extended ^ 1, (former,)), radius=30)
    command(0x0000, NetworkUpdate(extended, number + 1 & 0xFF, former ^ 0x0101), radius=30)
    t.never("network-update", during=20, otherwise="it moves for a conflict that is not its own")
    _served_in(t, former)
    t.step("The electricity meter reports that another network has the hub's PAN ID")
    command(0x0000, NetworkReport(extended, (former,)), radius=30)
    told = t.expect("network-update", within=60, otherwise="it does not move from a PAN ID that another network has")
    update = told.message
    t.require_equal(update.extended_pan_id, extended, "it tells of another network", told, form="016x")
    t.require_equal(update.update_id, number + 1 & 0xFF, "the update identifier is not one more", told)
    wanted = update.pan_id not in (former, 0xFFFF)
    t.require(wanted, "it moves to no other PAN ID", told, expected="another PAN ID", seen=f"{update.pan_id:#06x}")
    t.wait(1)
    pans = {f.mac.dst_pan for f in t.frames() if f.mac is not None and f.mac.dst_pan is not None}
    t.require(update.pan_id not in pans, "it moves before others have heard where to", told, expected="9 s later")
    t.wait(30)
    _served_in(t, update.pan_id)
    t.require_equal(_network(t)[::2], (update.pan_id, update.update_id), "its beacon is that of the network before")
    t.step("The hub loses its power")
    _cut(t, 10, 30)
    t.require_equal(_network(t)[::2], (update.pan_id, update.update_id), "it has forgotten where it moved")
    _served_in(t, update.pan_id)


@AREA.case(
    9,
    "It forms its network on the channel that is quiet",
    ZIGBEE("3.6.1.1"),
    MAC("5.1.2.1.1"),
    begins=Begin.FACTORY,
    needs=(Ability.AIR,),
    seconds=600,
)
def quiet_channel(t: HubTester) -> None:
    channels = t.pixit.channels
    for quiet in (channels[-1], channels[len(channels) // 2]):
        t.step(f"There is noise on each of its channels but {quiet}; it forms its network")
        noise = Jammer(frozenset(channels) - {quiet}, NOISE)
        t.bench.han.air.add_jammer(noise)
        t.bench.form()
        t.bench.han.air.remove_jammer(noise)
        t.require_equal(t.own_beacon().channel, quiet, "it forms its network where there is noise")
        t.device.factory_reset()


@AREA.case(
    10,
    "After a reset to its factory state it forms another network, under another key, and knows none of its members",
    ZIGBEE("3.6.1.1"),
    ZIGBEE("4.6.3.4"),
    SE("5.4.1"),
    needs=(Ability.HEAD_END, Ability.RESET),
    seconds=900,
    times=("secure_s",),
)
def formed_anew(t: HubTester) -> None:
    storage = t.esme.storage
    former = storage.network_keys[storage.active_key]
    t.require(len(set(former)) > MANY_OCTETS, "its network key is a simple one", expected="16 octets at random")
    t.gsme.power_off()
    t.step("The hub is reset, and forms its network; the former network's meter asks for something")
    t.device.factory_reset()
    t.bench.form()
    answers = t.ask(BASIC.id, reading(t, 0x0000))
    t.require(not answers, "it has the network that it had before its reset", *answers, expected="no answer")
    t.step("The meter is reset as well, and joins the network as it is now")
    t.esme.stack.joiner.event(JoinEvent.LEFT)
    t.wait(1)
    t.bench.admit(t.esme)
    key = t.esme.storage.network_keys[t.esme.storage.active_key]
    t.require(key != former, "it has the network key from before its reset", expected="another key")
