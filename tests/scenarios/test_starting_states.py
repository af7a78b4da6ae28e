"""Both starting states of a HAN reach the same tables: one is written down, the other comes to be on the air."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hanbench.emulator.zigbee.storage import KeyOrigin
from hanbench.harness.case.check import Verdict
from hanbench.harness.han.han import Han
from hanbench.harness.han.installed import install
from hanbench.profiles.rulesets import Cohort
from tests.support.han import START, check_connectivity, home_settings, run_on_han

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


def settled_han(cohort: Cohort, *, new: bool, display: bool) -> tuple[dict[str, dict[str, Any]], Verdict, Han]:
    """The tables of a HAN that has settled, the verdict of a check, and the HAN."""

    async def scenario(han: Han) -> tuple[dict[str, dict[str, Any]], Verdict, Han]:
        return tables(han), (await check_connectivity(han)).verdict, han

    seed, settings = f"{cohort}-{new}", home_settings(cohort)
    return run_on_han(scenario, seed=seed, settings=settings, display=display, formed=new, settle=SETTLED)


@pytest.mark.parametrize("display", [False, True], ids=["meters", "meters and display"])
@pytest.mark.parametrize("cohort", [Cohort.IOC, Cohort.MOC_SECURE], ids=lambda cohort: cohort.value)
def test_an_installed_han_has_the_tables_of_one_that_formed_on_the_air(cohort: Cohort, display: bool) -> None:
    formed, formed_verdict, _ = settled_han(cohort, new=True, display=display)
    written, written_verdict, _ = settled_han(cohort, new=False, display=display)
    for name, found in written.items():
        # Whose announcement a device has heard depends on who was there first; the hub hears them all.
        known = formed[name].pop("addresses")
        assert known.items() <= found.pop("addresses").items()
    assert written == formed
    assert formed_verdict is written_verdict is Verdict.PASS


def test_an_installed_han_is_there_at_once_and_costs_few_frames() -> None:
    _, _, formed = settled_han(Cohort.IOC, new=True, display=False)
    _, _, written = settled_han(Cohort.IOC, new=False, display=False)
    assert written.air.frames < formed.air.frames / 2
    assert {link.origin for device in written.devices for link in device.storage.link_keys.values()} == {
        KeyOrigin.ESTABLISHED
    }


def test_two_homes_with_other_seeds_share_no_key() -> None:
    homes = [Han(home_settings(), seed=seed, start=START) for seed in (1, 2)]
    for han in homes:
        install(han)
    keys = [
        {key for device in han.devices for key in device.storage.network_keys.values()}
        | {link.key for device in han.devices for link in device.storage.link_keys.values()}
        for han in homes
    ]
    assert keys[0].isdisjoint(keys[1])
    assert [len(each) for each in keys] == [3, 3]
