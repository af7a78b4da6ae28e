"""Commissioning, as far as it shows on the HAN: the head end reads the identity and the register of each device.

A device whose register cannot be read has no link key that the hub knows, so the DCC's systems could not use it: it is
not commissioned, though it may answer the read of its identity.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.checks.evidence import Evidence, EvidenceRecorder
from hanbench.harness.checks.han_connectivity import CONTROL_WAIT, HanConnectivityCheck
from hanbench.harness.checks.reading import read_meter
from hanbench.harness.han.han import Han


class EvidencedCommissioning(NamedTuple):
    """An attempt to commission devices, with the data frames between the hub and the meters meanwhile."""

    commissioning: Commissioning
    evidence: tuple[Evidence, ...]


async def commission(han: Han, devices: Sequence[MeterRole], check: HanConnectivityCheck) -> EvidencedCommissioning:
    """Commission `devices`, all or none. The settings of `check` set the time-out for a sleeping gas meter."""
    with EvidenceRecorder(han.medium, han.role_of) as recorder:
        ended = await _commission(han, tuple(devices), check)
    return EvidencedCommissioning(ended, tuple(recorder.seen))


async def _commission(han: Han, asked: tuple[MeterRole, ...], check: HanConnectivityCheck) -> Commissioning:
    if han.health.failure is not None:
        return Commissioning(asked, False, f"the bench itself has failed: {han.health.failure}")
    first = han.medium.frames + 1
    for device in asked:
        failure = await _failure(han, device, check)
        if failure is not None:
            return Commissioning(asked, False, failure)
    return Commissioning(asked, True, frames=(first, han.medium.frames))


async def _failure(han: Han, device: MeterRole, check: HanConnectivityCheck) -> str | None:
    """Return the reason why a device cannot be commissioned; None if it answers."""
    gas = device is MeterRole.GSME
    found = await read_meter(han, device.value, CONTROL_WAIT + (check.sleep_allowance(han) if gas else 0))
    return found.shortfall if found.delivered else "the WAN failed"
