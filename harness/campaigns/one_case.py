"""Plays one case of a campaign, and says what it comes to in the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, TypeAlias

import msgspec
from msgspec import structs

from hanbench.emulator.clock import SECOND
from hanbench.harness.campaign.interruption import breakable
from hanbench.harness.campaign.unanswered import waited_for
from hanbench.harness.campaigns.plan import DeviceCase, MigrationCase, PlannedCase
from hanbench.harness.campaigns.reach import fault_words, faults_of
from hanbench.harness.campaigns.rows import DECISIONS, CaseVerdict, Failing, Row
from hanbench.harness.campaigns.spec import CampaignSpec
from hanbench.harness.case.trace import encode
from hanbench.harness.conform.dut.choice import device_choice
from hanbench.harness.conform.result import CaseResult, Verdict
from hanbench.harness.conform.runner import Limits, Runner
from hanbench.harness.conform.selftest import choice_of, healthy_setting
from hanbench.harness.controllers.lookup import named
from hanbench.harness.foreign_text import cleaned
from hanbench.harness.oracle import IN_TURN, Basis
from hanbench.harness.report.causes import cause_first
from hanbench.harness.scenario.run import DrivenScenario, ScenarioResult, judged
from hanbench.harness.scenario.scenario import Scenario
from hanbench.profiles.rulesets import shipped

_VERDICTS = {
    Verdict.PASS: CaseVerdict.AS_EXPECTED,
    Verdict.FAIL: CaseVerdict.VIOLATION,
    Verdict.INCONCLUSIVE: CaseVerdict.INCONCLUSIVE,
    Verdict.NOT_APPLICABLE: CaseVerdict.NOT_APPLICABLE,
}
_HASH = 8
LONGEST_TEXT = 300

Drive: TypeAlias = Callable[[Scenario], DrivenScenario]
"""Drives the controller of a case through a scenario, with the seed of the case."""


class PlayedMigration(NamedTuple):
    """A scenario that was played and judged."""

    row: Row
    result: ScenarioResult
    in_time: bool
    """Whether the controller let no time-out pass."""


def play_migration(spec: CampaignSpec, number: int, case: MigrationCase, drive: Drive) -> PlayedMigration:
    """Play a scenario; some are played twice, and before others those about the same installation."""
    for earlier in case.before:
        drive(earlier)
    driven = drive(case.scenario)
    in_time = waited_for(driven.records) is None
    again = drive(case.scenario) if in_time and _is_played_twice(spec, number) else None
    result = judged(driven, shipped(), again=again, hold_to=Basis(spec.hold_to))
    row = Row(
        number,
        int(CaseVerdict.AS_EXPECTED if result.as_expected else CaseVerdict.VIOLATION),
        DECISIONS.index(result.outcome.value) if result.outcome else 0,
        (driven.ended - driven.loaded) // SECOND,
        0,
        _hash(encode(driven.records)),
    )
    return PlayedMigration(row, result, in_time)


def play_device(number: int, case: DeviceCase, captures: Path | None = None) -> tuple[Row, CaseResult]:
    """Run a conform case on its emulated device. `captures`: folder for the frames, if it does not pass."""
    _, _, firmware = case.device.partition(":")
    choice = choice_of(firmware) if firmware else device_choice(case.device)
    setting = replace(healthy_setting(case.cohort, case.kind, case.name.seed), choice=choice)
    with breakable():
        result = Runner(setting, Limits(), captures).run(case.case)
    told = _hash(msgspec.json.encode(structs.replace(result, capture=None)))
    return Row(number, int(_VERDICTS[result.verdict]), 0, int(result.duration_s), 0, told), result


def failed_migration(number: int, case: MigrationCase, result: ScenarioResult) -> Failing:
    """Return what is told of a failure: its cause, or the first expectation that was not met."""
    first = next(iter(cause_first(result.failing)), None)
    fault, outcome = fault_words(faults_of(result.records)), result.outcome.value if result.outcome else "nothing"
    name = structs.replace(case.name, by=named(case.name.by))
    if first is None:
        text = result.failed_expectations[0]
        return Failing(number, name, "expectation of the author", case.scenario.id, fault, outcome, _line(text))
    if first.property == IN_TURN:  # each kind is a cluster of its own: to be silent is not to crash
        outcome = f"{outcome} ({result.case.misbehaviours[0].kind})"
    return Failing(number, name, first.property, first.rule, fault, outcome, _line(first.text))


def failed_device(number: int, case: DeviceCase, result: CaseResult) -> Failing:
    """Return what is told of a conform case that failed."""
    rule = next(iter(result.requirements), "")
    return Failing(number, case.name, case.case.id, rule, "none", "", _line(result.reason))


def crashed(number: int, case: PlannedCase, reason: str) -> tuple[Row, Failing]:
    """Return the row of a case that hanbench failed at, and what is told of it."""
    name = structs.replace(case.name, by=named(case.name.by))
    failing = Failing(number, name, "hanbench itself failed", "interface", "none", "", _line(reason))
    return Row(number, int(CaseVerdict.CRASHED), 0, 0, 0, 0), failing


def _is_played_twice(spec: CampaignSpec, number: int) -> bool:
    """Return whether a case is one of those that are played twice; drawn, so that no controller is left out."""
    if not spec.played_twice:
        return False
    drawn = blake2b(f"{spec.seed}/{number}".encode(), digest_size=_HASH).digest()
    return int.from_bytes(drawn) % spec.played_twice == 0


def _line(text: str) -> str:
    return cleaned(" ".join(text.split()))[:LONGEST_TEXT]


def _hash(octets: bytes) -> int:
    return int.from_bytes(blake2b(octets, digest_size=_HASH).digest(), signed=True)
