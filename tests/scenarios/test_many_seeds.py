"""A thousand seeds of the reference controller on emulated HANs, over the whole suite, without one violation.

By default a tenth of them; HANBENCH_LONG=1, which CI sets, plays all.
"""

from __future__ import annotations

import os

import pytest

from hanbench.harness.campaign import Campaign, Result, execute, matrix

SEEDS = 1_000
LONG = os.environ.get("HANBENCH_LONG") == "1"
PARTS = 10
STEP = 37


@pytest.mark.parametrize("part", range(PARTS if LONG else 1))
def test_the_reference_controller_is_never_caught(part: int) -> None:
    scenarios = list(matrix())
    each = SEEDS // PARTS
    found = []
    for seed in range(part * each, (part + 1) * each):
        # A step that has no factor in common with their number leads through all scenarios.
        scenario = scenarios[seed * STEP % len(scenarios)]
        ((_, result),) = execute([scenario], Campaign(f"seed-{seed}"))
        assert isinstance(result, Result), result
        report = result.report
        if not report.as_expected:
            found.append((seed, report.id, report.decision, report.expected, report.violations))
    assert found == []
