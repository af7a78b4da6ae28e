"""The end of a case's time: `decide_by` is inclusive, and only a commissioning that was decided on by then is awaited.

What is expected follows from docs/migration.md, "What hanbench decided where the rules are silent".
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from hanbench.harness.case.check import HanCheck, Verdict
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import MeterStatus
from hanbench.harness.case.plan import StatementKind
from hanbench.harness.case.trace import (
    ActionAccepted,
    CheckRecorded,
    CheckStarted,
    CommissioningRecorded,
    EventDelivered,
)
from hanbench.harness.case.vocabulary import CommissionDevices, CommissioningEnded, Outcome, Tick
from hanbench.harness.oracle import judge
from hanbench.profiles.rulesets import shipped
from tests.support.traces import ESME_ONLY, HandWrittenTrace

A = MeterStatus.ACTIVE
O = Outcome  # noqa: E741
REQUEST = StatementKind.REQUEST
END = 14 * 24
"""Hours after the start at which the time of a case is up."""
SECOND, MICROSECOND = 1 / 3600, 1 / 3600e6
DAY = 24


def holding():
    """Three failures, and the supplier was asked."""
    return HandWrittenTrace(A, A).gsme_dead().fails(3).asks()


def ticks(trace, hours=END):
    trace.at(hours)
    return trace.add(EventDelivered(trace.now, Tick()))


def late(trace):
    """How often the trace is found to be too late."""
    return Counter(violation.property for violation in judge(trace.records, shipped()))["bounded-time"]


def commissioning(trace, hours=END):
    """The commissioning of the ESME is asked for."""
    trace.at(hours)
    return trace.add(ActionAccepted(trace.now, CommissionDevices(ESME_ONLY)))


def result(trace, hours, *, succeeded=True, given=True):
    """It ends, and the controller is told."""
    trace.at(hours).add(CommissioningRecorded(trace.now, Commissioning(ESME_ONLY, succeeded)))
    return trace.add(EventDelivered(trace.now, CommissioningEnded(ESME_ONLY, succeeded))) if given else trace


# -- closing in answer to what was told by `decide_by` -----------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "wrong"), [(0, 0), (1, 0), (60, 0), (60.000001, 1), (86400, 1)])
def test_an_answer_to_the_last_tick_takes_a_minute_at_most(seconds, wrong):
    assert late(ticks(holding()).at(END + seconds * SECOND).closes(O.HOLD)) == wrong


@pytest.mark.parametrize("hours", [END + MICROSECOND, END + SECOND])
def test_a_statement_after_the_end_is_no_occasion_to_close(hours):
    trace = ticks(holding()).at(hours).says("gas", StatementKind.WITHDRAWAL)
    assert trace.closes(O.HOLD).violated() == {"bounded-time"}


def test_a_statement_at_the_end_is():
    assert ticks(holding().at(END).says("power", REQUEST)).says("power", REQUEST).closes(O.HOLD).violations() == []


def test_a_statement_after_the_case_was_closed_came_too_late_for_it():
    assert late(ticks(holding()).at(END + SECOND).closes(O.HOLD).says("gas", REQUEST)) == 0


def test_the_last_tick_may_itself_be_late():
    """As on a bench in real time, while the controller still answers something else."""
    assert late(ticks(holding(), END + 20 * SECOND).at(END + 30 * SECOND).closes(O.HOLD)) == 0


def test_the_tick_after_the_last_is_too_late():
    assert late(ticks(ticks(holding()), END + 20 * SECOND).closes(O.HOLD)) == 1
    assert late(ticks(ticks(holding(), END + 10 * SECOND), END + 20 * SECOND).closes(O.HOLD)) == 1


def test_a_tick_before_the_end_is_not_the_last():
    assert late(ticks(ticks(holding(), END - 1), END + 20 * SECOND).closes(O.HOLD)) == 0


def test_a_statement_at_the_end_is_not_its_tick():
    assert late(ticks(holding().at(END).says("power", REQUEST), END + 20 * SECOND).closes(O.HOLD)) == 0


def test_a_late_statement_is_not_the_tick_either():
    """As in a trace of production, which need not have ticks."""
    assert late(holding().at(END + SECOND).says("gas", StatementKind.WITHDRAWAL).closes(O.HOLD)) == 1
    assert late(holding().at(END + SECOND).closes(O.HOLD)) == 0


def test_a_case_that_is_closed_early_is_closed_in_time():
    assert late(HandWrittenTrace().gsme_dead().fails(3).partial_migration()) == 0


# -- what is begun after it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "wrong"), [(0, 0), (1, 0), (61, 1)])
def test_no_check_begins_after_it(seconds, wrong):
    trace = holding().at(END + seconds * SECOND)
    assert late(trace.add(CheckStarted(trace.now, 4)).at(END).closes(O.RETRY)) == wrong


@pytest.mark.parametrize("hours", [-0.5, 0])
def test_a_check_that_began_by_then_may_end_later(hours):
    """As in a trace of production, where only the result of a check is recorded."""
    trace = ticks(holding()).closes(O.RETRY).at(END + SECOND).says("gas", REQUEST).at(END + 1)
    began = trace.start + timedelta(hours=END + hours)
    assert late(trace.add(CheckRecorded(trace.now, HanCheck(4, Verdict.PASS, began, trace.now, None, None)))) == 0


def test_each_check_that_begins_after_it_is_told():
    trace = holding().at(END + 1)
    assert late(trace.add(CheckStarted(trace.now, 4), CheckStarted(trace.now, 5)).closes(O.RETRY)) == 3


def test_a_consent_after_it_is_no_occasion_to_commission():
    trace = commissioning(ticks(holding()).at(END + SECOND).says("gas", REQUEST), END + SECOND)
    trace = result(trace, END + 3 * SECOND).excludes().closes(O.MIGRATE_ESME_ONLY)
    texts = [each.text for each in judge(trace.records, shipped()) if each.property == "bounded-time"]
    assert [text.split(" at ")[0] for text in texts] == ["commissioning of esme was asked for", "closed"]


# -- a commissioning that was decided on by then -----------------------------------------------------------------------


def under_way(hours=END):
    return commissioning(holding().at(hours).says("gas", REQUEST), hours)


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize(("hours", "wrong"), [(SECOND, 0), (DAY, 0), (DAY + MICROSECOND, 1)])
def test_its_result_is_awaited_for_a_day(hours, wrong, given):
    trace = result(ticks(under_way()), END + hours, given=given)
    assert late(trace.excludes().closes(O.MIGRATE_ESME_ONLY)) == wrong


@pytest.mark.parametrize(("seconds", "wrong"), [(60, 0), (60.000001, 1)])
def test_the_answer_to_it_takes_a_minute_at_most(seconds, wrong):
    trace = result(ticks(under_way(END - 1)), END + 1, succeeded=False)
    assert late(trace.at(END + 1 + seconds * SECOND).closes(O.RETRY)) == wrong


def test_what_is_told_after_the_result_is_no_occasion_to_close():
    trace = result(ticks(under_way()), END + 1, succeeded=False)
    assert late(trace.at(END + 1 + SECOND).says("gas", REQUEST).closes(O.RETRY)) == 1


def test_what_is_told_before_the_result_changes_nothing():
    trace = result(ticks(under_way()).at(END + 1).says("gas", REQUEST), END + 1, succeeded=False)
    assert late(trace.closes(O.RETRY).says("gas", REQUEST)) == 0


def test_a_result_after_the_end_of_the_case_was_not_awaited():
    assert late(result(ticks(under_way()).at(END + 1).closes(O.RETRY), END + 1)) == 1


def test_no_second_attempt_follows_a_commissioning_that_failed_after_it():
    trace = commissioning(result(ticks(under_way()), END + SECOND, succeeded=False), END + SECOND)
    assert late(result(trace, END + 2 * SECOND).excludes().closes(O.MIGRATE_ESME_ONLY)) == 2


def test_one_commissioning_in_time_of_two_is_enough():
    trace = result(under_way(END - 2), END - 1, succeeded=False)
    assert late(result(ticks(commissioning(trace)), END + 1, succeeded=False).closes(O.RETRY)) == 0


def test_a_second_request_too_late_leaves_the_first_as_it_was():
    """As in a trace of production: hanbench takes no second request while the first is carried out."""
    trace = commissioning(ticks(under_way()).at(END + SECOND).says("gas", REQUEST), END + SECOND)
    assert late(result(trace, END + 1, succeeded=False).closes(O.RETRY)) == 1


# -- asking in answer to what was told before it -----------------------------------------------------------------------


def asked_late(trace):
    return [each.text for each in judge(trace.records, shipped()) if each.property == "asking"]


def unasked(hours):
    """Three failures, and something else that the controller was told so many hours after the start."""
    trace = HandWrittenTrace(A, A).gsme_dead().fails(3).at(hours)
    return trace.add(EventDelivered(trace.now, Tick()))


@pytest.mark.parametrize(
    ("told", "seconds", "wrong"),
    [
        (-SECOND, 0, 0),  # the answer to what was told a second before takes a second
        (-SECOND, 60, 0),
        (-SECOND, 60.000001, 1),
        (0, 0, 1),  # told that the time is up
        (0, 1, 1),
        (SECOND, 2, 1),
        (-DAY, 0, 0),
        (-DAY, -1, 0),
    ],
)
def test_a_question_is_late_if_the_controller_was_told_that_the_time_is_up(told, seconds, wrong):
    trace = unasked(END + told).at(END + seconds * SECOND).asks()
    assert len(asked_late(trace)) == wrong


@pytest.mark.parametrize(("seconds", "wrong"), [(-1, 0), (0, 1), (1, 1)])
def test_where_nothing_was_told_a_question_is_late_by_its_own_time(seconds, wrong):
    """As in a trace of production that lacks the events."""
    trace = HandWrittenTrace(A, A).gsme_dead().fails(3)
    trace.records = [each for each in trace.records if not isinstance(each, EventDelivered)]
    assert len(asked_late(trace.at(END + seconds * SECOND).asks())) == wrong


def test_what_was_told_last_before_a_question_decides():
    assert len(asked_late(ticks(unasked(END - SECOND)).at(END + SECOND).asks())) == 1


def test_what_is_told_after_a_question_does_not_make_it_late():
    trace = unasked(END - SECOND).at(END + SECOND).asks()
    assert asked_late(ticks(trace, END + 2 * SECOND)) == []
