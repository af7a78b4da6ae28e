"""The radio side of a run: a remembered story, or a HAN of its own, perhaps captured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from hanbench.harness.bench.captured import capturing, capturing_if
from hanbench.harness.case.pattern import Phase
from hanbench.harness.case.plan import Plan
from hanbench.harness.case.trace import AnyRecord, CheckRecorded, CommissioningRecorded, Trace
from hanbench.harness.faults.frame_faults import EventTally
from hanbench.harness.han.han import Han
from hanbench.harness.scenario.expectation import FrameExpectation
from hanbench.harness.scenario.staging import Staging
from hanbench.harness.scenario.unmet_frames import RunFrames, unmet_frames
from hanbench.harness.stories.frame_count import FrameCount
from hanbench.harness.stories.live import no_capture
from hanbench.harness.stories.memory import Step, StoryMemory
from hanbench.harness.stories.shelf import Shelf
from hanbench.profiles.benches import ROLES

PHASES: Mapping[type[AnyRecord], Phase] = {CheckRecorded: "checks", CommissioningRecorded: "commissioning"}


class Production(NamedTuple):
    """The radio side of one run."""

    memory: StoryMemory
    han: Han | None
    """None: it is remembered, and no frame of it is counted."""
    counter: FrameCount | None
    wanted: tuple[FrameExpectation, ...] = ()
    """The author's expectations of frames."""

    @property
    def remembered(self) -> bool:
        """Whether the story may have been told for another run."""
        return self.han is None

    @property
    def counted(self) -> Sequence[int]:
        """The number of frames for each of the author's expectations of frames."""
        return () if self.counter is None else self.counter.counted

    def unmet_frames(self, plan: Plan, trace: Trace) -> Iterator[str]:
        """Yield, in words, each pattern that met no frame. Of a remembered story all are optional, and none is told."""
        if self.han is None:
            return
        ran = {PHASES[type(record)] for record in trace.records if type(record) in PHASES}
        present = tuple(role for role in ROLES if self.han.present(role))
        tallies = self.memory.tallies or (EventTally(None, None),) * len(plan.changes)
        yield from unmet_frames(plan.changes, self.wanted, RunFrames(present, tallies, self.counted, ran))


@contextmanager
def production(staging: Staging, shelf: Shelf | None, capture: Path | None) -> Iterator[Production]:
    """Yield the radio side of a run: remembered on `shelf`, or on a HAN of its own, captured."""
    if shelf is not None and staging.can_be_remembered:
        make = partial(StoryMemory, lambda truth: staging.story(staging.han(), truth))
        yield Production(shelf.memory(staging.key, make), None, None)
        return
    han, expect = staging.han(), staging.scenario.expect
    wanted = () if expect is None else expect.frames
    count = FrameCount(han, wanted)
    with capturing_if(han, capture) as captured:
        note = no_capture if captured is None else captured.recorder.note
        with closing(StoryMemory(lambda truth: staging.story(han, truth, count=count, note=note))) as memory:
            yield Production(memory, han, count, wanted)


def retell(staging: Staging, path: Sequence[Step], until: int, capture: Path) -> None:
    """Capture a story that was told: the same actions, at their times, on a HAN of its own, without a controller."""
    han = staging.han()
    with capturing(han, capture) as captured:
        memory = StoryMemory(lambda truth: staging.story(han, truth, note=captured.recorder.note))
        with closing(memory):
            memory.keep(memory.telling(tuple(path), until))
