"""The bench's events on their way to a broker: frames with QoS 0 if they are wanted, the others with QoS 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hanbench.harness.broker.link import Link
from hanbench.harness.broker.message import Outgoing
from hanbench.harness.control.events import (
    EVENTS,
    BenchEnded,
    BenchEvent,
    DecisionMade,
    FrameSeen,
    FramesLost,
    kind_name,
    kind_of,
)
from hanbench.harness.control.journal import Journal
from hanbench.harness.control.published import encode, event_message
from hanbench.harness.mqtt.tally import Tally
from hanbench.harness.mqtt.topics import Topics

_FRAME = kind_name(FrameSeen)
_ELSEWHERE = (DecisionMade, FramesLost)
"""Decisions come from the outbox; what was lost is counted in the state."""


class Events:
    """Publishes the events of one bench, over all its connections."""

    def __init__(self, journal: Journal, topics: Topics, tally: Tally, frames: bool) -> None:
        self.ended: BenchEnded | None = None
        """The bench's last event, if it has come."""
        self.on_batch: Callable[[], object] = lambda: None
        """Called after each batch with more than frames."""
        self._journal = journal
        self._topics = topics
        self._tally = tally
        self._frames = frames
        self._last = 0
        left_out = _ELSEWHERE if frames else (*_ELSEWHERE, FrameSeen)
        self._kinds = tuple(kind for kind, event in EVENTS.items() if event not in left_out)

    async def run(self, link: Link) -> None:
        """Publish events until the bench has ended. Raises LinkLostError."""
        with self._journal.follow(self._last, (*self._kinds, kind_name(FramesLost))) as events:
            while self.ended is None:
                batch = await events.batch()
                await self._publish(link, batch)
                self._last = batch[-1].seq
                if isinstance(batch[-1], BenchEnded):
                    self.ended = batch[-1]

    async def _publish(self, link: Link, batch: Sequence[BenchEvent]) -> None:
        others: list[Outgoing] = []
        for event in batch:
            if isinstance(event, FramesLost):
                self._tally.events += event.others
                self._tally.frames += event.frames if self._frames else 0
                continue
            kind = kind_of(event)
            payload = encode(event_message(kind), event)
            if kind == _FRAME:
                link.send_soon(self._topics.event(kind), payload)
            else:
                others.append(Outgoing(self._topics.event(kind), payload))
        if others:
            await self._tally.publish(link, others)
            self.on_batch()
