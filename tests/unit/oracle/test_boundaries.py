"""The boundaries of the properties: what is just allowed, what just is not, and a second breach beside the first.

Each trace is one on which a changed oracle would judge otherwise (`hanbench selftest` changes it). The expected
verdicts follow from the letter, from Various 1 and from the meaning of the interface.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import msgspec
import pytest

from hanbench.harness.case.check import HanCheck, Subject, Verdict
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import Meter, MeterRole, MeterStatus, Rulebook, RuleEntry
from hanbench.harness.case.plan import State, StatementKind
from hanbench.harness.case.trace import (
    ActionAccepted,
    CheckRecorded,
    CheckStarted,
    CommissioningRecorded,
    Excluded,
)
from hanbench.harness.case.vocabulary import CommissionDevices, Outcome
from hanbench.harness.oracle import judge
from hanbench.harness.oracle.decider import Decided, decided
from hanbench.profiles.rulesets import Cohort, Counting, Decider, Switches, shipped
from tests.support.traces import BOTH, ESME_ONLY, RECORD, HandWrittenTrace

A, D = MeterStatus.ACTIVE, MeterStatus.DORMANT
O = Outcome  # noqa: E741
REQUEST, AUTHORISATION, WITHDRAWAL = StatementKind.REQUEST, StatementKind.AUTHORISATION, StatementKind.WITHDRAWAL
BROKEN, HEALTHY = State.BROKEN, State.HEALTHY
ON_14_MARCH = datetime(2022, 3, 12, 9, tzinfo=UTC)
"""A third failure, 51 hours later, falls on 14 March 2022."""
GSME_ONLY = (MeterRole.GSME,)
CUMULATIVE = Switches(failure_counting=Counting.CUMULATIVE)


def breaches(trace):
    """How often each property is violated."""
    return Counter(violation.property for violation in judge(trace.records, shipped()))


def dead(*meters, **terms):
    return HandWrittenTrace(*meters, **terms).gsme_dead()


# -- the rules of a day ------------------------------------------------------------------------------------------------


def test_a_rulebook_may_name_its_rule_sets_in_any_order():
    entries = (RuleEntry("tmad-v19", first_day=date(2022, 3, 15)), RuleEntry("tmad-v18", last_day=date(2022, 3, 14)))
    trace = dead(start=ON_14_MARCH, rulebook=Rulebook(entries)).fails(3).partial_migration()
    assert trace.violated() == {"scope"}


@pytest.mark.parametrize(("failures", "broken"), [(3, {"scope"}), (2, {"scope", "count", "exclusion-record"})])
def test_a_day_without_rules_allows_no_partial_migration(failures, broken):
    book = Rulebook((RuleEntry("tmad-v19", first_day=date(2022, 5, 1)),))
    assert dead(rulebook=book).fails(failures).partial_migration().violated() == broken


def test_on_a_day_without_rules_the_first_of_the_rulebook_counts():
    book = Rulebook((RuleEntry("tmad-v18", last_day=date(2022, 3, 14)), RuleEntry("tmad-v19", date(2022, 5, 1))))
    trace = dead(A, A, rulebook=book).says("gas", REQUEST).fails(2).partial_migration()
    assert trace.violated() == {"scope", "count", "exclusion-record"}


def test_on_a_day_without_rules_a_refusal_is_right_and_nothing_is_withheld():
    book = Rulebook((RuleEntry("tmad-v19", first_day=date(2022, 5, 1)),))
    assert dead(rulebook=book).fails(3).closes(O.REFUSE).violations() == []
    assert dead(rulebook=book).fails(5).closes(O.EXCLUDE_INSTALLATION).violations() == []


def test_what_is_out_of_scope_is_not_withheld():
    assert dead(cohort=Cohort.FOC).fails(5).closes(O.EXCLUDE_INSTALLATION).violations() == []


def test_a_trace_without_records_and_one_that_begins_later_are_refused():
    trace = HandWrittenTrace().fails(1)
    for records in ([], trace.records[1:], [CheckStarted(trace.now, 1)]):
        with pytest.raises(ValueError, match="header"):
            judge(records, shipped())


def shipped_but(id, **changed):
    """The rule sets as shipped, but for one whose values count otherwise."""
    rules = shipped()[id]
    values = {
        key: msgspec.structs.replace(getattr(rules, key), value=value) if key != "decision" else value
        for key, value in changed.items()
    }
    return {**shipped(), id: msgspec.structs.replace(rules, **values)}


def test_the_rules_of_the_day_count_and_no_earlier_ones():
    trace = dead(A, A, start=datetime(2022, 3, 1, 9, tzinfo=UTC)).says("gas", REQUEST).fails(4)
    assert "attempt-cap" not in {v.property for v in judge(trace.records, shipped_but("tmad-v19", attempt_cap=3))}
    assert "attempt-cap" in {v.property for v in judge(trace.records, shipped_but("tmad-v18", attempt_cap=3))}
    trace = dead().fails(4)
    assert "attempt-cap" in {v.property for v in judge(trace.records, shipped_but("tmad-v19", attempt_cap=3))}


def test_on_a_day_without_rules_the_last_of_the_rulebook_does_not_count():
    book = Rulebook((RuleEntry("tmad-v18", last_day=date(2022, 3, 14)), RuleEntry("tmad-v19", date(2022, 5, 1))))
    trace = dead(rulebook=book).fails(4)
    assert "attempt-cap" not in {v.property for v in judge(trace.records, shipped_but("tmad-v19", attempt_cap=3))}
    assert "attempt-cap" in {v.property for v in judge(trace.records, shipped_but("tmad-v18", attempt_cap=3))}


# -- changes of hands --------------------------------------------------------------------------------------------------


def test_the_type_is_that_of_the_moment_of_the_decision():
    trace = dead(A, A).fails(3).becomes(esme=Meter(D, "power"), gsme=Meter(D, "gas"))
    assert trace.partial_migration().violations() == []
    trace = dead(D, D).fails(3).becomes(esme=Meter(A, "power"), gsme=Meter(A, "gas"))
    assert trace.partial_migration().violated() == {"consent"}


def test_of_two_changes_the_later_one_holds():
    trace = dead(A, A).fails(3).becomes(gsme=Meter(D, "gas")).becomes(gsme=Meter(A, "gas"))
    assert trace.partial_migration().violated() == {"consent"}


def test_a_change_after_the_decision_changes_nothing_about_it():
    trace = dead().fails(3).commissions(ESME_ONLY).becomes(gsme=Meter(A, "gas"))
    assert trace.excludes().closes(O.MIGRATE_ESME_ONLY).violations() == []


def test_the_consent_of_the_former_supplier_is_none_of_the_new_one():
    trace = dead(D, A).says("gas", AUTHORISATION).fails(3).becomes(gsme=Meter(A, "gas-too"))
    record = msgspec.structs.replace(RECORD, supplier="gas-too")
    trace.commissions(ESME_ONLY).excludes(record=record).closes(O.MIGRATE_ESME_ONLY)
    assert trace.violated() == {"consent-from-responsible-supplier"}


# -- counting ----------------------------------------------------------------------------------------------------------


def test_only_the_last_pass_starts_the_count():
    trace = HandWrittenTrace().passes().commissions(BOTH, succeeded=False).gsme_dead().fails(1)
    trace.truth(Subject.GSME, HEALTHY).passes().commissions(BOTH, succeeded=False).gsme_dead().fails(2)
    assert "count" in trace.commissions(ESME_ONLY).violated()


def test_the_failure_right_after_a_pass_counts_and_the_pass_does_not():
    trace = HandWrittenTrace().passes().commissions(BOTH, succeeded=False).gsme_dead().fails(3)
    record = msgspec.structs.replace(RECORD, attempts=(2, 3, 4))
    assert trace.commissions(ESME_ONLY).excludes(record=record).closes(O.MIGRATE_ESME_ONLY).violations() == []


@pytest.mark.parametrize("cause", [Subject.ESME, Subject.BENCH])
def test_the_wan_switch_makes_no_other_cause_count(cause):
    trace = dead(switches=Switches(wan_failure_counts=True)).fails(2).truth(cause, BROKEN).inconclusive(cause)
    trace.truth(cause, HEALTHY)
    assert trace.commissions(ESME_ONLY).violated() >= {"count", "inconclusive-never-counts"}


def test_a_wan_fault_that_counts_is_no_inconclusive_check_that_must_not():
    trace = dead(switches=Switches(wan_failure_counts=True)).truth(Subject.WAN, BROKEN).inconclusive()
    trace.truth(Subject.WAN, HEALTHY).fails(1).commissions(ESME_ONLY)
    broken = trace.violated()
    assert "count" in broken
    assert "inconclusive-never-counts" not in broken


def test_one_inconclusive_check_too_few_is_no_excuse():
    trace = dead().truth(Subject.WAN, BROKEN).inconclusive().truth(Subject.WAN, HEALTHY).fails(1)
    broken = trace.commissions(ESME_ONLY).violated()
    assert "count" in broken
    assert "inconclusive-never-counts" not in broken


def test_the_check_after_a_restart_of_the_numbers_is_measured_from_its_own_predecessor():
    trace = dead(cohort=Cohort.FOC).fails(2)
    trace.check(Verdict.FAIL, Subject.GSME, code="GT01", wait=10).check(Verdict.FAIL, Subject.GSME, code="GT01", wait=9)
    assert breaches(trace)["spacing"] == 2


# -- consent -----------------------------------------------------------------------------------------------------------


def test_a_statement_of_a_supplier_that_is_no_objection_makes_no_veto():
    trace = dead().says("gas", REQUEST).fails(3).closes(O.REFUSE)
    assert "no-veto" not in trace.violated()
    assert "no-veto" in dead().says("gas", WITHDRAWAL).fails(3).closes(O.REFUSE).violated()


@pytest.mark.parametrize("outcome", [O.RETRY, O.EXCLUDE_INSTALLATION])
def test_only_holding_and_refusing_obey_a_veto(outcome):
    trace = dead().says("gas", WITHDRAWAL).fails(5).at(14 * 24).closes(outcome)
    assert "no-veto" not in trace.violated()


def test_where_partial_migration_is_not_allowed_nobody_has_a_veto_to_obey():
    trace = dead(cohort=Cohort.FOC).says("gas", WITHDRAWAL).fails(3).closes(O.REFUSE)
    assert trace.violations() == []
    book = Rulebook((RuleEntry("tmad-v19", first_day=date(2022, 5, 1)),))
    assert dead(rulebook=book).says("gas", WITHDRAWAL).fails(3).closes(O.REFUSE).violations() == []


def test_a_hold_needs_a_failure_at_its_last_check():
    trace = dead(A, A, switches=CUMULATIVE).fails(3).truth(Subject.GSME, HEALTHY).passes().at(14 * 24).closes(O.HOLD)
    assert "hold-only-for-consent" in trace.violated()


def test_a_hold_rests_on_its_last_check_and_on_no_earlier_one():
    trace = dead(A, A).truth(Subject.WAN, BROKEN).inconclusive().truth(Subject.WAN, HEALTHY).fails(3)
    assert trace.asks().at(14 * 24).closes(O.HOLD).violations() == []


def test_a_hold_can_be_wrong_in_two_ways():
    trace = dead(A, A).says("gas", REQUEST).fails(2).at(14 * 24).closes(O.HOLD)
    assert breaches(trace) == {"hold-only-for-consent": 2}


# -- the GSME ----------------------------------------------------------------------------------------------------------


def test_only_a_decision_after_the_pass_uses_it():
    trace = HandWrittenTrace().passes().commissions(BOTH, succeeded=False).passes().at(14 * 24).closes(O.RETRY)
    assert "pass-leads-to-migration" in trace.violated()


def test_an_esme_fault_is_one_only_if_the_check_was_inconclusive():
    # The harness never blames an ESME for a failure; a forged trace may.
    trace = dead().fails(2).check(Verdict.FAIL, Subject.ESME, code="GT01").commissions(ESME_ONLY)
    assert "esme-fault-never-partial" not in trace.violated()


def test_a_decision_before_any_check_follows_no_esme_fault():
    trace = HandWrittenTrace().commissions(ESME_ONLY).closes(O.MIGRATE_ESME_ONLY)
    assert trace.violated() == {"count", "exclusion-record"}


def test_a_partial_migration_that_failed_needs_no_exclusion():
    trace = dead().fails(3).commissions(ESME_ONLY, succeeded=False).fails(2)
    assert "exclusion-record" not in trace.closes(O.EXCLUDE_INSTALLATION).violated()


def test_the_record_belongs_to_the_last_decision():
    trace = dead().fails(3).commissions(ESME_ONLY, succeeded=False).fails(1).commissions(ESME_ONLY)
    record = msgspec.structs.replace(RECORD, attempts=(1, 2, 3, 4))
    assert trace.excludes(record=record).closes(O.MIGRATE_ESME_ONLY).violations() == []
    trace = dead().fails(3).commissions(ESME_ONLY, succeeded=False).fails(1).commissions(ESME_ONLY)
    record = msgspec.structs.replace(RECORD, attempts=(1, 2, 3, 4, 5))
    assert trace.excludes(record=record).closes(O.MIGRATE_ESME_ONLY).violated() == {"exclusion-record"}


def test_of_two_exclusions_the_later_record_holds():
    wrong = msgspec.structs.replace(RECORD, code="GT02")
    trace = dead().fails(3).commissions(ESME_ONLY).excludes(record=wrong).excludes().closes(O.MIGRATE_ESME_ONLY)
    assert trace.violations() == []


def test_every_wrong_field_of_a_record_is_told():
    wrong = msgspec.structs.replace(RECORD, code="GT02", supplier="power", replace_by=date(2021, 12, 31), attempts=())
    trace = dead().fails(3).commissions(ESME_ONLY).excludes(record=wrong).closes(O.MIGRATE_ESME_ONLY)
    assert breaches(trace) == {"exclusion-record": 4}


def test_an_inconclusive_check_does_not_make_a_pass_forgotten():
    trace = dead(switches=CUMULATIVE).fails(3).truth(Subject.GSME, HEALTHY).passes().truth(Subject.WAN, BROKEN)
    assert "healthy-gsme-never-left-behind" in trace.inconclusive().commissions(ESME_ONLY).violated()


def test_the_esme_alone_is_no_return_of_the_gsme():
    trace = dead().fails(3).excludes().commissions(ESME_ONLY).closes(O.MIGRATE_ESME_ONLY)
    assert "excluded-stays-out" not in trace.violated()


def test_an_excluded_esme_does_not_keep_the_gsme_out():
    trace = HandWrittenTrace().passes().excludes(MeterRole.ESME).commissions(BOTH).closes(O.MIGRATE_BOTH)
    assert "excluded-stays-out" not in trace.violated()


def test_commissioning_before_the_exclusion_is_no_return():
    trace = HandWrittenTrace().passes().commissions(BOTH, succeeded=False).gsme_dead().fails(3)
    record = msgspec.structs.replace(RECORD, attempts=(2, 3, 4))
    trace.commissions(ESME_ONLY).excludes(record=record)
    assert "excluded-stays-out" not in trace.closes(O.MIGRATE_ESME_ONLY).violated()


def test_a_second_exclusion_does_not_open_the_door_again():
    trace = dead().fails(3).commissions(ESME_ONLY).excludes().truth(Subject.GSME, HEALTHY).passes()
    trace.commissions(GSME_ONLY, succeeded=False).excludes().closes(O.MIGRATE_ESME_ONLY)
    assert "excluded-stays-out" in trace.violated()


# -- how it ends -------------------------------------------------------------------------------------------------------


def test_nothing_is_withheld_while_time_is_up_for_the_evidence():
    def closed(hours):
        trace = dead().fails(5)
        late = (trace.now - trace.start).total_seconds() / 3600 + hours
        return trace.at(late).closes(O.EXCLUDE_INSTALLATION).violated()

    assert closed(24) == {"partial-not-withheld"}
    assert closed(24.1) == set()


def test_a_partial_migration_that_was_tried_is_not_withheld():
    trace = dead().fails(5).commissions(ESME_ONLY, succeeded=False).closes(O.EXCLUDE_INSTALLATION)
    assert trace.violations() == []


def test_a_try_before_the_last_check_does_not_count_as_one_after_it():
    trace = dead().fails(4).commissions(ESME_ONLY, succeeded=False).fails(1).closes(O.EXCLUDE_INSTALLATION)
    assert trace.violated() == {"partial-not-withheld"}


def test_a_case_that_ends_in_an_inconclusive_check_withholds_nothing():
    trace = dead().fails(4).truth(Subject.WAN, BROKEN).inconclusive().closes(O.EXCLUDE_INSTALLATION)
    assert trace.violations() == []


def test_a_case_without_any_check_withholds_nothing():
    assert HandWrittenTrace().at(14 * 24).closes(O.RETRY).violated() == {"retry-only-in-want-of-time"}
    assert HandWrittenTrace().closes(O.EXCLUDE_INSTALLATION).violated() == {"exclusion-not-before-cap"}


def test_a_refusal_without_any_check_is_too_early():
    assert HandWrittenTrace(cohort=Cohort.FOC).closes(O.REFUSE).violated() == {"refusal-only-out-of-scope"}


def test_a_refusal_needs_a_failure_at_its_last_check():
    trace = dead(cohort=Cohort.FOC).fails(3).truth(Subject.WAN, BROKEN).inconclusive().closes(O.REFUSE)
    assert trace.violated() == {"nothing-on-inconclusive"}


def test_a_refusal_can_be_wrong_in_two_ways():
    assert breaches(dead().fails(2).closes(O.REFUSE))["refusal-only-out-of-scope"] == 2


# -- one after the other -----------------------------------------------------------------------------------------------


def test_a_decision_made_after_the_effect_is_none_before_it():
    trace = HandWrittenTrace().passes()
    trace.add(CommissioningRecorded(trace.now, Commissioning(BOTH, False))).commissions(BOTH)
    assert "decided-before-done" in trace.closes(O.MIGRATE_BOTH).violated()


def test_an_effect_does_not_become_right_by_a_later_decision():
    trace = HandWrittenTrace().passes()
    trace.add(CommissioningRecorded(trace.now, Commissioning(BOTH, True)))
    trace.add(ActionAccepted(trace.now, CommissionDevices(BOTH))).closes(O.MIGRATE_BOTH)
    assert "decided-before-done" in trace.violated()


def test_an_exclusion_decided_after_it_was_done_was_not_decided():
    trace = dead().fails(3).commissions(ESME_ONLY).add(Excluded(dead().now, MeterRole.GSME, RECORD)).excludes()
    assert "decided-before-done" in trace.closes(O.MIGRATE_ESME_ONLY).violated()


# -- a breach that one property alone finds ----------------------------------------------------------------------------

LONG = Switches(failure_counting=Counting.CUMULATIVE, evidence_max_age_hours=100)
ALONE = {
    "count": lambda: dead().fails(2).commissions(ESME_ONLY, succeeded=False).fails(1).partial_migration(),
    "attempt-cap": lambda: dead(cohort=Cohort.FOC).fails(6).closes(O.REFUSE),
    "spacing": lambda: (
        dead(cohort=Cohort.FOC).fails(2).check(Verdict.FAIL, Subject.GSME, code="GT01", wait=9).closes(O.REFUSE)
    ),
    "healthy-gsme-never-left-behind": lambda: (
        dead(switches=LONG).fails(3).truth(Subject.GSME, HEALTHY).passes().commissions(BOTH, succeeded=False)
    ).partial_migration(),
    "verdict-agrees-with-truth": lambda: dead().passes().commissions(BOTH).closes(O.MIGRATE_BOTH),
    "verdict-names-its-cause": lambda: (
        HandWrittenTrace().check(Verdict.PASS, Subject.GSME).commissions(BOTH).closes(O.MIGRATE_BOTH)
    ),
}


@pytest.mark.parametrize("property", ALONE)
def test_one_property_alone_finds_a_breach(property):
    assert ALONE[property]().violated() == {property}


# -- a second breach beside the first ----------------------------------------------------------------------------------


def two_decisions(trace, devices=ESME_ONLY):
    return trace.commissions(devices, succeeded=False).commissions(devices, succeeded=False)


TWICE = {
    "scope": lambda: two_decisions(dead(cohort=Cohort.FOC).fails(3)),
    "count": lambda: two_decisions(dead().fails(2)),
    "inconclusive-never-counts": lambda: two_decisions(dead().fails(2).truth(Subject.WAN, BROKEN).inconclusive()),
    "attempt-cap": lambda: dead(cohort=Cohort.FOC).fails(7),
    "spacing": lambda: HandWrittenTrace().fails(1).add(*(CheckStarted(dead().now, 2),) * 2),
    "consent": lambda: two_decisions(dead(A, A).fails(3)),
    "consent-from-responsible-supplier": lambda: two_decisions(dead(A, A).says("power", REQUEST).fails(3)),
    "withdrawal-honoured": lambda: two_decisions(dead(A, A).says("gas", REQUEST).says("gas", WITHDRAWAL).fails(3)),
    "healthy-gsme-never-left-behind": lambda: two_decisions(HandWrittenTrace(switches=CUMULATIVE).passes()),
    "fresh-evidence": lambda: two_decisions(dead().fails(3).at(200)),
    "gsme-only-after-pass": lambda: two_decisions(dead().fails(3), BOTH),
    "esme-fault-never-partial": lambda: two_decisions(
        dead().fails(3).truth(Subject.ESME, BROKEN).inconclusive(Subject.ESME)
    ),
    "excluded-stays-out": lambda: two_decisions(HandWrittenTrace().passes().excludes(), BOTH),
    "commissioned-once": lambda: HandWrittenTrace().passes().commissions(BOTH).commissions(BOTH).commissions(BOTH),
    "in-turn": lambda: HandWrittenTrace().misbehaves().misbehaves(),
    "verdict-agrees-with-truth": lambda: dead().passes().passes(),
}


@pytest.mark.parametrize("property", TWICE)
def test_a_second_breach_is_told_as_well(property):
    assert breaches(TWICE[property]())[property] == 2


def test_a_decision_on_a_day_without_rules_is_told_each_time():
    book = Rulebook((RuleEntry("tmad-v19", first_day=date(2022, 5, 1)),))
    assert breaches(two_decisions(dead(rulebook=book).fails(3)))["scope"] == 2


def test_old_evidence_of_a_meter_that_works_again_is_told_each_time():
    trace = dead().fails(3).truth(Subject.GSME, HEALTHY).at(200)
    assert breaches(two_decisions(trace))["healthy-gsme-never-left-behind"] == 2


def test_each_effect_without_a_decision_is_told():
    trace = HandWrittenTrace().passes()
    trace.add(*(CommissioningRecorded(trace.now, Commissioning(BOTH, False)),) * 2)
    assert breaches(trace)["decided-before-done"] == 2
    trace = HandWrittenTrace().add(*(Excluded(trace.now, MeterRole.ESME),) * 2)
    assert breaches(trace) >= Counter({"decided-before-done": 2, "exclusion-record": 2})


@pytest.mark.parametrize(
    ("verdict", "cause", "code"),
    [
        (Verdict.FAIL, None, None),
        (Verdict.INCONCLUSIVE, None, None),
        (Verdict.PASS, None, "GT01"),
        (Verdict.PASS, Subject.GSME, None),
    ],
)
def test_each_check_without_its_cause_is_told(verdict, cause, code):
    trace = HandWrittenTrace().check(verdict, cause, code=code).check(verdict, cause, code=code)
    assert breaches(trace)["verdict-names-its-cause"] == 2


def test_a_check_is_judged_from_its_own_beginning():
    # No harness of ours lets two checks overlap; a trace of a lab may.
    trace = dead().add(CheckStarted(dead().now, 1)).truth(Subject.GSME, HEALTHY).add(CheckStarted(dead().now, 2))
    finished = HanCheck(1, Verdict.FAIL, trace.now, trace.now, "GT01", Subject.GSME)
    assert "verdict-agrees-with-truth" not in trace.add(CheckRecorded(trace.now, finished)).violated()


def test_of_two_checks_with_one_number_the_later_one_ends():
    trace = dead().add(CheckStarted(dead().now, 1)).truth(Subject.GSME, HEALTHY).add(CheckStarted(dead().now, 1))
    finished = HanCheck(1, Verdict.FAIL, trace.now, trace.now, "GT01", Subject.GSME)
    assert "verdict-agrees-with-truth" in trace.add(CheckRecorded(trace.now, finished)).violated()


# -- the decider, for reports ------------------------------------------------------------------------------------------


def decider_of(trace):
    return decided(trace.records, shipped())


def test_the_decider_is_that_of_the_last_decision():
    trace = dead(D, A).says("gas", AUTHORISATION).fails(3).commissions(ESME_ONLY, succeeded=False)
    trace.becomes(gsme=Meter(D, "gas")).fails(1).commissions(ESME_ONLY).becomes(gsme=Meter(A, "gas"))
    trace.excludes().closes(O.MIGRATE_ESME_ONLY)
    assert decider_of(trace) == Decided(Decider.DCC, trace.now)


def test_the_decider_is_that_of_the_day_of_the_last_decision():
    decision = shipped()["tmad-v19"].decision
    rulesets = shipped_but("tmad-v19", decision=msgspec.structs.replace(decision, active=decision.dormant))
    trace = dead(A, A, start=ON_14_MARCH).says("gas", REQUEST).fails(3).commissions(ESME_ONLY, succeeded=False)
    trace.fails(1).commissions(ESME_ONLY).excludes().closes(O.MIGRATE_ESME_ONLY)
    assert trace.now.date() == date(2022, 3, 15)
    assert decided(trace.records, rulesets) == Decided(Decider.DCC, trace.now)


def test_a_hold_is_decided_at_its_end():
    trace = dead().fails(3).becomes(gsme=Meter(A, "gas")).at(14 * 24).closes(O.HOLD)
    assert decider_of(trace) == Decided(Decider.RESPONSIBLE_SUPPLIER, trace.now)


def test_nobody_decides_about_what_follows_from_the_meters():
    trace = HandWrittenTrace().passes().commissions(BOTH).closes(O.MIGRATE_BOTH)
    assert decider_of(trace) == Decided(None, trace.now)
    assert decider_of(HandWrittenTrace().fails(3)) == Decided(None, None)
