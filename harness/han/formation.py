"""Formation of a HAN on the air: the hub forms a network, and one device after another joins it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hanbench.emulator.devices import AnyJoiningDevice
from hanbench.emulator.devices.gsme import MirrorState
from hanbench.emulator.devices.settings import DeviceSettings
from hanbench.emulator.zigbee.nwk.formation import Formation
from hanbench.harness.han.han import Han
from hanbench.harness.han.head_end import called_back
from hanbench.harness.han.network_events import formation_in_words

PERMIT_SECONDS = 254
JOIN_ATTEMPTS = 5
"""Attempts of a device at its own HAN."""
ELSEWHERE = 60
"""Attempts at other open HANs in range, which the device cannot tell from its own before they have refused it."""
MIRROR_WAIT = 120
"""Time in which a gas meter gets its mirror after joining, seconds."""
PHYSICAL_WAIT = 900
"""Time in which a physical device must join, seconds: a user has to go there and press its button."""
LOOK_EVERY = 5
"""Interval between attempts of a device to find an open foreign network, seconds."""
STAGGER = 5
"""Interval between the first attempts of two devices at a foreign network, seconds: as if installed one by one."""


class FormationError(RuntimeError):
    """A healthy HAN did not form: a fault of the bench, or of its layout."""


async def form(han: Han) -> None:
    """Bring the HAN up on the air: form, join every device by its install code, set up the mirror.

    What is in the flash of a device already goes on: a hub with its network, a device as a member of it. Without an
    emulated hub, each device searches for a foreign network until one lets it join. Raises FormationError.
    """
    if not han.emulates("hub"):
        devices = han.joining_devices
        starts = range(0, STAGGER * len(devices), STAGGER)
        await asyncio.gather(*(_find_network(han, each, start) for each, start in zip(devices, starts, strict=True)))
        return
    han.hub.power_on()
    if han.hub.storage.network is None:
        formation: Formation = await called_back(han.hub.form)
        for sentence in formation_in_words(formation, han.hub.extended_pan_id):
            han.on_event(f"hub: {sentence}")
    for device in han.joining_devices:
        if _goes_on(han, device):
            continue
        _preauthorise(han, device.settings)
        han.hub.permit_join(PERMIT_SECONDS)
        device.power_on()
        await join(han, device)
        han.on_progress(f"{device.name} has joined")
    for role in han.physical:
        if han.settings.of(role).ieee in han.hub.device_table:
            han.on_progress(f"the hub knows the {role}: it need not join again")
        else:
            await _await_physical(han, role)
    if han.emulates("gsme"):
        await _until(lambda: han.gsme.mirror_state is MirrorState.MIRRORED, MIRROR_WAIT, "no mirror")
    han.hub.permit_join(0)
    await asyncio.sleep(1)


def _goes_on(han: Han, device: AnyJoiningDevice) -> bool:
    """Give a device power if its flash knows a network; return whether it does."""
    network = device.storage.network
    if network is None:
        return False
    device.power_on()
    han.on_progress(f"{device.name} goes on in PAN {network.pan_id:#06x}")
    return True


async def join(han: Han, device: AnyJoiningDevice) -> None:
    """Make a device join that the hub has preauthorised, while the HAN is open. Raises FormationError.

    A hub that is not emulated is not known: each network that is there may be its own.
    """
    joiner, hub = device.stack.joiner, han.hub if han.emulates("hub") else None
    own = None if hub is None else hub.stack.nwk.network.extended_pan_id
    here = elsewhere = 0
    while here < JOIN_ATTEMPTS and elsewhere < ELSEWHERE:
        if await called_back(joiner.join):
            return
        if joiner.tried in (None, own):
            here += 1
        else:
            elsewhere += 1
            han.on_event(f"{device.name}: extended PAN {joiner.tried:016x} did not take it")
        if han.repeater is not None and hub is not None:
            # The broadcast that opens the HAN is not acknowledged, and the repeater may have missed it.
            hub.permit_join(PERMIT_SECONDS)
        await asyncio.sleep(1)
    other = f", nor in {elsewhere} at other HANs in range" if elsewhere else ""
    raise FormationError(f"{device.name} did not join in {here} attempts{other}")


def _preauthorise(han: Han, settings: DeviceSettings) -> None:
    han.hub.preauthorise(settings.ieee, settings.joining_key)


async def _find_network(han: Han, device: AnyJoiningDevice, start: int) -> None:
    """From `start` (seconds) on, search for a network until one lets the device join, without a time-out."""
    await asyncio.sleep(start)
    if _goes_on(han, device):
        return
    device.power_on()
    han.on_progress(f"{device.name} searches for an open network")
    while not await called_back(device.stack.joiner.join):
        await asyncio.sleep(LOOK_EVERY)
    han.on_progress(f"{device.name} has joined PAN {device.stack.nwk.network.pan_id:#06x}")


async def _await_physical(han: Han, role: str) -> None:
    settings = han.settings.of(role)
    _preauthorise(han, settings)
    han.on_progress(f"waiting for the {role} {settings.ieee:016x}: let it join now")
    for second in range(PHYSICAL_WAIT):
        if settings.ieee in han.hub.device_table:
            han.on_progress(f"{role} has joined")
            return
        if second % (PERMIT_SECONDS - 14) == 0:
            han.hub.permit_join(PERMIT_SECONDS)
        await asyncio.sleep(1)
    raise FormationError(f"the {role} {settings.ieee:016x} did not join in {PHYSICAL_WAIT} s")


async def _until(condition: Callable[[], bool], seconds: int, otherwise: str) -> None:
    for _ in range(seconds):
        if condition():
            return
        await asyncio.sleep(1)
    raise FormationError(otherwise)
