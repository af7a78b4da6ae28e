"""Playing a scenario: set up the HAN, drive the controller, judge the trace."""

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
from hanbench.harness.case.trace import AnyRecord, Trace
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.checks import Evidence, HanConnectivityCheck
from hanbench.harness.faults.frame_faults import Note
from hanbench.harness.han.credentials import Credentials
from hanbench.harness.han.formation import form
from hanbench.harness.han.han import Han
from hanbench.harness.han.installed import install
from hanbench.harness.han.settings import settings_for
from hanbench.harness.oracle import Expected, Violation, expected, judge
from hanbench.harness.scenario.failed_expectations import failed_expectations
from hanbench.harness.scenario.fault_timeline import FaultTimeline
from hanbench.harness.scenario.frame_count import FrameCount
from hanbench.harness.scenario.loading import home_of
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.world import HanWorld
from hanbench.profiles.benches import StartingState
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import RuleSet

FORMATION = timedelta(minutes=15)
"""The HAN is set up this long before the installation is loaded."""
ControllerFactory = Callable[[Mapping[str, RuleSet]], AnyController]


def _no_capture(text: str) -> None:
    """Drop a comment on a frame: nothing is captured."""


class ScenarioResult(NamedTuple):
    """A scenario that has been played."""

    scenario: Scenario
    installation: Installation
    seed: str
    outcome: Outcome | None
    expected: Expected
    checks: tuple[HanCheck, ...]
    evidence: tuple[tuple[Evidence, ...], ...]
    """By check: the frames that it rests on."""
    records: tuple[AnyRecord, ...]
    violations: tuple[Violation, ...]
    began: datetime
    """The date at second 0 of the clock, at which a capture begins."""
    frames: int
    """Transmissions on the Air, all told."""
    keys: KeyRing
    failed_expectations: tuple[str, ...] = ()
    """What the scenario's author expected, and did not come."""

    @property
    def as_expected(self) -> bool:
        """No violation, and an outcome that the rules and the author of the scenario admit."""
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
    """Play a scenario to its end, on `bench` or on radios of its own.

    With `capture`, a pcapng file of that name and its key file beside it are written. Raises ProfileError where the
    bench does not suit the scenario, and RadioError where its radios cannot be had.
    """
    if bench is None and scenario.bench is not None:
        bench = BenchFile.find(scenario.bench)
    if clock is None:
        clock = VirtualClock() if bench is None else bench.clock()
    han = _han(scenario, bench, clock, seed, slow_background, credentials)
    installation, plan = scenario.installation(rulesets), scenario.drawn(seed)
    _refuse_frame_faults(han, plan, scenario.id if bench is None else bench.path)
    wanted = scenario.expect
    count = FrameCount(han, wanted.frames if wanted is not None else ())

    async def played(note: Note) -> tuple[Outcome | None, Trace, HanWorld]:
        async with han.radios:
            await _set_up(han, scenario.begins)
            trace = Trace(clock, scenario.start)
            faults = FaultTimeline(han, plan, trace, note)
            world = HanWorld(han, trace, faults, check or HanConnectivityCheck(), count)
            controller = make_controller(rulesets)
            about = CaseLabel(scenario.id, controller_name, seed)
            outcome = await drive(controller, installation, world, plan, trace, about=about)
            return outcome, trace, world

    with capturing_if(han, capture) as captured:
        note = _no_capture if captured is None else captured.recorder.note
        outcome, trace, world = run(clock, played(note))
    short = () if wanted is None else failed_expectations(wanted, outcome, trace.records, rulesets, count.counted)
    return ScenarioResult(
        scenario,
        installation,
        seed,
        outcome,
        expected(installation, plan, rulesets),
        tuple(found.check for found in world.results),
        tuple(found.evidence for found in world.results),
        tuple(trace.records),
        tuple(judge(trace.records, rulesets)),
        han.start,
        han.medium.frames,
        han.keys,
        tuple(short),
    )


def _han(
    scenario: Scenario,
    bench: BenchFile | None,
    clock: VirtualClock,
    seed: str,
    slow_background: bool,
    credentials: Credentials | None,
) -> Han:
    """Return the HAN of the scenario's home, without power. Raises ProfileError where the bench does not suit it."""
    start = scenario.start - FORMATION
    if bench is None:
        settings = settings_for(home_of(scenario), slow_background=slow_background, credentials=credentials)
        return Han(settings, seed=seed, start=start, clock=clock)
    bench.suits(scenario.cohort)
    return bench.assemble(
        clock=clock,
        start=start,
        seed=seed,
        cohort=scenario.cohort,
        slow_background=slow_background,
        credentials=credentials,
    )


def _refuse_frame_faults(han: Han, plan: Plan, path: str) -> None:
    """Raises ProfileError for a plan that looks at frames, on a bench whose frames are on a real air."""
    if han.medium is not han.air and any(event.frames or event.on_frame for event in plan.changes):
        raise ProfileError(path, "frames can be looked at and harmed on the bench's own air only")


async def _set_up(han: Han, begins: StartingState) -> None:
    """Bring the HAN up, and wait until the installation is loaded."""
    if begins is StartingState.NEW:
        await form(han)
    else:
        install(han)
    await asyncio.sleep(FORMATION.total_seconds() - asyncio.get_running_loop().time())
