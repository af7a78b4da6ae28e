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
from hanbench.harness.case.vocabulary import CommissionDevices, ExcludeDevice, Outcome
from hanbench.harness.oracle import PROPERTIES, judge
from hanbench.profiles.rulesets import Cohort, Counting, Decider, Switches, shipped

A, D = MeterStatus.ACTIVE, MeterStatus.DORMANT
O = Outcome  # noqa: E741
ON_14_MARCH = datetime(2022, 3, 12, 9, tzinfo=UTC)
"""A third failure, 51 hours later, falls on 14 March 2022."""


def test_a_right_partial_migration_breaks_nothing(tell):
    assert tell().gsme_dead().fails(3).partial().violations() == []


def test_a_right_migration_of_both_breaks_nothing(tell, words):
    assert tell().passes().commissions(words.BOTH).closes(O.MIGRATE_BOTH).violations() == []


# -- scope -------------------------------------------------------------------------------------------------------------


def test_partial_migration_of_dormant_on_14_march_2022_is_out_of_scope(tell):
    story = tell(start=ON_14_MARCH).gsme_dead().fails(3)
    assert story.now.date() == date(2022, 3, 14)
    assert story.partial().broken() == {"scope"}


def test_partial_migration_of_dormant_in_the_first_second_of_15_march_2022_is_in_scope(tell):
    story = tell(start=ON_14_MARCH).gsme_dead().fails(3)
    story.now = datetime(2022, 3, 15, tzinfo=UTC)
    assert story.partial().broken() == set()


def test_v18_still_allows_active_on_its_last_day(tell):
    story = tell(A, A, start=ON_14_MARCH).gsme_dead().says("gas", StatementKind.REQUEST).fails(3)
    assert story.now.date() == date(2022, 3, 14)
    assert story.partial().violations() == []


@pytest.mark.parametrize("cohort", [Cohort.MOC_SECURE, Cohort.MOC_MDS, Cohort.FOC])
def test_partial_migration_outside_ioc_is_out_of_scope(tell, cohort):
    assert tell(cohort=cohort).gsme_dead().fails(3).partial().broken() == {"scope"}


def test_the_scope_violation_names_its_paragraph(tell):
    story = tell(cohort=Cohort.MOC_SECURE).gsme_dead().fails(3).partial()
    (violation,) = judge(story.records, shipped())
    assert violation.rule == "letter, 3 and 4 (stated)"


def test_refusing_what_is_allowed_is_wrong(tell):
    assert "refusal-only-out-of-scope" in tell().gsme_dead().fails(3).closes(O.REFUSE).broken()


def test_refusing_what_is_not_allowed_is_right(tell):
    assert tell(cohort=Cohort.FOC).gsme_dead().fails(3).closes(O.REFUSE).violations() == []


def test_refusing_before_the_failure_is_persistent_is_wrong(tell):
    story = tell(cohort=Cohort.FOC).gsme_dead().fails(2).closes(O.REFUSE)
    assert story.broken() == {"refusal-only-out-of-scope"}


# -- counting ----------------------------------------------------------------------------------------------------------


def test_two_failures_do_not_suffice(tell):
    text = "partial migration after 2 consecutive failures of the HAN-connectivity check, 3 are required"
    assert ("count", text) in tell().gsme_dead().fails(2).commissions((MeterRole.ESME,)).violations()


def test_the_count_violation_points_at_the_frames_of_the_checks(tell):
    story = tell().gsme_dead().fails(2).commissions((MeterRole.ESME,))
    (violation,) = (v for v in judge(story.records, shipped()) if v.property == "count")
    assert violation.frames == (10, 20)


def test_a_pass_starts_the_count_again(tell):
    def flapping(counting):
        story = tell(switches=Switches(failure_counting=counting)).gsme_dead().fails(2)
        story.truth(Subject.GSME, State.HEALTHY).passes().commissions((MeterRole.ESME, MeterRole.GSME), succeeded=False)
        return story.gsme_dead().fails(1).commissions((MeterRole.ESME,)).broken()

    assert "count" in flapping(Counting.CONSECUTIVE)
    assert "count" not in flapping(Counting.CUMULATIVE)


def test_inconclusive_checks_do_not_complete_the_count(tell):
    story = tell().gsme_dead().fails(1).truth(Subject.WAN, State.BROKEN).inconclusive()
    story.truth(Subject.WAN, State.HEALTHY).fails(1)
    assert "inconclusive-never-counts" in story.commissions((MeterRole.ESME,)).broken()


def test_a_pass_is_not_mistaken_for_an_inconclusive_check(tell, words):
    story = tell(switches=Switches(failure_counting=Counting.CUMULATIVE)).gsme_dead().fails(1)
    story.truth(Subject.GSME, State.HEALTHY).passes().commissions(words.BOTH, succeeded=False).gsme_dead().fails(1)
    broken = story.commissions(words.ESME).broken()
    assert "count" in broken
    assert "inconclusive-never-counts" not in broken


def test_inconclusive_checks_between_three_failures_do_no_harm(tell, words):
    story = tell().gsme_dead().fails(1).truth(Subject.WAN, State.BROKEN).inconclusive()
    story.truth(Subject.WAN, State.HEALTHY).fails(2)
    record = msgspec.structs.replace(words.RECORD, attempts=(1, 3, 4))
    assert story.commissions(words.ESME).excludes(record=record).closes(O.MIGRATE_ESME_ONLY).violations() == []


def test_wan_faults_count_where_the_scenario_says_so(tell, words):
    story = tell(switches=Switches(wan_failure_counts=True)).gsme_dead().fails(1)
    story.truth(Subject.WAN, State.BROKEN).inconclusive().truth(Subject.WAN, State.HEALTHY).fails(1)
    assert story.partial().violations() == []


def test_a_sixth_attempt_is_one_too_many(tell):
    story = tell(cohort=Cohort.FOC).gsme_dead().fails(5)
    assert "attempt-cap" not in story.broken()
    assert "attempt-cap" in story.fails(1).broken()


def test_excluding_the_installation_takes_five_attempts(tell):
    story = tell().truth(Subject.ESME, State.BROKEN)
    for _ in range(4):
        story.inconclusive(Subject.ESME)
    assert "exclusion-not-before-cap" in story.closes(O.EXCLUDE_INSTALLATION).broken()
    story = tell().truth(Subject.ESME, State.BROKEN)
    for _ in range(5):
        story.inconclusive(Subject.ESME)
    assert story.closes(O.EXCLUDE_INSTALLATION).violations() == []


def test_checks_keep_their_distance(tell):
    def second_after(hours):
        return tell().gsme_dead().fails(1).check(Verdict.FAIL, Subject.GSME, code="GT01", wait=hours).broken()

    assert "spacing" in second_after(24.9)
    assert "spacing" not in second_after(25)


# -- consent -----------------------------------------------------------------------------------------------------------

ACTIVE, MIXED = (A, A), (D, A)


@pytest.mark.parametrize(("meters", "says"), [(ACTIVE, StatementKind.REQUEST), (MIXED, StatementKind.AUTHORISATION)])
def test_with_the_right_consent_nothing_is_broken(tell, meters, says):
    assert tell(*meters).gsme_dead().says("gas", says).fails(3).partial().violations() == []


@pytest.mark.parametrize(("meters", "other"), [(ACTIVE, StatementKind.AUTHORISATION), (MIXED, StatementKind.REQUEST)])
def test_without_the_right_consent_it_is(tell, meters, other):
    assert tell(*meters).gsme_dead().fails(3).partial().broken() == {"consent"}
    assert tell(*meters).gsme_dead().says("gas", other).fails(3).partial().broken() == {"consent"}


@pytest.mark.parametrize(("meters", "says"), [(ACTIVE, StatementKind.REQUEST), (MIXED, StatementKind.AUTHORISATION)])
def test_a_consent_after_the_decision_comes_too_late(tell, meters, says, words):
    story = tell(*meters).gsme_dead().fails(3).commissions(words.ESME).says("gas", says)
    assert story.excludes().closes(O.MIGRATE_ESME_ONLY).broken() == {"consent"}


def test_the_esme_supplier_cannot_consent(tell):
    story = tell(*MIXED).gsme_dead().says("power", StatementKind.AUTHORISATION).fails(3).partial()
    assert story.broken() == {"consent-from-responsible-supplier"}


def test_a_withdrawn_authorisation_is_none(tell):
    story = (
        tell(*MIXED)
        .gsme_dead()
        .says("gas", StatementKind.AUTHORISATION)
        .says("gas", StatementKind.WITHDRAWAL)
        .fails(3)
        .partial()
    )
    assert story.broken() == {"withdrawal-honoured"}


def test_an_authorisation_given_again_after_its_withdrawal_counts(tell):
    story = tell(*MIXED).gsme_dead()
    for says in (StatementKind.AUTHORISATION, StatementKind.WITHDRAWAL, StatementKind.AUTHORISATION):
        story.says("gas", says)
    assert story.fails(3).partial().violations() == []


def test_only_the_giver_can_take_back(tell):
    story = (
        tell(*MIXED)
        .gsme_dead()
        .says("gas", StatementKind.AUTHORISATION)
        .says("power", StatementKind.WITHDRAWAL)
        .fails(3)
    )
    assert story.partial().violations() == []


@pytest.mark.parametrize("outcome", [O.HOLD, O.REFUSE])
def test_a_dormant_gsme_supplier_has_no_veto(tell, outcome):
    story = tell().gsme_dead().says("gas", StatementKind.WITHDRAWAL).fails(3).at(14 * 24)
    assert "no-veto" in story.closes(outcome).broken()


def test_an_objection_changes_nothing_about_a_right_decision(tell):
    assert tell().gsme_dead().says("gas", StatementKind.WITHDRAWAL).fails(3).partial().violations() == []


def test_where_the_switch_gives_the_supplier_the_say_waiting_for_it_is_right(tell):
    switches = Switches(mixed_gsme_dormant_decider=Decider.RESPONSIBLE_SUPPLIER)
    held = tell(A, D, switches=switches).gsme_dead().fails(3).at(14 * 24).closes(O.HOLD)
    assert held.violations() == []
    assert "no-veto" in tell(A, D).gsme_dead().fails(3).at(14 * 24).closes(O.HOLD).broken()


def test_holding_with_the_consent_in_hand_is_wrong(tell):
    story = tell(*ACTIVE).gsme_dead().says("gas", StatementKind.REQUEST).fails(3).at(14 * 24).closes(O.HOLD)
    assert "hold-only-for-consent" in story.broken()


def test_holding_before_the_failure_is_persistent_is_wrong(tell):
    assert "hold-only-for-consent" in tell(*ACTIVE).gsme_dead().fails(2).at(14 * 24).closes(O.HOLD).broken()


def test_holding_for_a_missing_consent_is_right(tell):
    assert tell(*ACTIVE).gsme_dead().fails(3).at(14 * 24).closes(O.HOLD).violations() == []


# -- the GSME ----------------------------------------------------------------------------------------------------------


def test_a_gsme_that_passed_last_is_not_left_behind(tell):
    switches = Switches(failure_counting=Counting.CUMULATIVE)
    story = tell(switches=switches).gsme_dead().fails(3).truth(Subject.GSME, State.HEALTHY).passes()
    assert "healthy-gsme-never-left-behind" in story.partial().broken()


def test_a_gsme_that_recovered_since_an_old_check_is_not_left_behind(tell):
    story = tell(*ACTIVE).gsme_dead().says("gas", StatementKind.REQUEST).fails(3).truth(Subject.GSME, State.HEALTHY)
    late = story.now.timestamp() - story.start.timestamp() + 25 * 3600
    assert story.at(late / 3600).partial().broken() == {"healthy-gsme-never-left-behind", "fresh-evidence"}


def test_a_gsme_that_recovered_just_after_a_fresh_check_is_nobodys_fault(tell):
    story = tell().gsme_dead().fails(3).truth(Subject.GSME, State.HEALTHY)
    assert story.partial().violations() == []


def test_old_evidence_is_wrong_even_if_the_gsme_still_is_dead(tell):
    story = tell().gsme_dead().fails(3)
    late = (story.now - story.start).total_seconds() / 3600 + 24.5
    assert story.at(late).partial().broken() == {"fresh-evidence"}


def test_evidence_of_just_the_age_allowed_is_fresh(tell):
    story = tell().gsme_dead().fails(3).truth(Subject.GSME, State.HEALTHY)
    assert story.at((story.now - story.start).total_seconds() / 3600 + 24).partial().violations() == []


def test_an_inconclusive_check_does_not_freshen_old_evidence(tell, words):
    story = tell().gsme_dead().fails(3).truth(Subject.WAN, State.BROKEN).inconclusive().commissions(words.ESME)
    assert story.excludes().closes(O.MIGRATE_ESME_ONLY).broken() == {"fresh-evidence"}


def test_a_pass_is_not_wasted(tell):
    story = tell().gsme_dead().fails(2).truth(Subject.GSME, State.HEALTHY).passes().at(14 * 24).closes(O.RETRY)
    assert story.broken() == {"pass-leads-to-migration"}


def test_a_pass_whose_commissioning_failed_is_not_wasted(tell, words):
    story = tell().passes().commissions(words.BOTH, succeeded=False).at(14 * 24).closes(O.RETRY)
    assert story.violations() == []


def test_a_gsme_that_failed_is_not_commissioned(tell, words):
    assert "gsme-only-after-pass" in tell().gsme_dead().fails(3).commissions(words.BOTH).broken()


def test_a_gsme_that_never_was_checked_is_not_commissioned(tell, words):
    assert tell().commissions(words.BOTH).closes(O.MIGRATE_BOTH).broken() == {"gsme-only-after-pass"}


def test_an_esme_fault_never_leads_to_partial_migration(tell, words):
    story = tell().gsme_dead().fails(3).truth(Subject.ESME, State.BROKEN).inconclusive(Subject.ESME)
    assert story.commissions(words.ESME).broken() >= {"esme-fault-never-partial"}


def test_a_wan_fault_is_not_mistaken_for_an_esme_fault(tell, words):
    story = tell().gsme_dead().fails(3).truth(Subject.WAN, State.BROKEN).inconclusive(Subject.WAN)
    assert "esme-fault-never-partial" not in story.commissions(words.ESME).broken()


def test_an_esme_fault_that_passed_does_not_matter(tell, words):
    story = tell().gsme_dead().truth(Subject.ESME, State.BROKEN).inconclusive(Subject.ESME)
    story.truth(Subject.ESME, State.HEALTHY).fails(3)
    record = msgspec.structs.replace(words.RECORD, attempts=(2, 3, 4))
    assert story.commissions(words.ESME).excludes(record=record).closes(O.MIGRATE_ESME_ONLY).violations() == []


def test_a_gsme_left_out_without_exclusion(tell, words):
    story = tell().gsme_dead().fails(3).commissions(words.ESME).closes(O.MIGRATE_ESME_ONLY)
    assert story.broken() == {"exclusion-record"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("code", "GT02"), ("supplier", "power"), ("replace_by", date(2021, 12, 31)), ("attempts", (1, 2))],
)
def test_every_field_of_the_exclusion_record_matters(tell, words, field, value):
    record = msgspec.structs.replace(words.RECORD, **{field: value})
    story = tell().gsme_dead().fails(3).commissions(words.ESME).excludes(record=record).closes(O.MIGRATE_ESME_ONLY)
    assert story.broken() == {"exclusion-record"}


def test_an_exclusion_without_record(tell, words):
    story = tell().gsme_dead().fails(3).commissions(words.ESME).excludes(record=None).closes(O.MIGRATE_ESME_ONLY)
    assert story.broken() == {"exclusion-record"}


def test_a_gsme_is_not_excluded_from_a_whole_migration(tell, words):
    story = tell().passes().commissions(words.BOTH).excludes().closes(O.MIGRATE_BOTH)
    assert story.broken() == {"exclusion-record"}


def test_an_esme_is_never_excluded(tell, words):
    story = tell().passes().commissions(words.BOTH).excludes(MeterRole.ESME).closes(O.MIGRATE_BOTH)
    assert story.broken() == {"exclusion-record"}


def test_an_excluded_gsme_comes_back_only_where_the_rules_reinstate_it(tell, words):
    def back(reinstate):
        story = tell(switches=Switches(reinstate_on_recovery=reinstate)).gsme_dead().fails(3)
        story.commissions(words.ESME).excludes().truth(Subject.GSME, State.HEALTHY).passes()
        return story.commissions((MeterRole.GSME,)).closes(O.MIGRATE_BOTH).broken()

    assert back(False) == {"excluded-stays-out"}
    assert back(True) == set()


# -- how it ends -------------------------------------------------------------------------------------------------------


def test_no_outcome_is_a_violation(tell):
    story = tell().gsme_dead().fails(3)
    assert story.add(End(story.now, "time")).broken() == {"bounded-time"}


def test_an_outcome_more_than_a_day_late_is_a_violation(tell):
    def closed(hours):
        return tell(*ACTIVE).gsme_dead().fails(3).at(14 * 24 + hours).closes(O.HOLD).broken()

    assert closed(24) == set()
    assert closed(24.1) == {"bounded-time"}


def test_holding_ends_no_earlier_than_its_time(tell):
    assert tell(*ACTIVE).gsme_dead().fails(3).at(14 * 24 - 0.1).closes(O.HOLD).broken() == {"patience"}


def test_retry_ends_no_earlier_than_its_time(tell):
    assert tell().gsme_dead().fails(1).closes(O.RETRY).broken() == {"patience"}
    assert tell().gsme_dead().fails(1).at(14 * 24).closes(O.RETRY).broken() == set()


def test_a_partial_migration_that_is_due_is_not_withheld(tell):
    story = tell().truth(Subject.WAN, State.BROKEN).gsme_dead().inconclusive().inconclusive()
    story.truth(Subject.WAN, State.HEALTHY).fails(3).closes(O.EXCLUDE_INSTALLATION)
    assert story.broken() == {"partial-not-withheld"}


def test_a_partial_migration_without_consent_is_not_due(tell):
    story = tell(*MIXED).truth(Subject.WAN, State.BROKEN).gsme_dead().inconclusive().inconclusive()
    story.truth(Subject.WAN, State.HEALTHY).fails(3).closes(O.EXCLUDE_INSTALLATION)
    assert story.violations() == []


@pytest.mark.parametrize("outcome", [O.MIGRATE_BOTH, O.REFUSE])
def test_the_outcome_says_what_was_done(tell, words, outcome):
    story = tell().gsme_dead().fails(3).commissions(words.ESME).excludes().closes(outcome)
    assert "outcome-matches-effects" in story.broken()


def test_a_commissioning_that_failed_is_no_effect(tell, words):
    story = tell().passes().commissions(words.BOTH, succeeded=False).closes(O.MIGRATE_BOTH)
    assert story.broken() == {"outcome-matches-effects"}


def test_nothing_is_commissioned_that_was_not_decided(tell, words):
    story = tell().passes()
    story.add(CommissioningRecorded(story.now, Commissioning(words.BOTH, True))).closes(O.MIGRATE_BOTH)
    assert "decided-before-done" in story.broken()


def test_one_decision_is_good_for_one_commissioning(tell, words):
    story = tell().passes().commissions(words.BOTH)
    story.add(CommissioningRecorded(story.now, Commissioning(words.BOTH, True))).closes(O.MIGRATE_BOTH)
    assert story.broken() == {"decided-before-done"}


def test_nothing_is_excluded_that_was_not_decided(tell, words):
    story = tell().gsme_dead().fails(3).commissions(words.ESME)
    story.add(Excluded(story.now, MeterRole.GSME, words.RECORD)).closes(O.MIGRATE_ESME_ONLY)
    assert story.broken() == {"decided-before-done"}


def test_a_decision_about_the_esme_is_none_about_both(tell, words):
    story = tell().passes()
    story.commissions(words.BOTH).records[-2] = ActionAccepted(story.now, CommissionDevices(words.ESME))
    assert "decided-before-done" in story.closes(O.MIGRATE_BOTH).broken()


def test_a_decision_to_exclude_the_esme_is_none_about_the_gsme(tell, words):
    story = tell().gsme_dead().fails(3).commissions(words.ESME).excludes()
    story.records[-2] = ActionAccepted(story.now, ExcludeDevice(MeterRole.ESME))
    assert "decided-before-done" in story.closes(O.MIGRATE_ESME_ONLY).broken()


def test_no_device_is_commissioned_twice(tell, words):
    story = tell().passes().commissions(words.BOTH).commissions(words.BOTH).closes(O.MIGRATE_BOTH)
    assert story.broken() == {"commissioned-once"}


def test_commissioning_again_after_a_failure_is_no_second_time(tell, words):
    story = tell().passes().commissions(words.BOTH, succeeded=False).passes().commissions(words.BOTH)
    assert story.closes(O.MIGRATE_BOTH).violations() == []


def test_misbehaviour_is_reported(tell, words):
    story = tell().passes().misbehaves().commissions(words.BOTH).closes(O.MIGRATE_BOTH)
    assert story.violations() == [("in-turn", "out-of-turn: RunCheck during a commissioning")]


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
def test_a_verdict_agrees_with_the_truth_of_its_window(tell, before, meanwhile, admitted):
    def is_true(verdict):
        story = tell()
        for subject, state in before:
            story.truth(subject, state)
        return "verdict-agrees-with-truth" not in story.check(verdict, meanwhile=meanwhile).broken()

    assert {verdict for verdict in Verdict if is_true(verdict)} == admitted


def test_what_happens_after_a_check_does_not_touch_it(tell):
    assert "verdict-agrees-with-truth" not in tell().passes().gsme_dead().broken()


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
def test_a_verdict_names_its_cause(tell, verdict, cause, code, right):
    broken = tell().check(verdict, cause, code=code).broken()
    assert ("verdict-names-its-cause" not in broken) is right


# -- the judgement itself ----------------------------------------------------------------------------------------------


def test_property_ids_are_unique_and_each_has_its_source():
    ids = [judged.id for judged in PROPERTIES]
    assert len(ids) == len(set(ids))
    assert all(judged.title and judged.rule and judged.findings.__doc__ for judged in PROPERTIES)


def test_a_trace_without_header_is_refused(tell):
    story = tell()
    with pytest.raises(ValueError, match="header"):
        judge([CheckStarted(story.now, 1)], shipped())
