"""A whole HAN in virtual time, what a test does with it, and what the hub asks its devices on behalf of a test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from hanbench.emulator.clock import VirtualClock, run
from hanbench.emulator.devices import AnyDevice
from hanbench.emulator.zcl import Reply
from hanbench.emulator.zcl.cluster import Cluster, ClusterCommand
from hanbench.emulator.zcl.smart_energy import SmartEnergyEra
from hanbench.harness.capture import keyfile, recording
from hanbench.harness.case.check import HanCheck
from hanbench.harness.checks import HanConnectivityCheck
from hanbench.harness.han.formation import form
from hanbench.harness.han.han import METERS_AND_HUB, Han
from hanbench.harness.han.head_end import called_back
from hanbench.harness.han.installed import install
from hanbench.harness.han.settings import HanSettings, settings_for
from hanbench.profiles.cohorts import household
from hanbench.profiles.rulesets import Cohort

START = datetime(2022, 4, 4, tzinfo=UTC)
BEHIND_A_REPEATER = {"repeater": (8.0, 2.0), "gsme": (16.0, 0.0)}
"""Metres, as in profiles/benches/repeater.toml, whose gas meter hears the repeater alone."""
WALLS_DB = 40

T = TypeVar("T")


def home_settings(
    cohort: Cohort = Cohort.IOC,
    *,
    seed: str = "1",
    slow_background: bool = True,
    eras: Mapping[str, SmartEnergyEra] | None = None,
    channel: int | None = None,
) -> HanSettings:
    """The home of a cohort.

    `eras`: by role, the Smart Energy era of devices where it is not their profile's.
    `channel`: the only one that the hub uses.
    """
    settings = settings_for(household(cohort), seed=seed, slow_background=slow_background)
    changed: dict[str, Any] = {role: replace(settings.of(role), smart_energy=era) for role, era in (eras or {}).items()}
    settings = replace(settings, **changed)
    if channel is None:
        return settings
    return replace(settings, hub=replace(settings.hub, network=replace(settings.hub.network, channels=(channel,))))


def run_on_han(
    scenario: Callable[[Han], Coroutine[Any, Any, T]],
    *,
    seed: str,
    settings: HanSettings | None = None,
    display: bool = False,
    repeater: bool = False,
    formed: bool = False,
    settle: float = 60,
    start: datetime = START,
    capture: Path | None = None,
) -> T:
    """Run `scenario` on a HAN, and return its result.

    :param settings: of the home; by default one of IOC that is quiet in the background.
    :param repeater: The gas meter is out of range of the hub, and a repeater stands between them.
    :param formed: The HAN is newly formed on the air. Otherwise it was installed long ago.
    :param settle: Seconds between that and the scenario.
    :param start: The date at the beginning.
    :param capture: A file for every frame from the first one on; its key file stands beside it.
    """
    clock = VirtualClock()
    settings = settings or home_settings(seed=seed)
    if repeater:
        settings = replace(settings, positions={**settings.positions, **BEHIND_A_REPEATER})
    emulated = (*METERS_AND_HUB, *(("repeater",) if repeater else ()))
    han = Han(settings, seed=seed, start=start, clock=clock, ihd=display, emulated=emulated)
    if repeater:
        for near in ("hub", "esme"):
            han.air.attenuate(han.radio(near), han.radio("gsme"), WALLS_DB)

    async def whole() -> T:
        if formed:
            await form(han)
        else:
            install(han)
        if settle:
            await asyncio.sleep(settle)
        return await scenario(han)

    with nullcontext() if capture is None else recording(han.medium, capture, epoch=start):
        result = run(clock, whole())
    if capture is not None:
        keyfile.write(keyfile.beside(capture), han.keys)
    return result


async def check_connectivity(han: Han) -> HanCheck:
    """Run a HAN-connectivity check with its default settings."""
    return (await HanConnectivityCheck().run(han)).check


async def read(han: Han, device: AnyDevice, cluster: Cluster, *attributes: int, secured: bool = False) -> Reply:
    """Let the hub read attributes of a device on its metering endpoint."""
    short = _short_of(han, device)
    reply: Reply = await called_back(
        lambda done: han.hub.endpoint.read(short, 1, cluster.id, attributes, done, secured=secured)
    )
    return reply


async def command(han: Han, device: AnyDevice, cluster: Cluster, request: ClusterCommand) -> Reply:
    """Let the hub send a command to a device, and wait for the answer."""
    short = _short_of(han, device)
    reply: Reply = await called_back(lambda done: han.hub.endpoint.command(short, 1, cluster.id, request, done))
    return reply


def _short_of(han: Han, device: AnyDevice) -> int:
    short = han.hub.short_of(device.storage.ieee)
    assert short is not None, f"the {device.name} is not in the hub's device table"
    return short
