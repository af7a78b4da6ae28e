"""What a violation rests on: the letter's own words, what follows from them, or a choice of hanbench.

A run with `--hold-to stated` fails only by what the letter, or Various 1, says itself.
"""

from __future__ import annotations

import pytest

from hanbench.harness.case.check import Subject
from hanbench.harness.case.installation import MeterStatus
from hanbench.harness.case.plan import State, StatementKind
from hanbench.harness.case.vocabulary import ConsentKind, Outcome
from hanbench.harness.oracle import PROPERTIES, judge
from hanbench.profiles.rulesets import Cohort, Counting, Decider, Switches, shipped
from tests.support.traces import ESME_ONLY, HandWrittenTrace

A, D = MeterStatus.ACTIVE, MeterStatus.DORMANT
O = Outcome  # noqa: E741
REQUEST, AUTHORISATION = StatementKind.REQUEST, StatementKind.AUTHORISATION
END = 14 * 24
COUNTING, REQUIRED = "choice failure_counting (assumed)", "choice failures_required (assumed)"


def dead(*meters, **terms):
    return HandWrittenTrace(*meters, **terms).gsme_dead()


def rules_of(trace, name):
    """The sources of the violations of one property."""
    return [each.rule for each in judge(trace.records, shipped()) if each.property == name]


def spoilt(before, after, *meters, **terms):
    """A pass between failures: letter, 2 asks for persistent failures, and not whether a pass starts the count anew."""
    trace = dead(*meters, **terms).fails(before).truth(Subject.GSME, State.HEALTHY).passes().gsme_dead()
    return trace.commissions(("esme", "gsme"), succeeded=False).fails(after)


# -- the count ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [(1, 2, COUNTING), (2, 2, COUNTING), (1, 1, "letter, 2 (stated)"), (0, 2, "letter, 2 (stated)")],
)
def test_a_count_that_only_a_pass_spoils_rests_on_the_choice_of_counting(before, after, rule):
    trace = spoilt(before, after).commissions(ESME_ONLY)
    assert rules_of(trace, "count") == [rule]


def test_failures_after_the_decision_make_no_count_full():
    assert rules_of(dead().fails(2).commissions(ESME_ONLY).fails(1), "count") == ["letter, 2 (stated)"]


NO_WAN = "Various 1 (ii)(b) and (c) (inferred)"
"""tmad.md, 3.3: that WAN failures do not count is inferred from their having categories of exclusion of their own."""


def without(subject, before, after=0, **terms):
    """Failures, a check that the fault of another subject made inconclusive, and failures again."""
    trace = dead(**terms).fails(before).truth(subject, State.BROKEN).inconclusive(subject)
    return trace.truth(subject, State.HEALTHY).fails(after)


@pytest.mark.parametrize(
    ("subject", "before", "after", "rule"),
    [
        (Subject.WAN, 2, 0, NO_WAN),
        (Subject.WAN, 1, 1, NO_WAN),
        (Subject.WAN, 1, 0, "letter, 2 (stated)"),
        # The letter speaks of failures of the gas meter's HAN: no rule set can count another meter's, or the bench's.
        (Subject.ESME, 2, 0, "letter, 2 (stated)"),
        (Subject.BENCH, 1, 1, "letter, 2 (stated)"),
    ],
)
def test_a_count_that_only_a_wan_failure_would_fill_rests_on_its_not_counting(subject, before, after, rule):
    assert rules_of(without(subject, before, after).commissions(ESME_ONLY), "count") == [rule]


def test_that_it_does_not_count_may_be_a_choice_of_the_scenario():
    trace = without(Subject.WAN, 2, switches=Switches(wan_failure_counts=False)).commissions(ESME_ONLY)
    assert rules_of(trace, "count") == ["choice wan_failure_counts (assumed)"]


def test_where_it_counts_the_number_is_what_is_missing():
    trace = without(Subject.WAN, 1, switches=Switches(wan_failure_counts=True)).commissions(ESME_ONLY)
    assert rules_of(trace, "count") == ["letter, 2 (stated)"]


def test_a_count_that_a_pass_and_the_wan_spoil_rests_on_the_weaker_choice():
    trace = spoilt(1, 1).truth(Subject.WAN, State.BROKEN).inconclusive().commissions(ESME_ONLY)
    assert rules_of(trace, "count") == [COUNTING]


def test_a_count_that_either_would_fill_rests_on_the_weaker_choice():
    trace = spoilt(1, 2).truth(Subject.WAN, State.BROKEN).inconclusive().commissions(ESME_ONLY)
    assert rules_of(trace, "count") == [COUNTING]


def test_refusals_and_holds_after_a_wan_failure_rest_on_it_too():
    assert rules_of(without(Subject.WAN, 2, cohort=Cohort.FOC).closes(O.REFUSE), "refusal-only-out-of-scope") == [
        NO_WAN
    ]
    held = without(Subject.WAN, 2).at(END).closes(O.HOLD)
    assert NO_WAN in rules_of(held, "hold-only-for-consent")


@pytest.mark.parametrize(("before", "after", "rule"), [(1, 2, COUNTING), (1, 1, "letter, 2 (stated)")])
def test_a_refusal_too(before, after, rule):
    trace = spoilt(before, after, cohort=Cohort.FOC).closes(O.REFUSE)
    assert rules_of(trace, "refusal-only-out-of-scope") == [rule]


@pytest.mark.parametrize(("before", "after", "rule"), [(1, 2, COUNTING), (1, 1, REQUIRED)])
def test_a_hold_too(before, after, rule):
    assert rules_of(spoilt(before, after, A, A).asks().at(END).closes(O.HOLD), "hold-only-for-consent") == [rule]


def test_a_hold_of_what_the_letter_counts_is_inferred_at_most():
    """For Dormant the letter says three; that nobody holds before is not said."""
    found = rules_of(dead().fails(2).at(END).closes(O.HOLD), "hold-only-for-consent")
    assert found == ["letter, 2 (inferred)", "letter, 2 (inferred)"]


def test_a_hold_after_a_pass_is_inferred():
    trace = dead(A, A, switches=Switches(failure_counting=Counting.CUMULATIVE)).fails(3)
    trace.truth(Subject.GSME, State.HEALTHY).passes().asks().at(END)
    assert rules_of(trace.closes(O.HOLD), "hold-only-for-consent") == ["letter, 2 (inferred)"]


# -- asking ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("supplier", ["gas", "power"])
def test_a_question_that_a_switch_makes_wrong_rests_on_the_switch(supplier):
    trace = dead(A, D, switches=Switches(mixed_gsme_dormant_decider=Decider.RESPONSIBLE_SUPPLIER))
    assert rules_of(trace.asks(supplier, ConsentKind.REQUEST), "asking") == [
        "choice mixed_gsme_dormant_decider (assumed)"
    ]


# -- the cap -----------------------------------------------------------------------------------------------------------


def test_that_no_check_follows_the_fifth_is_a_choice():
    """Various 1 (ii)(d) has a category of exclusion after five or more attempts: "at least", and not "at most"."""
    trace = dead(A, A).fails(5).says("gas", REQUEST).fails(1)
    assert rules_of(trace, "attempt-cap") == ["choice attempt_cap (assumed)"]


def test_that_an_attempt_is_a_check_is_inferred():
    assert rules_of(dead().fails(2).closes(O.EXCLUDE_INSTALLATION), "exclusion-not-before-cap") == [
        "Various 1 (ii)(d) (inferred)"
    ]


def test_a_cap_that_a_scenario_sets_is_a_choice():
    trace = dead(switches=Switches(attempt_cap=7)).fails(6).closes(O.EXCLUDE_INSTALLATION)
    assert rules_of(trace, "exclusion-not-before-cap") == ["choice attempt_cap (assumed)"]


# -- what the page says ------------------------------------------------------------------------------------------------


def test_the_table_names_them_in_words():
    (consent,) = (each for each in PROPERTIES if each.id == "consent-from-responsible-supplier")
    assert consent.rule == "letter, 2 (inferred)"
    others = [ground.words for ground in consent.also]
    assert others == ["letter, 2 (stated)", "choice mixed_gsme_dormant_decider (assumed)"]
