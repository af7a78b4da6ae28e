"""What a visit with a service tool does to a gas meter: it is told to look for its network, to agree a key, to pair."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hanbench.emulator.zigbee.nwk.join_states import JoinEvent
from hanbench.harness.han.formation import PERMIT_SECONDS, join
from hanbench.harness.han.han import Han

BATTERY_OUT = 5
"""Seconds."""
LEFT_AFTER = 2
"""Seconds in which a meter that was told to leave has left."""


async def force_rejoin(han: Han) -> None:
    """The meter looks for its network as its profile says, and now."""
    gsme = han.gsme
    gsme.conduct = replace(gsme.conduct, join=gsme.profile_conduct.join)
    gsme.stack.joiner.event(JoinEvent.REJOIN)


async def renegotiate_key(han: Han) -> None:
    """The meter agrees another link key with the hub, and asks for its mirror again.

    One that has left the network meanwhile, for want of a key, is paired again first. Raises FormationError.
    """
    gsme = han.gsme
    gsme.conduct = replace(gsme.conduct, renews_keys=gsme.profile_conduct.renews_keys)
    if not gsme.stack.joined:
        await pair(han)
    gsme.forget_mirror()
    gsme.keys.again()


async def pair(han: Han) -> None:
    """A meter that is in no network is paired with the hub as at its installation. Raises FormationError."""
    gsme = han.settings.gsme
    han.hub.preauthorise(gsme.ieee, gsme.joining_key)
    han.hub.permit_join(PERMIT_SECONDS)
    await join(han.gsme)
    han.hub.permit_join(0)


async def recommission(han: Han) -> None:
    """All that a visit can do: the meter gets another battery, is reset, and is paired with a hub that forgot it.

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
    """The meter leaves the network and forgets it."""
    if han.gsme.storage.network is not None:
        han.gsme.stack.maintenance.leave(False)
        await asyncio.sleep(LEFT_AFTER)
