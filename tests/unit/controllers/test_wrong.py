"""Every wrong controller is caught, and by the property that it names."""

from __future__ import annotations

import pytest

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


def test_every_property_that_a_controller_can_break_has_a_wrong_controller():
    # Three judge the harness itself: its bookkeeping and its HAN-connectivity check. `steady` needs two plays, and
    # `cap-before-count` a switch. tests/unit/oracle/test_conduct.py has a trace that each of the others alone convicts.
    about_the_harness = {"decided-before-done", "verdict-agrees-with-truth", "verdict-names-its-cause"}
    named = {wrong.property for wrong in (*WRONG.values(), *LETTER_WRONG.values())}
    by_hand = {"steady", "cap-before-count", "nothing-on-inconclusive", "retry-only-in-want-of-time"}
    assert {judged.id for judged in PROPERTIES} - about_the_harness - named == by_hand


def test_names_say_what_they_do():
    assert all(name == wrong.name and wrong.description for name, wrong in WRONG.items())
