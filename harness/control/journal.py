"""The journal of a running bench: numbered events in bounded memory, and the followers that receive them.

The bench writes it in its own thread; followers read it in the event loop of the service. Events have three ranks. A
follower that is too slow loses frames first, then the others, and is told how many; it never loses a decision: one that
does not even fetch those is cut off, and can ask again with the number of the last event that it has.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from enum import IntEnum
from heapq import merge
from operator import attrgetter
from threading import Lock
from typing import Any, Protocol

from hanbench.emulator.clock import SECOND
from hanbench.harness.case.calendar import Calendar
from hanbench.harness.control.events import BenchEvent, DecisionMade, FrameSeen, FramesLost, kind_of

KEPT_FRAMES = 2_000
"""Number of frames that a journal keeps by default; they are the most of its memory, some 3 kB each."""
KEPT_OTHERS = 2_000
KEPT_DECISIONS = 1_000
QUEUED = 2_000
"""Number of frames, and of others, that wait for one follower."""
DECISIONS_QUEUED = 10_000
"""Number of decisions that wait for one follower before it is cut off."""


LAST = "ended"
"""The kind of the last event of a bench, which every follower gets."""


class Rank(IntEnum):
    """What is lost first, from the first on."""

    FRAME = 0
    OTHER = 1
    DECISION = 2


class TooSlowError(RuntimeError):
    """A follower did not even fetch the decisions, and is cut off. `after`: the last event that it got."""

    def __init__(self, after: int) -> None:
        super().__init__(f"the follower is too slow; ask again for the events after {after}")
        self.after = after


class Entry(Protocol):
    """One event of the journal, which may be made only when it is read."""

    @property
    def seq(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def rank(self) -> Rank: ...
    def event(self) -> BenchEvent: ...


class TakesEvents(Protocol):
    """What dates and numbers events: the journal of a bench, or of a run that is replayed."""

    def add(self, kind: type[BenchEvent], **fields: Any) -> BenchEvent: ...


class _Made:
    """An event that is there already."""

    __slots__ = ("_event", "kind", "rank", "seq")

    def __init__(self, event: BenchEvent) -> None:
        self._event = event
        self.seq = event.seq
        self.kind = kind_of(event)
        self.rank = Rank.DECISION if isinstance(event, DecisionMade) else Rank.OTHER

    def event(self) -> BenchEvent:
        return self._event


class _Frame:
    """A frame whose event is made when it is read."""

    __slots__ = ("event", "seq")

    kind = "frame"
    rank = Rank.FRAME

    def __init__(self, seq: int, make: Callable[[], FrameSeen]) -> None:
        self.seq = seq
        self.event = make


_by_number = attrgetter("seq")


class Journal:
    """The events of one bench."""

    def __init__(self, calendar: Calendar, now: Callable[[], int], kept_frames: int = KEPT_FRAMES) -> None:
        """`now`: the bench's time, microseconds."""
        self.last = 0
        """`seq` of the latest event."""
        self.decisions = 0
        """Number of decisions so far."""
        self.last_decision: DecisionMade | None = None
        self.stores: list[Callable[[BenchEvent], object]] = []
        """Called with each event but frames before anybody else has it; one that raises prevents the event.

        They add no event themselves.
        """
        self.hooks: list[Callable[[BenchEvent], object]] = []
        """Called with each event but frames, in the thread that adds it, before anything else happens on the bench."""
        self._calendar = calendar
        self._now = now
        kept = {Rank.FRAME: kept_frames, Rank.OTHER: KEPT_OTHERS, Rank.DECISION: KEPT_DECISIONS}
        self._rings: dict[Rank, deque[Entry]] = {rank: deque(maxlen=kept[rank]) for rank in Rank}
        self._evicted: dict[Rank, int] = dict.fromkeys(Rank, 0)
        """`seq` of the latest event of each rank that is no longer kept."""
        self._followers: list[Subscription] = []
        self._lock = Lock()

    def add(self, kind: type[BenchEvent], **fields: Any) -> BenchEvent:
        """Add an event of this kind, with the present time, and return it.

        Raises what a store raises: the event is not added.
        """
        with self._lock:
            now = self._now()
            if issubclass(kind, DecisionMade):
                fields["number"] = self.decisions + 1
            event = kind(seq=self.last + 1, clock=now / SECOND, date=self._calendar.date(now), **fields)
            for store in self.stores:
                store(event)
            self._append(_Made(event))
            if isinstance(event, DecisionMade):
                self.decisions += 1
                self.last_decision = event
        for hook in self.hooks:
            hook(event)
        return event

    def add_frame(self, make: Callable[[], FrameSeen]) -> int:
        """Add a frame and return its `seq`; `make` makes the event when it is read."""
        with self._lock:
            seq = self.last + 1
            self._append(_Frame(seq, make))
        return seq

    def _append(self, entry: Entry) -> None:
        self.last = entry.seq
        ring = self._rings[entry.rank]
        if len(ring) == ring.maxlen:
            self._evicted[entry.rank] = ring[0].seq
        ring.append(entry)
        for follower in self._followers:
            follower.put(entry)

    def page(self, after: int | None, kinds: Collection[str], limit: int) -> tuple[tuple[BenchEvent, ...], int]:
        """Return up to `limit` events after the number `after`, the latest ones if it is None; and the last number."""
        with self._lock:
            entries = self._since(-1 if after is None else after, kinds)
            last, lost = self.last, None if after is None else self._lost(after)
        chosen = entries[-limit:] if after is None else entries[:limit]
        events = tuple(entry.event() for entry in chosen)
        return (events if lost is None else (lost, *events)), last

    def follow(self, after: int | None, kinds: Collection[str] = (), queued: int = QUEUED) -> Subscription:
        """Return a follower of the events after the number `after`; None: from now on. Call it in its event loop.

        `kinds`: kinds of events; none: all. Close it in the end.
        """
        follower = Subscription(self._unfollow, kinds, queued)
        with self._lock:
            if after is not None:
                lost = self._lost(after)
                if lost is not None:
                    follower.put_first(_Made(lost))
                for entry in self._since(after, kinds):
                    follower.put(entry)
            self._followers.append(follower)
        return follower

    def _unfollow(self, follower: Subscription) -> None:
        with self._lock:
            if follower in self._followers:
                self._followers.remove(follower)

    def _since(self, after: int, kinds: Collection[str]) -> list[Entry]:
        rings = ([each for each in ring if each.seq > after] for ring in self._rings.values())
        return [each for each in merge(*rings, key=_by_number) if not kinds or each.kind in kinds]

    def _lost(self, after: int) -> FramesLost | None:
        """Return the number of events after `after` that are no longer kept."""
        evicted = max(self._evicted.values())
        if evicted <= after:
            return None
        missing = self.last - after - len(self._since(after, ()))
        only_frames = max(self._evicted[Rank.OTHER], self._evicted[Rank.DECISION]) <= after
        now = self._now()
        frames, others = (missing, 0) if only_frames else (0, missing)
        return FramesLost(
            seq=after + 1, clock=now / SECOND, date=self._calendar.date(now), frames=frames, others=others
        )


class Subscription:
    """One follower of a journal. `put` comes from the bench's thread; `batch` is awaited in the follower's loop."""

    def __init__(self, unfollow: Callable[[Subscription], None], kinds: Collection[str], queued: int) -> None:
        self.lost_frames = 0
        """Frames that this follower lost over its whole life."""
        self._unfollow = unfollow
        self._kinds = frozenset((*kinds, LAST)) if kinds else frozenset()
        self._limits = {Rank.FRAME: queued, Rank.OTHER: queued, Rank.DECISION: DECISIONS_QUEUED}
        self._queues: dict[Rank, deque[Entry]] = {rank: deque() for rank in Rank}
        self._lost: dict[Rank, int] = dict.fromkeys(Rank, 0)
        self._lost_at = 0
        self._got = 0
        self._cut_off = False
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._told = False
        self._lock = Lock()

    def put_first(self, entry: Entry) -> None:
        """Queue what is told before all else."""
        with self._lock:
            self._queues[Rank.OTHER].appendleft(entry)

    def put(self, entry: Entry) -> None:
        """Queue an event, and drop the oldest of its rank if there are too many."""
        if self._kinds and entry.kind not in self._kinds:
            return
        with self._lock:
            queue = self._queues[entry.rank]
            if len(queue) >= self._limits[entry.rank]:
                if entry.rank is Rank.DECISION:
                    self._cut_off = True
                    self._wake()
                    return
                self._lost_at = queue.popleft().seq
                self._lost[entry.rank] += 1
            queue.append(entry)
            self._wake()

    def _wake(self) -> None:
        if not self._told and not self._loop.is_closed():
            self._told = True
            with suppress(RuntimeError):  # the loop was closed just now
                self._loop.call_soon_threadsafe(self._ready.set)

    async def batch(self, most: int = 500) -> list[BenchEvent]:
        """Wait for events, and return up to `most` of them in order; what was lost is told first.

        Raises TooSlowError if the follower was cut off.
        """
        await self._ready.wait()
        with self._lock:
            if self._cut_off:
                raise TooSlowError(self._got)
            lost, at = self._lost, self._lost_at
            self._lost = dict.fromkeys(Rank, 0)
            entries = self._taken(most)
            if not any(self._queues.values()):
                self._ready.clear()
                self._told = False
        events = [entry.event() for entry in entries]
        if events:
            self._got = events[-1].seq
        if not any(lost.values()):
            return events
        self.lost_frames += lost[Rank.FRAME]
        when = events[0]
        told = FramesLost(seq=at, clock=when.clock, date=when.date, frames=lost[Rank.FRAME], others=lost[Rank.OTHER])
        return [told, *events]

    def _taken(self, most: int) -> list[Entry]:
        taken: list[Entry] = []
        for entry in merge(*self._queues.values(), key=_by_number):
            if len(taken) == most:
                break
            taken.append(entry)
        for entry in taken:
            self._queues[entry.rank].popleft()
        return taken

    def close(self) -> None:
        """Stop following. Has no effect a second time."""
        self._unfollow(self)

    def __enter__(self) -> Subscription:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
