"""Faults of the hub itself, and exchanged devices: what a hub forgets, and what hangs in another one's place."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace

from hanbench.emulator.devices import Esme, Gsme
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent
from hanbench.emulator.zigbee.storage import COUNTER_STRIDE, FrameCounter
from hanbench.harness.faults import site_visit
from hanbench.harness.faults.fault import fault
from hanbench.harness.faults.followers import esme_is_back, pair_esme
from hanbench.harness.faults.ground_truth import reachable
from hanbench.harness.han.exchange import replace_gsme, replace_hub_without_backup
from hanbench.harness.han.formation import FormationError, join
from hanbench.harness.han.han import Han

SUCCESSOR = 0x40
"""Difference between the EUI-64 of a device and that of its successor."""
YEARS_OF_FRAMES = 1_000_000
"""Value of a hub's NWK frame counter after some years."""
RESTART = 5
"""Seconds without power."""
BACK = 600
"""Time in which a gas meter comes back to a hub whose power has returned, seconds."""


# --- memory of the hub ------------------------------------------------------------------------------------------------


async def _lose_counter(han: Han) -> None:
    """Reset the hub's NWK frame counter, where the gas meter expects that of some years; restart the ESME."""
    hub, gsme = han.hub.storage, han.gsme
    if gsme.powered:
        security = gsme.stack.nwk.security
        if security.expected_counter(hub.active_key, hub.ieee) < YEARS_OF_FRAMES:
            security.accept_counter(hub.active_key, hub.ieee, YEARS_OF_FRAMES)
    hub.nwk_counter = FrameCounter(0, COUNTER_STRIDE)
    if han.emulates("esme") and han.esme.powered:
        await _restart(han.esme)
        await esme_is_back(han)


async def _restart(meter: Esme | Gsme) -> None:
    meter.power_off()
    await asyncio.sleep(RESTART)
    meter.power_on()


async def _restart_gsme(han: Han) -> None:
    """Restart the gas meter, which keeps no incoming counters over that."""
    await _restart(han.gsme)


async def _fill_table(han: Han) -> None:
    han.hub.conduct = replace(han.hub.conduct, child_table_full=True)
    parent = han.hub.stack.parent
    child = parent.by_ieee(han.settings.gsme.ieee)
    if child is not None:
        parent.remove(child.short)


async def _clear_table(han: Han) -> None:
    han.hub.conduct = replace(han.hub.conduct, child_table_full=han.hub.profile_conduct.child_table_full)
    await site_visit.force_rejoin(han)


async def _age_wrong_child(han: Han) -> None:
    han.hub.conduct = replace(han.hub.conduct, ages_wrong_child=True)


async def _age_right_child(han: Han) -> None:
    han.hub.conduct = replace(han.hub.conduct, ages_wrong_child=han.hub.profile_conduct.ages_wrong_child)


# --- exchanged devices ------------------------------------------------------------------------------------------------


async def _begin_anew(han: Han, ieee: int) -> None:
    """Put a hub with an empty flash in the place of the present one; the electricity meter is paired with it."""
    await replace_hub_without_backup(han, ieee)
    if han.emulates("esme") and han.esme.powered:
        with suppress(FormationError):  # a meter that another fault cuts off stays away
            await pair_esme(han)


async def _reflash(han: Han) -> None:
    await _begin_anew(han, han.hub.settings.ieee)


async def _exchange_hub(han: Han) -> None:
    await _begin_anew(han, han.hub.settings.ieee + SUCCESSOR)


async def _pair_again(han: Han) -> None:
    """Reset the gas meter, and pair it with the hub that is there now. Raises FormationError."""
    await site_visit.reset(han)
    await site_visit.pair(han)


async def _exchange_gsme(han: Han) -> None:
    """Hang another gas meter in the place of the present one. Its installer presses its button in vain."""
    replace_gsme(han, han.gsme.settings.ieee + SUCCESSOR)
    with suppress(FormationError):
        await join(han, han.gsme)


async def _register_gsme(han: Han) -> None:
    """Tell the head end of the new meter, let the hub forget the old one, and pair. Raises FormationError."""
    han.hub.forget(han.settings.gsme.ieee)
    han.settings = replace(han.settings, gsme=han.gsme.settings)
    await site_visit.pair(han)


# --- power of the hub -------------------------------------------------------------------------------------------------


async def _cut_hub_power(han: Han) -> None:
    han.hub.power_off()


async def _return_hub_power(han: Han) -> None:
    """Give the hub power, and wait until the meters that can have come back to it. Its other faults stay."""
    conduct = han.hub.conduct
    han.hub.power_on()
    han.hub.conduct = conduct
    meters = [meter for meter in (han.esme, han.gsme) if meter.powered]
    for meter in meters:
        meter.stack.joiner.event(JoinEvent.REJOIN)
    for _ in range(BACK):
        if all(reachable(han, meter) for meter in meters):
            return
        await asyncio.sleep(1)


FAULTS = (
    fault("hub-counter-lost", _lose_counter, _restart_gsme),
    fault("hub-full", _fill_table, _clear_table),
    fault("hub-ages-wrong-child", _age_wrong_child, _age_right_child),
    fault("hub-reflashed", _reflash, _pair_again),
    fault("hub-exchanged", _exchange_hub, _pair_again),
    fault("gsme-exchanged", _exchange_gsme, _register_gsme),
    fault("hub-without-power", _cut_hub_power, _return_hub_power),
)
