"""Properties of conduct, each on a trace where it alone convicts, and on a near one where nothing does."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec import structs

from hanbench.harness.case.check import Subject
from hanbench.harness.case.installation import MeterStatus
from hanbench.harness.case.plan import State, StatementKind
from hanbench.harness.case.trace import ActionAccepted, EventDelivered
from hanbench.harness.case.vocabulary import CommissionDevices, ConsentKind, Outcome, RunCheck, Tick
from hanbench.harness.oracle import PROPERTIES, Basis, Violation, difference, held_to, judge, judgement
from hanbench.profiles.rulesets import Cohort, RecordFields, Switches, shipped
from tests.support.traces import BOTH, ESME_ONLY, RECORD, HandWrittenTrace

A, D = MeterStatus.ACTIVE, MeterStatus.DORMANT
REQUEST, AUTHORISATION = ConsentKind.REQUEST, ConsentKind.AUTHORISATION
RETRY, HOLD, REFUSE = Outcome.RETRY, Outcome.HOLD, Outcome.REFUSE


def only(trace: HandWrittenTrace) -> Violation:
    """The one violation of a trace."""
    (violation,) = judge(trace.records, shipped())
    return violation


# -- nothing is decided on an inconclusive check (case verdict/x01; letter, 2: the failure has to persist) -------------


def inconclusive_after_three(cause: Subject, switches: Switches | None = None, **options) -> HandWrittenTrace:
    trace = HandWrittenTrace(switches=switches or Switches(evidence_max_age_hours=72), **options).gsme_dead().fails(3)
    return trace.truth(cause, State.BROKEN).inconclusive(cause)


@pytest.mark.parametrize("cause", [Subject.WAN, Subject.BENCH])
def test_nothing_is_commissioned_on_an_inconclusive_check(cause):
    trace = inconclusive_after_three(cause).partial_migration()
    assert only(trace).property == "nothing-on-inconclusive"
    assert only(trace).rule == "letter, 2 (inferred)"
    assert only(trace).frames == (40,)


def test_an_esme_fault_is_named_by_a_property_of_its_own_too():
    trace = inconclusive_after_three(Subject.ESME).partial_migration()
    assert trace.violated() == {"nothing-on-inconclusive", "esme-fault-never-partial"}


def test_nothing_is_refused_on_an_inconclusive_check():
    trace = inconclusive_after_three(Subject.WAN, cohort=Cohort.FOC).closes(REFUSE)
    assert only(trace).property == "nothing-on-inconclusive"


def test_a_cause_that_a_switch_makes_count_is_decided_on():
    trace = inconclusive_after_three(Subject.WAN, Switches(wan_failure_counts=True))
    assert trace.partial_migration().violations() == []


def test_holding_on_after_an_inconclusive_check_decides_nothing():
    trace = HandWrittenTrace(A, A).gsme_dead().fails(3).asks().truth(Subject.WAN, State.BROKEN).inconclusive()
    assert trace.at(14 * 24).closes(HOLD).violations() == []


# -- asking (letter, 2: the Responsible Supplier of the GSME; a request for Active, an authorisation for Mixed) --------


def asking(meters, supplier: str, consent: ConsentKind) -> HandWrittenTrace:
    says = {A: StatementKind.REQUEST, D: StatementKind.AUTHORISATION}[meters[0]]
    return HandWrittenTrace(*meters).gsme_dead().asks(supplier, consent).says("gas", says).fails(3).partial_migration()


@pytest.mark.parametrize(("meters", "consent"), [((A, A), REQUEST), ((D, A), AUTHORISATION)])
def test_the_right_supplier_is_asked_for_the_right_paper_at_any_time(meters, consent):
    assert asking(meters, "gas", consent).violations() == []


@pytest.mark.parametrize(("meters", "consent"), [((A, A), REQUEST), ((D, A), AUTHORISATION)])
def test_the_wrong_supplier_is_asked(meters, consent):
    """The letter says who may request or authorise, and not that anybody is asked: that is inferred."""
    violation = only(asking(meters, "power", consent))
    assert (violation.property, violation.basis) == ("asking", Basis.INFERRED)
    assert violation.text == "asked power; the GSME's Responsible Supplier is gas"


@pytest.mark.parametrize(("meters", "consent"), [((A, A), AUTHORISATION), ((D, A), REQUEST)])
def test_the_wrong_paper_is_asked_for(meters, consent):
    violation = only(asking(meters, "gas", consent))
    assert (violation.property, violation.rule) == ("asking", "letter, 2 (inferred)")


def test_asking_where_the_dcc_decides_harms_nobody():
    assert HandWrittenTrace().gsme_dead().asks("power").fails(3).partial_migration().violations() == []


def test_asking_after_the_decision_is_too_late():
    trace = HandWrittenTrace(A, A).gsme_dead().says("gas", StatementKind.REQUEST).fails(3).commissions(ESME_ONLY)
    violation = only(trace.asks().excludes().closes(Outcome.MIGRATE_ESME_ONLY))
    assert (violation.property, violation.choice) == ("asking", "decide_by")


def test_asking_when_time_is_up_is_too_late():
    trace = HandWrittenTrace(A, A).gsme_dead().fails(3).at(14 * 24).asks().closes(HOLD)
    assert only(trace).property == "asking"


def test_holding_without_a_question_is_a_matter_of_choice():
    def held(choice):
        switches = Switches(ask_before_hold=choice)
        return HandWrittenTrace(A, A, switches=switches).gsme_dead().fails(3).at(14 * 24).closes(HOLD)

    assert (only(held(None)).property, only(held(None)).choice) == ("asking", "ask_before_hold")
    assert held(False).violations() == []


def test_the_supplier_that_has_the_meter_now_is_asked():
    trace = HandWrittenTrace(A, A).gsme_dead().fails(3).moves(A, "newcomer").asks("gas").asks("newcomer")
    assert only(trace.at(14 * 24).closes(HOLD)).text == "asked gas; the GSME's Responsible Supplier is newcomer"


# -- holding ----------------------------------------------------------------------------------------------------------


def test_nothing_is_held_where_partial_migration_is_not_allowed():
    trace = HandWrittenTrace(A, A, cohort=Cohort.MOC_SECURE).gsme_dead().fails(3).asks().at(14 * 24).closes(HOLD)
    assert only(trace).text == "held although partial migration of moc-secure active on 2022-04-18 is not allowed"


def test_a_consent_from_before_the_change_of_supplier_may_count_and_need_not():
    # The letter says nothing of a consent whose giver had no say yet: either reading is lawful.
    def given_before():
        trace = HandWrittenTrace(A, A).gsme_dead().says("newcomer", StatementKind.REQUEST).moves(A, "newcomer").fails(3)
        return trace.asks("newcomer")

    record = structs.replace(RECORD, supplier="newcomer")
    partial = given_before().commissions(ESME_ONLY).excludes(record=record).closes(Outcome.MIGRATE_ESME_ONLY)
    assert partial.violations() == []
    assert given_before().at(14 * 24).closes(HOLD).violations() == []


# -- scope, consent and status are those of the moment of commissioning ------------------------------------------------


def test_the_status_is_that_of_the_moment_of_commissioning():
    trace = HandWrittenTrace(A, A).gsme_dead().says("gas", StatementKind.REQUEST).fails(3).moves(D)
    assert trace.home.type.value == "mixed-gsme-dormant"
    assert trace.partial_migration().violations() == []
    trace = HandWrittenTrace(D, D).gsme_dead().fails(3).moves(A)
    assert only(trace.partial_migration()).property == "consent"


def test_the_consent_is_that_of_the_moment_of_commissioning():
    trace = HandWrittenTrace(A, A).gsme_dead().says("gas", StatementKind.REQUEST).fails(3)
    trace.says("gas", StatementKind.WITHDRAWAL)
    violation = only(trace.partial_migration())
    assert (violation.property, violation.rule) == ("withdrawal-honoured", "letter, 2 (inferred)")


def test_the_scope_is_that_of_the_moment_of_commissioning():
    # Under v18, Mixed is out of scope (letter, 3): a status that changes during a hold takes the case out of it.
    trace = HandWrittenTrace(A, A, start=date_of(2022, 2, 1)).gsme_dead().fails(3).asks().moves(D)
    assert only(trace.partial_migration()).property == "scope"


def date_of(year, month, day):
    return HandWrittenTrace().start.replace(year=year, month=month, day=day)


# -- a meter that answers ----------------------------------------------------------------------------------------------


def test_a_gsme_that_works_is_not_left_behind_when_a_check_since_told_nothing():
    trace = inconclusive_after_three(Subject.WAN).truth(Subject.WAN, State.HEALTHY).truth(Subject.GSME, State.HEALTHY)
    assert trace.partial_migration().violated() == {"healthy-gsme-never-left-behind", "nothing-on-inconclusive"}


# -- ending ------------------------------------------------------------------------------------------------------------


def test_a_case_stays_open_while_devices_are_commissioned():
    # Case verdict/x04: closed with retry at `decide_by`, and the commissioning succeeds afterwards.
    trace = HandWrittenTrace(days=3).gsme_dead().fails(3).at(72)
    trace.add(ActionAccepted(trace.now, CommissionDevices(ESME_ONLY)))
    violation = only(trace.closes(RETRY))
    assert (violation.property, violation.basis) == ("no-close-while-commissioning", Basis.INTERFACE)


def test_retry_is_for_want_of_time_and_one_attempt_was_put_off():
    trace = HandWrittenTrace(days=4).gsme_dead().fails(1)
    assert only(trace.at(96).closes(RETRY)).choice == "idle_hours"
    patient = HandWrittenTrace(days=4, switches=Switches(idle_hours=72)).gsme_dead().fails(1)
    assert patient.at(96).closes(RETRY).violations() == []


def test_retry_does_not_end_a_case_whose_attempts_are_used_up():
    trace = HandWrittenTrace(days=6).truth(Subject.ESME, State.BROKEN)
    for _ in range(5):
        trace.inconclusive(Subject.ESME)
    assert only(trace.at(144).closes(RETRY)).rule == "Various 1 (ii)(d) (inferred)"


def test_retry_is_right_while_the_last_check_is_under_way():
    trace = HandWrittenTrace(days=2).gsme_dead().fails(1).at(30)
    trace.records += HandWrittenTrace().gsme_dead().fails(1).records[2:3]
    assert trace.at(48).closes(RETRY).violations() == []


def test_a_persistent_failure_may_wait_for_other_rules():
    trace = HandWrittenTrace(cohort=Cohort.MOC_SECURE).gsme_dead().fails(3).at(14 * 24).closes(RETRY)
    assert trace.violations() == []


def test_a_gsme_that_is_checked_once_more_is_not_withheld():
    trace = HandWrittenTrace(days=3).gsme_dead().fails(3).at(71.5)
    trace.records += HandWrittenTrace().gsme_dead().fails(1).records[2:3]
    assert trace.at(72).closes(RETRY).violations() == []


def test_the_cap_may_come_before_the_count():
    def at_the_cap(switch):
        return HandWrittenTrace(switches=Switches(attempt_cap=3, count_before_cap=switch)).gsme_dead().fails(3)

    excluded = only(at_the_cap(None).closes(Outcome.EXCLUDE_INSTALLATION))
    assert (excluded.property, excluded.choice) == ("partial-not-withheld", "count_before_cap")
    assert at_the_cap(False).closes(Outcome.EXCLUDE_INSTALLATION).violations() == []
    assert only(at_the_cap(False).partial_migration()).property == "cap-before-count"


# -- the record: its date is the letter's, its other fields are hanbench's ---------------------------------------------


def recorded(switches: Switches | None = None, **fields) -> HandWrittenTrace:
    trace = HandWrittenTrace(switches=switches).gsme_dead().fails(4)
    record = structs.replace(RECORD, **fields)
    return trace.commissions(ESME_ONLY).excludes(record=record).closes(Outcome.MIGRATE_ESME_ONLY)


@pytest.mark.parametrize("attempts", [(1, 2, 3, 4), (2, 3, 4), (4, 3, 2)])
def test_a_record_names_the_failures_that_are_required_or_more(attempts):
    assert recorded(attempts=attempts).violations() == []


@pytest.mark.parametrize("field", [{"attempts": (3, 4)}, {"attempts": (2, 2, 3)}, {"attempts": (3, 4, 5)}])
def test_a_record_with_fewer_failures_or_others_breaks_a_choice(field):
    violation = only(recorded(**field))
    assert (violation.property, violation.choice) == ("exclusion-record", "exclusion_record")


@pytest.mark.parametrize("field", [{"code": "GT02"}, {"supplier": "power"}, {"attempts": ()}])
def test_the_fields_of_ours_are_judged_unless_the_scenario_says_otherwise(field):
    assert only(recorded(**{"attempts": (2, 3, 4), **field})).basis is Basis.ASSUMED
    assert recorded(Switches(exclusion_record=RecordFields.DATE), **field).violations() == []


def test_the_day_of_the_record_is_the_letters():
    violation = only(recorded(attempts=(1, 2, 3), replace_by=date(2023, 12, 31)))
    assert (violation.property, violation.rule) == ("exclusion-record", "letter, 7 (stated)")


def test_a_day_of_replacement_that_has_passed_is_told():
    trace = HandWrittenTrace(start=date_of(2023, 4, 4)).gsme_dead().fails(3).partial_migration()
    judged = judgement(trace.records, shipped())
    assert judged.violations == ()
    assert judged.remarks == (
        "the day to replace the GSME by, 2022-12-31, had passed when it was excluded on 2023-04-06",
    )


# -- steady: two plays of a case --------------------------------------------------------------------------------------


def played(*actions) -> list:
    trace = HandWrittenTrace().passes()
    trace.add(EventDelivered(trace.now, Tick()), *(ActionAccepted(trace.now, action) for action in actions))
    return trace.commissions(BOTH).closes(Outcome.MIGRATE_BOTH).records


def test_the_same_actions_in_two_plays_are_steady():
    assert judge(played(), shipped(), again=played()) == []


def test_other_actions_in_another_play_are_a_violation_of_their_own():
    check = RunCheck(HandWrittenTrace().start)
    (violation,) = judge(played(), shipped(), again=played(check))
    assert (violation.property, violation.basis) == ("steady", Basis.INTERFACE)
    assert 'and in another play with {"action":"run-check"' in violation.text


def test_plays_of_two_cases_are_not_compared():
    other = HandWrittenTrace(start=date_of(2022, 5, 1)).passes()
    other.add(EventDelivered(other.now, Tick()))
    with pytest.raises(ValueError, match="differ before the controller"):
        difference(played(), other.records)


def test_one_play_says_nothing_about_steadiness():
    assert judge(played(), shipped()) == []


# -- grounds -----------------------------------------------------------------------------------------------------------


def test_a_property_that_is_assumed_names_a_choice_and_no_other_does():
    assert all(bool(each.ground.choice) == (each.ground.basis is Basis.ASSUMED) for each in PROPERTIES)


@pytest.mark.parametrize(
    ("basis", "fails"),
    [
        (Basis.STATED, {"in-turn", "count"}),
        (Basis.INFERRED, {"in-turn", "count", "withdrawal-honoured"}),
        (Basis.ASSUMED, {"in-turn", "count", "withdrawal-honoured", "spacing"}),
    ],
)
def test_a_run_is_held_to_rules_up_to_a_basis(basis, fails):
    bases = {"in-turn": Basis.INTERFACE, "count": Basis.STATED, "withdrawal-honoured": Basis.INFERRED}
    bases["spacing"] = Basis.ASSUMED
    found = [Violation(name, "", "", (), each) for name, each in bases.items()]
    assert {violation.property for violation in held_to(found, basis)} == fails
