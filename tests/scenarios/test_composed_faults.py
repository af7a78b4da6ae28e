"""Faults add up: while one of several remains its meter stays away, and when the last is healed it comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hanbench.emulator.radio import FrameAction
from hanbench.emulator.randomness import split
from hanbench.harness.capture import read
from hanbench.harness.case.check import Subject, Verdict
from hanbench.harness.case.fault_catalogue import FAULTS_OF_EVERY_HAN
from hanbench.harness.case.installation import Meter, MeterStatus
from hanbench.harness.case.plan import FaultEvent, FrameFaultSpec, FrameTrigger, State
from hanbench.harness.case.trace import CheckRecorded, GroundTruth
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.faults import FAULTS
from hanbench.harness.scenario.run import ScenarioResult, run_scenario
from hanbench.harness.scenario.scenario import Scenario
from hanbench.profiles.rulesets import Cohort, shipped

START = datetime(2022, 4, 4, 8, tzinfo=UTC)
OF_THE_GSME = [name for name in FAULTS_OF_EVERY_HAN if FAULTS[name].subject is Subject.GSME]
PAIRS = [(one, other) for one in OF_THE_GSME for other in OF_THE_GSME if one != other]
LEFT_WHILE_LOOKING = [("pan-id-missed", "hub-entry-lost"), ("hub-entry-lost", "wrong-channel")]
"""The meter is told to leave while it listens for its network."""
SAMPLE = LEFT_WHILE_LOOKING + [PAIRS[split("pairs", str(number)).randrange(len(PAIRS))] for number in range(60)]


def scenario_with(*changes: FaultEvent, days: float = 7) -> Scenario:
    meter = Meter(MeterStatus.DORMANT, "supplier")
    return Scenario("faults", "Faults", Cohort.IOC, meter, meter, START, changes=changes, decide_within_days=days)


def run_with(*changes: FaultEvent, seed: str = "1", **options) -> ScenarioResult:
    return run_scenario(scenario_with(*changes), shipped(), Reference, seed=seed, **options)


def broken(name: str, **when) -> FaultEvent:
    state = State.BROKEN if FAULTS[name].breaks_reachability else State.IMPAIRED
    return FaultEvent(FAULTS[name].subject, state, name, **when)


def well(name: str, **when) -> FaultEvent:
    return FaultEvent(FAULTS[name].subject, State.HEALTHY, name, **when)


def verdicts(run: ScenarioResult) -> list[Verdict]:
    return [check.verdict for check in run.checks]


@pytest.mark.parametrize(("one", "other"), sorted(set(SAMPLE)))
def test_two_faults_of_a_gas_meter_healed_one_after_the_other(one, other):
    """The oracle holds each check against what is really so; the bench holds each fault against it."""
    run = run_with(
        broken(one, before_check=1),
        broken(other, before_check=1),
        well(one, before_check=2),
        well(other, before_check=3),
    )
    assert run.as_expected, run.violations
    failing = [FAULTS[one].breaks_reachability or FAULTS[other].breaks_reachability, FAULTS[other].breaks_reachability]
    if failing[0]:
        assert verdicts(run) == [Verdict.FAIL if fails else Verdict.PASS for fails in failing][: len(run.checks)] + (
            [Verdict.PASS] if all(failing) else []
        )
    assert run.outcome is Outcome.MIGRATE_BOTH


def test_three_at_once_are_healed_in_any_order():
    names = ("battery-dead", "hub-entry-lost", "jammed-channel")
    run = run_with(*(broken(name, before_check=1) for name in names), *(
        well(name, before_check=check) for check, name in enumerate(names, start=2)
    ))  # fmt: skip
    assert verdicts(run)[:3] == [Verdict.FAIL] * 3
    assert run.as_expected


def test_faults_of_several_subjects_hide_each_other():
    run = run_with(
        broken("battery-dead", before_check=1), broken("wan-down", before_check=1), well("wan-down", before_check=3)
    )
    assert verdicts(run) == [Verdict.INCONCLUSIVE] * 2 + [Verdict.FAIL] * 3
    assert run.outcome is Outcome.MIGRATE_ESME_ONLY


def test_a_fault_lasts_as_long_as_it_says():
    run = run_with(broken("jammed-channel", at=START + timedelta(minutes=1), lasts=timedelta(hours=30)))
    truths = [record for record in run.records if isinstance(record, GroundTruth)]
    assert [record.state for record in truths] == [State.BROKEN, State.UNCERTAIN, State.HEALTHY]
    assert truths[1].time - truths[0].time == timedelta(hours=30)
    assert run.as_expected


def test_a_chance_is_drawn_from_the_seed():
    outcomes = {}
    for seed in map(str, range(12)):
        run = run_with(broken("battery-dead", before_check=1, chance=0.5), seed=seed)
        assert run.as_expected
        outcomes[seed] = run.outcome
        assert run_with(broken("battery-dead", before_check=1, chance=0.5), seed=seed).outcome is run.outcome
    assert set(outcomes.values()) == {Outcome.MIGRATE_BOTH, Outcome.MIGRATE_ESME_ONLY}


# --- frames -----------------------------------------------------------------------------------------------------------


def disturbed(what: FrameFaultSpec, state: State = State.UNCERTAIN, **when) -> FaultEvent:
    return FaultEvent(Subject.GSME, state, "disturbance", frames=what, **(when or {"before_check": 1}))


def comments(path) -> list[str]:
    return [frame.comment for frame in read(path) if frame.comment]


SAID = {
    FrameAction.DROP: "lost",
    FrameAction.CORRUPT_FCS: "garbled",
    FrameAction.CORRUPT_PAYLOAD: "tampered with",
}


@pytest.mark.parametrize("does", SAID)
def test_what_is_done_to_every_answer_makes_the_meter_fail(does, tmp_path):
    capture = tmp_path / "faults.pcapng"
    answers = FrameFaultSpec(name="read-attributes-response", sender="gsme", does=does)
    run = run_with(disturbed(answers, State.BROKEN), capture=capture)
    assert verdicts(run) == [Verdict.FAIL] * 3
    assert run.as_expected
    said = SAID[does]
    struck = [comment for comment in comments(capture) if "disturbance" in comment]
    assert len(struck) > 3
    assert set(struck) == {f"hanbench: {said} by disturbance"}


def test_it_is_over_after_so_many_frames(tmp_path):
    capture = tmp_path / "faults.pcapng"
    few = FrameFaultSpec(between=("hub", "gsme"), first=2, count=3)
    run = run_with(disturbed(few), capture=capture)
    assert comments(capture) == ["hanbench: lost by disturbance"] * 3
    truths = [record.state for record in run.records if isinstance(record, GroundTruth)]
    assert truths == [State.UNCERTAIN, State.HEALTHY]
    assert verdicts(run) == [Verdict.PASS]


def test_a_fault_begins_right_after_the_frame_that_marks_it(tmp_path):
    capture = tmp_path / "faults.pcapng"
    moment = FrameTrigger(name="read-attributes-response", sender="gsme", nth=2)
    run = run_with(FaultEvent(Subject.GSME, State.BROKEN, "battery-dead", on_frame=moment), capture=capture)
    began = next(record for record in run.records if isinstance(record, GroundTruth))
    check = next(record for record in run.records if isinstance(record, CheckRecorded))
    assert check.check.started < began.time <= check.time
    assert any("number 2" in comment for comment in comments(capture))
    assert run.as_expected


def test_on_the_wan_messages_are_lost_by_number():
    """The first check asks twice before it would read anything: the second message is the hub's first answer."""
    lost = FaultEvent(
        Subject.WAN, State.UNCERTAIN, "cut", before_check=1, frames=FrameFaultSpec(on="wan", first=2, count=1)
    )
    run = run_with(lost)
    assert verdicts(run)[0] is Verdict.INCONCLUSIVE
    assert run.checks[0].cause is Subject.WAN
    assert run.outcome is Outcome.MIGRATE_BOTH


def test_one_frame_lost_is_sent_again_and_changes_nothing_else():
    run = run_with(disturbed(FrameFaultSpec(between=("hub", "gsme"), count=1)))
    plain = run_with()
    assert 0 <= run.frames - plain.frames <= 4


@pytest.mark.parametrize("name", ["wrong-channel", "pan-id-missed", "network-key-lost"])
@pytest.mark.parametrize("seed", "123")
def test_a_meter_that_is_awake_when_its_network_changes_misses_it_all_the_same(name, seed):
    """It has just got a new battery, so it looks for its network, and would hear where that goes."""
    run = run_with(
        broken("battery-dead", before_check=1),
        well("battery-dead", before_check=2),
        broken(name, before_check=2),
        seed=seed,
    )
    assert verdicts(run) == [Verdict.FAIL] * 3
    assert run.violations == ()


@pytest.mark.parametrize("other", ["wrong-install-code", "stale-link-key", "hub-without-power"])
@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_a_fault_that_joins_another_during_a_check_leaves_the_truth_uncertain_meanwhile(other, seed):
    """To bring both about, the first is healed for some seconds, and the meter may answer the check that is under way.

    Whether it answered stands in the frames of the check; the truth must not contradict them.
    """
    run = run_with(broken("battery-dead", before_check=1), broken(other, at=START + timedelta(minutes=18)), seed=seed)
    (first, *_), records = run.evidenced, run.records
    ended = next(each.time for each in records if isinstance(each, CheckRecorded))
    states = [each.state for each in records if isinstance(each, GroundTruth) and each.subject is Subject.GSME]
    during = {each.state for each in records if isinstance(each, GroundTruth) and START < each.time <= ended}
    assert State.UNCERTAIN in during
    assert states[-1] is State.BROKEN
    answered = any(each.sender == "gsme" for each in first.evidence)
    assert first.check.verdict is not Verdict.PASS or answered
    assert run.violations == ()
