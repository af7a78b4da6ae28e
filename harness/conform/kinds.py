"""The bench and the tester of a kind of device under test."""

from __future__ import annotations

from hanbench.harness.conform.bench import ConformBench, Setting
from hanbench.harness.conform.hub_bench import HubBench
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.tester import Tester


def bench_for(setting: Setting, seed: str) -> ConformBench:
    """Return the bench of one case; `seed` is that of the case. Raises RadioError, ProfileError and DeviceError."""
    return HubBench(setting, seed) if setting.kind == "hub" else ConformBench(setting, seed)


def bench_in_words(setting: Setting) -> str:
    """Return what is around the device under test, in words."""
    if setting.bench is not None:
        return f"{setting.bench.profile.title} ({setting.bench.path})"
    around = "an electricity meter and a gas meter" if setting.kind == "hub" else "a hub"
    return f"{around} of the cohort {setting.cohort.value} on an emulated Air"


def tester_for(bench: ConformBench) -> Tester:
    """Return the tester of a case on a bench."""
    return HubTester(bench) if isinstance(bench, HubBench) else Tester(bench)
