"""The cases, an area a file."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from hanbench.harness.conform.case import Area, Case
from hanbench.harness.conform.cases import (
    addressing,
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
    upgrade,
)

AREAS: tuple[Area, ...] = (
    claims.AREA,
    joining.AREA,
    key_establishment.AREA,
    counters.AREA,
    polling.AREA,
    mirror.AREA,
    rejoining.AREA,
    network_key.AREA,
    changes.AREA,
    clusters.AREA,
    descriptors.AREA,
    register.AREA,
    time.AREA,
    robustness.AREA,
    recovery.AREA,
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
)
FURTHER = (attributes, general_commands, addressing, reporting, safety, device_profile, upgrade)
"""Files with more cases of an area that has grown beyond one file; their `AREA` is that of the first file."""
CASE_SET = "2"
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
