"""All samples, by group."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from judging import samples, samples_zcl
from judging.han import Sample

GROUPS: dict[str, Callable[[], Iterator[Sample]]] = {
    "mac": samples.mac_samples,
    "nwk": samples.nwk_samples,
    "aps": samples.aps_samples,
    "zdp": samples.zdp_samples,
    "zcl-general": samples_zcl.general_samples,
    "zcl-commands": samples_zcl.command_samples,
}
