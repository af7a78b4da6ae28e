"""Which failures the terminal lists when there are many."""

from __future__ import annotations

from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle import Violation
from hanbench.harness.report.model import ScenarioReport
from hanbench.harness.report.tally import WORST, Tally


def failed(id_: str, *violated: str) -> ScenarioReport:
    return ScenarioReport(
        id=id_, title=id_, cohort="ioc", installation_type="dormant", rules="tmad-v19", seed="1/a", faults=(),
        consents=(), expected=(Outcome.RETRY,), because="time ran out", decision=Outcome.RETRY, checks=(),
        violations=tuple(Violation(each, "letter, 2", "wrong") for each in violated), unmet=(), as_expected=False,
        frames=5, capture=None, keys=None,
    )  # fmt: skip


def lines_of(*reports: ScenarioReport) -> list[str]:
    tally = Tally()
    for each in reports:
        tally.add(each)
    return list(tally.failure_lines())


def listed(lines: list[str]) -> list[str]:
    return [line.split(":")[0] for line in lines if ": decided " in line]


def test_few_failures_are_all_listed_and_not_summed_up():
    lines = lines_of(*(failed(f"c{number}", "count") for number in range(WORST)))
    assert listed(lines) == [f"c{number}" for number in range(WORST)]
    assert lines[0].startswith("c0: ")


def test_many_failures_are_summed_up_by_property():
    lines = lines_of(*(failed(f"c{number}", "count", "count", *["scope"] * (number == 77)) for number in range(78)))
    assert lines[0] == "Failures: 78 count, 1 scope"
    assert lines[-1] == f"and {78 - WORST} more: see report.json"


def test_each_property_is_shown_however_late_it_comes():
    many = [failed(f"c{number}", "count") for number in range(50)]
    lines = lines_of(*many[:30], failed("late", "scope"), *many[30:], failed("last", "spacing", "count"))
    assert listed(lines) == [*(f"c{number}" for number in range(WORST - 2)), "late", "last"]


def test_more_properties_than_usual_blocks_are_all_shown():
    names = [f"p{number}" for number in range(WORST + 5)]
    lines = lines_of(*(failed(f"of {name}", name) for name in names), failed("again", "p0"))
    assert listed(lines) == [f"of {name}" for name in names]
