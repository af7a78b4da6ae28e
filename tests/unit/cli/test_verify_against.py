"""`hanbench verify --against`: failures that an earlier run had, and those that are new."""

from __future__ import annotations

import json

import pytest

PATTERN = "ioc.dormant.tmad-v19.battery-dead.*consent"
WRONG = "wrong:two-failures-suffice"
LATER, PAST = "2999-12-31", "2020-01-01"


@pytest.fixture
def verify(hanbench, tmp_path):
    def run(name, controller, *options):
        chosen = ("verify", "--only", PATTERN, "--controller", controller, "--jobs", "1", *options)
        return hanbench(*chosen, "--out", str(tmp_path / name))

    return run


@pytest.fixture
def before(verify, tmp_path):
    """The report of a run in which the wrong controller failed."""
    assert verify("before", WRONG).status == 1
    return str(tmp_path / "before" / "report.json")


def failures(folder):
    return [each["id"] for each in json.loads((folder / "report.json").read_text())["scenarios"] if each["violations"]]


def test_known_failures_are_told_and_tolerated_until_the_date(verify, before, tmp_path):
    outcome = verify("now", WRONG, "--against", before, "--tolerate-until", LATER)
    known = failures(tmp_path / "before")
    assert outcome.status == 0
    assert f"tolerated until {LATER}: {len(known)} that failed before too\nno new failure\n" in outcome.out
    assert failures(tmp_path / "now") == known
    assert not list((tmp_path / "now").glob("*.pcapng"))
    assert f"; {len(known)} of them tolerated." in outcome.out
    assert "again: " not in outcome.out  # what is known is not listed among the failures
    junit = (tmp_path / "now" / "junit.xml").read_text()
    assert junit.count(f'<skipped message="tolerated until {LATER}: ') == len(known)
    assert "<failure" not in junit


@pytest.mark.parametrize("until", [(), ("--tolerate-until", PAST)], ids=["no date", "a day that is over"])
def test_known_failures_fail_without_a_date_that_is_to_come(verify, before, until):
    outcome = verify("now", WRONG, "--against", before, *until, "--json")
    assert outcome.status == 1
    told = json.loads(outcome.out)
    assert told["violations"] > 0
    assert (told["against"]["new"], told["against"]["tolerated"]) == ([], [])
    assert told["against"]["known"]


def test_a_new_failure_fails_and_has_its_name(verify, before, tmp_path):
    verify("right", "reference")
    earlier = str(tmp_path / "right" / "report.json")
    outcome = verify("now", WRONG, "--against", earlier, "--tolerate-until", LATER)
    assert outcome.status == 1
    assert all(f"new failure: {each}\n" in outcome.out for each in failures(tmp_path / "before"))


def test_fail_fast_goes_on_after_a_failure_that_is_tolerated(verify, before):
    outcome = verify("now", WRONG, "--against", before, "--tolerate-until", LATER, "--fail-fast")
    assert outcome.status == 0
    assert "not run" not in outcome.out


def test_a_date_without_an_earlier_run_is_refused(verify):
    outcome = verify("now", "reference", "--tolerate-until", LATER)
    assert (outcome.status, outcome.err.count("\n")) == (3, 1)
    assert "--against" in outcome.err


def test_a_file_that_is_no_report_is_refused_before_anything_is_played(verify, tmp_path):
    (tmp_path / "other.json").write_text("{}")
    outcome = verify("now", "reference", "--against", str(tmp_path / "other.json"))
    assert (outcome.status, outcome.err.count("\n")) == (3, 1)
    assert "other.json" in outcome.err
