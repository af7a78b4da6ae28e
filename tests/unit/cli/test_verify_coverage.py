"""What `hanbench verify` says about its own reach: properties with something to judge, put to the test, violated."""

from __future__ import annotations

import json

import pytest

from hanbench.harness.campaign.matrix import matrix
from hanbench.harness.cli import verify as command
from hanbench.harness.oracle import PROPERTIES

HEALTHY = "ioc.dormant.tmad-v19.healthy.consent"
DEAD = "ioc.dormant.tmad-v19.battery-dead.consent"


@pytest.fixture
def verify(hanbench, tmp_path):
    def run(*options, name="out"):
        outcome = hanbench("verify", "--jobs", "1", "--out", str(tmp_path / name), *options)
        return outcome, json.loads((tmp_path / name / "report.json").read_text())

    return run


@pytest.fixture
def small(monkeypatch):
    """A suite in which the gas meter is always well: most properties are never tested."""
    few = [each for each in matrix() if each.id == HEALTHY]
    monkeypatch.setattr(command, "suite", lambda *_: few)


def covered(report):
    return {each["property"]: (each["evaluated"], each["interesting"], each["violated"]) for each in report["coverage"]}


def test_the_report_counts_the_cases_that_tested_each_property(verify):
    outcome, report = verify("--case", DEAD, "--case", HEALTHY)
    found = covered(report)
    assert list(found) == [each.id for each in PROPERTIES]
    assert found["pass-leads-to-migration"] == (2, 1, 0)  # one gas meter passes
    assert found["count"] == (1, 1, 0)  # the other fails
    assert found["steady"] == (2, 2, 0)
    evaluated, interesting = (sum(each[part] > 0 for each in found.values()) for part in (0, 1))
    assert (
        f"Of {len(PROPERTIES)} properties, {evaluated} had something to judge, {interesting} were put to the test "
        "(a controller that breaks them would have been seen), 0 were violated.\n"
    ) in outcome.out


def test_a_part_of_the_suite_need_not_test_everything(verify):
    outcome, report = verify("--case", HEALTHY)
    assert outcome.status == 0
    assert covered(report)["consent"] == (0, 0, 0)


def test_a_whole_suite_that_leaves_a_property_untested_is_a_fault_of_hanbench(verify, small):
    outcome, _ = verify()
    assert outcome.status == 4
    assert "hanbench itself failed: no case put consent to the test\n" in outcome.err
    assert "put pass-leads-to-migration to the test\n" not in outcome.err


def test_a_controller_that_fails_is_judged_all_the_same(verify, small):
    outcome, _ = verify("--controller", "wrong:migrates-blind")
    assert outcome.status == 1
    assert "hanbench itself failed" not in outcome.err


def test_shards_together_cover_what_the_whole_does(verify, hanbench, tmp_path):
    cases = ("--case", DEAD, "--case", HEALTHY)
    _, whole = verify(*cases)
    for number in (1, 2):
        verify(*cases, "--shard", f"{number}/2", name=f"shard-{number}")
    folders = [str(tmp_path / f"shard-{number}") for number in (1, 2)]
    joined = tmp_path / "joined"
    assert hanbench("report", "merge", *folders, "--out", str(joined)).status == 0
    assert json.loads((joined / "report.json").read_text())["coverage"] == whole["coverage"]
