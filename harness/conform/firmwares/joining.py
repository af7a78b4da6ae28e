"""Wrong firmwares: joining, and what a device says of itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanbench.emulator.clock import SECOND
from hanbench.emulator.mac.frames import SHORT, MacCommand
from hanbench.emulator.radio.interface import TxStatus
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent, JoinState
from hanbench.emulator.zigbee.security.keys import KeyId
from hanbench.emulator.zigbee.security.mmo import mmo_hash
from hanbench.emulator.zigbee.storage import LinkKey
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped

WRONG = Firmwares([])


@WRONG.add("joining-for-ever", "JOIN", "romasku/tuya-zigbee-switch#477")
def joining_for_ever(device: Any, note: Note) -> None:
    """It sets its state to "joining" before the call that fails, and never tries again."""
    joiner = device.stack.joiner
    failed: list[bool] = []

    def event(former: Any, event: JoinEvent) -> None:
        if joiner.state is JoinState.ASSOCIATING and event is JoinEvent.REFUSED:
            failed.append(True)
        former(event)

    def join(former: Any, *arguments: Any, **named: Any) -> None:
        if failed:
            note()
        else:
            former(*arguments, **named)

    wrapped(joiner, "event", event)
    wrapped(joiner, "join", join)


@WRONG.add("waits-for-announce", "JOIN", "Nordic KRKNWK-12017; rbaron/b-parasite#126")
def waits_for_announce(device: Any, note: Note) -> None:
    """It stands still if its device announce is not acknowledged."""
    result: list[TxStatus | None] = []

    def announce(former: Any) -> None:
        send = device.stack.mac.send
        device.stack.mac.send = lambda dst, payload, done=None, **named: send(dst, payload, result.append, **named)
        former()
        del device.stack.mac.send

    def joined(former: Any) -> None:
        def later() -> None:
            if result and result[-1] is not TxStatus.ACKED:
                note()
            else:
                former()

        device.stack.clock.call_later(3 * SECOND, later)

    wrapped(device.stack.zdo, "announce", announce)
    wrapped(device._recovery, "joined", joined)


@WRONG.add("takes-plain-network-key", "JOIN", "Koenkk/zigbee-herdsman#319")
def takes_plain_network_key(device: Any, note: Note) -> None:
    """It takes a network key that was sent without APS security."""
    layer = device.stack.aps

    def accept(former: Any, indication: Any) -> None:
        frame = aps.decode(indication.payload)
        if frame.type == aps.COMMAND and not frame.secured and device.stack.joiner.awaits_key:
            note()
            frame.secured, frame.key_id = True, KeyId.KEY_TRANSPORT
            layer._command(frame, indication)
        else:
            former(indication)

    wrapped(layer, "accept", accept)


@WRONG.add("leaves-every-18-s", "JOIN", "Nerivec/zigbee-on-host#137")
def leaves_every_18_s(device: Any, note: Note) -> None:
    """It claims what its stack cannot do, and leaves the network 18 seconds after it has joined."""

    def joined(former: Any, rejoined: bool) -> None:
        former(rejoined)

        def leave() -> None:
            note()
            device.stack.maintenance.leave(False)

        device.stack.clock.call_later(18 * SECOND, leave)

    wrapped(device.stack.joiner, "on_joined", joined)


@WRONG.add("install-code-without-crc", "JOIN", "Koenkk/zigbee-herdsman#1353; Koenkk/zigbee2mqtt#21650")
def install_code_without_crc(device: Any, note: Note) -> None:
    """It hashes its install code without the CRC."""
    if not restarted(device):
        note()
        device.storage.link_keys[0] = LinkKey(mmo_hash(device.settings.install_code[:-2]))


@WRONG.add("ignores-permit", "JOIN")
def ignores_permit(device: Any, note: Note) -> None:
    """It associates with networks that do not permit it."""

    def heard(former: Any, beacons: Any) -> None:
        if any(not beacon.permit for beacon in beacons):
            note()
        former([beacon._replace(permit=True) for beacon in beacons])

    wrapped(device.stack.joiner, "_open_networks", heard)


@WRONG.add("ignores-capacity", "JOIN")
def ignores_capacity(device: Any, note: Note) -> None:
    """It associates with parents that have no room for it."""

    def has_room(former: Any, payload: Any) -> bool:
        if not former(payload):
            note()
        return True

    wrapped(device.stack.joiner, "_has_room", has_room)


@WRONG.add("claims-to-listen", "JOIN")
def claims_to_listen(device: Any, note: Note) -> None:
    """Its Association Request says that its receiver is always on."""

    def associate(former: Any, beacon: Any, capability: int, done: Any) -> None:
        note()
        former(beacon, capability | 0x08, done)

    wrapped(device.stack.child, "associate", associate)


@WRONG.add("fetches-by-short-address", "JOIN")
def fetches_by_short_address(device: Any, note: Note) -> None:
    """It fetches its Association Response under a short address that it does not have."""

    def frame(former: Any, content: bytes, *arguments: Any, **named: Any) -> bytes:
        if content[0] == MacCommand.DATA_REQUEST and device.stack.joiner.state is JoinState.ASSOCIATING:
            note()
            named["src_mode"] = SHORT
        octets: bytes = former(content, *arguments, **named)
        return octets

    wrapped(device.stack.mac, "command_frame", frame)


@WRONG.add("beacon-request-with-ack", "JOIN")
def beacon_request_with_ack(device: Any, note: Note) -> None:
    """It asks for acknowledgements of its Beacon Requests."""

    def frame(former: Any, content: bytes, *arguments: Any, **named: Any) -> bytes:
        if content[0] == MacCommand.BEACON_REQUEST:
            note()
            named["ack"] = True
        octets: bytes = former(content, *arguments, **named)
        return octets

    wrapped(device.stack.mac, "command_frame", frame)


@WRONG.add("scans-three-channels", "JOIN")
def scans_three_channels(device: Any, note: Note) -> None:
    """It scans three channels only."""
    nwk = device.stack.nwk
    nwk.config = replace(nwk.config, channels=nwk.config.channels[:3])
    note()


@WRONG.add("sticks-to-the-first-network", "JOIN")
def sticks_to_the_first_network(device: Any, note: Note) -> None:
    """It tries the loudest network again and again, although that refuses it."""

    def refusal(former: Any) -> None:
        note()

    wrapped(device.stack.joiner, "_note_refusal", refusal)


@WRONG.add("announces-address-0", "JOIN")
def announces_address_0(device: Any, note: Note) -> None:
    """Its device announce names the coordinator's short address."""

    def announce(former: Any, short: int, ieee: int, capability: int) -> None:
        note()
        former(0, ieee, capability)

    wrapped(device.stack.zdo.client, "announce", announce)


@WRONG.add("descriptor-of-a-router", "JOIN")
def descriptor_of_a_router(device: Any, note: Note) -> None:
    """Its node descriptor says that it is a router."""

    def send(former: Any, request: Any, done: Any = None) -> None:
        if request.profile == 0 and request.cluster == 0x8002:
            note()
            octets = request.payload
            request = request._replace(payload=octets[:4] + bytes((octets[4] & ~7 | 1,)) + octets[5:])
        former(request, done)

    wrapped(device.stack.aps, "send", send)


@WRONG.add("forgets-its-network", "JOIN")
def forgets_its_network(device: Any, note: Note) -> None:
    """It forgets its network when it loses its power."""
    if restarted(device):
        note()
        device.stack.joiner.event(JoinEvent.LEFT)


@WRONG.add("hammers-the-network", "JOIN")
def hammers_the_network(device: Any, note: Note) -> None:
    """It hammers the network when its key does not come, without a pause."""
    joiner = device.stack.joiner

    def event(former: Any, event: JoinEvent) -> None:
        again = event is JoinEvent.NO_KEY
        former(event)
        if again:
            note()
            device.stack.clock.call_later(SECOND // 10, joiner.join)

    joiner.policy = replace(joiner.policy, key_wait=SECOND)
    wrapped(joiner, "event", event)
