"""The fault of a repeater: it is unplugged, and its children look for another way into the network."""

from __future__ import annotations

import asyncio

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices import Repeater
from hanbench.emulator.zigbee.nwk.join_states import JoinState
from hanbench.harness.faults.fault import fault
from hanbench.harness.faults.ground_truth import reachable
from hanbench.harness.han.han import Han, NotEmulatedError

LOOK_EVERY = 10
"""Interval between tests whether the gas meter has found another way, seconds."""
LOOKED_IN_VAIN = (JoinState.RESTING, JoinState.STRANDED)
WAKES = 2
"""Wake intervals in which the gas meter finds out that its parent is gone."""


async def _unplug(han: Han) -> None:
    """Cut the repeater's power, and wait until its fate shows: the gas meter has rejoined, or has looked in vain."""
    _repeater(han).power_off()
    await asyncio.sleep(LOOK_EVERY)
    for _ in range(WAKES * han.settings.gsme.wake_interval // (SECOND * LOOK_EVERY)):
        gsme = han.gsme
        if reachable(han, gsme) or not gsme.powered or gsme.stack.joiner.state in LOOKED_IN_VAIN:
            return
        await asyncio.sleep(LOOK_EVERY)


async def _plug_in(han: Han) -> None:
    _repeater(han).power_on()


def _repeater(han: Han) -> Repeater:
    if han.repeater is None:
        raise NotEmulatedError("the repeater does not exist on this bench")
    return han.repeater


FAULTS = (fault("repeater-gone", _unplug, _plug_in),)
