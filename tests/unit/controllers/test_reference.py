"""The reference controller ends every case as the rules say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanbench.harness.case.check import Subject
from hanbench.harness.case.installation import MeterRole, MeterStatus
from hanbench.harness.case.plan import FaultEvent, Plan, State, StatementKind, SupplierAct, SupplierChange
from hanbench.harness.case.trace import ActionAccepted, CheckStarted, EventDelivered
from hanbench.harness.case.vocabulary import (
    AskSupplier,
    Close,
    CommissionDevices,
    ConsentKind,
    ExcludeDevice,
    Outcome,
    RunCheck,
    Tick,
)
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.oracle import judge, judgement
from hanbench.profiles.rulesets import Cohort, Counting, Decider, RecordFields, Switches, shipped
from tests.support.cases import CASES, GAS, POWER, START, broken, gas_supplier, healthy, home, run_case


def test_each_case_ends_as_worked_out_by_hand(case):
    result = run_case(Reference(shipped()), case.installation, case.plan)
    assert result.outcome is case.outcome


def test_the_oracle_has_nothing_against_the_reference(case):
    result = run_case(Reference(shipped()), case.installation, case.plan)
    assert judge(result.records, shipped()) == []


def test_the_expected_outcome_is_the_one_worked_out_by_hand(case):
    records = run_case(Reference(shipped()), case.installation, case.plan).records
    assert judgement(records, shipped()).expected.outcomes == (case.outcome,)


def test_the_record_of_the_excluded_gsme_is_complete():
    case = CASES["wan down at the third check"]
    result = run_case(Reference(shipped()), case.installation, case.plan)
    exclusion = next(
        r.action for r in result.records if isinstance(r, ActionAccepted) and isinstance(r.action, ExcludeDevice)
    )
    assert exclusion.device is MeterRole.GSME
    assert exclusion.record.code == "GT01"
    assert exclusion.record.supplier == GAS
    assert exclusion.record.replace_by.isoformat() == "2022-12-31"
    assert exclusion.record.attempts == (1, 2, 4)


def test_partial_migration_comes_with_the_third_failure_and_not_before():
    case = CASES["dormant"]
    result = run_case(Reference(shipped()), case.installation, case.plan)
    actions = [r.action for r in result.records if isinstance(r, ActionAccepted)]
    kinds = [type(action) for action in actions]
    assert kinds == [RunCheck, RunCheck, RunCheck, CommissionDevices, ExcludeDevice, Close]
    assert actions[3].devices == (MeterRole.ESME,)


def test_the_supplier_is_asked_for_what_is_missing():
    for name, kind in (
        ("active, silence", ConsentKind.REQUEST),
        ("mixed, gsme active, silence", ConsentKind.AUTHORISATION),
    ):
        case = CASES[name]
        result = run_case(Reference(shipped()), case.installation, case.plan)
        asked = [
            r.action for r in result.records if isinstance(r, ActionAccepted) and isinstance(r.action, AskSupplier)
        ]
        assert asked == [AskSupplier(GAS, kind)]


@pytest.mark.parametrize(("hours", "checks"), [(2, 3), (23, 3), (25, 4)])
def test_it_checks_again_before_it_acts_on_a_late_consent(hours, checks):
    plan = Plan(START, (gas_supplier(StatementKind.REQUEST, after_ask=timedelta(hours=hours)),), (broken(),))
    result = run_case(Reference(shipped()), home(MeterStatus.ACTIVE, MeterStatus.ACTIVE), plan)
    assert result.outcome is Outcome.MIGRATE_ESME_ONLY
    assert sum(isinstance(record, CheckStarted) for record in result.records) == checks


def test_it_waits_until_its_time_is_up_and_no_longer():
    case = CASES["active, silence"]
    result = run_case(Reference(shipped()), case.installation, case.plan)
    assert result.records[-1].time == case.installation.decide_by


def test_a_failed_partial_commissioning_is_tried_again_after_another_check():
    esme_gone = FaultEvent(Subject.ESME, State.BROKEN, before_commissioning=1)
    plan = Plan(START, (), (broken(), esme_gone, healthy(Subject.ESME, 4)))
    result = run_case(Reference(shipped()), home(MeterStatus.DORMANT, MeterStatus.DORMANT), plan)
    commissionings = [
        r.action.devices
        for r in result.records
        if isinstance(r, ActionAccepted) and isinstance(r.action, CommissionDevices)
    ]
    assert commissionings == [(MeterRole.ESME,), (MeterRole.ESME,)]
    assert result.outcome is Outcome.MIGRATE_ESME_ONLY


def test_where_wan_failures_count_they_also_count_after_an_answer():
    wan_gone = FaultEvent(Subject.WAN, State.BROKEN, before_commissioning=1)
    plan = Plan(START, (gas_supplier(StatementKind.REQUEST, after_check=1),), (wan_gone,))
    installation = home(MeterStatus.ACTIVE, MeterStatus.ACTIVE, switches=Switches(wan_failure_counts=True), days=4)
    result = run_case(Reference(shipped()), installation, plan)
    assert judge(result.records, shipped()) == []


def test_failures_under_v18_still_count_under_v19():
    # The letter: what was done before the re-designation has effect as if done under the new document.
    case = CASES["dormant, decided on 15 March"]
    result = run_case(Reference(shipped()), case.installation, case.plan)
    starts = [record.time for record in result.records if isinstance(record, CheckStarted)]
    assert [start.day for start in starts] == [13, 14, 15]
    assert result.outcome is Outcome.MIGRATE_ESME_ONLY


def test_it_is_pure_equal_turns_give_equal_answers(case):
    result = run_case(Reference(shipped()), case.installation, case.plan)
    turns = [record for record in result.records if isinstance(record, EventDelivered)]
    first, second = Reference(shipped()), Reference(shipped())
    assert [first.handle(t.event, t.time) for t in turns] == [second.handle(t.event, t.time) for t in turns]


def test_a_tick_before_the_end_changes_nothing():
    case = CASES["active, silence"]
    controller = Reference(shipped())
    assert controller.handle(Tick(), case.plan.start) == []


# -- over a random sample ----------------------------------------------------------------------------------------------

MARCH = datetime(2022, 3, 8, 9, tzinfo=UTC)
SUPPLIERS = (GAS, POWER, "nobody")


def moments(offset: int) -> st.SearchStrategy[datetime]:
    """Dates in the first twelve days, a few seconds beside everything else that happens."""
    return st.integers(0, 12 * 24).map(lambda hours: MARCH + timedelta(hours=hours, seconds=offset))


acts = st.one_of(
    st.builds(SupplierAct, st.sampled_from(SUPPLIERS), st.sampled_from(StatementKind), at=moments(7)),
    st.builds(SupplierAct, st.sampled_from(SUPPLIERS), st.sampled_from(StatementKind), after_check=st.integers(1, 5)),
    st.builds(
        SupplierAct,
        st.sampled_from(SUPPLIERS),
        st.sampled_from(StatementKind),
        after_ask=st.integers(0, 100).map(lambda hours: timedelta(hours=hours, seconds=11)),
    ),
)
WHOSE = st.sampled_from([None, *SUPPLIERS])
subjects = st.sampled_from([Subject.GSME, Subject.GSME, Subject.GSME, *Subject])
states = st.sampled_from([State.HEALTHY, State.BROKEN, State.BROKEN, State.UNCERTAIN])
changes = st.one_of(
    st.builds(FaultEvent, subjects, states, at=moments(23)),
    st.builds(FaultEvent, subjects, states, before_check=st.integers(1, 5)),
    st.builds(FaultEvent, subjects, states, before_commissioning=st.integers(1, 3)),
)
handovers = st.one_of(
    st.builds(SupplierChange, st.sampled_from(MeterRole), st.sampled_from(MeterStatus), WHOSE, at=moments(13)),
    st.builds(
        SupplierChange, st.sampled_from(MeterRole), st.sampled_from(MeterStatus), WHOSE, after_check=st.integers(1, 5)
    ),
)
switches = st.builds(
    Switches,
    failure_counting=st.sampled_from([None, *Counting]),
    failures_required=st.sampled_from([None, 1, 2, 4]),
    wan_failure_counts=st.sampled_from([None, True]),
    attempt_cap=st.sampled_from([None, 4, 7]),
    evidence_max_age_hours=st.sampled_from([None, 1, 72]),
    mixed_gsme_dormant_decider=st.sampled_from([None, *Decider]),
    count_before_cap=st.sampled_from([None, None, False]),
    idle_hours=st.sampled_from([None, 1]),
    ask_before_hold=st.sampled_from([None, False]),
    exclusion_record=st.sampled_from([None, RecordFields.DATE]),
)


@settings(max_examples=400)
@given(data=st.data())
def test_in_a_random_sample_it_is_never_caught_and_ends_as_expected(data):
    draw = data.draw
    installation = home(
        draw(st.sampled_from(MeterStatus)),
        draw(st.sampled_from(MeterStatus)),
        cohort=draw(st.sampled_from([Cohort.IOC, Cohort.IOC, *Cohort])),
        start=MARCH + timedelta(seconds=29),
        rule_set=draw(st.sampled_from([None, None, *shipped()])),
        switches=draw(switches),
        days=draw(st.integers(1, 20)),
    )
    at_first = [broken()] if draw(st.booleans()) else []
    plan = Plan(
        MARCH,
        tuple(draw(st.lists(acts, max_size=4))),
        (*at_first, *draw(st.lists(changes, max_size=4))),
        tuple(draw(st.lists(handovers, max_size=2))),
    )
    coin = draw(st.randoms(use_true_random=False))
    result = run_case(Reference(shipped()), installation, plan, coin=lambda: coin.random() < 0.5)
    judged = judgement(result.records, shipped())
    assert judged.violations == ()
    assert judged.expected.outcomes == (result.outcome,)
