"""A case is played twice: the first answers stand, and answers that change are a violation of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanbench.harness.campaign import Campaign, Result, execute, matrix

CASES = [one for one in matrix() if one.id.startswith("ioc.dormant.tmad-v19.battery-dead.")]

WRONG_AT_FIRST = """
from hanbench.harness.case.vocabulary import Close, InstallationLoaded, Outcome
from hanbench.harness.controllers.reference import Reference

played = set()


class Flaky(Reference):
    hasty = False

    def handle(self, event, now):
        if isinstance(event, InstallationLoaded):
            self.hasty = event.installation.id not in played
            played.add(event.installation.id)
            if self.hasty:
                return [Close(Outcome.MIGRATE_ESME_ONLY)]
        return [] if self.hasty else super().handle(event, now)
"""
COUNTS_CASES = """
from hanbench.harness.case.vocabulary import InstallationLoaded
from hanbench.harness.controllers.reference import Reference

cases = []


class Tired(Reference):
    def handle(self, event, now):
        if isinstance(event, InstallationLoaded):
            cases.append(event)
        return [] if len(cases) == 12 else super().handle(event, now)
"""


@pytest.fixture
def result_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def play(name: str, text: str, kind: str):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        found = [result for _, result in execute(CASES, Campaign("1", f"{name}:{kind}"))]
        assert all(isinstance(result, Result) for result in found)
        return [result.report for result in found]

    return play


def test_the_first_answer_stands_and_the_second_is_compared(result_of):
    for report in result_of("flaky_at_first", WRONG_AT_FIRST, "Flaky"):
        assert report.decision.value == "migrate-esme-only"
        (violation,) = [each for each in report.violations if each.property == "steady"]
        assert violation.text.startswith("answered installation-loaded at 2022-04-04 08:00:00")
        assert "migrate-esme-only" in violation.text
        assert not report.as_expected


def test_a_state_that_outlives_a_case_is_found(result_of):
    assert len(CASES) < 12 <= 2 * len(CASES)
    reports = result_of("tired_of_cases", COUNTS_CASES, "Tired")
    assert [each.property for report in reports for each in report.violations] == ["steady"]


def test_the_reference_answers_the_same_twice():
    assert all(result.report.as_expected for _, result in execute(CASES, Campaign("1")))
