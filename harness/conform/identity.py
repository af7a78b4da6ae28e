"""The identity of a device under test, on a bench of its own."""

from __future__ import annotations

from hanbench.harness.conform.bench import Setting
from hanbench.harness.conform.case import Begin
from hanbench.harness.conform.kinds import bench_for, tester_for
from hanbench.harness.conform.probe import observe_identity
from hanbench.harness.conform.result import Identity


def identified(setting: Setting) -> Identity:
    """Let a device join, and ask it what it is. Raises UnreachedError and the other errors of a bench."""
    bench = bench_for(setting, f"{setting.seed}/identity")
    try:
        bench.begin(Begin.JOINED)
        found = observe_identity(tester_for(bench))
        return found.identity(setting.kind, setting.choice.text, bench.own.ieee)
    finally:
        bench.close()
