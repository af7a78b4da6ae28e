"""From a bench file to a HAN: settings, radios, dongles, obstacles and a clock, put together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from emulator.clock import SECOND, PacedClock, VirtualClock
from emulator.devices.settings import DeviceSettings, GsmeSettings
from emulator.zigbee.security.install_code import InstallCode
from harness.build import HanSettings, settings_for
from harness.faults import FAULTS
from harness.han import Han
from harness.identities import Credentials
from harness.installed import install
from harness.radios import Radios, Wiring
from profiles.benches import PLACES, VIRTUAL, WELL_KNOWN, Beginning, Bench, Node, RadioKind
from profiles.cohorts import household, household_of
from profiles.errors import ProfileError


def clock_for(bench: Bench, speed: float | str | None = None, *, real_time: bool = False) -> VirtualClock:
    """The clock of a bench; `speed` takes the place of the file's. `real_time`: people or programs look on."""
    chosen = bench.speed if speed is None else speed
    if chosen is None:
        chosen = 1.0 if bench.real_time or real_time else VIRTUAL
    if isinstance(chosen, str):
        return VirtualClock()
    return PacedClock(chosen)


def assemble(
    bench: Bench,
    path: str,
    *,
    clock: VirtualClock,
    start: datetime | None = None,
    seed: str | None = None,
    quiet: bool = False,
    credentials: Credentials | None = None,
) -> Han:
    """The HAN of `bench`, read from the file `path`; no device has power yet. Raises ProfileError."""
    seed = bench.seed if seed is None else seed
    for index, name in enumerate(bench.faults):
        if name not in FAULTS:
            raise ProfileError(path, f"found {name!r}; expected one of {', '.join(FAULTS)}", f"faults[{index}]")
    settings = _settings(bench, path, quiet, credentials)
    wiring = {
        place: Wiring(node.url, node.baud, node.rtscts)
        for place, node in bench.present.items()
        if node.url.kind is not RadioKind.PHYSICAL
    }
    radios = Radios(clock, seed, wiring)
    han = Han(
        settings,
        seed=seed,
        start=start or datetime.now(UTC),
        clock=clock,
        ours=bench.ours,
        physical=bench.physical,
        radios=radios,
    )
    for name, spare in bench.dongles.items():
        radios.offer(name, Wiring(spare.url, spare.baud), spare.position_m)
    for link in bench.links:
        one, other = (radios.on_air(name) for name in link.between)
        han.air.attenuate(one, other, link.attenuation_db)
    return han


async def begin(han: Han, bench: Bench) -> None:
    """Give the devices power, let them come together as the file says, and break what it says is broken.

    The radios are ready by now.
    """
    if bench.starts is Beginning.INSTALLED:
        install(han)
    else:
        await han.form()
    for name in bench.faults:
        await FAULTS[name].inject(han)


def _settings(bench: Bench, path: str, quiet: bool, credentials: Credentials | None) -> HanSettings:
    profiles = {place: node.profile for place, node in bench.present.items() if node.profile is not None}
    home = household_of(bench.cohort, profiles, path) if profiles else household(bench.cohort)
    made = settings_for(home, quiet=quiet, credentials=credentials)
    changed: dict[str, Any] = {"positions": dict(made.positions)}
    for place in PLACES:
        node = bench.present.get(place)
        if node is not None:
            changed[place] = _device(getattr(made, place), node, path, f"nodes.{place}")
            if node.position_m is not None:
                changed["positions"][place] = node.position_m
    return replace(made, **changed)


def _device(settings: DeviceSettings, node: Node, path: str, key: str) -> DeviceSettings:
    changed: dict[str, Any] = {}
    if node.ieee is not None:
        changed["ieee"] = int(node.ieee, 16)
    if node.install_code == WELL_KNOWN:
        changed["install_code"] = b""
    elif node.install_code is not None:
        try:
            changed["install_code"] = InstallCode(bytes.fromhex(node.install_code)).octets
        except ValueError as error:
            raise ProfileError(path, str(error), f"{key}.install_code") from None
    if node.wake_interval_s is not None:
        if not isinstance(settings, GsmeSettings):
            raise ProfileError(path, "expected for the gsme alone: nobody else sleeps", f"{key}.wake_interval_s")
        changed["wake_interval"] = int(node.wake_interval_s * SECOND)
    return replace(settings, **changed) if changed else settings
