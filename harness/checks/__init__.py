"""Checks of a HAN: each ends in pass, fail or inconclusive, with the frames that are its evidence."""

from hanbench.harness.checks.commissioning import EvidencedCommissioning, commission
from hanbench.harness.checks.evidence import Evidence, EvidenceRecorder
from hanbench.harness.checks.han_connectivity import EvidencedCheck, HanConnectivityCheck, never_begun

__all__ = [
    "Evidence",
    "EvidenceRecorder",
    "EvidencedCheck",
    "EvidencedCommissioning",
    "HanConnectivityCheck",
    "commission",
    "never_begun",
]
