"""The electricity meter, which follows a change of the network that a fault keeps the gas meter from following."""

from __future__ import annotations

import asyncio

from hanbench.harness.faults.ground_truth import reachable
from hanbench.harness.han.formation import PERMIT_SECONDS, join
from hanbench.harness.han.han import Han

LEFT_AFTER = 2
"""Time in which a meter leaves after it was told to, seconds."""
FOLLOW = 600
"""Time in which an electricity meter follows, seconds."""


async def bring_esme_along(han: Han) -> None:
    """Make the electricity meter search for the network if it missed the broadcast about it, and wait until it is back.

    A broadcast is not acknowledged, so a meter may miss it. One without power stays away.
    """
    if han.emulates("esme") and han.esme.powered and not reachable(han, han.esme):
        han.esme.look_for_network()
        await esme_is_back(han)


async def esme_is_back(han: Han) -> None:
    """Wait until the hub can reach the electricity meter, or for ten minutes in vain."""
    for _ in range(FOLLOW):
        if reachable(han, han.esme):
            break
        await asyncio.sleep(1)


async def pair_esme(han: Han) -> None:
    """Pair the electricity meter with a hub that does not know it, as at its installation. Raises FormationError."""
    esme, hub = han.esme, han.hub
    if esme.storage.network is not None:
        esme.stack.maintenance.leave(False)
        await asyncio.sleep(LEFT_AFTER)
    hub.preauthorise(esme.settings.ieee, esme.settings.joining_key)
    hub.permit_join(PERMIT_SECONDS)
    await join(han, esme)
    hub.permit_join(0)
    await esme_is_back(han)
