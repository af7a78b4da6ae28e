"""The actions of an engineer with a service tool on a gas meter: rejoin, key establishment, pairing, reset."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hanbench.emulator.zigbee.nwk.join_states import JoinEvent
from hanbench.harness.han.formation import PERMIT_SECONDS, join
from hanbench.harness.han.han import Han

BATTERY_OUT = 5
"""Seconds."""
LEFT_AFTER = 2
"""Time in which a meter leaves after it was told to, seconds."""


async def force_rejoin(han: Han) -> None:
    """Make the meter rejoin now, with the joining behaviour of its profile."""
    gsme = han.gsme
    gsme.conduct = replace(gsme.conduct, join=gsme.profile_conduct.join)
    gsme.stack.joiner.event(JoinEvent.REJOIN)


async def renegotiate_key(han: Han) -> None:
    """Make the meter establish a new link key with the hub and request its mirror again.

    A meter that has left the network because it had no key is paired again first, and so is one that the hub has
    removed because it agreed no key within an hour of joining (SE 1.4a, 5.4.2.2). Raises FormationError.
    """
    gsme = han.gsme
    gsme.conduct = replace(gsme.conduct, renews_keys=gsme.profile_conduct.renews_keys)
    if gsme.settings.ieee not in han.hub.device_table:
        await reset(han)
    if not gsme.stack.joined:
        await pair(han)
    gsme.forget_mirror()
    gsme.keys.restart()


async def pair(han: Han) -> None:
    """Pair a meter that is in no network with the hub, as at its installation. Raises FormationError."""
    gsme = han.settings.gsme
    han.hub.preauthorise(gsme.ieee, gsme.joining_key)
    han.hub.permit_join(PERMIT_SECONDS)
    await join(han, han.gsme)
    han.hub.permit_join(0)


async def recommission(han: Han) -> None:
    """Change the meter's battery, reset it, and pair it with the hub as an unknown device.

    Raises FormationError.
    """
    gsme = han.gsme
    gsme.power_off()
    await asyncio.sleep(BATTERY_OUT)
    gsme.power_on()
    await reset(han)
    han.hub.forget(gsme.storage.ieee)
    await pair(han)


async def reset(han: Han) -> None:
    """Make the meter leave the network and forget it."""
    if han.gsme.storage.network is not None:
        han.gsme.stack.maintenance.leave(False)
        await asyncio.sleep(LEFT_AFTER)
