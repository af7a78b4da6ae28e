"""Each property of the oracle: a trace that breaks it, and one that comes near and does not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec
import pytest

from hanbench.harness.case.check import Subject, Verdict
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import MeterRole, MeterStatus
from hanbench.harness.case.plan import State, StatementKind
from hanbench.harness.case.trace import ActionAccepted, CheckStarted, CommissioningRecorded, End, Excluded
from hanbench.harness.case.vocabulary import CommissionDevices, ConsentKind, ExcludeDevice, Outcome
from hanbench.harness.oracle import PROPERTIES, judge
from hanbench.profiles.rulesets import Cohort, Counting, Decider, Switches, shipped
from tests.support.traces import BOTH, ESME_ONLY, RECORD, HandWrittenTrace

A, D = MeterStatus.ACTIVE, MeterStatus.DORMANT
O = Outcome  # noqa: E741
ON_14_MARCH = datetime(2022, 3, 12, 9, tzinfo=UTC)
"""A third failure, 51 hours later, falls on 14 March 2022."""


def test_a_right_partial_migration_breaks_nothing():
    assert HandWrittenTrace().gsme_dead().fails(3).partial_migration().violations() == []


def test_a_right_migration_of_both_breaks_nothing():
    assert HandWrittenTrace().passes().commissions(BOTH).closes(O.MIGRATE_BOTH).violations() == []


# -- scope -------------------------------------------------------------------------------------------------------------


def test_dormant_is_out_of_scope_on_14_march_2022():
    trace = HandWrittenTrace(start=ON_14_MARCH).gsme_dead().fails(3)
    assert trace.now.date() == date(2022, 3, 14)
    assert trace.partial_migration().violated() == {"scope"}


def test_dormant_is_in_scope_from_the_first_second_of_15_march_2022():
    trace = HandWrittenTrace(start=ON_14_MARCH).gsme_dead().fails(3)
    trace.now = datetime(2022, 3, 15, tzinfo=UTC)
    assert trace.partial_migration().violated() == set()


def test_v18_still_allows_active_on_its_last_day():
    trace = HandWrittenTrace(A, A, start=ON_14_MARCH).gsme_dead().says("gas", StatementKind.REQUEST).fails(3)
    assert trace.now.date() == date(2022, 3, 14)
    assert trace.partial_migration().violations() == []


@pytest.mark.parametrize("cohort", [Cohort.MOC_SECURE, Cohort.MOC_MDS, Cohort.FOC])
def test_partial_migration_outside_ioc_is_out_of_scope(cohort):
    assert HandWrittenTrace(cohort=cohort).gsme_dead().fails(3).partial_migration().violated() == {"scope"}


def test_the_scope_violation_names_its_paragraph():
    trace = HandWrittenTrace(cohort=Cohort.MOC_SECURE).gsme_dead().fails(3).partial_migration()
    (violation,) = judge(trace.records, shipped())
    assert violation.rule == "letter, 3 and 4 (stated)"


def test_refusing_what_is_allowed_is_wrong():
    assert "refusal-only-out-of-scope" in HandWrittenTrace().gsme_dead().fails(3).closes(O.REFUSE).violated()


def test_refusing_what_is_not_allowed_is_right():
    assert HandWrittenTrace(cohort=Cohort.FOC).gsme_dead().fails(3).closes(O.REFUSE).violations() == []


def test_refusing_before_the_failure_is_persistent_is_wrong():
    trace = HandWrittenTrace(cohort=Cohort.FOC).gsme_dead().fails(2).closes(O.REFUSE)
    assert trace.violated() == {"refusal-only-out-of-scope"}


# -- counting ----------------------------------------------------------------------------------------------------------


def test_two_failures_do_not_suffice():
    text = "partial migration after 2 consecutive failures of the HAN-connectivity check, 3 are required"
    assert ("count", text) in HandWrittenTrace().gsme_dead().fails(2).commissions(ESME_ONLY).violations()


def test_the_count_violation_points_at_the_frames_of_the_checks():
    trace = HandWrittenTrace().gsme_dead().fails(2).commissions(ESME_ONLY)
    (violation,) = (v for v in judge(trace.records, shipped()) if v.property == "count")
    assert violation.frames == (10, 20)


def test_a_pass_starts_the_count_again():
    def flapping(counting):
        trace = HandWrittenTrace(switches=Switches(failure_counting=counting)).gsme_dead().fails(2)
        trace.truth(Subject.GSME, State.HEALTHY).passes().commissions(BOTH, succeeded=False)
        return trace.gsme_dead().fails(1).commissions(ESME_ONLY).violated()

    assert "count" in flapping(Counting.CONSECUTIVE)
    assert "count" not in flapping(Counting.CUMULATIVE)


def test_inconclusive_checks_do_not_complete_the_count():
    trace = HandWrittenTrace().gsme_dead().fails(1).truth(Subject.WAN, State.BROKEN).inconclusive()
    trace.truth(Subject.WAN, State.HEALTHY).fails(1)
    assert "inconclusive-never-counts" in trace.commissions(ESME_ONLY).violated()


def test_a_pass_is_not_mistaken_for_an_inconclusive_check():
    trace = HandWrittenTrace(switches=Switches(failure_counting=Counting.CUMULATIVE)).gsme_dead().fails(1)
    trace.truth(Subject.GSME, State.HEALTHY).passes().commissions(BOTH, succeeded=False).gsme_dead().fails(1)
    broken = trace.commissions(ESME_ONLY).violated()
    assert "count" in broken
    assert "inconclusive-never-counts" not in broken


def test_inconclusive_checks_between_three_failures_do_no_harm():
    trace = HandWrittenTrace().gsme_dead().fails(1).truth(Subject.WAN, State.BROKEN).inconclusive()
    trace.truth(Subject.WAN, State.HEALTHY).fails(2)
    record = msgspec.structs.replace(RECORD, attempts=(1, 3, 4))
    assert trace.commissions(ESME_ONLY).excludes(record=record).closes(O.MIGRATE_ESME_ONLY).violations() == []


def test_wan_faults_count_where_the_scenario_says_so():
    trace = HandWrittenTrace(switches=Switches(wan_failure_counts=True)).gsme_dead().fails(1)
    trace.truth(Subject.WAN, State.BROKEN).inconclusive().truth(Subject.WAN, State.HEALTHY).fails(1)
    assert trace.partial_migration().violations() == []


def test_a_sixth_attempt_is_one_too_many():
    trace = HandWrittenTrace(cohort=Cohort.FOC).gsme_dead().fails(5)
    assert "attempt-cap" not in trace.violated()
    assert "attempt-cap" in trace.fails(1).violated()


def test_excluding_the_installation_takes_five_attempts():
    trace = HandWrittenTrace().truth(Subject.ESME, State.BROKEN)
    for _ in range(4):
        trace.inconclusive(Subject.ESME)
    assert "exclusion-not-before-cap" in trace.closes(O.EXCLUDE_INSTALLATION).violated()
    trace = HandWrittenTrace().truth(Subject.ESME, State.BROKEN)
    for _ in range(5):
        trace.inconclusive(Subject.ESME)
    assert trace.closes(O.EXCLUDE_INSTALLATION).violations() == []


def test_checks_keep_their_distance():
    def second_after(hours):
        return (
            HandWrittenTrace()
            .gsme_dead()
            .fails(1)
            .check(Verdict.FAIL, Subject.GSME, code="GT01", wait=hours)
            .violated()
        )

    assert "spacing" in second_after(24.9)
    assert "spacing" not in second_after(25)


# -- consent -----------------------------------------------------------------------------------------------------------

ACTIVE, MIXED = (A, A), (D, A)


@pytest.mark.parametrize(("meters", "says"), [(ACTIVE, StatementKind.REQUEST), (MIXED, StatementKind.AUTHORISATION)])
def test_with_the_right_consent_nothing_is_broken(meters, says):
    assert HandWrittenTrace(*meters).gsme_dead().says("gas", says).fails(3).partial_migration().violations() == []


@pytest.mark.parametrize(("meters", "other"), [(ACTIVE, StatementKind.AUTHORISATION), (MIXED, StatementKind.REQUEST)])
def test_without_the_right_consent_it_is(meters, other):
    assert HandWrittenTrace(*meters).gsme_dead().fails(3).partial_migration().violated() == {"consent"}
    assert HandWrittenTrace(*meters).gsme_dead().says("gas", other).fails(3).partial_migration().violated() == {
        "consent"
    }


@pytest.mark.parametrize(("meters", "says"), [(ACTIVE, StatementKind.REQUEST), (MIXED, StatementKind.AUTHORISATION)])
def test_a_consent_after_the_decision_comes_too_late(meters, says):
    trace = HandWrittenTrace(*meters).gsme_dead().fails(3).commissions(ESME_ONLY).says("gas", says)
    assert trace.excludes().closes(O.MIGRATE_ESME_ONLY).violated() == {"consent"}


def test_the_esme_supplier_cannot_consent():
    trace = HandWrittenTrace(*MIXED).gsme_dead().says("power", StatementKind.AUTHORISATION).fails(3).partial_migration()
    assert trace.violated() == {"consent-from-responsible-supplier"}


def test_a_withdrawn_authorisation_is_none():
    trace = (
        HandWrittenTrace(*MIXED)
        .gsme_dead()
        .says("gas", StatementKind.AUTHORISATION)
        .says("gas", StatementKind.WITHDRAWAL)
        .fails(3)
        .partial_migration()
    )
    assert trace.violated() == {"withdrawal-honoured"}


def test_an_authorisation_given_again_after_its_withdrawal_counts():
    trace = HandWrittenTrace(*MIXED).gsme_dead()
    for says in (StatementKind.AUTHORISATION, StatementKind.WITHDRAWAL, StatementKind.AUTHORISATION):
        trace.says("gas", says)
    assert trace.fails(3).partial_migration().violations() == []


def test_only_the_giver_can_take_back():
    trace = (
        HandWrittenTrace(*MIXED)
        .gsme_dead()
        .says("gas", StatementKind.AUTHORISATION)
        .says("power", StatementKind.WITHDRAWAL)
        .fails(3)
    )
    assert trace.partial_migration().violations() == []


@pytest.mark.parametrize("outcome", [O.HOLD, O.REFUSE])
def test_a_dormant_gsme_supplier_has_no_veto(outcome):
    trace = HandWrittenTrace().gsme_dead().says("gas", StatementKind.WITHDRAWAL).fails(3).at(14 * 24)
    assert "no-veto" in trace.closes(outcome).violated()


def test_an_objection_changes_nothing_about_a_right_decision():
    assert (
        HandWrittenTrace().gsme_dead().says("gas", StatementKind.WITHDRAWAL).fails(3).partial_migration().violations()
        == []
    )


def test_waiting_for_the_supplier_is_right_where_a_switch_gives_it_the_say():
    switches = Switches(mixed_gsme_dormant_decider=Decider.RESPONSIBLE_SUPPLIER)
    held = HandWrittenTrace(A, D, switches=switches).gsme_dead().fails(3).asks("gas", ConsentKind.AUTHORISATION)
    assert held.at(14 * 24).closes(O.HOLD).violations() == []
    assert "no-veto" in HandWrittenTrace(A, D).gsme_dead().fails(3).at(14 * 24).closes(O.HOLD).violated()


def test_holding_with_the_consent_in_hand_is_wrong():
    trace = HandWrittenTrace(*ACTIVE).gsme_dead().says("gas", StatementKind.REQUEST).fails(3).at(14 * 24).closes(O.HOLD)
    assert "hold-only-for-consent" in trace.violated()


def test_holding_before_the_failure_is_persistent_is_wrong():
    assert (
        "hold-only-for-consent" in HandWrittenTrace(*ACTIVE).gsme_dead().fails(2).at(14 * 24).closes(O.HOLD).violated()
    )


def test_holding_for_a_missing_consent_is_right():
    assert HandWrittenTrace(*ACTIVE).gsme_dead().fails(3).asks().at(14 * 24).closes(O.HOLD).violations() == []


# -- the GSME ----------------------------------------------------------------------------------------------------------


def test_a_gsme_that_passed_last_is_not_left_behind():
    switches = Switches(failure_counting=Counting.CUMULATIVE)
    trace = HandWrittenTrace(switches=switches).gsme_dead().fails(3).truth(Subject.GSME, State.HEALTHY).passes()
    assert "healthy-gsme-never-left-behind" in trace.partial_migration().violated()


def test_a_gsme_that_recovered_since_an_old_check_is_not_left_behind():
    trace = (
        HandWrittenTrace(*ACTIVE)
        .gsme_dead()
        .says("gas", StatementKind.REQUEST)
        .fails(3)
        .truth(Subject.GSME, State.HEALTHY)
    )
    late = trace.now.timestamp() - trace.start.timestamp() + 25 * 3600
    assert trace.at(late / 3600).partial_migration().violated() == {"healthy-gsme-never-left-behind", "fresh-evidence"}


def test_a_gsme_that_recovered_just_after_a_fresh_check_is_nobodys_fault():
    trace = HandWrittenTrace().gsme_dead().fails(3).truth(Subject.GSME, State.HEALTHY)
    assert trace.partial_migration().violations() == []


def test_old_evidence_is_wrong_even_if_the_gsme_still_is_dead():
    trace = HandWrittenTrace().gsme_dead().fails(3)
    late = (trace.now - trace.start).total_seconds() / 3600 + 24.5
    assert trace.at(late).partial_migration().violated() == {"fresh-evidence"}


def test_evidence_of_just_the_age_allowed_is_fresh():
    trace = HandWrittenTrace().gsme_dead().fails(3).truth(Subject.GSME, State.HEALTHY)
    assert trace.at((trace.now - trace.start).total_seconds() / 3600 + 24).partial_migration().violations() == []


def test_an_inconclusive_check_does_not_freshen_old_evidence():
    trace = (
        HandWrittenTrace().gsme_dead().fails(3).truth(Subject.WAN, State.BROKEN).inconclusive().commissions(ESME_ONLY)
    )
    assert trace.excludes().closes(O.MIGRATE_ESME_ONLY).violated() == {"fresh-evidence", "nothing-on-inconclusive"}


def test_a_pass_is_not_wasted():
    trace = HandWrittenTrace(days=3).gsme_dead().fails(2).truth(Subject.GSME, State.HEALTHY).passes()
    trace.at(3 * 24).closes(O.RETRY)
    assert trace.violated() == {"pass-leads-to-migration"}


def test_a_pass_whose_commissioning_failed_is_not_wasted():
    trace = HandWrittenTrace(days=1).passes().commissions(BOTH, succeeded=False).at(24).closes(O.RETRY)
    assert trace.violations() == []


def test_a_gsme_that_failed_is_not_commissioned():
    assert "gsme-only-after-pass" in HandWrittenTrace().gsme_dead().fails(3).commissions(BOTH).violated()


def test_a_gsme_that_never_was_checked_is_not_commissioned():
    assert HandWrittenTrace().commissions(BOTH).closes(O.MIGRATE_BOTH).violated() == {"gsme-only-after-pass"}


def test_an_esme_fault_never_leads_to_partial_migration():
    trace = HandWrittenTrace().gsme_dead().fails(3).truth(Subject.ESME, State.BROKEN).inconclusive(Subject.ESME)
    assert trace.commissions(ESME_ONLY).violated() >= {"esme-fault-never-partial"}


def test_a_wan_fault_is_not_mistaken_for_an_esme_fault():
    trace = HandWrittenTrace().gsme_dead().fails(3).truth(Subject.WAN, State.BROKEN).inconclusive(Subject.WAN)
    assert "esme-fault-never-partial" not in trace.commissions(ESME_ONLY).violated()


def test_an_esme_fault_that_passed_does_not_matter():
    trace = HandWrittenTrace().gsme_dead().truth(Subject.ESME, State.BROKEN).inconclusive(Subject.ESME)
    trace.truth(Subject.ESME, State.HEALTHY).fails(3)
    record = msgspec.structs.replace(RECORD, attempts=(2, 3, 4))
    assert trace.commissions(ESME_ONLY).excludes(record=record).closes(O.MIGRATE_ESME_ONLY).violations() == []


def test_a_gsme_left_out_without_exclusion():
    trace = HandWrittenTrace().gsme_dead().fails(3).commissions(ESME_ONLY).closes(O.MIGRATE_ESME_ONLY)
    assert trace.violated() == {"exclusion-record"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("code", "GT02"), ("supplier", "power"), ("replace_by", date(2021, 12, 31)), ("attempts", (1, 2))],
)
def test_every_field_of_the_exclusion_record_matters(field, value):
    record = msgspec.structs.replace(RECORD, **{field: value})
    trace = (
        HandWrittenTrace()
        .gsme_dead()
        .fails(3)
        .commissions(ESME_ONLY)
        .excludes(record=record)
        .closes(O.MIGRATE_ESME_ONLY)
    )
    assert trace.violated() == {"exclusion-record"}


def test_an_exclusion_without_record():
    trace = (
        HandWrittenTrace().gsme_dead().fails(3).commissions(ESME_ONLY).excludes(record=None).closes(O.MIGRATE_ESME_ONLY)
    )
    assert trace.violated() == {"exclusion-record"}


def test_a_gsme_is_not_excluded_from_a_whole_migration():
    trace = HandWrittenTrace().passes().commissions(BOTH).excludes().closes(O.MIGRATE_BOTH)
    assert trace.violated() == {"exclusion-record"}


def test_an_esme_is_never_excluded():
    trace = HandWrittenTrace().passes().commissions(BOTH).excludes(MeterRole.ESME).closes(O.MIGRATE_BOTH)
    assert trace.violated() == {"exclusion-record"}


def test_an_excluded_gsme_comes_back_only_where_the_rules_reinstate_it():
    def back(reinstate):
        trace = HandWrittenTrace(switches=Switches(reinstate_on_recovery=reinstate)).gsme_dead().fails(3)
        trace.commissions(ESME_ONLY).excludes().truth(Subject.GSME, State.HEALTHY).passes()
        return trace.commissions((MeterRole.GSME,)).closes(O.MIGRATE_BOTH).violated()

    assert back(False) == {"excluded-stays-out"}
    assert back(True) == set()


# -- how it ends -------------------------------------------------------------------------------------------------------


def test_no_outcome_is_a_violation():
    trace = HandWrittenTrace().gsme_dead().fails(3)
    assert trace.add(End(trace.now, "time")).violated() == {"bounded-time"}


def test_holding_ends_no_earlier_than_its_time():
    trace = HandWrittenTrace(*ACTIVE).gsme_dead().fails(3).asks().at(14 * 24 - 0.1).closes(O.HOLD)
    assert trace.violated() == {"patience"}


def test_retry_ends_no_earlier_than_its_time():
    assert HandWrittenTrace(days=2).gsme_dead().fails(1).closes(O.RETRY).violated() == {"patience"}
    assert HandWrittenTrace(days=2).gsme_dead().fails(1).at(48).closes(O.RETRY).violated() == set()


def test_a_partial_migration_that_is_due_is_not_withheld():
    trace = HandWrittenTrace().truth(Subject.WAN, State.BROKEN).gsme_dead().inconclusive().inconclusive()
    trace.truth(Subject.WAN, State.HEALTHY).fails(3).closes(O.EXCLUDE_INSTALLATION)
    assert trace.violated() == {"partial-not-withheld"}


def test_a_partial_migration_without_consent_is_not_due():
    trace = HandWrittenTrace(*MIXED).truth(Subject.WAN, State.BROKEN).gsme_dead().inconclusive().inconclusive()
    trace.truth(Subject.WAN, State.HEALTHY).fails(3).closes(O.EXCLUDE_INSTALLATION)
    assert trace.violations() == []


@pytest.mark.parametrize("outcome", [O.MIGRATE_BOTH, O.REFUSE])
def test_the_outcome_says_what_was_done(outcome):
    trace = HandWrittenTrace().gsme_dead().fails(3).commissions(ESME_ONLY).excludes().closes(outcome)
    assert "outcome-matches-effects" in trace.violated()


def test_a_commissioning_that_failed_is_no_effect():
    trace = HandWrittenTrace().passes().commissions(BOTH, succeeded=False).closes(O.MIGRATE_BOTH)
    assert trace.violated() == {"outcome-matches-effects"}


def test_nothing_is_commissioned_that_was_not_decided():
    trace = HandWrittenTrace().passes()
    trace.add(CommissioningRecorded(trace.now, Commissioning(BOTH, True))).closes(O.MIGRATE_BOTH)
    assert "decided-before-done" in trace.violated()


def test_one_decision_is_good_for_one_commissioning():
    trace = HandWrittenTrace().passes().commissions(BOTH)
    trace.add(CommissioningRecorded(trace.now, Commissioning(BOTH, True))).closes(O.MIGRATE_BOTH)
    assert trace.violated() == {"decided-before-done"}


def test_nothing_is_excluded_that_was_not_decided():
    trace = HandWrittenTrace().gsme_dead().fails(3).commissions(ESME_ONLY)
    trace.add(Excluded(trace.now, MeterRole.GSME, RECORD)).closes(O.MIGRATE_ESME_ONLY)
    assert trace.violated() == {"decided-before-done"}


def test_a_decision_about_the_esme_is_none_about_both():
    trace = HandWrittenTrace().passes()
    trace.commissions(BOTH).records[-2] = ActionAccepted(trace.now, CommissionDevices(ESME_ONLY))
    assert "decided-before-done" in trace.closes(O.MIGRATE_BOTH).violated()


def test_a_decision_to_exclude_the_esme_is_none_about_the_gsme():
    trace = HandWrittenTrace().gsme_dead().fails(3).commissions(ESME_ONLY).excludes()
    trace.records[-2] = ActionAccepted(trace.now, ExcludeDevice(MeterRole.ESME))
    assert "decided-before-done" in trace.closes(O.MIGRATE_ESME_ONLY).violated()


def test_no_device_is_commissioned_twice():
    trace = HandWrittenTrace().passes().commissions(BOTH).commissions(BOTH).closes(O.MIGRATE_BOTH)
    assert trace.violated() == {"commissioned-once"}


def test_commissioning_again_after_a_failure_is_no_second_time():
    trace = HandWrittenTrace().passes().commissions(BOTH, succeeded=False).passes().commissions(BOTH)
    assert trace.closes(O.MIGRATE_BOTH).violations() == []


def test_misbehaviour_is_reported():
    trace = HandWrittenTrace().passes().misbehaves().commissions(BOTH).closes(O.MIGRATE_BOTH)
    assert trace.violations() == [("in-turn", "out-of-turn: RunCheck during a commissioning")]


# -- verdicts ----------------------------------------------------------------------------------------------------------

GSME, ESME, WAN, BENCH = Subject.GSME, Subject.ESME, Subject.WAN, Subject.BENCH
PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
HEALTHY, BROKEN, UNCERTAIN = State.HEALTHY, State.BROKEN, State.UNCERTAIN


@pytest.mark.parametrize(
    ("before", "meanwhile", "admitted"),
    [
        ([], [], {PASS}),
        ([(GSME, BROKEN)], [], {FAIL}),
        ([(GSME, BROKEN), (GSME, HEALTHY)], [], {PASS}),
        ([(ESME, BROKEN)], [], {INCONCLUSIVE}),
        ([(WAN, BROKEN)], [], {INCONCLUSIVE}),
        ([(BENCH, BROKEN)], [], {INCONCLUSIVE}),
        ([(GSME, BROKEN), (WAN, BROKEN)], [], {INCONCLUSIVE}),
        ([], [(GSME, BROKEN)], {PASS, FAIL, INCONCLUSIVE}),
        ([(GSME, BROKEN)], [(GSME, HEALTHY)], {PASS, FAIL, INCONCLUSIVE}),
        ([(GSME, UNCERTAIN)], [], {PASS, FAIL, INCONCLUSIVE}),
        ([], [(WAN, BROKEN)], {PASS, INCONCLUSIVE}),
        ([(WAN, BROKEN)], [(WAN, HEALTHY)], {PASS, INCONCLUSIVE}),
        ([(GSME, BROKEN)], [(WAN, BROKEN)], {FAIL, INCONCLUSIVE}),
        ([(ESME, UNCERTAIN)], [], {PASS, INCONCLUSIVE}),
    ],
)
def test_a_verdict_agrees_with_the_truth_of_its_window(before, meanwhile, admitted):
    def is_true(verdict):
        trace = HandWrittenTrace()
        for subject, state in before:
            trace.truth(subject, state)
        return "verdict-agrees-with-truth" not in trace.check(verdict, meanwhile=meanwhile).violated()

    assert {verdict for verdict in Verdict if is_true(verdict)} == admitted


def test_what_happens_after_a_check_does_not_touch_it():
    assert "verdict-agrees-with-truth" not in HandWrittenTrace().passes().gsme_dead().violated()


@pytest.mark.parametrize(
    ("verdict", "cause", "code", "right"),
    [
        (FAIL, GSME, "GT01", True),
        (FAIL, GSME, None, False),
        (FAIL, None, "GT01", False),
        (INCONCLUSIVE, WAN, None, True),
        (INCONCLUSIVE, None, None, False),
        (INCONCLUSIVE, GSME, None, False),
        (INCONCLUSIVE, ESME, "GT01", False),
        (PASS, None, None, True),
        (PASS, GSME, None, False),
    ],
)
def test_a_verdict_names_its_cause(verdict, cause, code, right):
    broken = HandWrittenTrace().check(verdict, cause, code=code).violated()
    assert ("verdict-names-its-cause" not in broken) is right


# -- the judgement itself ----------------------------------------------------------------------------------------------


def test_property_ids_are_unique_and_each_has_its_source():
    ids = [judged.id for judged in PROPERTIES]
    assert len(ids) == len(set(ids))
    assert all(judged.title and judged.rule and judged.findings.__doc__ for judged in PROPERTIES)


def test_a_trace_without_header_is_refused():
    trace = HandWrittenTrace()
    with pytest.raises(ValueError, match="header"):
        judge([CheckStarted(trace.now, 1)], shipped())
