"""What shapes the HAN of a scenario, and nothing else: the home, its beginning, what breaks when, and the seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, lru_cache
from hashlib import sha256

import msgspec
from msgspec import structs

from hanbench.emulator.clock import PacedClock, VirtualClock
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.case.check import Subject
from hanbench.harness.case.fault_catalogue import CATALOGUE
from hanbench.harness.case.plan import FaultEvent, Plan, State
from hanbench.harness.checks import HanConnectivityCheck
from hanbench.harness.faults.frame_faults import Note
from hanbench.harness.han.credentials import Credentials
from hanbench.harness.han.han import METERS_AND_HUB, Han
from hanbench.harness.han.settings import settings_for, with_wake_interval
from hanbench.harness.scenario.loading import home_of
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.writing import plain
from hanbench.harness.stories.frame_count import FrameCount
from hanbench.harness.stories.live import FORMATION, Beginning, LiveStory, no_capture
from hanbench.profiles.benches import StartingState
from hanbench.profiles.cohorts import Household
from hanbench.profiles.errors import ProfileError

SETTLING = timedelta(minutes=1)
"""In real time: from the start of an installed HAN to the loading of the installation. Elsewhere it is `FORMATION`."""
NEEDS_AIR = ("jammed-channel",)
"""Faults that nothing but an emulated Air can have."""
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Staging:
    """The radio side of a scenario. `changes` are those that were drawn with `seed`."""

    scenario: Scenario
    seed: str
    changes: tuple[FaultEvent, ...]
    check: HanConnectivityCheck
    slow_background: bool = True
    bench: BenchFile | None = None
    """Where the radios are; None: on an Air of their own."""
    clock: VirtualClock | None = None
    credentials: Credentials | None = None

    @cached_property
    def key(self) -> str:
        """What tells this HAN from every other, hexadecimal; the same for scenarios that share it."""
        return story_key(self)

    @property
    def can_be_remembered(self) -> bool:
        """Whether the HAN does the same again and nobody counts its frames: no radio, clock or certificates outside.

        Patterns of frames are counted unless they are optional.
        """
        expected = self.scenario.expect is not None and bool(self.scenario.expect.frames)
        patterns = [each for change in self.changes for each in (change.frames, change.on_frame) if each is not None]
        counted = expected or not all(each.optional for each in patterns)
        return not (self.bench or self.clock or self.credentials or counted)

    @cached_property
    def plan(self) -> Plan:
        """What is planned, without the changes that were not drawn."""
        return structs.replace(self.scenario.plan, changes=self.changes)

    @property
    def is_paced(self) -> bool:
        """Whether the HAN's time is bound to real time, and goes on while a controller thinks."""
        return isinstance(self.clock or story_clock(self.scenario, self.bench), PacedClock)

    def han(self) -> Han:
        """Return the HAN, without power. Raises ProfileError if the bench does not suit it."""
        self._refuse_faults_of_absent_devices()
        clock, wakes = self.clock or story_clock(self.scenario, self.bench), self.scenario.wake_interval_s
        start = self.scenario.start - FORMATION + timedelta(microseconds=clock.now)
        if self.bench is None:
            home = home_of(self.scenario)
            settings = settings_for(
                home, seed=self.seed, slow_background=self.slow_background, credentials=self.credentials
            )
            if wakes is not None:
                settings = with_wake_interval(settings, wakes)
            return Han(settings, seed=self.seed, start=start, clock=clock)
        self.bench.suits(self.scenario.cohort)
        han = self.bench.assemble(
            clock=clock,
            start=start,
            wake_interval_s=wakes,
            seed=self.seed,
            cohort=self.scenario.cohort,
            slow_background=self.slow_background,
            credentials=self.credentials,
            addresses=self.seed,
        )
        if han.medium is not han.air:
            self._refuse_what_needs_the_air(self.bench)
        return han

    def _refuse_faults_of_absent_devices(self) -> None:
        present = METERS_AND_HUB if self.bench is None else self.bench.profile.emulated
        for index, change in enumerate(self.changes):
            needs = CATALOGUE[change.cause].needs if change.cause in CATALOGUE else None
            if needs is not None and needs not in present:
                problem = f"{change.cause} needs a {needs}: expected a bench with [nodes.{needs}]"
                raise ProfileError(self.scenario.id, problem, f"changes[{index}].cause")

    def _refuse_what_needs_the_air(self, bench: BenchFile) -> None:
        """Raise ProfileError if a fault of the plan changes an Air that is not this bench's own."""
        if any(event.frames or event.on_frame for event in self.changes):
            problem = "triggers and faults of frames need a bench whose radios are all emulated"
            raise ProfileError(bench.path, problem)
        for event in self.changes:
            if event.cause in NEEDS_AIR:
                raise ProfileError(bench.path, f"the fault {event.cause} needs a bench whose radios are all emulated")

    def story(
        self,
        han: Han,
        truth: Callable[[int, Subject, State, str], None],
        *,
        count: FrameCount | None = None,
        note: Note = no_capture,
    ) -> LiveStory:
        """Return the story of `han`, not yet begun; see `LiveStory`."""
        beginning = Beginning(self.scenario.begins, self.changes, self.check, self.scenario.id)
        return LiveStory(han, beginning, truth, count=count, note=note)


def story_key(staging: Staging) -> str:
    """Return the digest of all that shapes a HAN; staging with an empty seed gives that of the story under any seed."""
    scenario, check = staging.scenario, repr(staging.check)
    return _digest(
        home_of(scenario),
        scenario.begins,
        scenario.start,
        staging.seed,
        staging.changes,
        check,
        staging.slow_background,
        *(() if scenario.wake_interval_s is None else (scenario.wake_interval_s,)),
    )


@lru_cache(maxsize=4096)
def _digest(home: Household, *shapes: object) -> str:
    """Return the digest of values: the same for copies of them that another process was sent."""
    shown = [msgspec.Raw(msgspec.json.encode(plain(each))) if isinstance(each, tuple) else each for each in shapes]
    return sha256(msgspec.json.encode((msgspec.to_builtins(home), *shown), order="deterministic")).hexdigest()[:24]


def story_clock(scenario: Scenario, bench: BenchFile | None, speed: float | str | None = None) -> VirtualClock:
    """Return the clock of a story; `speed` overrides the bench's. In real time, an installed HAN settles briefly.

    Raises ProfileError if the bench needs real time and another speed is requested.
    """
    if bench is None:
        return PacedClock(speed) if isinstance(speed, float) else VirtualClock()
    clock = bench.clock(speed)
    if bench.profile.real_time and scenario.begins is StartingState.INSTALLED:
        return PacedClock(1, start=int((FORMATION - SETTLING) / _MICROSECOND))
    return clock


def seed_for(scenario: Scenario, campaign: str, check: HanConnectivityCheck | None = None) -> str:
    """Return the seed of a scenario in a campaign: scenarios whose HANs are planned alike have the same one."""
    planned = Staging(scenario, "", scenario.changes, check or HanConnectivityCheck())
    return f"{campaign}/{planned.key}"


def staged(
    scenario: Scenario, seed: str, check: HanConnectivityCheck | None = None, bench: BenchFile | None = None
) -> Staging:
    """Return the staging of a scenario; `seed` draws its changes.

    Its radios are those of `bench`, or else of the bench that the scenario names, or else emulated.
    """
    if bench is None and scenario.bench is not None:
        bench = BenchFile.find(scenario.bench)
    return Staging(scenario, seed, scenario.drawn(seed).changes, check or HanConnectivityCheck(), bench=bench)
