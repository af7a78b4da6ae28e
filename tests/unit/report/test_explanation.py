"""What a violation means: the act, what the controller had been told by then, and the command that plays it again.

The traces are written by hand; the property, the act and its time follow from how each was written.
"""

from __future__ import annotations

import shlex
from datetime import timedelta

import msgspec
import pytest

from hanbench.harness.case.check import Subject, Verdict
from hanbench.harness.case.installation import MeterStatus
from hanbench.harness.case.plan import StatementKind
from hanbench.harness.case.trace import CheckRecorded, EventDelivered
from hanbench.harness.case.vocabulary import CheckEnded, InstallationLoaded, Outcome
from hanbench.harness.oracle import Violation, judge
from hanbench.harness.report.explanation import MOST, Explanation, explain
from hanbench.harness.report.model import basis_of
from hanbench.harness.report.replay import RUN, replay_command
from hanbench.profiles.rulesets import Switches, shipped
from tests.support.traces import BOTH, ESME_ONLY, START, HandWrittenTrace

BEGAN = START - timedelta(minutes=15)
A = MeterStatus.ACTIVE


class ToldTrace(HandWrittenTrace):
    """A trace in which the controller is told of the installation and of each check, as a session tells it."""

    def __init__(self, *meters: MeterStatus, switches: Switches | None = None) -> None:
        super().__init__(*meters, switches=switches)
        self.add(EventDelivered(self.now, InstallationLoaded(self.home)))

    def check(self, *given, **options):
        super().check(*given, **options)
        last = self.records[-1]
        assert isinstance(last, CheckRecorded)
        return self.add(EventDelivered(self.now, CheckEnded(**msgspec.structs.asdict(last.check))))

    def explained(self, property_: str) -> list[Explanation]:
        violations = [each for each in judge(self.records, shipped()) if each.property == property_]
        assert violations
        return list(explain(self.records, violations, BEGAN))


def test_a_decision_on_two_failures_names_both_and_the_third_that_is_missing():
    trace = ToldTrace().gsme_dead().fails(2)
    (found,) = trace.partial_migration().explained("count")
    assert found.did.text == "commissions ESME alone"
    assert found.did.time == START + timedelta(hours=26)
    assert found.did.at == 26 * 3600 + 900
    assert [fact.text.split(":")[0] for fact in found.known] == ["check 1", "check 2"]
    assert [fact.time - START for fact in found.known] == [timedelta(hours=1), timedelta(hours=26)]


def test_a_fact_names_its_line_in_the_trace():
    trace = ToldTrace().gsme_dead().fails(2)
    (found,) = trace.partial_migration().explained("count")
    for fact in (found.did, *found.known):
        assert trace.records[fact.record - 1].time == fact.time
    told = trace.records[found.known[0].record - 1]
    assert isinstance(told, EventDelivered)
    assert isinstance(told.event, CheckEnded)


def test_what_came_after_the_act_was_not_known():
    trace = ToldTrace().gsme_dead().fails(2).commissions(ESME_ONLY, succeeded=False).fails(1)
    first, *_ = trace.partial_migration().explained("count")
    assert [fact.text.split(":")[0] for fact in first.known] == ["check 1", "check 2"]


def test_each_of_two_decisions_is_explained():
    trace = ToldTrace().gsme_dead().fails(1).commissions(ESME_ONLY, succeeded=False).fails(1)
    one, two = trace.partial_migration().explained("count")
    assert (one.did.time - START, two.did.time - START) == (timedelta(hours=1), timedelta(hours=26))


def test_a_withdrawal_is_told_with_its_giver():
    trace = ToldTrace(A, A).gsme_dead().says("gas", StatementKind.REQUEST).fails(3)
    trace.says("gas", StatementKind.WITHDRAWAL)
    (found,) = trace.partial_migration().explained("withdrawal-honoured")
    home, *said = (fact.text for fact in found.known)
    assert "GSME Active with gas" in home
    assert "tmad-v19" in home
    assert said == ["gas requests partial migration", "gas withdraws its consent, or objects"]


def test_a_switch_that_is_not_at_its_default_is_told():
    trace = ToldTrace(A, A, switches=Switches(wan_failure_counts=True)).gsme_dead().fails(3)
    (found,) = trace.partial_migration().explained("consent")
    assert "wan_failure_counts True" in found.known[0].text


def test_a_commissioning_brings_its_frames():
    trace = ToldTrace().gsme_dead().fails(1).commissions(BOTH)
    ended = trace.records[-1]
    trace.records[-1] = msgspec.structs.replace(
        ended, commissioning=msgspec.structs.replace(ended.commissioning, frames=(40, 52))
    )
    (found,) = trace.closes(Outcome.MIGRATE_BOTH).explained("gsme-only-after-pass")
    assert found.frames == (40, 52)


def test_the_end_of_a_case_is_the_act_of_giving_up():
    trace = ToldTrace().passes().closes(Outcome.RETRY)
    (found,) = trace.explained("pass-leads-to-migration")
    assert found.did.text == "closes the case: retry"
    assert [fact.text for fact in found.known] == ["check 1: pass: "]


def test_a_misbehaviour_is_its_own_act():
    (found,) = ToldTrace().passes().misbehaves().commissions(BOTH).closes(Outcome.MIGRATE_BOTH).explained("in-turn")
    assert found.did.text == "out-of-turn: RunCheck during a commissioning"


def test_only_the_last_facts_are_given():
    trace = ToldTrace().gsme_dead()
    for _ in range(MOST + 3):
        trace.check(Verdict.INCONCLUSIVE, Subject.WAN)
    (found,) = trace.partial_migration().explained("count")
    assert len(found.known) == MOST
    assert found.known[-1].text.startswith(f"check {MOST + 3}")


@pytest.mark.parametrize(
    ("sentence", "did"),
    [
        ("partial migration by a property of tomorrow", "commissions ESME alone"),
        ("closed with something else", "closes the case: migrate-esme-only"),
        ("something that no word gives away", "closes the case: migrate-esme-only"),
    ],
)
def test_a_property_that_is_not_known_here_is_explained_by_its_words(sentence, did):
    trace = ToldTrace().gsme_dead().fails(3).partial_migration()
    (found,) = explain(trace.records, [Violation("new", "letter, 2", sentence)], BEGAN)
    assert found.did.text == did


@pytest.mark.parametrize("property_", ["spacing", "attempt-cap", "excluded-stays-out", "consent"])
def test_a_trace_without_the_act_has_an_explanation_too(property_):
    trace = ToldTrace().closes(Outcome.RETRY)
    (found,) = explain(trace.records, [Violation(property_, "letter, 2", "attempt 7 began")], BEGAN)
    assert found.did.record <= len(trace.records)


@pytest.mark.parametrize(
    ("rule", "basis"),
    [
        ("letter, 2", "stated"),
        ("letter, 2 (inferred)", "inferred"),
        ("letter, 2 (age assumed)", "assumed"),
        ("Various 1 (iii)", "stated"),
        ("letter, 2; Various 1 (ii)(b) and (c) (inferred)", "inferred"),
        ("scenario (assumed)", "assumed"),
        ("interface", "interface"),
        ("hanbench", "interface"),
    ],
)
def test_a_rule_says_its_basis(rule, basis):
    assert basis_of(rule) == basis


def test_the_command_gives_every_switch_back_to_the_shell():
    command = replay_command(
        "a.b",
        seed="it's 1",
        controller="process:python3 my controller.py",
        switches={"--begins": "new", "--quick": None},
    )
    assert shlex.split(command) == [
        "hanbench", "verify", "--case", "a.b", "--seed", "it's 1", "--controller", "process:python3 my controller.py",
        "--begins", "new", "--quick",
    ]  # fmt: skip
    assert shlex.split(replay_command("a", seed="1", controller="c", by=RUN))[:3] == ["hanbench", "run", "a"]
