"""Faults of firmware, keys, tables and channels."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hanbench.emulator.zigbee.storage import COUNTER_STRIDE, FrameCounter
from hanbench.harness.faults import site_visit
from hanbench.harness.faults.asleep import asleep
from hanbench.harness.faults.fault import fault
from hanbench.harness.faults.followers import bring_esme_along
from hanbench.harness.han.han import Han

SETTLE = 12
"""Time in which a broadcast reaches all devices and they act on it, seconds."""
ROTATIONS = 2
YEARS_OF_FRAMES = 100_000
HOPS = (15, 20, 25, 11)
"""Channels to which a hub moves, in turn."""


async def _hang(han: Han) -> None:
    han.gsme.conduct = replace(han.gsme.conduct, hung=True)


async def _restart(han: Han) -> None:
    han.gsme.power_off()
    await asyncio.sleep(5)
    han.gsme.power_on()


async def _miss_two_rotations(han: Han) -> None:
    """Change the network key twice while the meter sleeps; its firmware does not support Trust Centre rejoin."""
    trust_center = han.hub.stack.trust_center
    assert trust_center is not None
    conduct = han.gsme.conduct
    han.gsme.conduct = replace(conduct, join=replace(conduct.join, trust_center_rejoin=False))
    with asleep(han):
        for _ in range(ROTATIONS):
            trust_center.distribute()
            await asyncio.sleep(SETTLE)
            trust_center.switch()
            await asyncio.sleep(SETTLE)
    await bring_esme_along(han)


async def _reset_counter(han: Han) -> None:
    """Reset the meter's counters, as a battery change does; the hub expects those of some years."""
    hubs, ieee = han.hub.stack.nwk.security, han.settings.gsme.ieee
    if hubs.expected_counter(hubs.active_sequence, ieee) < YEARS_OF_FRAMES:
        hubs.accept_counter(hubs.active_sequence, ieee, YEARS_OF_FRAMES)
    han.gsme.storage.nwk_counter = FrameCounter(0, COUNTER_STRIDE)


async def _accept_counter(han: Han) -> None:
    """Make the hub accept the meter's counter as it is."""
    han.hub.stack.nwk.security.forget_counter(han.settings.gsme.ieee)
    await site_visit.force_rejoin(han)


async def _age_out(han: Han) -> None:
    """Remove the meter from the hub's child table, as after missing polls; the meter's firmware does not rejoin."""
    conduct = han.gsme.conduct
    han.gsme.conduct = replace(conduct, join=replace(conduct.join, rejoin=False))
    parent = han.hub.stack.parent
    child = parent.by_ieee(han.settings.gsme.ieee)
    if child is not None:
        parent.remove(child.short)


async def _hop(han: Han) -> None:
    """Move the hub to another channel while the meter sleeps; the meter searches its old channel only."""
    conduct = han.gsme.conduct
    han.gsme.conduct = replace(conduct, join=replace(conduct.join, other_channels=False))
    now = han.hub.stack.nwk.network.channel
    with asleep(han):
        han.hub.change_channel(next(channel for channel in HOPS if channel != now))
        await asyncio.sleep(SETTLE)
    await bring_esme_along(han)


async def _forget(han: Han) -> None:
    han.hub.forget(han.settings.gsme.ieee)


async def _remember(han: Han) -> None:
    """Reset the meter, and pair it with the hub again."""
    await site_visit.reset(han)
    await site_visit.pair(han)


async def _sleep_through(han: Han) -> None:
    han.gsme.conduct = replace(han.gsme.conduct, wakes=False)


async def _answer_again(han: Han) -> None:
    han.gsme.conduct = replace(han.gsme.conduct, wakes=han.gsme.profile_conduct.wakes)


FAULTS = (
    fault("firmware-hung", _hang, _restart),
    fault("network-key-lost", _miss_two_rotations, site_visit.force_rejoin),
    fault("frame-counter-reset", _reset_counter, _accept_counter),
    fault("aged-out", _age_out, site_visit.force_rejoin),
    fault("wrong-channel", _hop, site_visit.force_rejoin),
    fault("hub-entry-lost", _forget, _remember),
    fault("flapping", _sleep_through, _answer_again),
)
