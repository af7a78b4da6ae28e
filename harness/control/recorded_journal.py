"""The journal of a finished run: all its events are there, so that no follower is too slow."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from msgspec import structs

from hanbench.harness.control.events import BenchEvent, DecisionMade, kind_of
from hanbench.harness.control.recorded_frames import RecordedFrames

FRAME = "frame"


@dataclass(frozen=True)
class RecordedEvent:
    """An event, and its place among the frames."""

    event: BenchEvent
    after_frame: int
    """Number of the frame after which it happened."""


class RecordedJournal:
    """The events of one run, numbered anew: frames of which the capture is gone leave no gap."""

    def __init__(self, events: Sequence[RecordedEvent], frames: RecordedFrames) -> None:
        """`events`: in their order."""
        self._events = events
        self._frames = frames
        self._rows: list[tuple[bool, int]] = []
        """For each number less 1: whether it is a frame, and its place among the frames or the other events."""
        self._merge()
        self.last = len(self._rows)
        """`seq` of the latest event."""
        self.decisions = sum(isinstance(each.event, DecisionMade) for each in events)

    def _merge(self) -> None:
        place, numbers = 0, [frame.number for frame in self._frames.frames]
        for index, each in enumerate(self._events):
            until = bisect_right(numbers, each.after_frame, lo=place)
            self._rows += [(True, at) for at in range(place, until)]
            place = until
            self._rows.append((False, index))
        self._rows += [(True, at) for at in range(place, len(numbers))]

    def event(self, seq: int) -> BenchEvent:
        """Return the event of a number."""
        is_frame, at = self._rows[seq - 1]
        if is_frame:
            return self._frames.event(at, seq)
        return structs.replace(self._events[at].event, seq=seq)

    def number_of_frame(self, place: int) -> int:
        """Return the number of the event of a frame."""
        return self._rows.index((True, place)) + 1

    def after(self, seq: int, kinds: Collection[str], limit: int) -> tuple[list[BenchEvent], int]:
        """Return up to `limit` events after a number, and the number up to which was looked."""
        found: list[BenchEvent] = []
        while seq < self.last and len(found) < limit:
            seq += 1
            if not kinds or self._kind(seq) in kinds:
                found.append(self.event(seq))
        return found, seq

    def _kind(self, seq: int) -> str:
        is_frame, at = self._rows[seq - 1]
        return FRAME if is_frame else kind_of(self._events[at].event)

    def page(self, after: int | None, kinds: Collection[str], limit: int) -> tuple[tuple[BenchEvent, ...], int]:
        """Return up to `limit` events after the number `after`, the latest ones if it is None; and the last number."""
        if after is not None:
            return tuple(self.after(max(0, after), kinds, limit)[0]), self.last
        chosen: list[int] = []
        for seq in range(self.last, 0, -1):
            if len(chosen) == limit:
                break
            if not kinds or self._kind(seq) in kinds:
                chosen.append(seq)
        return tuple(self.event(seq) for seq in reversed(chosen)), self.last

    def follow(self, after: int | None, kinds: Collection[str] = (), queued: int = 0) -> RecordedSubscription:
        """Return a follower of the events after the number `after`; None: there will be no other."""
        return RecordedSubscription(self, self.last if after is None else after, kinds)


class RecordedSubscription:
    """One follower of a finished run."""

    lost_frames = 0

    def __init__(self, journal: RecordedJournal, after: int, kinds: Collection[str]) -> None:
        self._journal = journal
        self._at = after
        self._kinds = frozenset(kinds)

    async def batch(self, most: int = 500) -> list[BenchEvent]:
        """Return up to `most` further events; wait for ever when there is none."""
        found, self._at = self._journal.after(self._at, self._kinds, most)
        if not found:
            await asyncio.Event().wait()
        return found

    def close(self) -> None:
        """Stop following."""

    def __enter__(self) -> RecordedSubscription:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
