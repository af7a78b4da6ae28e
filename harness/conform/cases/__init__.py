"""The cases, an area a file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from hanbench.harness.conform.case import Area, Case
from hanbench.harness.conform.cases import (
    addresses,
    addressing,
    attributes,
    changes,
    choosing,
    claims,
    clusters,
    conduct,
    counters,
    descriptors,
    device_profile,
    display,
    fragments,
    general_commands,
    hub_admission,
    hub_children,
    hub_counters,
    hub_delivery,
    hub_descriptors,
    hub_formation,
    hub_indirect,
    hub_keep_alive,
    hub_key_establishment,
    hub_malformed,
    hub_mirror_contents,
    hub_mirrors,
    hub_network_key,
    hub_rejoins,
    hub_removal,
    hub_routing,
    hub_services,
    hub_tables,
    hub_time,
    hub_window,
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
    reporting,
    robustness,
    safety,
    support_layer,
    time,
    tunnels,
    upgrade,
)

AREAS: tuple[Area, ...] = (
    claims.AREA,
    joining.AREA,
    choosing.AREA,
    key_establishment.AREA,
    key_sessions.AREA,
    counters.AREA,
    polling.AREA,
    parent_timeout.AREA,
    mirror.AREA,
    rejoining.AREA,
    leaving.AREA,
    network_key.AREA,
    key_transport.AREA,
    changes.AREA,
    addresses.AREA,
    clusters.AREA,
    descriptors.AREA,
    mac_layer.AREA,
    network_layer.AREA,
    support_layer.AREA,
    fragments.AREA,
    register.AREA,
    time.AREA,
    robustness.AREA,
    recovery.AREA,
    losses.AREA,
    display.AREA,
    tunnels.AREA,
    hub_formation.AREA,
    hub_admission.AREA,
    hub_mirrors.AREA,
    hub_indirect.AREA,
    hub_keep_alive.AREA,
    hub_network_key.AREA,
    hub_removal.AREA,
    hub_time.AREA,
    hub_counters.AREA,
    hub_children.AREA,
    hub_rejoins.AREA,
    hub_key_establishment.AREA,
    hub_mirror_contents.AREA,
    hub_delivery.AREA,
    hub_descriptors.AREA,
    hub_window.AREA,
    hub_malformed.AREA,
    hub_routing.AREA,
    hub_tables.AREA,
    hub_services.AREA,
    conduct.AREA,
)
FURTHER = (attributes, general_commands, addressing, reporting, safety, device_profile, upgrade)
"""Files with more cases of an area that has grown beyond one file; their `AREA` is that of the first file."""
CASE_SET = "3"
"""Version of the case set: reports name it."""


def every_case() -> Iterator[Case]:
    """Yield all cases, area by area."""
    for area in AREAS:
        yield from sorted(area.cases, key=lambda case: case.id)


@cache
def by_id() -> dict[str, Case]:
    """Return all cases by their id."""
    return {case.id: case for case in every_case()}


def area_of(code: str) -> Area:
    """Return the area of a code. Raises KeyError."""
    return {area.code: area for area in AREAS}[code]
