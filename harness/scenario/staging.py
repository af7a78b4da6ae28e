"""What shapes the HAN of a scenario, and nothing else: the home, its beginning, what breaks when, and the seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

import msgspec

from hanbench.emulator.clock import PacedClock, VirtualClock
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.case.check import Subject
from hanbench.harness.case.plan import FaultEvent, State
from hanbench.harness.checks import HanConnectivityCheck
from hanbench.harness.faults.frame_faults import Note
from hanbench.harness.han.credentials import Credentials
from hanbench.harness.han.han import Han
from hanbench.harness.han.settings import settings_for
from hanbench.harness.scenario.loading import home_of
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.writing import plain
from hanbench.harness.stories.frame_count import FrameCount
from hanbench.harness.stories.live import FORMATION, Beginning, LiveStory, no_capture
from hanbench.profiles.errors import ProfileError


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

    @property
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

    @property
    def is_paced(self) -> bool:
        """Whether the HAN's time is bound to real time, and goes on while a controller thinks."""
        clock = self.clock or (None if self.bench is None else self.bench.clock())
        return isinstance(clock, PacedClock)

    def han(self) -> Han:
        """Return the HAN, without power. Raises ProfileError if the bench does not suit it."""
        start = self.scenario.start - FORMATION
        if self.bench is None:
            home = home_of(self.scenario)
            settings = settings_for(
                home, seed=self.seed, slow_background=self.slow_background, credentials=self.credentials
            )
            return Han(settings, seed=self.seed, start=start, clock=self.clock or VirtualClock())
        self.bench.suits(self.scenario.cohort)
        han = self.bench.assemble(
            clock=self.clock or self.bench.clock(),
            start=start,
            seed=self.seed,
            cohort=self.scenario.cohort,
            slow_background=self.slow_background,
            credentials=self.credentials,
            addresses=self.seed,
        )
        self._refuse_frame_faults(han)
        return han

    def _refuse_frame_faults(self, han: Han) -> None:
        assert self.bench is not None
        if han.medium is not han.air and any(event.frames or event.on_frame for event in self.changes):
            problem = "triggers and faults of frames need a bench whose radios are all emulated"
            raise ProfileError(self.bench.path, problem)

    def story(
        self,
        han: Han,
        truth: Callable[[int, Subject, State, str], None],
        *,
        count: FrameCount | None = None,
        note: Note = no_capture,
    ) -> LiveStory:
        """Return the story of `han`, not yet begun; see `LiveStory`."""
        return LiveStory(han, Beginning(self.scenario.begins, self.changes, self.check), truth, count=count, note=note)


def story_key(staging: Staging) -> str:
    """Return the digest of all that shapes a HAN; staging with an empty seed gives that of the story under any seed."""
    scenario = staging.scenario
    shapes = (
        msgspec.to_builtins(home_of(scenario)),
        scenario.begins,
        scenario.start,
        staging.seed,
        _encoded(staging.changes),
        repr(staging.check),
        staging.slow_background,
    )
    return sha256(msgspec.json.encode(shapes, order="deterministic")).hexdigest()[:24]


@lru_cache(maxsize=256)
def _encoded(changes: tuple[FaultEvent, ...]) -> msgspec.Raw:
    """Return the changes as in a file: the same for a copy that another process was sent."""
    return msgspec.Raw(msgspec.json.encode(plain(changes)))


def seed_for(scenario: Scenario, campaign: str, check: HanConnectivityCheck | None = None) -> str:
    """Return the seed of a scenario in a campaign: scenarios whose HANs are planned alike have the same one."""
    planned = Staging(scenario, "", scenario.changes, check or HanConnectivityCheck())
    return f"{campaign}/{planned.key}"


def staged(
    scenario: Scenario, seed: str, check: HanConnectivityCheck | None = None, bench: BenchFile | None = None
) -> Staging:
    """Return the staging of a scenario, on emulated radios unless `bench` says otherwise; `seed` draws its changes."""
    return Staging(scenario, seed, scenario.drawn(seed).changes, check or HanConnectivityCheck(), bench=bench)
