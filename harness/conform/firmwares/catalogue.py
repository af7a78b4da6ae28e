"""All wrong firmwares."""

from __future__ import annotations

from functools import cache

from hanbench.harness.conform.firmwares import (
    attributes,
    changes,
    claims,
    clusters,
    counters,
    descriptors,
    device_profile,
    display,
    general_commands,
    hub_admission,
    hub_counters,
    hub_formation,
    hub_indirect,
    hub_keep_alive,
    hub_mirrors,
    hub_network_key,
    hub_removal,
    hub_time,
    joining,
    key_establishment,
    mirror,
    network_key,
    polling,
    recovery,
    register,
    rejoining,
    reporting,
    robustness,
    safety,
    time,
    tunnels,
    unplanned,
    unplanned_second,
    upgrade,
)
from hanbench.harness.conform.firmwares.model import WrongFirmware

_FILES = (
    claims.WRONG,
    joining.WRONG,
    key_establishment.WRONG,
    counters.WRONG,
    polling.WRONG,
    mirror.WRONG,
    rejoining.WRONG,
    network_key.WRONG,
    changes.WRONG,
    clusters.WRONG,
    attributes.WRONG,
    general_commands.WRONG,
    reporting.WRONG,
    safety.WRONG,
    descriptors.WRONG,
    device_profile.WRONG,
    register.WRONG,
    time.WRONG,
    robustness.WRONG,
    upgrade.WRONG,
    recovery.WRONG,
    display.WRONG,
    tunnels.WRONG,
    hub_formation.WRONG,
    hub_admission.WRONG,
    hub_mirrors.WRONG,
    hub_indirect.WRONG,
    hub_keep_alive.WRONG,
    hub_network_key.WRONG,
    hub_removal.WRONG,
    hub_time.WRONG,
    hub_counters.WRONG,
    unplanned.WRONG,
    unplanned_second.WRONG,
)


@cache
def wrong_firmwares() -> dict[str, WrongFirmware]:
    """Return the wrong firmwares by their id. Raises ValueError if two have the same."""
    found: dict[str, WrongFirmware] = {}
    for firmware in (each for file in _FILES for each in file.listed):
        if firmware.id in found:
            raise ValueError(f"{firmware.id} is there twice")
        found[firmware.id] = firmware
    return found
