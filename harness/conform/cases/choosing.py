"""The choice of a parent: which beacons count, and which network of two with one name is the present one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from hanbench.emulator.mac import frames as mac
from hanbench.emulator.mac.frames import SHORT, BeaconContent, MacCommand, MacFrame
from hanbench.emulator.zigbee.nwk.beacon import BeaconPayload
from hanbench.harness.conform.case import Ability, Area, Begin
from hanbench.harness.conform.cases.common import JOINER, ask_to_rejoin, join, present
from hanbench.harness.conform.requirement import ZIGBEE
from hanbench.harness.conform.tester import Tester

AREA = Area("PAR", "Choice of a parent", gate=JOINER)
HURRY_S = 150.0
SOON_S = 180.0
STALE_PAN = 0x0301
"""What the PAN ID of the stale network differs in from that of the true one."""


def beacons_instead(t: Tester, made: Callable[[], Iterator[bytes]]) -> None:
    """Have the hub answer each Beacon Request with these PSDUs, in place of its beacon."""
    layer = t.hub.stack.mac

    def answer(frame: object, reception: object) -> None:
        for psdu in made():
            layer.transmit(psdu)

    layer.on_command[MacCommand.BEACON_REQUEST] = answer


def _content(t: Tester) -> tuple[BeaconContent, BeaconPayload]:
    """Return the content of a beacon of an open network with room, and the payload in it."""
    network = t.hub.stack.nwk.network
    payload = BeaconPayload(True, 0, True, network.extended_pan_id, network.update_id)
    return BeaconContent(True, True, payload.encode()), payload


def _beacon(t: Tester, content: BeaconContent, *, pan_id: int | None = None) -> bytes:
    here = t.hub.stack.mac
    source = here.pan_id if pan_id is None else pan_id
    return MacFrame(
        mac.BEACON, here.next_sequence(), content.encode(), src_pan=source, src=0x0000, src_mode=SHORT
    ).encode()


def _strange(t: Tester) -> Iterator[bytes]:
    """Yield beacons of open networks that are none of Zigbee PRO."""
    content, payload = _content(t)
    octets = payload.encode()
    for changed in (
        b"\x01" + octets[1:],  # another protocol
        octets[:1] + b"\x21" + octets[2:],  # the stack profile of 2006
        octets[:1] + b"\x20" + octets[2:],  # a network-specific stack profile
        octets[:1] + b"\x12" + octets[2:],  # the protocol version of 2004
        octets[:1] + b"\x32" + octets[2:],  # Green Power's
        octets[:7],
        b"",
    ):
        yield _beacon(t, replace(content, payload=changed))


@AREA.case(
    1,
    "It joins no network that is none of Zigbee PRO",
    ZIGBEE("3.6.7"),
    ZIGBEE("table 3-58"),
    ZIGBEE("3.6.1.4.1.1"),
    begins=Begin.FACTORY,
    needs=(Ability.AIR,),
    seconds=400,
)
def not_pro(t: Tester) -> None:
    t.step("Open networks of other protocols, stack profiles and versions answer its Beacon Request")
    beacons_instead(t, lambda: _strange(t))
    t.bench.preauthorise()
    t.device.commission()
    t.expect("beacon-request", within=HURRY_S, sender="anyone", otherwise="it does not search")
    t.never(
        "association-request",
        during=HURRY_S,
        sender="anyone",
        otherwise="it asks to associate with a network that is none of Zigbee PRO",
    )


def _finds_present_network(t: Tester, update_id: int, stale: int) -> None:
    """Two networks of one name answer, one with an update identifier that is over; the device must choose the other."""
    network = t.hub.stack.nwk.network
    network.update_id = update_id
    true, other = network.pan_id, network.pan_id ^ STALE_PAN

    def both() -> Iterator[bytes]:
        content, payload = _content(t)
        old = replace(content, payload=replace(payload, update_id=stale).encode())
        yield _beacon(t, old, pan_id=other)
        yield _beacon(t, content)
        yield _beacon(t, old, pan_id=other)

    beacons_instead(t, both)
    ask_to_rejoin(t)
    request = t.expect("rejoin-request", within=SOON_S, sender="anyone", otherwise="it does not rejoin")
    assert request.mac is not None
    t.require_equal(request.mac.dst_pan, true, "it turns to a network that is not there any more", request, form="#06x")
    present(t, 2 * t.wake_limit, "it is not back after its rejoin")


@AREA.case(
    2,
    "Of two networks with one name it rejoins the newer one",
    ZIGBEE("3.6.1.4.2.1"),
    ZIGBEE("3.6.1.4.1.1"),
    needs=(Ability.AIR,),
    seconds=600,
    wakes=4,
)
def newer(t: Tester) -> None:
    t.step("The hub asks it to rejoin; a network of the same name answers, too, with an update identifier that is over")
    _finds_present_network(t, 5, 4)


@AREA.case(
    3,
    "Update identifiers that have come round are newer",
    ZIGBEE("3.6.1.4.1.1"),
    begins=Begin.FACTORY,
    needs=(Ability.AIR,),
    seconds=600,
    wakes=4,
    times=("join_s", "secure_s"),
)
def comes_round(t: Tester) -> None:
    t.step("The device joins a network whose update identifier is 254")
    t.hub.stack.nwk.network.update_id = 0xFE
    join(t)
    t.expect("device-announce", within=t.pixit.join_s, otherwise="it did not join")
    t.wait(60)
    t.step("Two changes later the hub asks it to rejoin; a network of the same name answers, too, with 255")
    _finds_present_network(t, 0x00, 0xFF)
