"""Conduct of firmware: a frozen value that faults replace, and that healing and a restart put back."""

from __future__ import annotations

import asyncio
from dataclasses import FrozenInstanceError, replace
from functools import partial

import pytest

from hanbench.emulator.zcl.clusters.event_ids import POWER_LOSS
from hanbench.harness.case.check import Subject
from hanbench.harness.faults import FAULTS
from tests.support.han import run_on_han

on_han = partial(run_on_han, seed="conduct")

OF_THE_GAS_METER = [name for name, fault in FAULTS.items() if fault.subject is Subject.GSME and fault.needs is None]
REPLACE_CONDUCT = {
    "aged-out",
    "aps-counter-reset",
    "battery-low",
    "certificate-expired",
    "clock-drift",
    "firmware-hung",
    "flapping",
    "hub-ages-wrong-child",
    "hub-full",
    "hub-restored",
    "keep-alive-ignored",
    "mirror-refused",
    "mirror-wiped",
    "network-key-lost",
    "no-resources",
    "pan-id-missed",
    "stale-link-key",
    "trust-center-swapped",
    "wrong-channel",
}


def of_profile(han):
    return han.hub.conduct == han.hub.profile_conduct and han.gsme.conduct == han.gsme.profile_conduct


@pytest.mark.parametrize("name", OF_THE_GAS_METER)
def test_a_fault_replaces_conduct_and_healing_puts_the_profiles_own_back(name):
    async def scenario(han):
        assert of_profile(han)
        await FAULTS[name].inject(han)
        assert of_profile(han) is (name not in REPLACE_CONDUCT)
        await FAULTS[name].heal(han)
        assert of_profile(han)

    on_han(scenario)


def test_conduct_cannot_be_changed_in_place():
    async def scenario(han):
        with pytest.raises(FrozenInstanceError):
            han.gsme.conduct.wakes = False

    on_han(scenario)


def test_a_restart_puts_everything_back_but_the_drift_of_the_crystal():
    async def scenario(han):
        gsme = han.gsme
        gsme.conduct = replace(gsme.conduct, wakes=False, sets_clock=False, renews_keys=False, drift=90.0)
        gsme.power_off()
        gsme.power_on()
        assert gsme.conduct == replace(gsme.profile_conduct, drift=90.0)

    on_han(scenario)


def test_how_a_device_looks_for_its_network_changes_at_once():
    async def scenario(han):
        gsme = han.gsme
        assert gsme.stack.joiner.policy == gsme.settings.node.join
        gsme.conduct = replace(gsme.conduct, join=replace(gsme.conduct.join, rejoin=False))
        assert gsme.stack.joiner.policy.rejoin is False

    on_han(scenario)


def test_the_applications_flash_outlives_a_power_cut():
    async def scenario(han):
        await asyncio.sleep(3600)
        register, mirror = han.gsme.flash.register, han.gsme.flash.mirror
        devices, mirrors = dict(han.hub.flash.devices), dict(han.hub.flash.mirrors)
        assert mirrors == {han.gsme.storage.ieee: mirror}
        for device in han.devices:
            device.power_off()
            device.power_on()
        assert (han.gsme.flash.register, han.gsme.flash.mirror) == (register, mirror)
        assert (han.hub.flash.devices, han.hub.flash.mirrors) == (devices, mirrors)
        assert [event.id for event in han.gsme.flash.events.logged] == [POWER_LOSS]

    on_han(scenario)
