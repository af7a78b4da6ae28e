"""What a case sees in passing: it is noted there, and told once, by the case of the area AIR that is about it."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from hanbench.harness.conform.cases import by_id, conduct
from hanbench.harness.conform.conduct import judging
from hanbench.harness.conform.conduct.judging import RULES
from hanbench.harness.conform.result import Verdict
from hanbench.harness.conform.runner import Limits, Runner
from hanbench.harness.conform.selftest import choice_of, healthy_setting, try_healthy
from hanbench.harness.frames.names import names
from hanbench.profiles.rulesets import Cohort

FOLDER = Path(judging.__file__).parent
ELSEWHERE = "HB-POLL-01"
ABOUT = "HB-AIR-02"
FIRMWARE = "goes-sixty-hops"


@pytest.fixture
def runner() -> Runner:
    return Runner(replace(healthy_setting(Cohort.IOC), choice=choice_of(FIRMWARE)), Limits())


def test_what_a_case_sees_in_passing_fails_the_case_that_is_about_it(runner, monkeypatch):
    """On the day of its own nothing happens: what it tells is of the case before it."""
    seen = runner.run(by_id()[ELSEWHERE])
    assert seen.verdict is Verdict.PASS
    assert [each.case for each in seen.conduct] == [ABOUT]
    monkeypatch.setattr(Runner, "_run", lambda self, case: replaced_by_pass(case.id, seen))
    told = runner.run(by_id()[ABOUT])
    assert told.verdict is Verdict.FAIL
    assert told.reason == f"in {ELSEWHERE}, the radius is 60"
    assert told.evidence == (seen.conduct[0].frame,)
    assert told.seen_in == ELSEWHERE


def replaced_by_pass(id, result):
    return structs.replace(result, id=id, verdict=Verdict.PASS, conduct=(), evidence=())


def test_a_resumed_run_remembers_what_was_seen(runner):
    seen = Runner(runner._setting, Limits()).run(by_id()[ELSEWHERE])
    runner.remember(seen)
    assert runner._conduct[ABOUT][0] == ELSEWHERE


def test_each_case_of_the_area_has_rules():
    assert {rule.CASE for rule in RULES} == {case.id for case in conduct.AREA.cases}


def test_what_a_healthy_device_does_in_passing_counts(monkeypatch):
    monkeypatch.setattr("hanbench.harness.conform.selftest.device_choice", lambda text: choice_of(FIRMWARE))
    _, failures = try_healthy(("ioc", "gsme", "1"), [by_id()[ELSEWHERE]])
    assert [each.reason for each in failures] == [f"{ABOUT}, in passing: the radius is 60"]


def test_the_names_of_frames_in_the_rules_are_names_of_frames():
    """A name that no frame has would make a rule that never says anything."""
    said = set()
    for path in FOLDER.glob("*.py"):
        tree = ast.parse(path.read_text())
        said |= {each.value for each in ast.walk(tree) if isinstance(each, ast.Constant) and _is_name(each.value)}
    assert said - set(names()) == set()


def _is_name(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch("[a-z]+(-[a-z]+)+", value) is not None
