"""All wrong firmwares."""

from __future__ import annotations

from functools import cache

from hanbench.harness.conform.firmwares import (
    addresses,
    changes,
    choosing,
    claims,
    clusters,
    conduct,
    counters,
    descriptors,
    fragments,
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
    key_sessions,
    key_transport,
    leaving,
    losses,
    mac_layer,
    mirror,
    network_key,
    network_layer,
    parent_timeout,
    polling,
    recovery,
    register,
    rejoining,
    robustness,
    support_layer,
    time,
    unplanned,
    unplanned_second,
)
from hanbench.harness.conform.firmwares.model import WrongFirmware

_FILES = (
    claims.WRONG,
    joining.WRONG,
    choosing.WRONG,
    key_establishment.WRONG,
    key_sessions.WRONG,
    counters.WRONG,
    polling.WRONG,
    parent_timeout.WRONG,
    mirror.WRONG,
    rejoining.WRONG,
    leaving.WRONG,
    network_key.WRONG,
    key_transport.WRONG,
    changes.WRONG,
    addresses.WRONG,
    clusters.WRONG,
    descriptors.WRONG,
    mac_layer.WRONG,
    network_layer.WRONG,
    support_layer.WRONG,
    fragments.WRONG,
    register.WRONG,
    time.WRONG,
    robustness.WRONG,
    recovery.WRONG,
    losses.WRONG,
    hub_formation.WRONG,
    hub_admission.WRONG,
    hub_mirrors.WRONG,
    hub_indirect.WRONG,
    hub_keep_alive.WRONG,
    hub_network_key.WRONG,
    hub_removal.WRONG,
    hub_time.WRONG,
    hub_counters.WRONG,
    conduct.WRONG,
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
