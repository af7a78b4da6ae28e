"""Faults of firmware, keys, tables and channels."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hanbench.emulator.zigbee.storage import COUNTER_STRIDE, Counter
from hanbench.harness.case.vocabulary import Subject
from hanbench.harness.faults import site_visit as service
from hanbench.harness.faults.fault import Fault
from hanbench.harness.han.han import Han

SETTLE = 12
"""Seconds in which a broadcast has gone through the HAN and those who heard it have acted on it."""
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
    """The hub changes the network key twice while the meter sleeps, and its firmware knows no Trust Centre rejoin."""
    trust_center = han.hub.stack.trust_center
    assert trust_center is not None
    conduct = han.gsme.conduct
    han.gsme.conduct = replace(conduct, join=replace(conduct.join, trust_center_rejoin=False))
    radio = han.radio_of("gsme")
    radio.muted, before = True, radio.muted
    for _ in range(ROTATIONS):
        trust_center.distribute()
        await asyncio.sleep(SETTLE)
        trust_center.switch()
        await asyncio.sleep(SETTLE)
    radio.muted = before


async def _reset_counter(han: Han) -> None:
    """A battery change lost the counters; the hub remembers years of frames."""
    hubs, ieee = han.hub.stack.nwk.security, han.settings.gsme.ieee
    if hubs.expected(hubs.active_sequence, ieee) < YEARS_OF_FRAMES:
        hubs.fresh(hubs.active_sequence, ieee, YEARS_OF_FRAMES)
    han.gsme.storage.nwk_counter = Counter(0, COUNTER_STRIDE)


async def _accept_counter(han: Han) -> None:
    """The hub is told to take the meter's counter as it is."""
    han.hub.stack.nwk.security.forget(han.settings.gsme.ieee)
    await service.force_rejoin(han)


async def _age_out(han: Han) -> None:
    """The hub has dropped its child for want of polls, and the meter's firmware does not rejoin."""
    conduct = han.gsme.conduct
    han.gsme.conduct = replace(conduct, join=replace(conduct.join, rejoin=False))
    parent = han.hub.stack.parent
    child = parent.by_ieee(han.settings.gsme.ieee) if parent is not None else None
    if parent is not None and child is not None:
        parent.remove(child.short)


async def _hop(han: Han) -> None:
    """The hub moves to another channel; the meter sleeps through it, and looks on its old channel only."""
    conduct = han.gsme.conduct
    han.gsme.conduct = replace(conduct, join=replace(conduct.join, other_channels=False))
    now = han.hub.stack.nwk.network.channel
    han.hub.change_channel(next(channel for channel in HOPS if channel != now))
    await asyncio.sleep(SETTLE)


async def _forget(han: Han) -> None:
    han.hub.forget(han.settings.gsme.ieee)


async def _remember(han: Han) -> None:
    """The meter is reset, and paired with the hub again."""
    await service.reset(han)
    await service.pair(han)


async def _sleep_through(han: Han) -> None:
    han.gsme.conduct = replace(han.gsme.conduct, wakes=False)


async def _answer_again(han: Han) -> None:
    han.gsme.conduct = replace(han.gsme.conduct, wakes=han.gsme.profile_conduct.wakes)


FAULTS = (
    Fault(
        "firmware-hung",
        "Firmware hung",
        Subject.GSME,
        "application",
        "The meter still polls and its radio acknowledges, but nothing above the MAC answers.",
        _hang,
        _restart,
    ),
    Fault(
        "network-key-lost",
        "Network key lost",
        Subject.GSME,
        "NWK security",
        "The hub changed the network key twice while the meter slept; it polls, and understands nothing it gets.",
        _miss_two_rotations,
        service.force_rejoin,
    ),
    Fault(
        "frame-counter-reset",
        "Frame counter reset",
        Subject.GSME,
        "NWK security",
        "The meter counts its frames from 0 again; the hub acknowledges them at the MAC and drops them as replays.",
        _reset_counter,
        _accept_counter,
    ),
    Fault(
        "aged-out",
        "Aged out and not rejoining",
        Subject.GSME,
        "NWK child table",
        "The hub dropped the meter from its child table; told to rejoin, the meter does not.",
        _age_out,
        service.force_rejoin,
    ),
    Fault(
        "wrong-channel",
        "Wrong channel",
        Subject.GSME,
        "NWK",
        "The hub moved to another channel while the meter slept; the meter calls on the old one.",
        _hop,
        service.force_rejoin,
    ),
    Fault(
        "hub-entry-lost",
        "Hub lost the meter's entry",
        Subject.GSME,
        "Trust Centre",
        "The meter calls and the hub does not know it: no entry, no key, no mirror.",
        _forget,
        _remember,
    ),
    Fault(
        "flapping",
        "Flapping",
        Subject.GSME,
        "application",
        "The meter answers at some attempts and sleeps through others.",
        _sleep_through,
        _answer_again,
    ),
)
