"""Every wrong controller is caught, and by the property that it names."""

from __future__ import annotations

import pytest

from hanbench.harness.campaign.judge_test.killers import killers
from hanbench.harness.controllers.letter_wrong import LETTER_WRONG
from hanbench.harness.controllers.wrong import WRONG
from hanbench.harness.oracle import PROPERTIES, judge
from hanbench.profiles.rulesets import shipped
from tests.support.cases import CASES, run_case


@pytest.fixture(params=sorted(WRONG))
def wrong(request: pytest.FixtureRequest):
    return WRONG[request.param]


def test_it_is_caught_by_the_property_that_it_names(wrong):
    caught = {
        violation.property
        for case in CASES.values()
        for violation in judge(run_case(wrong.make(shipped()), case.installation, case.plan).records, shipped())
    }
    assert wrong.property in caught


def test_every_property_that_a_controller_can_break_convicts_a_wrong_controller():
    # Three judge the harness itself: its bookkeeping and its HAN-connectivity check. `steady` needs two plays:
    # tests/unit/campaign/test_steady.py has controllers that it convicts.
    others = {"decided-before-done", "verdict-agrees-with-truth", "verdict-names-its-cause", "steady"}
    named = {wrong.property for wrong in (*WRONG.values(), *LETTER_WRONG.values())}
    convicting = {killer.property for killer in killers().values()}
    assert {judged.id for judged in PROPERTIES} - named - convicting == others


def test_names_say_what_they_do():
    assert all(name == wrong.name and wrong.description for name, wrong in WRONG.items())
