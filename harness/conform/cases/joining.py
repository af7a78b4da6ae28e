"""Joining: scans, association, the network key, and what a device tells of itself afterwards."""

from __future__ import annotations

from dataclasses import replace

from hanbench.emulator.mac.frames import BROADCAST, EXTENDED, NONE
from hanbench.emulator.zigbee.aps.commands import TransportNetworkKey
from hanbench.emulator.zigbee.security.install_code import InstallCode
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.case import Ability, Area, Begin
from hanbench.harness.conform.cases.common import JOINER, join, scanned_each_channel
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.requirement import MAC, SE, ZIGBEE
from hanbench.harness.conform.tester import Tester

AREA = Area("JOIN", "Joining", gate=JOINER, begins=Begin.FACTORY, seconds=180)
CAPABILITY_ALLOCATE, CAPABILITY_RX_ON, CAPABILITY_MAINS, CAPABILITY_ROUTER = 0x80, 0x08, 0x04, 0x02
PERMIT_S = 254
HURRY_S = 120.0
"""Time in which a device that is commissioned has scanned, seconds."""


def commission(t: Tester, *, permit: int = PERMIT_S) -> None:
    """Open the network, and start the commissioning of the device."""
    t.hub.permit_join(permit)
    t.device.commission()


@AREA.case(1, "It looks for networks by active scans", MAC("5.1.2.1.2"), MAC("5.3.7"))
def scans(t: Tester) -> None:
    t.step("The device is commissioned; it sends Beacon Request")
    t.device.commission()
    request = t.expect("beacon-request", within=HURRY_S, sender="anyone")
    mac = request.mac
    assert mac is not None
    t.require(
        mac.dst_pan == BROADCAST and mac.dst == BROADCAST and mac.src_mode == NONE,
        "a Beacon Request goes to all devices of all PANs, and has no source",
        request,
        expected="destination PAN 0xffff, destination 0xffff, no source address",
    )
    t.require(
        not mac.ack_request,
        "a Beacon Request asks for no acknowledgement",
        request,
        expected="acknowledgement request 0",
    )


@AREA.case(2, "It scans every channel that it is built for", ZIGBEE("3.6.1.3"), SE("5.5.5"))
def scans_all_channels(t: Tester) -> None:
    t.step("The device is commissioned while the bench's network is closed")
    t.device.commission()
    t.wait(HURRY_S)
    scanned_each_channel(t)


@AREA.case(3, "It associates with no network that is closed", MAC("5.1.3.1"), ZIGBEE("3.6.1.4.1.1"))
def respects_closed_network(t: Tester) -> None:
    t.step("The bench's network is closed; the device is commissioned, and hears its beacons")
    t.bench.preauthorise()
    t.device.commission()
    t.expect("beacon", within=HURRY_S, sender="hub")
    t.never(
        "association-request",
        during=HURRY_S,
        sender="anyone",
        otherwise="it asks to associate although the beacon does not permit that",
    )


@AREA.case(
    4, "It associates with no network that has no room for it", ZIGBEE("3.6.1.4.1.1"), gate=f"({JOINER}) & NWK.ZED"
)
def respects_capacity(t: Tester) -> None:
    t.step("The network is open, and its beacons show no end-device capacity")
    t.bench.preauthorise()
    parent = t.hub.stack.parent
    parent.has_room = lambda: False
    parent.permit(PERMIT_S)
    content = t.hub.stack.mac.beacon
    assert content is not None

    def full() -> object:
        made = content()
        return None if made is None else replace(made, association_permit=True)

    t.hub.stack.mac.beacon = full  # type: ignore[assignment]
    t.device.commission()
    t.expect("beacon", within=HURRY_S, sender="hub")
    t.never("association-request", during=HURRY_S, sender="anyone", otherwise="it asks a parent that has no room")


@AREA.case(5, "Its Association Request says what it is", MAC("5.3.1.2"), ZIGBEE("table 3-57"))
def capability(t: Tester) -> None:
    t.step("The network is open; the device asks to associate")
    join(t)
    request = t.expect("association-request", within=t.pixit.join_s, sender="anyone")
    mac = request.mac
    assert mac is not None
    t.require(
        mac.src_mode == EXTENDED and mac.src == t.ieee,
        "its source is the EUI-64 of the device",
        request,
        expected=f"source {t.ieee:016x}",
        seen=f"{mac.src:x}" if mac.src is not None else "none",
    )
    expected = CAPABILITY_ALLOCATE
    expected |= 0 if t.sleeps else CAPABILITY_RX_ON
    expected |= 0 if "HAN.BATTERY" in t.pics else CAPABILITY_MAINS
    expected |= CAPABILITY_ROUTER if "NWK.ZR" in t.pics else 0
    seen = mac.payload[1] if len(mac.payload) > 1 else 0
    t.require_equal(seen, expected, "the capability information is not that of the PICS", request, form="#04x")


@AREA.case(6, "It fetches the Association Response with its EUI-64", MAC("5.1.3.1"), MAC("5.1.6.3"))
def fetches_response(t: Tester) -> None:
    t.step("The device asks to associate, and fetches the answer by Data Request")
    join(t)
    t.expect("association-request", within=t.pixit.join_s, sender="anyone")
    request = t.expect("data-request", within=5, sender="anyone")
    mac = request.mac
    assert mac is not None
    t.require(
        mac.src_mode == EXTENDED and mac.src == t.ieee,
        "the Data Request for an Association Response has the EUI-64 as source",
        request,
        expected=f"source {t.ieee:016x}",
    )


@AREA.case(
    7,
    "It joins with its install code, and announces itself",
    SE("5.4.1"),
    ZIGBEE("2.4.3.1.11"),
    gate=f"({JOINER}) & HAN.IC",
    seconds=240,
)
def joins(t: Tester) -> None:
    t.step("The hub knows the install code, and opens its network; the device joins")
    t.bench.preauthorise()
    start = t.now
    commission(t)
    announced = t.expect("device-announce", within=t.pixit.join_s, otherwise="it did not join")
    t.measure("joining", announced.seconds - start, t.pixit.join_s, "s", announced)
    network = t.side.short
    t.require(
        announced.message.short == network and announced.message.ieee == t.ieee,
        "Device_annce names its short address and its EUI-64",
        announced,
        expected=f"short address 0x{network or 0:04x}, EUI-64 {t.ieee:016x}",
    )


@AREA.case(8, "It takes no network key that is not under its own key", ZIGBEE("4.4.3.2.3"), SE("5.4.1"))
def refuses_plain_key(t: Tester) -> None:
    t.step("In place of the Trust Centre's answer, the hub sends Transport-Key without APS security")
    t.bench.preauthorise()
    hub = t.hub
    trust_center = hub.stack.trust_center

    def plain(device: object, via: object) -> None:
        storage = hub.storage
        command = TransportNetworkKey(
            storage.network_keys[storage.active_key], storage.active_key, t.ieee, storage.ieee
        )
        hub.stack.aps.nwk.send(getattr(device, "short", 0), hub.stack.aps.encode_command(command), secured=False)

    trust_center._give_key = plain  # type: ignore[method-assign]
    commission(t, permit=60)
    t.expect("transport-key", within=HURRY_S, sender="hub")
    t.never(
        None,
        during=30,
        where=_uses_network_key,
        that="under the network key",
        otherwise="it uses a network key that was sent to it in the clear",
    )


def _uses_network_key(frame: Frame) -> bool:
    return frame.nwk is not None and frame.nwk.secured


@AREA.case(
    9,
    "It does not join where another install code is on file",
    SE("5.4.1"),
    ZIGBEE("4.6.3.2"),
    gate=f"({JOINER}) & HAN.IC",
    seconds=360,
)
def wrong_install_code(t: Tester) -> None:
    t.step("The hub holds another install code for the device, and its network is open")
    t.hub.preauthorise(t.ieee, InstallCode.with_crc(bytes(range(16))).link_key)
    commission(t)
    t.expect("transport-key", within=t.pixit.join_s, sender="hub")
    t.never(
        None, during=20, where=_uses_network_key, that="under a network key", otherwise="it has joined all the same"
    )
    t.step("It tries again, but does not hammer the network")
    t.wait(180)
    tries = t.frames("association-request", sender="anyone")
    t.measure("attempts to associate in three minutes", len(tries), 12, "attempts", *tries[-1:])


@AREA.case(10, "It joins when the first attempt was refused at the MAC", MAC("5.1.3.1"), SE("5.5.5"), seconds=400)
def joins_after_refusal(t: Tester) -> None:
    t.step("The hub refuses the first association: PAN at capacity")
    t.bench.preauthorise()
    mac = t.hub.stack.mac
    answer = mac.on_associate
    assert answer is not None
    refused: list[int] = []

    def refuse_once(ieee: int, octet: int) -> object:
        made = answer(ieee, octet)
        if not refused:
            refused.append(ieee)
            return made._replace(status=type(made.status)(1), short=0xFFFF)
        return made

    mac.on_associate = refuse_once  # type: ignore[assignment]
    commission(t)
    t.expect("association-response", within=t.pixit.join_s, sender="hub")
    t.step("It tries again, and joins")
    t.expect("device-announce", within=t.pixit.join_s, otherwise="it never joined after a refusal")


@AREA.case(
    11,
    "It goes on when its announcement is not heard",
    ZIGBEE("2.4.3.1.11"),
    gate=f"({JOINER}) & KEC.C",
    needs=(Ability.AIR,),
    seconds=400,
)
def announcement_lost(t: Tester) -> None:
    t.step("The device joins; no Device_annce of it reaches the hub")
    t.bench.preauthorise()
    t.hub.stack.zdo.server.on_announce = lambda device: None
    t.bench.lose(lambda frame: frame.name == "device-announce", seconds=30)
    commission(t)
    t.expect("device-announce", within=t.pixit.join_s)
    t.step("It goes on to key establishment")
    t.expect(
        "initiate-key-establishment-request",
        within=t.pixit.secure_s,
        otherwise="it waits for an acknowledgement of its announcement",
    )


@AREA.case(
    12,
    "It finds its own network where a foreign one is open, too",
    SE("5.5.5"),
    ZIGBEE("3.6.1.4.1"),
    needs=(Ability.AIR,),
    seconds=900,
)
def two_networks(t: Tester) -> None:
    t.step("Two networks are open, and the louder one does not know the device")
    t.bench.preauthorise()
    foreign = t.bench.foreign_hub()
    foreign.permit_join(900)
    t.hub.permit_join(900)
    t.device.commission()
    t.expect(
        "device-announce",
        within=840,
        where=lambda frame: (
            frame.nwk is not None and frame.mac is not None and frame.mac.dst_pan == t.hub.stack.mac.pan_id
        ),
        that="in its own network",
        otherwise="it never came to its own network",
    )


@AREA.case(
    13,
    "Its node descriptor says what it is",
    ZIGBEE("2.3.2.3"),
    ZIGBEE("2.4.4.2.3"),
    begins=Begin.JOINED,
    seconds=300.0,
    wakes=2,
)
def node_descriptor(t: Tester) -> None:
    t.step("The hub asks for the node descriptor")
    answers = t.ask_zdp(zdp.NodeDescReq(short=t.short))
    t.require(len(answers) == 1, "one answer is due", *answers, expected="one Node_Desc_rsp", seen=f"{len(answers)}")
    message = answers[0].message
    t.require(
        message is not None and message.status == 0 and message.descriptor is not None,
        "Node_Desc_rsp has SUCCESS and a descriptor",
        *answers,
        expected="status 0x00, 13 octets of descriptor",
    )
    kind = message.descriptor.type.logical_type
    router = "NWK.ZR" in t.pics
    t.require_equal(int(kind), 1 if router else 2, "the logical type is not that of the PICS", *answers)
    seen = message.descriptor.capability
    t.require(
        bool(seen & CAPABILITY_RX_ON) is not t.sleeps,
        "the capability says otherwise whether the receiver is on when idle",
        *answers,
        expected=f"bit 3 {'clear' if t.sleeps else 'set'}",
        seen=f"0x{seen:02x}",
    )


@AREA.case(
    14,
    "It comes back into its network after a power cut without a new association",
    ZIGBEE("3.6.1.4.2"),
    ZIGBEE("2.5.4.5.2"),
    begins=Begin.JOINED,
    needs=(Ability.POWER,),
    seconds=300.0,
    wakes=2,
)
def power_cut(t: Tester) -> None:
    t.step("The device loses its power for ten seconds")
    t.device.power_off()
    t.wait(10)
    t.device.power_on()
    t.step("It is heard again under the network key, and asks for no association")
    t.hear(
        within=t.wake_limit,
        where=_uses_network_key,
        that="under the network key",
        otherwise="it does not come back after a power cut",
    )
    t.never("association-request", during=30, sender="anyone", otherwise="it has forgotten its network")
