"""Probes of a HAN: each ends in pass, fail or inconclusive, with the frames on which that rests."""

from hanbench.harness.checks.evidence import Evidence, EvidenceRecorder
from hanbench.harness.checks.han_connectivity import CheckResult, HanConnectivityCheck

__all__ = ["CheckResult", "Evidence", "EvidenceRecorder", "HanConnectivityCheck"]
