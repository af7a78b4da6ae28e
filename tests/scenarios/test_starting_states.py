"""Both starting states of a HAN reach the same tables: one is written down, the other comes to be on the air."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from hanbench.emulator.clock import VirtualClock, run
from hanbench.emulator.zigbee.storage import KeyOrigin
from hanbench.harness.case.check import Verdict
from hanbench.harness.checks import HanConnectivityCheck
from hanbench.harness.han.formation import form
from hanbench.harness.han.han import Han
from hanbench.harness.han.installed import install
from hanbench.harness.han.settings import settings_for
from hanbench.profiles.cohorts import household
from hanbench.profiles.rulesets import Cohort

START = datetime(2022, 4, 4, tzinfo=UTC)
SETTLED = 120
"""Seconds after which nothing of formation is under way."""


def tables(han: Han) -> dict[str, dict[str, Any]]:
    """Every table of every device, with names for addresses and for whom a key is shared with; no counters."""
    names = {device.settings.ieee: device.name for device in han.devices}
    shorts = {device.storage.network.short: device.name for device in han.devices} | {0xFFFF: "nobody"}
    found: dict[str, dict[str, Any]] = {}
    for device in han.devices:
        flash, network = device.storage, device.storage.network
        found[device.name] = {
            "network": (network.pan_id, network.extended_pan_id, network.channel, network.depth, network.update_id),
            "parent": shorts[network.parent],
            "trust center": names[network.trust_center],
            "network keys": {n: key == han.hub.storage.network_keys[n] for n, key in flash.network_keys.items()},
            "active key": flash.active_key,
            "link keys": {
                names[partner]: (link.origin, _other_end(han, device.settings.ieee, partner) == link.key)
                for partner, link in flash.link_keys.items()
            },
            "children": {
                shorts[short]: (names[child.ieee], child.rx_on, child.router, child.timeout, child.authenticated)
                for short, child in flash.children.items()
            },
            "addresses": {names[ieee]: shorts[short] for ieee, short in flash.short_addresses.items()},
            "bindings": flash.bindings,
        }
    found["hub"]["mirrors"] = {names[i]: endpoint for i, endpoint in han.hub.flash.mirrors.items()}
    found["hub"]["device table"] = {
        names[i]: (names[entry.ieee], shorts[entry.short], entry.sleeps) for i, entry in han.hub.flash.devices.items()
    }
    for meter in (han.esme, han.gsme):
        found[meter.name]["application"] = replace(meter.flash, register=None)
    return found


def _other_end(han: Han, ieee: int, partner: int) -> bytes:
    other = next(device for device in han.devices if device.settings.ieee == partner)
    return other.storage.link_keys[ieee].key


def played(cohort: Cohort, *, new: bool, display: bool) -> tuple[dict[str, dict[str, Any]], Verdict, Han]:
    clock = VirtualClock()
    settings = settings_for(household(cohort), slow_background=True)
    han = Han(settings, seed=f"{cohort}-{new}", start=START, clock=clock, ihd=display)

    async def story() -> tuple[dict[str, dict[str, Any]], Verdict]:
        if new:
            await form(han)
        else:
            install(han)
        await asyncio.sleep(SETTLED)
        found = tables(han)
        return found, (await HanConnectivityCheck().run(han)).verdict

    found, verdict = run(clock, story())
    return found, verdict, han


@pytest.mark.parametrize("display", [False, True], ids=["meters", "meters and display"])
@pytest.mark.parametrize("cohort", [Cohort.IOC, Cohort.MOC_SECURE], ids=lambda cohort: cohort.value)
def test_an_installed_han_has_the_tables_of_one_that_formed_on_the_air(cohort: Cohort, display: bool) -> None:
    formed, formed_verdict, _ = played(cohort, new=True, display=display)
    written, written_verdict, _ = played(cohort, new=False, display=display)
    for name, found in written.items():
        # Whose announcement a device has heard depends on who was there first; the hub hears them all.
        known = formed[name].pop("addresses")
        assert known.items() <= found.pop("addresses").items()
    assert written == formed
    assert formed_verdict is written_verdict is Verdict.PASS


def test_an_installed_han_is_there_at_once_and_costs_few_frames() -> None:
    _, _, formed = played(Cohort.IOC, new=True, display=False)
    _, _, written = played(Cohort.IOC, new=False, display=False)
    assert written.air.frames < formed.air.frames / 2
    assert {link.origin for device in written.devices for link in device.storage.link_keys.values()} == {
        KeyOrigin.ESTABLISHED
    }


def test_two_homes_with_other_seeds_share_no_key() -> None:
    homes = [Han(settings_for(household(Cohort.IOC)), seed=seed, start=START) for seed in (1, 2)]
    for han in homes:
        install(han)
    keys = [
        {key for device in han.devices for key in device.storage.network_keys.values()}
        | {link.key for device in han.devices for link in device.storage.link_keys.values()}
        for han in homes
    ]
    assert keys[0].isdisjoint(keys[1])
    assert [len(each) for each in keys] == [3, 3]
