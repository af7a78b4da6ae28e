"""Stories that are told once and remembered for the run.

What the radio side of a case does depends on how the story begins and on the actions that reach the HAN, with their
times: a path. The memory is a tree of paths. A case that follows a path is given back what was told there; one that
leaves it, or goes on longer than it was told, has the story told from the beginning, on real frames and without a
controller, and goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from hanbench.emulator.clock import SECOND
from hanbench.harness.capture import KeyRing
from hanbench.harness.case.check import HanCheck, Subject
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.case.plan import State
from hanbench.harness.case.trace import Trace
from hanbench.harness.checks import EvidencedCheck, EvidencedCommissioning
from hanbench.harness.faults.frame_faults import EventTally
from hanbench.harness.stories.live import FORMATION, LiveStory, Told, check_of

T = TypeVar("T")

LOADED = int(FORMATION.total_seconds() * SECOND)
"""The time of a HAN at which the installation is loaded, microseconds."""
Tell = Callable[[Callable[[int, Subject, State, str], None]], LiveStory]
"""Makes a story that is not yet begun; its argument is told the changes of the ground truth."""


class StoryError(RuntimeError):
    """A story went another way when it was told again: a fault of hanbench."""


class Truth(NamedTuple):
    """A change of the ground truth. `time` is microseconds of the HAN's clock."""

    time: int
    subject: Subject
    state: State
    cause: str
    frames: int
    """Transmissions on the Air so far."""


class Ended(NamedTuple):
    """The end of a check or of a commissioning."""

    time: int
    told: Told
    frames: int


class Step(NamedTuple):
    """An action that reaches the HAN. `of`: the attempt, or the devices to commission."""

    time: int
    kind: str
    """`prepare-check`, `check` or `commission`."""
    of: int | tuple[MeterRole, ...]


@dataclass(slots=True)
class Node:
    """What was told after a path of actions, up to the next one."""

    since: int
    """The time of the last action of the path."""
    until: int
    """How far it was told, this microsecond included. Nothing is known of later times, unless it is `settled`."""
    truths: list[Truth] = field(default_factory=list)
    at_once: int = 0
    """How many truths the action itself brought about."""
    ended: Ended | None = None
    settled: bool = False
    """Nothing more happens by itself: the last state holds for ever."""
    children: dict[Step, Node] = field(default_factory=dict)


class StoryMemory:
    """The paths of one story."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.root = Node(LOADED, LOADED - 1)
        self.told = 0
        """How often the story was told on a HAN."""
        self._live: Telling | None = None
        self._rings: list[tuple[KeyRing, int]] = []
        """The keys of each telling, and how many of them are in `_keys`."""
        self._keys = KeyRing()

    @property
    def keys(self) -> KeyRing:
        """Every key that a device of this HAN had in any telling so far."""
        for index, (ring, merged) in enumerate(self._rings):
            if len(ring) > merged:
                self._keys.merge(ring)
                self._rings[index] = ring, len(ring)
        return self._keys

    @property
    def tallies(self) -> tuple[EventTally, ...]:
        """What the triggers and frame faults of the last telling met, for each planned event; empty: none began."""
        return () if self._live is None else self._live.story.tallies

    def open(self, trace: Trace) -> RememberedStory:
        """Return the story for one session, whose records go to `trace`."""
        return RememberedStory(self, trace)

    def telling(self, path: tuple[Step, ...], time: int) -> Telling:
        """Return the story, told live along a path and up to a time."""
        live, self._live = self._live, None
        if live is not None and (live.path != path[: len(live.path)] or live.passed(path, time)):
            live.close()
            live = None
        if live is None:
            live = Telling(self._tell, self.root)
            self._rings.append((live.story.han.keys, 0))
            self.told += 1
        for step in path[len(live.path) :]:
            live.take(step)
        live.catch_up(time)
        return live

    def keep(self, live: Telling) -> None:
        """Keep a story that a session has left, in case another session goes on from there."""
        live.leave()
        if self._live is not None:
            self._live.close()
        self._live = live

    def close(self) -> None:
        """Release the HAN that is kept."""
        if self._live is not None:
            self._live.close()
            self._live = None


class Telling:
    """A story on a HAN, which adds to the memory what was not known, and compares what was."""

    def __init__(self, tell: Tell, root: Node) -> None:
        self.path: tuple[Step, ...] = ()
        self.node = root
        self._heard = 0
        """Truths of this node so far."""
        self.story = tell(self._truth)
        self.story.__enter__()

    def passed(self, path: tuple[Step, ...], time: int) -> bool:
        """Return whether the HAN is later than the next step of `path`, or than `time` at its end."""
        following = path[len(self.path) :]
        return self.story.time > (following[0].time if following else time)

    def _truth(self, time: int, subject: Subject, state: State, cause: str) -> None:
        truth = Truth(time, subject, state, cause, self.story.frames)
        known = self.node.truths
        if self._heard == len(known):
            known.append(truth)
        elif known[self._heard] != truth:
            raise StoryError(f"told {truth}, remembered {known[self._heard]}")
        self._heard += 1

    def take(self, step: Step) -> None:
        """Let an action reach the HAN at its time."""
        self.catch_up(step.time)
        self.leave()
        child = self.node.children.get(step)
        new = child is None
        if child is None:
            child = self.node.children[step] = Node(step.time, step.time - 1)
        self.path, self.node, self._heard = (*self.path, step), child, 0
        match step:
            case Step(kind="prepare-check", of=int(attempt)):
                self.story.prepare_check(attempt)
            case Step(kind="check", of=int(attempt)):
                self.story.begin_check(attempt)
            case Step(kind="commission", of=tuple(devices)):
                self.story.begin_commissioning(devices)
        if new:
            child.at_once = self._heard

    def proceed(self, until: int) -> bool:
        """Tell on up to a time, or to the end of a check or commissioning; True: it ended."""
        told = self.story.proceed(until)
        if told is not None:
            self._ended(Ended(self.story.time, told, self.story.frames))
        self._advanced()
        return told is not None

    def catch_up(self, time: int) -> None:
        """Tell on up to a time, past whatever ends before it."""
        while self.proceed(time):
            pass

    def _ended(self, ended: Ended) -> None:
        if self.node.ended is None:
            self.node.ended = ended
        elif self.node.ended != ended:
            raise StoryError(f"told {ended}, remembered {self.node.ended}")

    def _advanced(self) -> None:
        self.node.until = max(self.node.until, self.story.time)

    def leave(self) -> None:
        """Note what is known for ever."""
        self.node.settled = self.node.settled or self.story.quiet

    def close(self) -> None:
        self.story.__exit__(None, None, None)


class RememberedStory:
    """A story for one session: what is remembered is given back, and what is not is told."""

    def __init__(self, memory: StoryMemory, trace: Trace) -> None:
        self.frames = 0
        """Transmissions up to the last end of a check or commissioning, or change of the ground truth."""
        self.evidenced: list[EvidencedCheck] = []
        """The checks so far, with their evidence."""
        self.commissionings: list[EvidencedCommissioning] = []
        """The commissionings that have ended so far, with their frames."""
        self.path: tuple[Step, ...] = ()
        """The actions so far."""
        self._memory = memory
        self._trace = trace
        self._node = memory.root
        self._given = 0
        """Truths of this node that were recorded."""
        self._running = False
        self._live: Telling | None = None

    def prepare_check(self, attempt: int) -> None:
        """See `Story.prepare_check`."""
        self._take(Step(self._trace.time, "prepare-check", attempt))

    def begin_check(self, attempt: int) -> None:
        """See `Story.begin_check`."""
        self._take(Step(self._trace.time, "check", attempt))
        self._running = True

    def begin_commissioning(self, devices: Sequence[MeterRole]) -> None:
        """See `Story.begin_commissioning`."""
        self._take(Step(self._trace.time, "commission", tuple(devices)))
        self._running = True

    def _take(self, step: Step) -> None:
        child = self._node.children.get(step)
        if child is None:
            live = self._go_live()
            live.take(step)
            child = live.node
        elif self._live is not None:
            self._live.take(step)
        self._record_up_to(step.time, len(self._node.truths))  # of faults that began at once, before any time passed
        self.path, self._node, self._given = (*self.path, step), child, 0
        self._record_up_to(step.time, child.at_once)

    def proceed(self, until: int) -> HanCheck | Commissioning | None:
        """See `Story.proceed`."""
        node = self._node
        if not self._knows(until):
            live = self._go_live()
            live.proceed(until)
            until = max(until, live.story.time)
        ended = node.ended if self._running else None
        if ended is None or ended.time > until:
            self._record_up_to(until, len(node.truths))
            self._trace.time = until
            return None
        self._record_up_to(ended.time, len(node.truths))
        self._running, self.frames, self._trace.time = False, ended.frames, ended.time
        if isinstance(ended.told, EvidencedCheck):
            self.evidenced.append(ended.told)
        else:
            self.commissionings.append(ended.told)
        return check_of(ended.told)

    def _knows(self, until: int) -> bool:
        node = self._node
        if node.settled or until <= node.until:
            return True
        return self._running and node.ended is not None

    def _record_up_to(self, time: int, most: int) -> None:
        """Record the truths of this node that are due."""
        for truth in self._node.truths[self._given : most]:
            if truth.time > time:
                break
            self._trace.time = truth.time
            self._trace.truth(truth.subject, truth.state, truth.cause)
            self.frames = truth.frames
            self._given += 1

    def _go_live(self) -> Telling:
        if self._live is None:
            self._live = self._memory.telling(self.path, self._trace.time)
        return self._live

    def answer(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine while the HAN goes on, as in real time it does, and come to the time of its end."""
        live = self._go_live()
        found = live.story.run(work)
        self._record_up_to(live.story.time, len(self._node.truths))
        self._trace.time = live.story.time
        return found

    def close(self) -> None:
        """The session is over."""
        live, self._live = self._live, None
        if live is not None:
            self._memory.keep(live)
