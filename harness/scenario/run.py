"""Runs of scenarios: set up the HAN, drive the controller, judge the trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypedDict, Unpack

from hanbench.emulator.clock import VirtualClock
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.capture import KeyRing
from hanbench.harness.case.check import HanCheck
from hanbench.harness.case.controller import AnyController
from hanbench.harness.case.installation import Installation
from hanbench.harness.case.plan import Plan
from hanbench.harness.case.session import CaseLabel, drive
from hanbench.harness.case.trace import AnyRecord, Trace
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.checks import EvidencedCheck, EvidencedCommissioning, HanConnectivityCheck
from hanbench.harness.han.credentials import Credentials
from hanbench.harness.oracle import Basis, Expected, Violation, held_to, judgement
from hanbench.harness.oracle.case import Case
from hanbench.harness.scenario.answers import Answers
from hanbench.harness.scenario.failed_expectations import failed_expectations
from hanbench.harness.scenario.production import production, retell
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.staging import Staging, staged
from hanbench.harness.stories.live import FORMATION
from hanbench.harness.stories.memory import LOADED, Step
from hanbench.harness.stories.shelf import Shelf
from hanbench.profiles.rulesets import RuleSet

ControllerFactory = Callable[[Mapping[str, RuleSet]], AnyController]


class ScenarioResult(NamedTuple):
    """The result of running a scenario."""

    scenario: Scenario
    installation: Installation
    seed: str
    outcome: Outcome | None
    expected: Expected
    evidenced: tuple[EvidencedCheck, ...]
    """The checks, each with the frames that are its evidence."""
    records: tuple[AnyRecord, ...]
    case: Case
    """What the oracle read in the records."""
    violations: tuple[Violation, ...]
    began: datetime
    """The date at second 0 of the clock, at which a capture begins."""
    frames: int
    """Number of transmissions up to the last end of a check or commissioning, or change of the ground truth."""
    keys: KeyRing
    path: tuple[Step, ...]
    """The actions that reached the HAN, with their times: what its story follows from."""
    ended: int
    """The time of the HAN at the end, microseconds."""
    failed_expectations: tuple[str, ...] = ()
    """Failed expectations of the scenario's author, in words."""
    remarks: tuple[str, ...] = ()
    """What is told and convicts nobody, in sentences."""
    hold_to: Basis = Basis.ASSUMED
    """Up to which basis a violation fails the run."""
    commissionings: tuple[EvidencedCommissioning, ...] = ()
    """The commissionings, each with the frames between the hub and the meters meanwhile."""

    @property
    def checks(self) -> tuple[HanCheck, ...]:
        """The HAN-connectivity checks, in their order."""
        return tuple(each.check for each in self.evidenced)

    @property
    def as_expected(self) -> bool:
        """Whether no violation fails the run, and its author's expectations are met."""
        return not self.failing and not self.failed_expectations

    @property
    def failing(self) -> tuple[Violation, ...]:
        """The violations that fail the run; the others rest on less than it is held to, and are told."""
        return held_to(self.violations, self.hold_to)

    @property
    def decision(self) -> str:
        """What was decided, and which outcomes the rules allow, in words."""
        decided = self.outcome.value if self.outcome else "nothing"
        return f"decided {decided}; the rules allow {self.expected.words}"

    @property
    def problems(self) -> tuple[str, ...]:
        """A line for each violation, with its property and its rule, and for each failed expectation."""
        return (
            *(f"{each.property}: {each.text} [{each.rule}]" for each in self.violations),
            *(f"not as the author expects: {each}" for each in self.failed_expectations),
        )

    def __repr__(self) -> str:
        """Return a short text, which a failed `assert` shows; the fields would be thousands of lines."""
        violated = ", ".join(dict.fromkeys(each.property for each in self.violations))
        parts = (
            f"{self.scenario.id}, seed {self.seed}: {self.decision}",
            *((f"violated {violated}",) if violated else ()),
            *(f"not as the author expects: {each}" for each in self.failed_expectations),
        )
        return f"<{type(self).__name__} {'; '.join(parts)}>"


class RunSettings(TypedDict, total=False):
    """The optional parameters of `drive_scenario`."""

    controller_name: str
    capture: Path | None
    slow_background: bool
    check: HanConnectivityCheck | None
    clock: VirtualClock | None
    credentials: Credentials | None
    bench: BenchFile | None
    shelf: Shelf | None
    on_record: Callable[[AnyRecord], object] | None


class DrivenScenario(NamedTuple):
    """A scenario that a controller was driven through, not yet judged."""

    scenario: Scenario
    installation: Installation
    plan: Plan
    seed: str
    outcome: Outcome | None
    evidenced: tuple[EvidencedCheck, ...]
    records: tuple[AnyRecord, ...]
    frames: int
    keys: KeyRing
    path: tuple[Step, ...]
    loaded: int
    """The time of the HAN at which the installation was loaded, microseconds."""
    ended: int
    failed_expectations: tuple[str, ...]
    commissionings: tuple[EvidencedCommissioning, ...]


def drive_scenario(
    scenario: Scenario,
    rulesets: Mapping[str, RuleSet],
    make_controller: ControllerFactory,
    *,
    seed: str,
    controller_name: str = "reference",
    capture: Path | None = None,
    slow_background: bool = True,
    check: HanConnectivityCheck | None = None,
    clock: VirtualClock | None = None,
    credentials: Credentials | None = None,
    bench: BenchFile | None = None,
    shelf: Shelf | None = None,
    on_record: Callable[[AnyRecord], object] | None = None,
) -> DrivenScenario:
    """Drive a controller through a scenario, on `bench` or on the emulated Air.

    With `capture`, write a pcapng file of that name and its key file beside it. With `shelf`, a story that is
    remembered there is not simulated again, except for a capture. `on_record` is called with each record of the trace.
    Raises ProfileError if the bench does not suit the
    scenario, and RadioError if a radio of the bench cannot be used.
    """
    staging = replace(
        staged(scenario, seed, check, bench), slow_background=slow_background, clock=clock, credentials=credentials
    )
    return drive_staged(
        staging,
        rulesets,
        make_controller,
        controller_name=controller_name,
        capture=capture,
        shelf=shelf,
        on_record=on_record,
    )


def drive_staged(
    staging: Staging,
    rulesets: Mapping[str, RuleSet],
    make_controller: ControllerFactory,
    *,
    controller_name: str = "reference",
    capture: Path | None = None,
    shelf: Shelf | None = None,
    on_record: Callable[[AnyRecord], object] | None = None,
) -> DrivenScenario:
    """Drive a controller through a scenario whose radio side is worked out; see `drive_scenario`."""
    scenario, seed, plan = staging.scenario, staging.seed, staging.plan
    installation, trace = scenario.installation(rulesets, seed), Trace(scenario.start, LOADED)
    if on_record is not None:
        trace.on_record = on_record
    label = CaseLabel(scenario.id, controller_name, seed)
    loaded = trace.time
    with production(staging, shelf, capture) as han:
        story = han.memory.open(trace)
        with closing(story), Answers(story if staging.is_paced else None) as answers:
            controller = make_controller(rulesets)
            outcome = drive(controller, installation, story, plan, trace, await_=answers.wait_for, about=label)
        unmet = (*_failed(scenario, outcome, trace, rulesets, han.counted), *han.unmet_frames(plan, trace))
    if han.remembered and capture is not None:
        retell(staging, story.path, trace.time, capture)
    return DrivenScenario(
        scenario=scenario,
        installation=installation,
        plan=plan,
        seed=seed,
        outcome=outcome,
        evidenced=tuple(story.evidenced),
        records=tuple(trace.records),
        frames=story.frames,
        keys=han.memory.keys,
        path=story.path,
        loaded=loaded,
        ended=trace.time,
        failed_expectations=unmet,
        commissionings=tuple(story.commissionings),
    )


def judged(
    driven: DrivenScenario,
    rulesets: Mapping[str, RuleSet],
    *,
    again: DrivenScenario | None = None,
    hold_to: Basis = Basis.ASSUMED,
) -> ScenarioResult:
    """Judge the trace of a scenario. `again`: another play of it; `hold_to`: see `ScenarioResult`."""
    found = judgement(driven.records, rulesets, None if again is None else again.records)
    return ScenarioResult(
        scenario=driven.scenario,
        installation=driven.installation,
        seed=driven.seed,
        outcome=driven.outcome,
        expected=found.expected,
        evidenced=driven.evidenced,
        records=driven.records,
        case=found.case,
        violations=found.violations,
        began=driven.scenario.start - FORMATION,
        frames=driven.frames,
        keys=driven.keys,
        path=driven.path,
        ended=driven.ended,
        failed_expectations=driven.failed_expectations,
        commissionings=driven.commissionings,
        remarks=found.remarks,
        hold_to=hold_to,
    )


def run_scenario(
    scenario: Scenario,
    rulesets: Mapping[str, RuleSet],
    make_controller: ControllerFactory,
    *,
    seed: str,
    hold_to: Basis = Basis.ASSUMED,
    **settings: Unpack[RunSettings],
) -> ScenarioResult:
    """Drive a controller through a scenario, and judge it; parameters and errors are those of `drive_scenario`.

    `hold_to`: up to which basis a violation fails the run.
    """
    driven = drive_scenario(scenario, rulesets, make_controller, seed=seed, **settings)
    return judged(driven, rulesets, hold_to=hold_to)


def capture_again(result: ScenarioResult, capture: Path, *, bench: BenchFile | None = None) -> None:
    """Capture a scenario that was run without a capture: its HAN does the same again, and no controller is asked.

    It must have been run with a slow background, and with the clock and the credentials of `bench`, or of none. Raises
    ProfileError and RadioError as `drive_scenario` does, and OutputError.
    """
    retell(staged(result.scenario, result.seed, bench=bench), result.path, result.ended, capture)


def _failed(
    scenario: Scenario,
    outcome: Outcome | None,
    trace: Trace,
    rulesets: Mapping[str, RuleSet],
    counted: Sequence[int],
) -> Iterator[str]:
    if scenario.expect is not None:
        yield from failed_expectations(scenario.expect, outcome, trace.records, rulesets, counted)
