"""The session carries out what it is told, in turn and in time, and obeys no nonsense."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from hanbench.harness.case.installation import MeterRole, MeterStatus
from hanbench.harness.case.plan import Plan, StatementKind, SupplierAct
from hanbench.harness.case.session import Limits
from hanbench.harness.case.trace import (
    ActionAccepted,
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
    InstallationLoaded,
    Outcome,
    RunCheck,
    Tick,
    Withdrawal,
)
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.oracle import judge
from hanbench.profiles.rulesets import shipped

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
def house(stage):
    return stage.home(MeterStatus.ACTIVE, MeterStatus.ACTIVE, days=5)


@pytest.fixture
def plan(stage):
    return Plan(stage.start)


def kinds(records, kind):
    return [record for record in records if isinstance(record, kind)]


def test_a_case_is_recorded_from_header_to_end(stage, house, plan):
    close = Close(Outcome.MIGRATE_BOTH)
    controller = Scripted(InstallationLoaded=[check], CheckEnded=[[BOTH]], CommissioningEnded=[[close]])
    played = stage.play(controller, house, plan)
    assert [type(record).__name__ for record in played.records] == [
        "Header", "EventDelivered", "ActionAccepted", "CheckStarted", "CheckRecorded", "EventDelivered",
        "ActionAccepted", "CommissioningRecorded", "EventDelivered", "ActionAccepted",
        "Closed", "End",
    ]  # fmt: skip
    assert played.outcome is Outcome.MIGRATE_BOTH
    assert played.records[0].controller == "Scripted"
    assert played.records[-1].reason == "closed"


def test_the_first_event_is_the_installation_and_comes_at_the_start(stage, house, plan):
    controller = Scripted(InstallationLoaded=[[Close(Outcome.RETRY)]])
    stage.play(controller, house, plan)
    assert controller.seen == [(InstallationLoaded(house), stage.start)]


def test_a_check_begins_no_earlier_than_asked(stage, house, plan):
    later = stage.start + timedelta(hours=7)
    played = stage.play(Scripted(InstallationLoaded=[[RunCheck(later)]]), house, plan)
    assert [record.time for record in kinds(played.records, CheckStarted)] == [later]


def test_a_check_that_has_not_begun_can_be_replaced(stage, house, plan):
    sooner = stage.start + timedelta(hours=1)
    later = stage.start + timedelta(hours=7)
    played = stage.play(Scripted(InstallationLoaded=[[RunCheck(later), RunCheck(sooner)]]), house, plan)
    assert [record.time for record in kinds(played.records, CheckStarted)] == [sooner]
    assert kinds(played.records, ControllerFaulted) == []


def test_a_check_that_has_begun_cannot(stage, house, plan):
    controller = Scripted(InstallationLoaded=[lambda now: [RunCheck(now + timedelta(hours=23.75))]], Tick=[check])
    played = stage.play(controller, house, plan)
    (misbehaved,) = kinds(played.records, ControllerFaulted)
    assert (misbehaved.kind, len(kinds(played.records, CheckStarted))) == ("out-of-turn", 1)


def test_the_attempts_are_numbered_and_carry_their_window(stage, house, plan):
    controller = Scripted(InstallationLoaded=[check], CheckEnded=[check])
    stage.play(controller, house, plan)
    first, second = (event for event, _ in controller.seen if isinstance(event, CheckEnded))
    assert (first.attempt, second.attempt) == (1, 2)
    assert first.finished - first.started == stage.check_takes
    assert second.started == first.finished


def test_a_supplier_that_is_asked_answers_after_its_delay(stage, house):
    plan = Plan(stage.start, (stage.gas(StatementKind.AUTHORISATION, after_ask=timedelta(hours=3)),))
    ask = AskSupplier(stage.GAS, ConsentKind.AUTHORISATION)
    controller = Scripted(InstallationLoaded=[[ask, ask]])
    stage.play(controller, house, plan)
    answers = [(event, now) for event, now in controller.seen if isinstance(event, Authorisation)]
    assert answers == [(Authorisation(stage.GAS), stage.start + timedelta(hours=3))]


def test_a_supplier_that_is_not_asked_stays_silent(stage, house):
    plan = Plan(stage.start, (stage.gas(StatementKind.AUTHORISATION, after_ask=timedelta(hours=3)),))
    controller = Scripted(InstallationLoaded=[[AskSupplier(stage.POWER, ConsentKind.AUTHORISATION)]])
    assert kinds(stage.play(controller, house, plan).records, SupplierSaid) == []


def test_who_speaks_after_a_check_is_heard_right_after_its_result(stage, house):
    plan = Plan(stage.start, (stage.gas(StatementKind.WITHDRAWAL, after_check=1),))
    controller = Scripted(InstallationLoaded=[check])
    stage.play(controller, house, plan)
    assert [type(event) for event, _ in controller.seen[1:3]] == [CheckEnded, Withdrawal]
    assert controller.seen[1][1] == controller.seen[2][1]


def test_a_supplier_is_heard_while_a_check_runs(stage, house):
    plan = Plan(stage.start, (stage.gas(StatementKind.WITHDRAWAL, at=stage.start + timedelta(minutes=10)),))
    controller = Scripted(InstallationLoaded=[check])
    stage.play(controller, house, plan)
    assert [type(event) for event, _ in controller.seen[1:3]] == [Withdrawal, CheckEnded]


def test_ticks_come_daily_and_at_the_end_of_the_time(stage, house, plan):
    controller = Scripted()
    stage.play(controller, house, plan)
    ticks = [now - stage.start for event, now in controller.seen if isinstance(event, Tick)]
    assert timedelta(days=1) in ticks
    assert house.decide_by - stage.start in ticks


def test_a_controller_that_never_closes_is_stopped(stage, house, plan):
    played = stage.play(Scripted(), house, plan)
    assert played.outcome is None
    assert played.records[-1] == End(house.decide_by + timedelta(days=1), "time")


def test_a_controller_that_never_stops_acting_is_stopped(stage, house, plan):
    controller = Scripted(InstallationLoaded=[lambda now: [RunCheck(now)] * 1000])
    played = stage.play(controller, house, plan, limits=Limits(actions=10))
    assert len(kinds(played.records, ActionAccepted)) == 10
    assert [m.kind for m in kinds(played.records, ControllerFaulted)] == ["too-many-actions"]
    assert played.records[-1].reason == "actions"


def test_a_crash_is_recorded_and_the_case_goes_on(stage, house, plan):
    def crash(now):
        raise RuntimeError("no idea")

    controller = Scripted(InstallationLoaded=[crash], Tick=[[Close(Outcome.RETRY)]])
    played = stage.play(controller, house, plan)
    assert [(m.kind, m.text) for m in kinds(played.records, ControllerFaulted)] == [
        ("crashed", "RuntimeError: no idea")
    ]
    assert played.outcome is Outcome.RETRY


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
def test_what_is_not_in_the_vocabulary_is_recorded_and_ignored(stage, house, plan, nonsense):
    played = stage.play(Scripted(InstallationLoaded=[[nonsense]]), house, plan)
    assert [m.kind for m in kinds(played.records, ControllerFaulted)] == ["not-an-action"]
    assert kinds(played.records, ActionAccepted) == []


def test_a_date_without_zone_is_not_in_the_vocabulary(stage, house, plan):
    played = stage.play(Scripted(InstallationLoaded=[lambda now: [RunCheck(now.replace(tzinfo=None))]]), house, plan)
    assert [m.kind for m in kinds(played.records, ControllerFaulted)] == ["not-an-action"]


def test_an_answer_that_is_no_list_is_a_crash(stage, house, plan):
    played = stage.play(Scripted(InstallationLoaded=[lambda now: 7]), house, plan)
    assert [m.kind for m in kinds(played.records, ControllerFaulted)] == ["crashed"]


def test_after_closing_nothing_counts(stage, house, plan):
    controller = Scripted(InstallationLoaded=[[Close(Outcome.HOLD), Close(Outcome.RETRY), BOTH]])
    played = stage.play(controller, house, plan)
    assert played.outcome is Outcome.HOLD
    assert [m.kind for m in kinds(played.records, ControllerFaulted)] == ["out-of-turn", "out-of-turn"]
    assert kinds(played.records, CommissioningRecorded) == []


def test_closing_stops_a_check_that_runs(stage, house, plan):
    class Slow(stage.FakeWorld):
        cancelled = False

        async def run_check(self, attempt):
            try:
                return await super().run_check(attempt)
            except asyncio.CancelledError:
                Slow.cancelled = True
                raise

    controller = Scripted(
        InstallationLoaded=[lambda now: [RunCheck(now + timedelta(hours=23.75))]], Tick=[[Close(Outcome.RETRY)]]
    )
    played = stage.play(controller, house, plan, world=Slow)
    assert Slow.cancelled
    assert played.records[-1].reason == "closed"


def test_an_error_of_the_world_is_not_swallowed(stage, house, plan):
    class Broken(stage.FakeWorld):
        async def run_check(self, attempt):
            raise ConnectionResetError("the bench is gone")

    with pytest.raises(ConnectionResetError, match="bench"):
        stage.play(Scripted(InstallationLoaded=[check]), house, plan, world=Broken)


def test_each_attempt_is_prepared_once_and_before_its_wait(stage, house, plan):
    prepared = []

    class Watched(stage.FakeWorld):
        def prepare_check(self, attempt):
            prepared.append((attempt, self.trace.now))

    later = stage.start + timedelta(hours=7)
    stage.play(Scripted(InstallationLoaded=[[RunCheck(later), RunCheck(later)]]), house, plan, world=Watched)
    assert prepared == [(1, stage.start)]


def test_a_controller_may_have_to_be_waited_for(stage):
    class Remote:
        def __init__(self):
            self.inner = Reference(shipped())

        async def handle(self, event, now):
            await asyncio.sleep(0)
            return self.inner.handle(event, now)

    for study in stage.cases.values():
        played = stage.play(Remote(), study.installation, study.plan)
        assert played.outcome is study.outcome
        assert judge(played.records, shipped()) == []


def test_a_consent_from_before_the_start_is_heard_first(stage, house):
    plan = Plan(stage.start, (SupplierAct(stage.GAS, StatementKind.AUTHORISATION, at=stage.start - timedelta(days=3)),))
    controller = Scripted()
    stage.play(controller, house, plan)
    assert [type(event) for event, _ in controller.seen[:2]] == [InstallationLoaded, Authorisation]
    assert controller.seen[1][1] == stage.start


def test_a_trace_survives_its_journey_through_json(stage, study):
    played = stage.play(Reference(shipped()), study.installation, study.plan)
    assert decode_trace(encode_trace(played.records)) == played.records
    assert isinstance(played.records[0], Header)


def test_a_commissioning_is_announced_with_its_result(stage, house, plan):
    controller = Scripted(InstallationLoaded=[[CommissionDevices((MeterRole.ESME,))]])
    played = stage.play(controller, house, plan)
    assert [event for event, _ in controller.seen if isinstance(event, CommissioningEnded)] == [
        CommissioningEnded((MeterRole.ESME,), True)
    ]
    assert kinds(played.records, EventDelivered)[1].event == CommissioningEnded((MeterRole.ESME,), True)
