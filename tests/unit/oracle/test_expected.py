"""The outcomes that the rules allow, worked out from traces written by hand. Each expected value is the letter's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hanbench.harness.case.check import Subject
from hanbench.harness.case.installation import MeterStatus
from hanbench.harness.case.plan import State, StatementKind
from hanbench.harness.case.trace import End
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle import Expected, judgement
from hanbench.profiles.rulesets import Cohort, Switches, shipped
from tests.support.traces import BOTH, ESME_ONLY, HandWrittenTrace

A, D = MeterStatus.ACTIVE, MeterStatus.DORMANT
REQUEST, WITHDRAWAL = StatementKind.REQUEST, StatementKind.WITHDRAWAL


def allowed(trace: HandWrittenTrace) -> Expected:
    return judgement(trace.records, shipped()).expected


def active(**options) -> HandWrittenTrace:
    return HandWrittenTrace(A, A, **options).gsme_dead()


def test_a_meter_that_answers_is_migrated_whole():
    found = allowed(HandWrittenTrace().passes().commissions(BOTH).closes(Outcome.MIGRATE_BOTH))
    assert found == Expected((Outcome.MIGRATE_BOTH,), "the GSME answered at attempt 1")


def test_three_failures_of_a_dormant_home_leave_the_gsme_behind():
    found = allowed(HandWrittenTrace().gsme_dead().fails(3).partial_migration())
    why = "3 failures; tmad-v19 allows ioc dormant on 2022-04-06; the DCC decides"
    assert found == Expected((Outcome.MIGRATE_ESME_ONLY,), why)


def test_the_refusal_names_the_rule_set_and_the_day():
    found = allowed(HandWrittenTrace(cohort=Cohort.FOC).gsme_dead().fails(3).closes(Outcome.REFUSE))
    assert found == Expected((Outcome.REFUSE,), "3 failures; tmad-v19 does not allow foc dormant on 2022-04-06")


@pytest.mark.parametrize(
    ("minutes", "outcome"), [(-1, Outcome.REFUSE), (0, Outcome.MIGRATE_ESME_ONLY), (3, Outcome.MIGRATE_ESME_ONLY)]
)
def test_the_day_is_that_on_which_the_third_check_really_ended(minutes, outcome):
    # Case verdict/x02: whether v19 applies hangs on the end of the third failure, some minutes around midnight.
    midnight = datetime(2022, 3, 15, tzinfo=UTC)
    # A check takes an hour here, and the next begins a day after its end.
    trace = HandWrittenTrace(start=midnight + timedelta(minutes=minutes) - timedelta(hours=51)).gsme_dead().fails(3)
    assert trace.now == midnight + timedelta(minutes=minutes)
    assert allowed(trace.closes(Outcome.REFUSE)).outcome is outcome


def test_a_wrong_outcome_is_not_among_those_allowed():
    trace = HandWrittenTrace().gsme_dead().fails(2).partial_migration()
    assert Outcome.MIGRATE_ESME_ONLY not in allowed(trace).outcomes


def test_a_lawful_outcome_that_is_not_the_usual_one_is_allowed_too():
    # The letter sets no day by which a case must be refused: v19 applies on 15 March.
    trace = HandWrittenTrace(start=datetime(2022, 3, 12, 9, tzinfo=UTC)).gsme_dead().fails(3).at(66)
    assert trace.now == datetime(2022, 3, 15, 3, tzinfo=UTC)
    judged = judgement(trace.partial_migration().records, shipped())
    assert judged.violations == ()
    assert judged.expected.outcomes == (Outcome.REFUSE, Outcome.MIGRATE_ESME_ONLY)
    assert judged.remarks == ("another way than refuse, and no rule is against it",)


def test_a_missing_request_holds_the_case():
    found = allowed(active().fails(3).asks().at(14 * 24).closes(Outcome.HOLD))
    assert found == Expected((Outcome.HOLD,), "3 failures; gas gave no request")


def test_the_other_suppliers_answer_is_no_answer():
    trace = active().fails(3).asks().says("power", REQUEST)
    assert allowed(trace.at(14 * 24).closes(Outcome.HOLD)).outcomes == (Outcome.HOLD,)


def test_a_request_that_comes_while_it_is_awaited_is_heard():
    trace = active().fails(3).asks().at(60).says("gas", REQUEST)
    assert allowed(trace.at(14 * 24).closes(Outcome.HOLD)).outcomes == (Outcome.MIGRATE_ESME_ONLY,)


def test_a_withdrawal_right_after_the_deciding_check_is_too_late():
    trace = active().says("gas", REQUEST).fails(3).says("gas", WITHDRAWAL)
    assert allowed(trace.at(14 * 24).closes(Outcome.HOLD)).outcome is Outcome.MIGRATE_ESME_ONLY


def test_a_late_request_with_no_attempt_left_excludes_the_installation():
    late = active(switches=Switches(attempt_cap=3)).fails(3).asks().at(100).says("gas", REQUEST)
    assert allowed(late.closes(Outcome.EXCLUDE_INSTALLATION)).outcomes == (Outcome.EXCLUDE_INSTALLATION,)
    early = active().fails(3).asks().at(100).says("gas", REQUEST)
    assert allowed(early.fails(1)).outcomes == (Outcome.MIGRATE_ESME_ONLY,)


def test_a_dead_wan_is_no_persistent_failure_of_the_gsme():
    def after_five(switches):
        trace = HandWrittenTrace(cohort=Cohort.FOC, switches=switches).truth(Subject.WAN, State.BROKEN)
        for _ in range(5):
            trace.inconclusive(Subject.WAN)
        return allowed(trace).outcome

    assert after_five(None) is Outcome.EXCLUDE_INSTALLATION
    assert after_five(Switches(wan_failure_counts=True)) is Outcome.REFUSE


def test_a_dead_esme_never_is():
    trace = HandWrittenTrace(cohort=Cohort.FOC, switches=Switches(wan_failure_counts=True))
    trace.truth(Subject.ESME, State.BROKEN)
    for _ in range(5):
        trace.inconclusive(Subject.ESME)
    assert allowed(trace).outcome is Outcome.EXCLUDE_INSTALLATION


def test_a_commissioning_that_failed_is_followed_by_another_attempt():
    trace = HandWrittenTrace().gsme_dead().fails(3).commissions(ESME_ONLY, succeeded=False).fails(1)
    assert allowed(trace.commissions(ESME_ONLY)).outcome is Outcome.MIGRATE_ESME_ONLY
    trace = HandWrittenTrace().gsme_dead().fails(2)
    for _ in range(3):
        trace.fails(1).commissions(ESME_ONLY, succeeded=False)
    found = allowed(trace.closes(Outcome.EXCLUDE_INSTALLATION))
    assert found == Expected((Outcome.EXCLUDE_INSTALLATION,), "5 attempts, and none ended with meters commissioned")


def test_a_check_that_ends_when_time_is_up_is_not_decided_on():
    trace = HandWrittenTrace(days=0.5).gsme_dead().fails(1)
    found = allowed(trace.at(36).add(End(trace.now, "time")))
    assert found == Expected((Outcome.RETRY,), "time was up before enough was known")


def test_of_a_case_that_is_closed_too_early_nothing_is_claimed():
    found = allowed(HandWrittenTrace().gsme_dead().fails(2).partial_migration())
    assert found == Expected((), "after 2 checks, another one was to follow")
    assert found.words == "no decision yet"


def test_where_the_cap_comes_first_the_last_attempt_excludes_the_installation():
    def capped(switch):
        switches = Switches(attempt_cap=3, count_before_cap=switch)
        return allowed(HandWrittenTrace(switches=switches).gsme_dead().fails(3)).outcome

    assert capped(None) is Outcome.MIGRATE_ESME_ONLY
    assert capped(False) is Outcome.EXCLUDE_INSTALLATION
