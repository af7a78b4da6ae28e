"""The suite on emulated HANs: the reference violates nothing in it, and dates and moments are what they say.

By default a part of the cases; HANBENCH_NIGHTLY=1, which `make nightly` sets, plays all of them.
"""

from __future__ import annotations

import os
import pickle
from datetime import datetime, timedelta

import pytest

from hanbench.harness.campaign.suite import find, suite
from hanbench.harness.campaign.suite.case import Case
from hanbench.harness.campaign.suite.courses import LETTERS, Course
from hanbench.harness.campaign.suite.homes import HOMES
from hanbench.harness.campaign.suite.parts import FAILS, orders_of_findings
from hanbench.harness.campaign.suite.starts import DATES, MOC_DATES, Start
from hanbench.harness.case.check import Subject, Verdict
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.scenario import Scenario, run_scenario
from hanbench.harness.scenario.run import ScenarioResult
from hanbench.harness.scenario.staging import seed_for
from hanbench.harness.stories.shelf import Shelf
from hanbench.profiles.rulesets import Cohort, shipped

NIGHTLY = os.environ.get("HANBENCH_NIGHTLY") == "1"
STEP = 1 if NIGHTLY else 89
MOST_TOLD = 880
"""HAN stories that the whole suite may tell."""
DORMANT = HOMES[2]


def played(scenario: Scenario, shelf: Shelf, campaign: str = "1") -> ScenarioResult:
    return run_scenario(scenario, shipped(), Reference, seed=seed_for(scenario, campaign), shelf=shelf)


def test_the_reference_violates_nothing_in_the_suite() -> None:
    shelf = Shelf()
    results = [played(scenario, shelf) for scenario in suite()[::STEP]]
    shelf.close()
    assert [result for result in results if result.violations or result.failed_expectations] == []
    if NIGHTLY:
        assert shelf.told <= MOST_TOLD


@pytest.mark.parametrize("campaign", ["1", "2"])
@pytest.mark.parametrize("start", DATES, ids=lambda start: start.name)
def test_the_deciding_check_ends_in_the_minute_that_the_date_names(start: Start, campaign: str) -> None:
    cohorts = (Cohort.IOC, Cohort.MOC_SECURE) if start in MOC_DATES else (Cohort.IOC,)
    with Shelf(0) as shelf:
        for cohort in cohorts:
            result = played(Case(cohort, DORMANT, FAILS, start=start).scenario(), shelf, campaign)
            assert start.decided is not None
            assert abs(result.checks[2].finished - start.decided) < timedelta(seconds=29)


FOUND = {
    (Verdict.PASS, None): "p",
    (Verdict.FAIL, Subject.GSME): "f",
    (Verdict.INCONCLUSIVE, Subject.ESME): "e",
    (Verdict.INCONCLUSIVE, Subject.WAN): "w",
    (Verdict.INCONCLUSIVE, Subject.BENCH): "b",
}


def courses() -> list[Course]:
    """The courses of letters, each once."""
    found = {case.course.name: case.course for case in orders_of_findings() if set(case.course.name) <= set(LETTERS)}
    return list(found.values())[:: 1 if NIGHTLY else 12]


@pytest.mark.parametrize("course", courses(), ids=lambda course: course.name)
def test_checks_find_what_the_letters_of_a_course_say(course: Course) -> None:
    with Shelf(0) as shelf:
        result = played(Case(Cohort.IOC, DORMANT, course, spacing=1.0).scenario(), shelf)
    found = "".join(FOUND[check.verdict, check.cause] for check in result.checks)
    assert course.name.startswith(found) or found.startswith(course.name)
    assert found


def test_a_consent_at_a_moment_comes_at_that_moment() -> None:
    """24 h after the deciding check, and a second before the time is up, both by the times in the trace."""
    with Shelf() as shelf:
        one, other = find(_consent("24h")), find(_consent("last-second"))
        assert one is not None
        assert other is not None
        result = played(one, shelf)
        assert _spoke(result) == [result.checks[2].finished + timedelta(hours=24)]
        result = played(other, shelf)
        assert _spoke(result) == [result.installation.decide_by - timedelta(seconds=1)]


def _consent(moment: str) -> str:
    return f"ioc.active.in-force.april.fffff.24h.gas-request-{moment}-kept.no-change.late.as-ruled"


def _spoke(result: ScenarioResult) -> list[datetime]:
    return [record.time for record in result.records if type(record).__name__ == "SupplierSaid"]


def test_a_scenario_that_came_from_another_process_has_the_same_seed() -> None:
    # Its numbers are other objects there, and msgspec leaves out a default only where it is the same object.
    scenarios = suite()[::STEP]
    again = pickle.loads(pickle.dumps(scenarios))
    assert [seed_for(each, "1") for each in again] == [seed_for(each, "1") for each in scenarios]
