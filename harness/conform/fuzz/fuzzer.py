"""A run of the fuzzer: devices one after the other, until time, frames or kills are enough."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from hanbench.harness.conform.bench import Setting
from hanbench.harness.conform.fuzz.frame import FuzzFrame, FuzzSequence, Knowledge, Layer
from hanbench.harness.conform.fuzz.kill import Coroner, replayed
from hanbench.harness.conform.fuzz.report import INTERRUPTED, FuzzReport, Kill, Recovery, SentRow, Timing, not_done
from hanbench.harness.conform.fuzz.session import Outcome, Session
from hanbench.harness.conform.identity import identified
from hanbench.harness.conform.kinds import bench_in_words
from hanbench.harness.conform.result import Identity

BATCH = 64
"""Frames between two looks at the device in virtual time."""
FEWEST, MOST, LOOK_S = 16, 1_024, 5.0
"""Frames between two looks in real time: as many as the device takes in some seconds, within these bounds."""
LONGEST_LIFE = 20_000
"""Frames that one device gets, so that a sequence that kills has an end; the next ones go to a fresh device."""
MOST_KILLS = 5
MOST_RECOVERIES = 1_000
"""Recoveries that a report lists."""


@dataclass(frozen=True, slots=True)
class FuzzPlan:
    """What a run does. Its frames depend on the setting's seed alone: a longer run goes on where a shorter one ends."""

    setting: Setting
    folder: Path | None = None
    """Folder for sequences, captures and keys; None: nothing is written, and the device is not asked what it is."""
    seconds: float | None = None
    """Real time after which no more frames are sent."""
    frames: int | None = None
    """Frames after which no more are sent."""
    kills: int = MOST_KILLS
    """Kills after which no more frames are sent."""
    replay: str = ""
    """The command that replays on the same device, without the file."""
    today: date = date.min


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is."""

    seconds: float
    frames: int
    recoveries: int
    kills: int


class Fuzzer:
    """One run."""

    def __init__(self, plan: FuzzPlan, tell: Callable[[Progress], object] = lambda progress: None) -> None:
        """`tell` is called now and then; the run ends, with a report, if it raises KeyboardInterrupt."""
        self.plan = plan
        self._tell = tell
        self._batch = FEWEST if plan.setting.real_time else BATCH
        self._longest_batch = 0
        self._sent: Counter[tuple[Layer, Knowledge]] = Counter()
        self._frames = self._devices = self._timed = 0
        self._bench_s = self._limit_s = self._sending_s = self._sending_cpu_s = 0.0
        self._recoveries: list[Recovery] = []
        self._kills: list[Kill] = []
        self._unexplained = ""
        """How a device is dead of which it is not known yet what killed it."""
        self._begun = 0.0

    def run(self) -> FuzzReport:
        """Run to the end. Raises OutputError, and the errors of a bench: UnreachedError and others."""
        setting = self.plan.setting
        device = Identity(setting.kind, setting.choice.text) if self.plan.folder is None else identified(setting)
        self._begun = time.monotonic()
        ended = None
        try:
            while ended is None:
                ended = self._life(f"{setting.seed}/fuzz/{self._devices}")
        except KeyboardInterrupt:
            ended = INTERRUPTED
        return FuzzReport(
            device=device,
            bench=bench_in_words(setting),
            cohort=setting.cohort.value,
            seed=setting.seed,
            date=self.plan.today.isoformat(),
            ended=ended,
            timing=Timing(
                seconds=round(self._seconds, 3),
                sending=round(self._sending_s, 3),
                frames=self._timed,
                processor=round(self._sending_cpu_s, 3),
                bench=round(self._bench_s, 3),
                real_time=setting.real_time,
            ),
            devices=self._devices,
            frames=self._frames,
            longest_batch=self._longest_batch,
            sent=tuple(SentRow(layer, known, self._sent[layer, known]) for layer, known in sorted(self._sent)),
            recovery_limit_s=self._limit_s,
            recoveries=tuple(self._recoveries[:MOST_RECOVERIES]),
            kills=tuple(self._kills),
            unexplained=self._unexplained,
            not_done=not_done(setting.kind, frozenset(self._sent), self._longest_batch, ended, self._unexplained),
        )

    @property
    def _seconds(self) -> float:
        return time.monotonic() - self._begun

    def _ended(self) -> str | None:
        """Return what the run has enough of; None: nothing."""
        plan = self.plan
        if len(self._kills) >= plan.kills:
            return "kills"
        if plan.frames is not None and self._frames >= plan.frames:
            return "frames"
        return "time" if plan.seconds is not None and self._seconds >= plan.seconds else None

    def _life(self, seed: str) -> str | None:
        """Send frames to one device, until it is dead or old; return why the run is over, if it is."""
        self._devices += 1
        history: list[FuzzFrame] = []
        session = Session(self.plan.setting, seed)
        begun = session.virtual_s
        try:
            self._limit_s = session.recovery_limit_s
            outcome = Outcome(True)
            while outcome.alive and len(history) < LONGEST_LIFE:
                if (ended := self._ended()) is not None:
                    return ended
                frames, outcome = self._played(session)
                history += frames
                self._note(frames, outcome)
        finally:
            self._bench_s += session.virtual_s - begun
            session.close()
        if not outcome.alive:
            self._unexplained = outcome.why
            coroner = Coroner(self.plan.setting, self.plan.folder, self.plan.replay, self._told)
            self._kills.append(coroner.kill(len(self._kills) + 1, seed, history, self._frames, outcome.why))
            self._unexplained = ""
        return self._ended()

    def _size(self) -> int:
        left = self._batch if self.plan.frames is None else self.plan.frames - self._frames
        return min(self._batch, left)

    def _played(self, session: Session) -> tuple[Sequence[FuzzFrame], Outcome]:
        """Send a batch; in real time the next one is as long as the device takes in some seconds."""
        begun, begun_cpu = time.monotonic(), time.process_time()
        frames = [session.generator.next() for _ in range(self._size())]
        frames.sort(key=lambda frame: frame.knowledge is not Knowledge.OUTSIDE)  # as they are sent
        outcome = session.play(frames, len(frames))
        lasted = time.monotonic() - begun
        self._longest_batch = max(self._longest_batch, len(frames))
        if not outcome.alive or outcome.recovery_s is not None:
            return frames, outcome
        self._sending_s += lasted
        self._sending_cpu_s += time.process_time() - begun_cpu
        self._timed += len(frames)
        if self.plan.setting.real_time:
            self._batch = min(MOST, 2 * self._batch) if lasted < LOOK_S else max(FEWEST, self._batch // 2)
        return frames, outcome

    def _note(self, frames: Sequence[FuzzFrame], outcome: Outcome) -> None:
        self._frames += len(frames)
        self._sent.update((frame.layer, frame.knowledge) for frame in frames)
        if outcome.recovery_s is not None:
            self._recoveries.append(Recovery(self._frames, outcome.recovery_s, outcome.heard_s))
        self._told()

    def _told(self) -> None:
        self._tell(Progress(self._seconds, self._frames, len(self._recoveries), len(self._kills)))


def replay(setting: Setting, sequence: FuzzSequence) -> Outcome:
    """Repeat the sequence of a file, which must be of the same kind of device. Raises the errors of a bench."""
    return replayed(setting, sequence.seed, sequence.frames)
