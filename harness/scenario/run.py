"""Playing a scenario: set up the HAN, drive the controller, judge the trace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from hanbench.emulator.clock import VirtualClock, run
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.captured import capturing_if
from hanbench.harness.capture import KeyRing
from hanbench.harness.case.controller import AnyController
from hanbench.harness.case.installation import Installation
from hanbench.harness.case.session import drive
from hanbench.harness.case.trace import AnyRecord, Trace
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.checks import CheckResult, HanConnectivityCheck
from hanbench.harness.han.credentials import Credentials
from hanbench.harness.han.han import Han
from hanbench.harness.han.installed import install
from hanbench.harness.han.settings import settings_for
from hanbench.harness.oracle import Expected, Violation, expected, judge
from hanbench.harness.scenario.expectation import failed_expectations
from hanbench.harness.scenario.frame_count import FrameCount
from hanbench.harness.scenario.scenario import Scenario, home_of
from hanbench.harness.scenario.world import HanWorld
from hanbench.profiles.benches import StartingState
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import RuleSet

FORMATION = timedelta(minutes=15)
"""The HAN is set up this long before the installation is loaded."""
ControllerFactory = Callable[[Mapping[str, RuleSet]], AnyController]


def _unheard(text: str) -> None:
    """Nobody captures: comments are for nobody."""


class ScenarioResult(NamedTuple):
    """A scenario that has been played."""

    scenario: Scenario
    installation: Installation
    seed: str
    outcome: Outcome | None
    expected: Expected
    checks: tuple[CheckResult, ...]
    records: tuple[AnyRecord, ...]
    violations: tuple[Violation, ...]
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
    start = scenario.start - FORMATION
    if bench is None:
        settings = settings_for(home_of(scenario), slow_background=slow_background, credentials=credentials)
        han = Han(settings, seed=seed, start=start, clock=clock)
    else:
        bench.suits(scenario.cohort)
        han = bench.assemble(
            clock=clock,
            start=start,
            seed=seed,
            cohort=scenario.cohort,
            slow_background=slow_background,
            credentials=credentials,
        )
    installation, plan = scenario.installation(rulesets), scenario.drawn(seed)
    if han.medium is not han.air and any(change.frames or change.on_frame for change in plan.changes):
        raise ProfileError(
            scenario.id if bench is None else bench.path,
            "frames can be looked at and harmed on the bench's own air only",
        )

    wanted = scenario.expect
    count = FrameCount(han, wanted.frames if wanted is not None else ())

    async def story() -> tuple[Outcome | None, Trace, HanWorld]:
        async with han.radios:
            return await told()

    async def told() -> tuple[Outcome | None, Trace, HanWorld]:
        if scenario.begins is StartingState.NEW:
            await han.form()
        else:
            install(han)
        await asyncio.sleep(FORMATION.total_seconds() - asyncio.get_running_loop().time())
        trace = Trace(clock, scenario.start)
        note = captured.recorder.note if captured is not None else _unheard
        world = HanWorld(han, plan, trace, check or HanConnectivityCheck(), count, note)
        outcome = await drive(
            make_controller(rulesets),
            installation,
            world,
            plan,
            trace,
            scenario=scenario.id,
            controller_name=controller_name,
            seed=seed,
        )
        return outcome, trace, world

    with capturing_if(han, capture) as captured:
        outcome, trace, world = run(clock, story())
    short = () if wanted is None else failed_expectations(wanted, outcome, trace.records, rulesets, count.counted)
    return ScenarioResult(
        scenario,
        installation,
        seed,
        outcome,
        expected(installation, plan, rulesets),
        tuple(world.results),
        tuple(trace.records),
        tuple(judge(trace.records, rulesets)),
        han.medium.frames,
        han.keys,
        tuple(short),
    )
