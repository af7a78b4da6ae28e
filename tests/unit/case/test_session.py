"""The session carries out what it is told, in turn and in time, and obeys no nonsense."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import msgspec
import pytest

from hanbench.harness.case.installation import MeterRole, MeterStatus
from hanbench.harness.case.plan import Plan, StatementKind, SupplierAct, SupplierChange
from hanbench.harness.case.session import Limits
from hanbench.harness.case.trace import (
    ActionAccepted,
    CheckRecorded,
    CheckStarted,
    CommissioningRecorded,
    ControllerFaulted,
    End,
    EventDelivered,
    Header,
    SupplierSaid,
)
from hanbench.harness.case.trace import decode as decode_trace
from hanbench.harness.case.trace import encode as encode_trace
from hanbench.harness.case.vocabulary import (
    AskSupplier,
    Authorisation,
    CheckEnded,
    Close,
    CommissionDevices,
    CommissioningEnded,
    ConsentKind,
    InstallationChanged,
    InstallationLoaded,
    Outcome,
    RunCheck,
    Tick,
    Withdrawal,
)
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.oracle import judge
from hanbench.profiles.rulesets import shipped
from tests.support.cases import CASES, CHECK_TAKES, GAS, POWER, START, FakeStory, gas_supplier, home, run_case

BOTH = CommissionDevices((MeterRole.ESME, MeterRole.GSME))


class Scripted:
    """Answers the nth event of a kind with the nth list of actions prepared for that kind."""

    def __init__(self, **script):
        self.script = script
        self.seen = []

    def handle(self, event, now):
        name = type(event).__name__
        nth = sum(type(earlier).__name__ == name for earlier, _ in self.seen)
        self.seen.append((event, now))
        answers = self.script.get(name, [])
        answer = answers[nth] if nth < len(answers) else []
        return answer(now) if callable(answer) else answer


def check(now):
    return [RunCheck(now)]


@pytest.fixture
def installation():
    return home(MeterStatus.ACTIVE, MeterStatus.ACTIVE, days=5)


@pytest.fixture
def plan():
    return Plan(START)


def kinds(records, kind):
    return [record for record in records if isinstance(record, kind)]


def test_a_case_is_recorded_from_header_to_end(installation, plan):
    close = Close(Outcome.MIGRATE_BOTH)
    controller = Scripted(InstallationLoaded=[check], CheckEnded=[[BOTH]], CommissioningEnded=[[close]])
    result = run_case(controller, installation, plan)
    assert [type(record).__name__ for record in result.records] == [
        "Header", "EventDelivered", "ActionAccepted", "CheckStarted", "CheckRecorded", "EventDelivered",
        "ActionAccepted", "CommissioningRecorded", "EventDelivered", "ActionAccepted",
        "Closed", "End",
    ]  # fmt: skip
    assert result.outcome is Outcome.MIGRATE_BOTH
    assert result.records[0].controller == "Scripted"
    assert result.records[-1].reason == "closed"


def test_the_first_event_is_the_installation_and_comes_at_the_start(installation, plan):
    controller = Scripted(InstallationLoaded=[[Close(Outcome.RETRY)]])
    run_case(controller, installation, plan)
    assert controller.seen == [(InstallationLoaded(installation), START)]


def test_a_check_begins_no_earlier_than_asked(installation, plan):
    later = START + timedelta(hours=7)
    result = run_case(Scripted(InstallationLoaded=[[RunCheck(later)]]), installation, plan)
    assert [record.time for record in kinds(result.records, CheckStarted)] == [later]


def test_a_check_that_has_not_begun_can_be_replaced(installation, plan):
    sooner = START + timedelta(hours=1)
    later = START + timedelta(hours=7)
    result = run_case(Scripted(InstallationLoaded=[[RunCheck(later), RunCheck(sooner)]]), installation, plan)
    assert [record.time for record in kinds(result.records, CheckStarted)] == [sooner]
    assert kinds(result.records, ControllerFaulted) == []


def test_a_check_that_has_begun_cannot(installation, plan):
    controller = Scripted(InstallationLoaded=[lambda now: [RunCheck(now + timedelta(hours=23.75))]], Tick=[check])
    result = run_case(controller, installation, plan)
    (misbehaved,) = kinds(result.records, ControllerFaulted)
    assert (misbehaved.kind, len(kinds(result.records, CheckStarted))) == ("out-of-turn", 1)


def test_the_attempts_are_numbered_and_carry_their_window(installation, plan):
    controller = Scripted(InstallationLoaded=[check], CheckEnded=[check])
    run_case(controller, installation, plan)
    first, second = (event for event, _ in controller.seen if isinstance(event, CheckEnded))
    assert (first.attempt, second.attempt) == (1, 2)
    assert first.finished - first.started == CHECK_TAKES
    assert second.started == first.finished


def test_a_supplier_that_is_asked_answers_after_its_delay(installation):
    plan = Plan(START, (gas_supplier(StatementKind.AUTHORISATION, after_ask=timedelta(hours=3)),))
    ask = AskSupplier(GAS, ConsentKind.AUTHORISATION)
    controller = Scripted(InstallationLoaded=[[ask, ask]])
    run_case(controller, installation, plan)
    answers = [(event, now) for event, now in controller.seen if isinstance(event, Authorisation)]
    assert answers == [(Authorisation(GAS), START + timedelta(hours=3))]


def test_a_supplier_that_is_not_asked_stays_silent(installation):
    plan = Plan(START, (gas_supplier(StatementKind.AUTHORISATION, after_ask=timedelta(hours=3)),))
    controller = Scripted(InstallationLoaded=[[AskSupplier(POWER, ConsentKind.AUTHORISATION)]])
    assert kinds(run_case(controller, installation, plan).records, SupplierSaid) == []


def test_who_speaks_after_a_check_is_heard_right_after_its_result(installation):
    plan = Plan(START, (gas_supplier(StatementKind.WITHDRAWAL, after_check=1),))
    controller = Scripted(InstallationLoaded=[check])
    run_case(controller, installation, plan)
    assert [type(event) for event, _ in controller.seen[1:3]] == [CheckEnded, Withdrawal]
    assert controller.seen[1][1] == controller.seen[2][1]


def test_a_supplier_is_heard_while_a_check_runs(installation):
    plan = Plan(START, (gas_supplier(StatementKind.WITHDRAWAL, at=START + timedelta(minutes=10)),))
    controller = Scripted(InstallationLoaded=[check])
    run_case(controller, installation, plan)
    assert [type(event) for event, _ in controller.seen[1:3]] == [Withdrawal, CheckEnded]


def test_ticks_come_daily_and_at_the_end_of_the_time(installation, plan):
    controller = Scripted()
    run_case(controller, installation, plan)
    ticks = [now - START for event, now in controller.seen if isinstance(event, Tick)]
    assert timedelta(days=1) in ticks
    assert installation.decide_by - START in ticks


def test_a_controller_that_never_closes_is_stopped(installation, plan):
    result = run_case(Scripted(), installation, plan)
    assert result.outcome is None
    assert result.records[-1] == End(installation.decide_by + timedelta(days=1), "time")


def test_a_controller_that_never_stops_acting_is_stopped(installation, plan):
    controller = Scripted(InstallationLoaded=[lambda now: [RunCheck(now)] * 1000])
    result = run_case(controller, installation, plan, limits=Limits(actions=10))
    assert len(kinds(result.records, ActionAccepted)) == 10
    assert [m.kind for m in kinds(result.records, ControllerFaulted)] == ["too-many-actions"]
    assert result.records[-1].reason == "actions"


def test_a_crash_is_recorded_and_the_case_goes_on(installation, plan):
    def crash(now):
        raise RuntimeError("no idea")

    controller = Scripted(InstallationLoaded=[crash], Tick=[[Close(Outcome.RETRY)]])
    result = run_case(controller, installation, plan)
    assert [(m.kind, m.text) for m in kinds(result.records, ControllerFaulted)] == [
        ("crashed", "RuntimeError: no idea")
    ]
    assert result.outcome is Outcome.RETRY


@pytest.mark.parametrize(
    "nonsense",
    [
        "run-check",
        None,
        42,
        pytest.param(object(), id="object"),
        Tick(),
        {"action": "commission-devices", "devices": ["toaster"]},
        {"action": "commission-devices", "devices": []},
        {"action": "close", "outcome": "migrate-both", "because": "I can"},
    ],
    ids=repr,
)
def test_what_is_not_in_the_vocabulary_is_recorded_and_ignored(installation, plan, nonsense):
    result = run_case(Scripted(InstallationLoaded=[[nonsense]]), installation, plan)
    assert [m.kind for m in kinds(result.records, ControllerFaulted)] == ["not-an-action"]
    assert kinds(result.records, ActionAccepted) == []


def test_a_date_without_zone_is_not_in_the_vocabulary(installation, plan):
    result = run_case(
        Scripted(InstallationLoaded=[lambda now: [RunCheck(now.replace(tzinfo=None))]]), installation, plan
    )
    assert [m.kind for m in kinds(result.records, ControllerFaulted)] == ["not-an-action"]


def test_an_answer_that_is_no_list_is_a_crash(installation, plan):
    result = run_case(Scripted(InstallationLoaded=[lambda now: 7]), installation, plan)
    assert [m.kind for m in kinds(result.records, ControllerFaulted)] == ["crashed"]


def test_after_closing_nothing_counts(installation, plan):
    controller = Scripted(InstallationLoaded=[[Close(Outcome.HOLD), Close(Outcome.RETRY), BOTH]])
    result = run_case(controller, installation, plan)
    assert result.outcome is Outcome.HOLD
    assert [m.kind for m in kinds(result.records, ControllerFaulted)] == ["out-of-turn", "out-of-turn"]
    assert kinds(result.records, CommissioningRecorded) == []


def test_closing_stops_a_check_that_runs(installation, plan):
    controller = Scripted(
        InstallationLoaded=[lambda now: [RunCheck(now + timedelta(hours=23.75))]], Tick=[[Close(Outcome.RETRY)]]
    )
    result = run_case(controller, installation, plan)
    assert kinds(result.records, CheckStarted)
    assert not kinds(result.records, CheckRecorded)
    assert result.records[-1].reason == "closed"


def test_an_error_of_the_story_is_not_swallowed(installation, plan):
    class Broken(FakeStory):
        def begin_check(self, attempt):
            raise ConnectionResetError("the bench is gone")

    with pytest.raises(ConnectionResetError, match="bench"):
        run_case(Scripted(InstallationLoaded=[check]), installation, plan, story=Broken)


def test_each_attempt_is_prepared_once_and_before_its_wait(installation, plan):
    prepared = []

    class Watched(FakeStory):
        def prepare_check(self, attempt):
            prepared.append((attempt, self.trace.now))

    later = START + timedelta(hours=7)
    run_case(Scripted(InstallationLoaded=[[RunCheck(later), RunCheck(later)]]), installation, plan, story=Watched)
    assert prepared == [(1, START)]


def test_a_controller_may_have_to_be_waited_for():
    class Remote:
        def __init__(self):
            self.inner = Reference(shipped())

        async def handle(self, event, now):
            await asyncio.sleep(0)
            return self.inner.handle(event, now)

        def close(self):
            pass

    for case in CASES.values():
        result = run_case(Remote(), case.installation, case.plan)
        assert result.outcome is case.outcome
        assert judge(result.records, shipped()) == []


def test_a_consent_from_before_the_start_is_heard_first(installation):
    plan = Plan(START, (SupplierAct(GAS, StatementKind.AUTHORISATION, at=START - timedelta(days=3)),))
    controller = Scripted()
    run_case(controller, installation, plan)
    assert [type(event) for event, _ in controller.seen[:2]] == [InstallationLoaded, Authorisation]
    assert controller.seen[1][1] == START


def test_a_trace_survives_its_journey_through_json(case):
    result = run_case(Reference(shipped()), case.installation, case.plan)
    assert decode_trace(encode_trace(result.records)) == result.records
    assert isinstance(result.records[0], Header)


def test_a_commissioning_is_announced_with_its_result(installation, plan):
    controller = Scripted(InstallationLoaded=[[CommissionDevices((MeterRole.ESME,))]])
    result = run_case(controller, installation, plan)
    assert [event for event, _ in controller.seen if isinstance(event, CommissioningEnded)] == [
        CommissioningEnded((MeterRole.ESME,), True)
    ]
    assert kinds(result.records, EventDelivered)[1].event == CommissioningEnded((MeterRole.ESME,), True)


def test_a_trace_of_the_first_version_is_refused_by_its_version():
    header = '{"record":"header","time":"2022-04-04T08:00:00Z","scenario":"x","controller":"y"}\n'
    with pytest.raises(msgspec.ValidationError, match="trace version 1, expected 2"):
        decode_trace(header)


HELD = {"InstallationLoaded": [check], "CheckEnded": [[BOTH]]}
"""A check, and a commissioning after it."""


def moments_of_withdrawals(installation, **when):
    act = SupplierAct(GAS, StatementKind.WITHDRAWAL, **when)
    result = run_case(Scripted(**HELD), installation, Plan(START, (act,)))
    return [record.time for record in kinds(result.records, SupplierSaid)]


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=10), timedelta(hours=6)])
def test_a_supplier_acts_relative_to_a_check_or_a_commissioning(installation, later):
    ended = START + CHECK_TAKES
    assert moments_of_withdrawals(installation, during_check=1, later=later) == [START + later]
    assert moments_of_withdrawals(installation, after_check=1, later=later) == [ended + later]
    assert moments_of_withdrawals(installation, during_commissioning=1, later=later) == [ended + later]
    assert moments_of_withdrawals(installation, during_commissioning=2, later=later) == []


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_a_supplier_acts_around_the_end_of_the_time(installation, seconds):
    delta = timedelta(seconds=seconds)
    assert moments_of_withdrawals(installation, to_decide_by=delta) == [installation.decide_by + delta]


def test_what_a_supplier_says_at_the_end_of_the_time_comes_before_the_tick(installation):
    act = SupplierAct(GAS, StatementKind.WITHDRAWAL, to_decide_by=timedelta(0))
    controller = Scripted()
    run_case(controller, installation, Plan(START, (act,)))
    there = [type(event) for event, now in controller.seen if now == installation.decide_by]
    assert there[:2] == [Withdrawal, Tick]


def test_a_meter_changes_hands_during_a_check(installation):
    change = SupplierChange(MeterRole.GSME, MeterStatus.DORMANT, during_check=1, later=timedelta(minutes=1))
    controller = Scripted(**HELD)
    run_case(controller, installation, Plan(START, handovers=(change,)))
    (seen,) = [now for event, now in controller.seen if isinstance(event, InstallationChanged)]
    assert seen == START + timedelta(minutes=1)


def test_records_without_their_header_can_be_read(case):
    records = run_case(Reference(shipped()), case.installation, case.plan).records[1:]
    assert decode_trace(encode_trace(records)) == records
