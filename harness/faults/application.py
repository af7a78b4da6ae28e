"""Faults of a meter's long-term operation in its HAN: mirror, keep-alive, clock, PAN ID, battery."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hanbench.harness.faults import site_visit
from hanbench.harness.faults.asleep import asleep
from hanbench.harness.faults.fault import fault
from hanbench.harness.faults.followers import bring_esme_along
from hanbench.harness.han.han import Han

SETTLE = 12
"""Time in which a broadcast reaches all devices and they act on it, seconds."""
DRIFT = 90.0
"""Drift of a clock, seconds a day; a client may be 60 s off after a day."""
JUMP = -86_400
"""A day back, in seconds, so that new readings are older than previous ones."""
DECLINE = (3600, 3 * 3600)
"""Time after which a weak battery slows the meter further, and time until the meter stops; seconds."""


async def _refuse_mirror(han: Han) -> None:
    han.hub.conduct = replace(han.hub.conduct, grants_mirrors=False)
    han.hub.mirrors.close(han.gsme.storage.ieee)
    han.gsme.forget_mirror()


async def _grant_mirror(han: Han) -> None:
    han.hub.conduct = replace(han.hub.conduct, grants_mirrors=han.hub.profile_conduct.grants_mirrors)


async def _wipe_mirror(han: Han) -> None:
    """Lose the mirror and its endpoint: nothing tells the meter, as a hub does that answers for lost mirrors."""
    han.hub.conduct = replace(han.hub.conduct, refuses_lost_reports=False)
    han.hub.mirrors.close(han.gsme.storage.ieee)


async def _ask_again(han: Han) -> None:
    own = han.hub.profile_conduct.refuses_lost_reports
    han.hub.conduct = replace(han.hub.conduct, refuses_lost_reports=own)
    han.gsme.forget_mirror()


async def _ignore_keep_alive(han: Han) -> None:
    han.hub.conduct = replace(han.hub.conduct, answers_keep_alive=False)


async def _answer_keep_alive(han: Han) -> None:
    han.hub.conduct = replace(han.hub.conduct, answers_keep_alive=han.hub.profile_conduct.answers_keep_alive)


async def _drift(han: Han) -> None:
    han.gsme.conduct = replace(han.gsme.conduct, drift=DRIFT, sets_clock=False)


async def _keep_time(han: Han) -> None:
    own = han.gsme.profile_conduct
    han.gsme.conduct = replace(han.gsme.conduct, drift=own.drift, sets_clock=own.sets_clock)


async def _jump(han: Han) -> None:
    """Set the hub's clock wrongly, as the head end may; the meters follow it when they set theirs."""
    han.hub.epoch += JUMP


async def _jump_back(han: Han) -> None:
    han.hub.epoch -= JUMP


async def _change_pan_id(han: Han) -> None:
    """Make the hub change its PAN ID after a conflict while the meter sleeps; the meter does not rejoin."""
    conduct = han.gsme.conduct
    han.gsme.conduct = replace(conduct, join=replace(conduct.join, rejoin=False))
    with asleep(han):
        han.hub.stack.maintenance.change_pan_id()
        await asyncio.sleep(SETTLE)
    await bring_esme_along(han)


async def _drain_battery(han: Han) -> None:
    for seconds in DECLINE:
        han.gsme.drain_battery()
        await asyncio.sleep(seconds)
    han.gsme.power_off()


async def _change_battery(han: Han) -> None:
    han.gsme.power_on()


FAULTS = (
    fault("pan-id-missed", _change_pan_id, site_visit.force_rejoin),
    fault("battery-low", _drain_battery, _change_battery),
    fault("mirror-refused", _refuse_mirror, _grant_mirror),
    fault("mirror-wiped", _wipe_mirror, _ask_again),
    fault("keep-alive-ignored", _ignore_keep_alive, _answer_keep_alive),
    fault("clock-drift", _drift, _keep_time),
    fault("clock-jump", _jump, _jump_back),
)
