"""Commissioning, as far as it shows on the HAN: the head end reads the identity of each device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hanbench.emulator.zcl.clusters import BASIC
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.checks.evidence import Evidence, EvidenceRecorder
from hanbench.harness.checks.han_connectivity import CONTROL_WAIT, HanConnectivityCheck
from hanbench.harness.checks.identity import IDENTITY, ExpectedIdentity
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
        failure = await _unreachable(han, device, check)
        if failure is not None:
            return Commissioning(asked, False, failure)
    return Commissioning(asked, True, frames=(first, han.medium.frames))


async def _unreachable(han: Han, device: MeterRole, check: HanConnectivityCheck) -> str | None:
    """Return the reason why a device cannot be commissioned; None if it answers."""
    gas = device is MeterRole.GSME
    wait = CONTROL_WAIT + (check.sleep_allowance(han) if gas else 0)
    ieee = (han.settings.gsme if gas else han.settings.esme).ieee
    answer = await han.head_end.read(ieee, BASIC.id, IDENTITY, timeout=wait)
    if not answer.delivered:
        return "the WAN failed"
    if answer.reply is None or not answer.reply.ok:
        return f"the {device.value.upper()} did not answer"
    other = ExpectedIdentity.of(han, device.value).difference(BASIC.id, answer.reply, proven=False)
    return None if other is None else f"the {device.value.upper()} answered {other}"
