"""The boundaries of asking, of endings, of what the rules allow, and of two plays of one case.

Each trace is one on which a changed oracle would judge otherwise (`hanbench selftest` changes it). What is expected
follows from the letter, from the meaning of the interface, or from a choice that docs/migration.md names.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from hanbench.harness.case.check import HanCheck, Subject, Verdict
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import MeterStatus, Rulebook, RuleEntry
from hanbench.harness.case.plan import State, StatementKind
from hanbench.harness.case.trace import (
    ActionAccepted,
    CheckRecorded,
    CheckStarted,
    Closed,
    CommissioningRecorded,
    ControllerFaulted,
    EventDelivered,
)
from hanbench.harness.case.vocabulary import CommissionDevices, ConsentKind, Outcome, SupplierRequest, Withdrawal
from hanbench.harness.oracle import judge, judgement
from hanbench.profiles.rulesets import Cohort, Counting, Decider, Switches, shipped
from tests.support.traces import BOTH, ESME_ONLY, RECORD, HandWrittenTrace

A, D = MeterStatus.ACTIVE, MeterStatus.DORMANT
O = Outcome  # noqa: E741
REQUEST, AUTHORISATION, WITHDRAWAL = StatementKind.REQUEST, StatementKind.AUTHORISATION, StatementKind.WITHDRAWAL
BROKEN, HEALTHY = State.BROKEN, State.HEALTHY
TO_AUTHORISE = ConsentKind.AUTHORISATION
END = 14 * 24
"""Hours after the start at which the time of a case is up."""
NEVER = Rulebook((RuleEntry("tmad-v19", first_day=date(2022, 5, 1)),))
"""A rulebook with no rules on the days of these traces."""
CUMULATIVE = Switches(failure_counting=Counting.CUMULATIVE)
CAP_FIRST = Switches(count_before_cap=False)


def breaches(trace):
    """How often each property is violated."""
    return Counter(violation.property for violation in judge(trace.records, shipped()))


def dead(*meters, **terms):
    return HandWrittenTrace(*meters, **terms).gsme_dead()


def allowed(trace):
    """The usual outcome by the rules."""
    return judgement(trace.records, shipped()).expected.outcomes[0]


def ends_check(trace, attempt, verdict=Verdict.FAIL, cause=Subject.GSME, code="GT01"):
    """A check that had begun ends now."""
    return trace.add(CheckRecorded(trace.now, HanCheck(attempt, verdict, trace.now, trace.now, code, cause)))


# -- consent before and after a change of hands ------------------------------------------------------------------------


def test_what_a_supplier_said_before_the_meter_was_its_own_may_be_held_for():
    trace = dead(D, A).says("gas-too", AUTHORISATION).fails(3).moves(A, "gas-too").asks("gas-too", TO_AUTHORISE)
    assert trace.at(END).closes(O.HOLD).violations() == []


@pytest.mark.parametrize("early", [True, False])
def test_what_it_said_since_may_not(early):
    trace = dead(D, A)
    if early:
        trace.says("gas-too", AUTHORISATION)
    trace.fails(3).moves(A, "gas-too").asks("gas-too", TO_AUTHORISE).says("gas-too", AUTHORISATION)
    assert trace.at(END).closes(O.HOLD).violated() == {"hold-only-for-consent"}


def test_a_change_of_the_status_alone_leaves_the_supplier_responsible_since_before():
    trace = dead(D, A).fails(3).moves(A, "gas-too").asks("gas-too", TO_AUTHORISE).says("gas-too", AUTHORISATION)
    trace.moves(D, "gas-too").moves(A, "gas-too")
    assert trace.at(END).closes(O.HOLD).violated() == {"hold-only-for-consent"}


def test_a_change_of_hands_after_the_end_changes_nothing_about_it():
    trace = dead(D, A).asks("gas", TO_AUTHORISE).says("gas", AUTHORISATION).fails(3).at(END).closes(O.HOLD)
    assert trace.moves(A, "gas-too").moves(A, "gas").violated() == {"hold-only-for-consent"}


# -- holding -----------------------------------------------------------------------------------------------------------


def test_a_pass_before_an_inconclusive_check_is_not_forgotten_by_a_hold():
    trace = dead(A, A, switches=CUMULATIVE).fails(3).asks().truth(Subject.GSME, HEALTHY).passes()
    trace.commissions(BOTH, succeeded=False).truth(Subject.WAN, BROKEN).inconclusive()
    assert "hold-only-for-consent" in trace.at(END).closes(O.HOLD).violated()


def test_a_hold_on_a_day_without_rules_waits_for_nothing():
    assert dead(A, A, rulebook=NEVER).fails(3).asks().at(END).closes(O.HOLD).violated() == {"hold-only-for-consent"}


def test_a_hold_of_what_is_not_allowed_with_the_consent_in_hand_is_wrong_twice():
    trace = dead(A, A, cohort=Cohort.FOC).fails(3).asks().says("gas", REQUEST).at(END).closes(O.HOLD)
    assert breaches(trace)["hold-only-for-consent"] == 2


# -- asking ------------------------------------------------------------------------------------------------------------


def test_asking_after_a_partial_migration_is_too_late():
    trace = dead(A, A).says("gas", REQUEST).fails(3).commissions(ESME_ONLY).asks()
    assert "asking" in trace.violated()


def test_asking_after_a_partial_migration_that_failed_is_not_too_late():
    trace = (
        dead(A, A).says("gas", REQUEST).fails(3).commissions(ESME_ONLY, succeeded=False).says("gas", WITHDRAWAL).asks()
    )
    assert "asking" not in trace.commissions(ESME_ONLY).violated()


def test_asking_between_two_partial_migrations_is_too_late_all_the_same():
    trace = dead(A, A).says("gas", REQUEST).fails(3).commissions(ESME_ONLY).asks().commissions(ESME_ONLY)
    assert trace.violated() >= {"asking", "commissioned-once"}


def test_asking_after_both_meters_were_commissioned_leaves_no_meter_behind():
    assert "asking" not in HandWrittenTrace(A, A).passes().commissions(BOTH).asks().closes(O.MIGRATE_BOTH).violated()


def test_who_could_not_be_asked_in_time_need_not_be_asked():
    """A supplier that takes the meter over at the deadline itself: asked it could not be, nor held against anybody."""
    trace = dead(A, A).fails(3).asks().at(END).moves(A, "newcomer")
    assert "asking" not in trace.closes(O.HOLD).violated()


def test_who_could_be_asked_in_time_has_to_be_asked():
    trace = dead(A, A).fails(3).asks().at(END - 1).moves(A, "newcomer").at(END)
    assert "asking" in trace.closes(O.HOLD).violated()


def test_a_question_that_nobody_needed_does_not_hide_a_wrong_one():
    trace = dead(D, D).fails(1).asks().moves(A, "gas").asks("power", TO_AUTHORISE)
    assert breaches(trace)["asking"] == 1


@pytest.mark.parametrize(
    ("supplier", "paper", "at"),
    [("power", ConsentKind.REQUEST, 1), ("gas", TO_AUTHORISE, 1), ("gas", ConsentKind.REQUEST, END)],
)
def test_each_wrong_question_is_told(supplier, paper, at):
    trace = dead(A, A).fails(1).at(at).asks(supplier, paper).asks(supplier, paper)
    assert breaches(trace)["asking"] == 2


def test_a_consent_that_a_switch_asks_for_rests_on_the_switch():
    switches = Switches(mixed_gsme_dormant_decider=Decider.RESPONSIBLE_SUPPLIER)
    trace = dead(A, D, switches=switches).fails(3).partial_migration()
    (violation,) = judge(trace.records, shipped())
    assert (violation.property, violation.choice) == ("consent", "mixed_gsme_dormant_decider")


# -- the cap and the count ---------------------------------------------------------------------------------------------


def test_the_cap_comes_first_only_once_it_is_reached():
    assert dead(switches=CAP_FIRST).fails(3).partial_migration().violations() == []
    trace = dead(switches=CAP_FIRST).fails(5).commissions(ESME_ONLY, succeeded=False)
    assert breaches(trace.commissions(ESME_ONLY, succeeded=False))["cap-before-count"] == 2


def test_where_the_cap_comes_first_only_an_exclusion_gives_way_to_it():
    assert dead(switches=CAP_FIRST).fails(5).closes(O.EXCLUDE_INSTALLATION).violations() == []
    assert "partial-not-withheld" in dead(switches=CAP_FIRST).fails(5).closes(O.RETRY).violated()


def test_a_decision_that_rests_on_no_inconclusive_check_does_not_hide_one_that_does():
    trace = dead().fails(3).commissions(ESME_ONLY, succeeded=False).truth(Subject.WAN, BROKEN).inconclusive()
    assert breaches(trace.commissions(ESME_ONLY))["nothing-on-inconclusive"] == 1


def test_a_record_names_each_attempt_once():
    record = msgspec.structs.replace(RECORD, attempts=(1, 2, 3, 3))
    trace = dead().fails(3).commissions(ESME_ONLY).excludes(record=record).closes(O.MIGRATE_ESME_ONLY)
    assert trace.violated() == {"exclusion-record"}


def test_a_meter_that_works_again_is_not_left_behind_while_it_is_being_checked():
    trace = dead().fails(3).truth(Subject.GSME, HEALTHY).add(CheckStarted(dead().now, 4)).commissions(ESME_ONLY)
    assert "healthy-gsme-never-left-behind" in trace.violated()


def test_a_check_of_which_only_the_result_is_recorded_is_an_attempt():
    """As in a trace of production."""
    trace = dead(cohort=Cohort.FOC)
    for attempt in range(1, 7):
        ends_check(trace.at(30 * attempt), attempt)
    assert "attempt-cap" in trace.violated()


# -- retry -------------------------------------------------------------------------------------------------------------


def retried(trace):
    return "retry-only-in-want-of-time" in trace.closes(O.RETRY).violated()


def test_a_retry_while_a_check_is_under_way_is_not_idle():
    assert not retried(dead().fails(1).at(END).add(CheckStarted(dead().now, 2)))
    assert retried(dead().fails(1).at(END))


@pytest.mark.parametrize(("hours", "wrong"), [(-1, True), (0, False), (1, False)])
def test_used_up_attempts_may_be_retried_only_if_the_last_took_too_long(hours, wrong):
    fifth = 101
    """Hours after which the fifth check ends."""
    trace = dead(cohort=Cohort.FOC, days=(fifth - hours) / 24).fails(5)
    assert trace.now == trace.start + timedelta(hours=fifth)
    assert retried(trace) is wrong


@pytest.mark.parametrize(("hours", "wrong"), [(-1, True), (0, False)])
def test_a_commissioning_that_failed_as_time_ran_out_may_be_retried(hours, wrong):
    trace = dead().fails(4).truth(Subject.GSME, HEALTHY).passes().commissions(BOTH, succeeded=False)
    trace.add(ActionAccepted(trace.now, CommissionDevices(BOTH))).at(END + hours)
    assert retried(trace.add(CommissioningRecorded(trace.now, Commissioning(BOTH, False)))) is wrong


def test_an_effect_after_the_end_is_no_reason_for_it():
    trace = dead().fails(4).truth(Subject.GSME, HEALTHY).passes().closes(O.RETRY).at(END)
    trace.add(CommissioningRecorded(trace.now, Commissioning(BOTH, False)))
    assert "retry-only-in-want-of-time" in trace.violated()


@pytest.mark.parametrize(
    ("trace", "wrong"),
    [
        (lambda: dead(cohort=Cohort.FOC).fails(3), False),
        (lambda: dead(cohort=Cohort.FOC).fails(2), True),
        (lambda: dead(rulebook=NEVER).fails(3), False),
        (lambda: dead(rulebook=NEVER).fails(2), True),
        (lambda: dead().fails(3), True),
    ],
)
def test_waiting_for_other_rules_is_not_idle(trace, wrong):
    assert retried(trace().at(END)) is wrong


@pytest.mark.parametrize(("hours", "wrong"), [(24, False), (24.1, True)])
def test_idle_time_is_counted_from_the_end_of_a_commissioning(hours, wrong):
    trace = HandWrittenTrace().passes()
    trace.add(ActionAccepted(trace.now, CommissionDevices(BOTH))).at(END - hours)
    trace.add(CommissioningRecorded(trace.now, Commissioning(BOTH, False)))
    assert retried(trace.at(END)) is wrong


@pytest.mark.parametrize(("days", "wrong"), [(73 / 24, False), (73.1 / 24, True)])
def test_a_day_of_idle_time_is_no_neglect(days, wrong):
    """One check ends after an hour, the next may begin at 25; with 24 more, that is 49 hours after the start."""
    trace = dead(cohort=Cohort.FOC, days=days - 1).fails(1)
    assert retried(trace.at(days * 24 - 24)) is wrong


# -- closing while a commissioning is under way ------------------------------------------------------------------------


def test_a_result_after_the_end_came_too_late_for_it():
    trace = HandWrittenTrace().passes().add(ActionAccepted(HandWrittenTrace().now, CommissionDevices(BOTH)))
    trace.closes(O.MIGRATE_BOTH).add(CommissioningRecorded(trace.now, Commissioning(BOTH, True)))
    assert "no-close-while-commissioning" in trace.violated()


def test_a_decision_after_the_end_was_not_under_way():
    trace = HandWrittenTrace().at(END).add(Closed(HandWrittenTrace().now, O.RETRY))
    assert "no-close-while-commissioning" not in trace.commissions(BOTH).violated()


def test_each_commissioning_that_was_under_way_is_told():
    trace = HandWrittenTrace().passes()
    trace.add(*(ActionAccepted(trace.now, CommissionDevices(each)) for each in (BOTH, ESME_ONLY)))
    assert breaches(trace.closes(O.RETRY))["no-close-while-commissioning"] == 2


# -- what the rules allow ----------------------------------------------------------------------------------------------


def test_a_check_that_ends_after_its_time_allows_nothing_more():
    """The third check ends after 51 hours."""
    assert allowed(dead(days=51 / 24).fails(3)) is O.MIGRATE_ESME_ONLY
    assert allowed(dead(days=50.9 / 24).fails(3)) is O.RETRY


def test_news_after_the_evidence_was_too_old_does_not_bring_the_hold_back():
    trace = dead(D, A).fails(3).at(51 + 30).says("gas", AUTHORISATION).says("gas", WITHDRAWAL)
    assert allowed(trace.at(END).closes(O.HOLD)) is O.RETRY


@pytest.mark.parametrize(("hours", "outcome"), [(24, O.MIGRATE_ESME_ONLY), (24.1, O.RETRY)])
def test_a_consent_may_come_as_long_as_the_evidence_is_fresh(hours, outcome):
    trace = dead(D, A).fails(3).at(51 + hours).says("gas", AUTHORISATION)
    assert allowed(trace.at(END).closes(O.HOLD)) is outcome


@pytest.mark.parametrize(("hours", "outcome"), [(0, O.MIGRATE_ESME_ONLY), (0.1, O.HOLD)])
def test_a_consent_may_come_until_the_time_is_up(hours, outcome):
    trace = dead(D, A, days=60 / 24).fails(3).at(60 + hours).says("gas", AUTHORISATION)
    assert allowed(trace) is outcome


def test_a_consent_between_two_checks_is_acted_on_at_once():
    trace = dead(D, A).fails(3).says("gas", AUTHORISATION).truth(Subject.GSME, HEALTHY).passes()
    assert allowed(trace) is O.MIGRATE_ESME_ONLY


def test_a_consent_during_a_check_waits_for_its_end():
    trace = dead(D, A).fails(3).truth(Subject.GSME, HEALTHY).at(60).add(CheckStarted(dead().now, 4))
    trace.says("gas", AUTHORISATION)
    assert allowed(ends_check(trace, 4, Verdict.PASS, None, None)) is O.MIGRATE_BOTH


def test_a_consent_just_before_the_third_failure_is_acted_on_at_its_end():
    trace = dead(D, A).fails(2).at(50).add(CheckStarted(dead().now, 3)).at(51).says("gas", AUTHORISATION)
    assert allowed(ends_check(trace, 3)) is O.MIGRATE_ESME_ONLY


def test_where_the_cap_comes_first_the_count_decides_before_it():
    assert allowed(dead(switches=CAP_FIRST).fails(3)) is O.MIGRATE_ESME_ONLY
    trace = dead(switches=CAP_FIRST).truth(Subject.WAN, BROKEN).inconclusive().inconclusive()
    assert allowed(trace.at(END).closes(O.RETRY)) is O.RETRY


@pytest.mark.parametrize(("hours", "outcome"), [(-0.1, O.EXCLUDE_INSTALLATION), (0, O.RETRY)])
def test_a_last_attempt_that_fails_as_time_runs_out_is_retried(hours, outcome):
    trace = dead().truth(Subject.WAN, BROKEN)
    for _ in range(4):
        trace.inconclusive()
    trace.truth(Subject.WAN, HEALTHY).truth(Subject.GSME, HEALTHY).passes()
    trace.add(ActionAccepted(trace.now, CommissionDevices(BOTH))).at(END + hours)
    assert allowed(trace.add(CommissioningRecorded(trace.now, Commissioning(BOTH, False)))) is outcome


# -- remarks -----------------------------------------------------------------------------------------------------------


def remarks_on(trace):
    return judgement(trace.records, shipped()).remarks


@pytest.mark.parametrize(
    ("start", "told"), [(datetime(2022, 12, 29, tzinfo=UTC), 0), (datetime(2022, 12, 30, tzinfo=UTC), 2)]
)
def test_a_day_of_replacement_that_has_passed_is_told_for_each_exclusion(start, told):
    trace = dead(start=start).fails(3).commissions(ESME_ONLY).excludes().excludes().closes(O.MIGRATE_ESME_ONLY)
    assert len(remarks_on(trace)) == told


def test_another_lawful_way_and_a_day_that_has_passed_are_both_told():
    """The third failure falls on the last day of v18, which allows nothing here; the controller waits for v19."""
    book = Rulebook((RuleEntry("tmad-v18", last_day=date(2023, 1, 5)), RuleEntry("tmad-v19", date(2023, 1, 6))))
    trace = dead(start=datetime(2023, 1, 3, 9, tzinfo=UTC), rulebook=book).fails(4)
    record = msgspec.structs.replace(RECORD, attempts=(1, 2, 3, 4))
    trace.commissions(ESME_ONLY).excludes(record=record).closes(O.MIGRATE_ESME_ONLY)
    assert trace.violations() == []
    assert len(remarks_on(trace)) == 2


# -- two plays of one case ---------------------------------------------------------------------------------------------


def plays(*answers):
    """A play in which the controller is told two things, and does what `answers` say."""
    trace = HandWrittenTrace()
    for supplier, answer in zip(("gas", "power"), answers, strict=False):
        trace.add(EventDelivered(trace.now, SupplierRequest(supplier)))
        if answer:
            trace.add(answer)
    return trace.records


COMMISSION = ActionAccepted(HandWrittenTrace().now, CommissionDevices(BOTH))
ALONE = ActionAccepted(HandWrittenTrace().now, CommissionDevices(ESME_ONLY))
CRASH = ControllerFaulted(HandWrittenTrace().now, "crashed", "ValueError")
FLOOD = ControllerFaulted(HandWrittenTrace().now, "flood", "too much")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((None, COMMISSION), (None, None)),
        ((COMMISSION, ALONE), (COMMISSION, COMMISSION)),
        ((None, CRASH), (None, None)),
        ((None, CRASH), (None, FLOOD)),
        ((CRASH, None), (FLOOD, None)),
        ((COMMISSION, CRASH), (COMMISSION, FLOOD)),
    ],
)
def test_a_controller_that_does_another_thing_in_another_play_is_not_steady(first, second):
    for one, other in ((first, second), (second, first)):
        found = [v.property for v in judge(plays(*one), shipped(), plays(*other))]
        assert found.count("steady") == 1
    assert "steady" not in {v.property for v in judge(plays(*first), shipped(), plays(*first))}


def test_an_answer_before_any_event_belongs_to_no_turn():
    for answer in (COMMISSION, CRASH):
        records = [*HandWrittenTrace().add(answer).records, *plays(CRASH)[1:]]
        assert "steady" not in {v.property for v in judge(records, shipped(), plays(CRASH))}


@pytest.mark.parametrize("other", [plays(), plays(None), plays(None, None), [*plays(None, None), *plays(None)[1:]]])
def test_plays_of_different_cases_are_refused(other):
    trace = HandWrittenTrace().add(EventDelivered(HandWrittenTrace().now, Withdrawal("gas")))
    with pytest.raises(ValueError, match="the plays differ"):
        judge(trace.records, shipped(), other)
    if len(other) != 3:
        with pytest.raises(ValueError, match="the plays differ"):
            judge(plays(None, None), shipped(), other)
