"""What `verify --hold-to` says of violations that rest on less: docs/migration.md has them told."""

from __future__ import annotations

import json

import pytest

CASE = "ioc.dormant.tmad-v19.battery-dead.consent"
GREEN = "Every decision was one that the rules allow."
HURRIES = ("--controller", "wrong:hurries")
"""Breaks `spacing` alone, a choice of hanbench (docs/migration.md, "Wrong controllers")."""


@pytest.fixture
def verify(hanbench, tmp_path):
    return lambda *options: hanbench("verify", "--case", CASE, "--jobs", "1", "--out", str(tmp_path), *options)


def test_a_run_with_weaker_violations_alone_passes_and_tells_them(verify):
    outcome = verify("--hold-to", "stated", *HURRIES)
    assert outcome.status == 0
    assert GREEN not in outcome.out
    assert f"told: {CASE}: spacing: attempt 2 began" in outcome.out
    assert "No violation up to the basis held to (stated)." in outcome.out
    assert "2 violations of a weaker basis than stated: told above, failing nothing." in outcome.out


def test_held_to_all_the_same_violations_fail_and_none_is_told(verify):
    outcome = verify(*HURRIES)
    assert outcome.status == 1
    assert "1 scenario did not go as the rules demand (2 violations)." in outcome.out
    assert "told:" not in outcome.out


def test_a_run_without_any_violation_is_green(verify):
    assert GREEN in verify("--hold-to", "stated").out


def test_the_joined_report_tells_them_too(verify, hanbench, tmp_path):
    verify("--hold-to", "stated", *HURRIES)
    outcome = hanbench("report", "merge", str(tmp_path), "--out", str(tmp_path / "joined"))
    assert outcome.status == 0
    assert f"told: {CASE}: spacing: " in outcome.out
    assert "2 violations of a weaker basis than stated" in outcome.out
    (report,) = json.loads((tmp_path / "joined" / "report.json").read_text())["scenarios"]
    assert report["hold_to"] == "stated"
