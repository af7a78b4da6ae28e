"""Faults of what keeps a meter in its HAN over the years: mirror, keep-alive, clock, PAN ID, battery."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hanbench.harness.case.vocabulary import Subject
from hanbench.harness.faults import site_visit as service
from hanbench.harness.faults.fault import Fault
from hanbench.harness.han.han import Han

SETTLE = 12
"""Seconds in which a broadcast has gone through the HAN and those who heard it have acted on it."""
DRIFT = 90.0
"""Seconds a day; a client may be 60 s off after a day."""
JUMP = -86_400
"""Seconds: a day back, across which readings are older than those before them."""
DECLINE = (3600, 3 * 3600)
"""Seconds after which a weak battery slows the meter further, and then silences it."""


async def _refuse_mirror(han: Han) -> None:
    han.hub.conduct = replace(han.hub.conduct, grants_mirrors=False)
    han.hub.mirrors.close(han.gsme.storage.ieee)
    han.gsme.forget_mirror()


async def _grant_mirror(han: Han) -> None:
    han.hub.conduct = replace(han.hub.conduct, grants_mirrors=han.hub.profile_conduct.grants_mirrors)


async def _wipe_mirror(han: Han) -> None:
    han.hub.mirrors.close(han.gsme.storage.ieee)


async def _ask_again(han: Han) -> None:
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
    """A head end has set the hub's clock wrongly; the meters follow it as they set theirs."""
    han.hub.epoch += JUMP


async def _jump_back(han: Han) -> None:
    han.hub.epoch -= JUMP


async def _change_pan_id(han: Han) -> None:
    """Another network has the same PAN ID; the hub moves while the meter sleeps, and the meter looks no further."""
    conduct = han.gsme.conduct
    han.gsme.conduct = replace(conduct, join=replace(conduct.join, rejoin=False))
    radio = han.radio_of("gsme")
    radio.muted, before = True, radio.muted
    han.hub.stack.maintenance.change_pan_id()
    await asyncio.sleep(SETTLE)
    radio.muted = before


async def _drain_battery(han: Han) -> None:
    for seconds in DECLINE:
        han.gsme.drain_battery()
        await asyncio.sleep(seconds)
    han.gsme.power_off()


async def _change_battery(han: Han) -> None:
    han.gsme.power_on()


FAULTS = (
    Fault(
        "pan-id-missed",
        "PAN ID changed while asleep",
        Subject.GSME,
        "NWK",
        "The hub has settled a PAN ID conflict and moved on; the meter calls in the old PAN, and nobody answers.",
        _change_pan_id,
        service.force_rejoin,
    ),
    Fault(
        "battery-low",
        "Battery fading",
        Subject.GSME,
        "power",
        "The meter reports a low battery, wakes less and less often, and then falls silent.",
        _drain_battery,
        _change_battery,
    ),
    Fault(
        "mirror-refused",
        "Mirror refused",
        Subject.GSME,
        "application",
        "The hub has no mirror to give: displays show no gas, while the meter itself answers at its wakes.",
        _refuse_mirror,
        _grant_mirror,
        breaks_reachability=False,
    ),
    Fault(
        "mirror-wiped",
        "Mirror wiped",
        Subject.GSME,
        "application",
        "The hub has lost the mirror, and the meter goes on reporting to an endpoint that is no longer there.",
        _wipe_mirror,
        _ask_again,
        breaks_reachability=False,
    ),
    Fault(
        "keep-alive-ignored",
        "Keep-alive not answered",
        Subject.GSME,
        "application",
        "The meter takes its Trust Centre for lost after three reads without an answer, and rejoins over and over.",
        _ignore_keep_alive,
        _answer_keep_alive,
        breaks_reachability=False,
    ),
    Fault(
        "clock-drift",
        "Clock drifting",
        Subject.GSME,
        "application",
        "The times of the meter's readings run away from the hub's by more than 60 s a day; it never sets its clock.",
        _drift,
        _keep_time,
        breaks_reachability=False,
    ),
    Fault(
        "clock-jump",
        "Clock jumping back",
        Subject.GSME,
        "application",
        "The hub's clock is set back by a day, and the meter's with it: new readings are older than those before them.",
        _jump,
        _jump_back,
        breaks_reachability=False,
    ),
)
