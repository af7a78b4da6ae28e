"""Runs of scenarios: set up the HAN, drive the controller, judge the trace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from hanbench.emulator.clock import VirtualClock, run
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.captured import capturing_if
from hanbench.harness.capture import KeyRing
from hanbench.harness.case.check import HanCheck
from hanbench.harness.case.controller import AnyController
from hanbench.harness.case.installation import Installation
from hanbench.harness.case.plan import Plan
from hanbench.harness.case.session import CaseLabel, drive
from hanbench.harness.case.trace import AnyRecord, CheckRecorded, CommissioningRecorded, Trace
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.checks import EvidencedCheck, HanConnectivityCheck
from hanbench.harness.faults.frame_faults import Note
from hanbench.harness.han.credentials import Credentials
from hanbench.harness.han.formation import form
from hanbench.harness.han.han import Han
from hanbench.harness.han.installed import install
from hanbench.harness.han.settings import settings_for
from hanbench.harness.oracle import Expected, Violation, expected, judge
from hanbench.harness.scenario.expectation import Phase
from hanbench.harness.scenario.failed_expectations import failed_expectations
from hanbench.harness.scenario.fault_timeline import FaultTimeline
from hanbench.harness.scenario.frame_count import FrameCount
from hanbench.harness.scenario.loading import home_of
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.unmet_frames import RunFrames, unmet_frames
from hanbench.harness.scenario.world import HanWorld
from hanbench.profiles.benches import ROLES, StartingState
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import RuleSet

FORMATION = timedelta(minutes=15)
"""Time between the set-up of the HAN and the loading of the installation."""
ControllerFactory = Callable[[Mapping[str, RuleSet]], AnyController]


def _no_capture(text: str) -> None:
    """Discard a comment on a frame, because there is no capture."""


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
    violations: tuple[Violation, ...]
    began: datetime
    """The date at second 0 of the clock, at which a capture begins."""
    frames: int
    """Number of transmissions on the Air."""
    keys: KeyRing
    failed_expectations: tuple[str, ...] = ()
    """Failed expectations of the scenario's author, and patterns of frames that met none, in words."""

    @property
    def checks(self) -> tuple[HanCheck, ...]:
        """The HAN-connectivity checks, in their order."""
        return tuple(each.check for each in self.evidenced)

    @property
    def as_expected(self) -> bool:
        """Whether there is no violation, and the rules and the author admit the outcome."""
        return not self.violations and self.outcome in self.expected.outcomes and not self.failed_expectations


def run_scenario(
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
) -> ScenarioResult:
    """Run a scenario to its end, on `bench` or on the emulated Air.

    With `capture`, write a pcapng file of that name and its key file beside it. Raises ProfileError if the bench does
    not suit the scenario, and RadioError if a radio of the bench cannot be used.
    """
    if bench is None and scenario.bench is not None:
        bench = BenchFile.find(scenario.bench)
    han = _han(scenario, bench, clock, seed, slow_background, credentials)
    installation, plan = scenario.installation(rulesets), scenario.drawn(seed)
    _refuse_frame_faults(han, plan, scenario.id if bench is None else bench.path)
    label = CaseLabel(scenario.id, controller_name, seed)
    count = FrameCount(han, () if scenario.expect is None else scenario.expect.frames)

    async def played(note: Note) -> tuple[Outcome | None, HanWorld]:
        async with han.radios:
            await _set_up(han, scenario.begins)
            trace = Trace(han.clock, scenario.start)
            faults = FaultTimeline(han, plan, trace, note)
            world = HanWorld(han, trace, faults, check or HanConnectivityCheck(), count)
            controller = make_controller(rulesets)
            return await drive(controller, installation, world, plan, trace, about=label), world

    with capturing_if(han, capture) as captured:
        note = _no_capture if captured is None else captured.recorder.note
        outcome, world = run(han.clock, played(note))
    admitted = expected(installation, plan, rulesets)
    unmet = tuple(unmet_frames(plan.changes, count.wanted, _run_frames(han, world, count)))
    return _judged(scenario, rulesets, seed, installation, admitted, outcome, han, world, count, unmet)


def _judged(
    scenario: Scenario,
    rulesets: Mapping[str, RuleSet],
    seed: str,
    installation: Installation,
    admitted: Expected,
    outcome: Outcome | None,
    han: Han,
    world: HanWorld,
    count: FrameCount,
    unmet: tuple[str, ...],
) -> ScenarioResult:
    """Judge the trace by the rules and by the author's expectations. `unmet`: patterns that met no frame, in words."""
    records, wanted = tuple(world.trace.records), scenario.expect
    short = () if wanted is None else failed_expectations(wanted, outcome, records, rulesets, count.counted)
    return ScenarioResult(
        scenario=scenario,
        installation=installation,
        seed=seed,
        outcome=outcome,
        expected=admitted,
        evidenced=tuple(world.results),
        records=records,
        violations=tuple(judge(records, rulesets)),
        began=han.start,
        frames=han.medium.frames,
        keys=han.keys,
        failed_expectations=(*short, *unmet),
    )


def _run_frames(han: Han, world: HanWorld, count: FrameCount) -> RunFrames:
    """Return what the run counted of the scenario's frame patterns."""
    phases: dict[type[AnyRecord], Phase] = {CheckRecorded: "checks", CommissioningRecorded: "commissioning"}
    present = tuple(role for role in ROLES if han.present(role))
    ran = {phases[type(record)] for record in world.trace.records if type(record) in phases}
    return RunFrames(present, world.faults.tallies, count.counted, ran)


def _han(
    scenario: Scenario,
    bench: BenchFile | None,
    clock: VirtualClock | None,
    seed: str,
    slow_background: bool,
    credentials: Credentials | None,
) -> Han:
    """Return the HAN of the scenario's home, without power. Raises ProfileError if the bench does not suit it."""
    start = scenario.start - FORMATION
    if bench is None:
        settings = settings_for(home_of(scenario), slow_background=slow_background, credentials=credentials)
        return Han(settings, seed=seed, start=start, clock=clock or VirtualClock())
    bench.suits(scenario.cohort)
    return bench.assemble(
        clock=clock or bench.clock(),
        start=start,
        seed=seed,
        cohort=scenario.cohort,
        slow_background=slow_background,
        credentials=credentials,
    )


def _refuse_frame_faults(han: Han, plan: Plan, path: str) -> None:
    """Raise ProfileError if the plan refers to frames and the bench has physical radios."""
    if han.medium is not han.air and any(event.frames or event.on_frame for event in plan.changes):
        raise ProfileError(path, "triggers and faults of frames need a bench whose radios are all emulated")


async def _set_up(han: Han, begins: StartingState) -> None:
    """Bring the HAN up, and wait until the installation is due to be loaded."""
    if begins is StartingState.NEW:
        await form(han)
    else:
        install(han)
    await asyncio.sleep(FORMATION.total_seconds() - asyncio.get_running_loop().time())
