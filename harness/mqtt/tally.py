"""What was dropped and refused at a broker: counted, and told once each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from hanbench.harness.broker.errors import PublishRefusedError
from hanbench.harness.broker.link import Link
from hanbench.harness.broker.message import Outgoing
from hanbench.harness.control.published import BrokerCounters

MOST_TOLD = 100
"""Different lines that are told: some name topics, which a peer can choose."""


class Tally:
    """The counters of one bench, over all its connections."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.frames = self.events = self.messages = 0
        self.refused: Counter[str] = Counter()
        """Messages to and from the broker that were refused, by reason."""
        self._tell = tell
        self._told: set[str] = set()

    def tell_once(self, text: str) -> None:
        """Tell a line, unless it was told before."""
        if text not in self._told and len(self._told) < MOST_TOLD:
            self._told.add(text)
            self._tell(text)

    def counters(self, link: Link | None = None) -> BrokerCounters:
        """Return the counters. `link`: the present connection."""
        frames, messages = (0, 0) if link is None else (link.dropped_out, link.dropped_in)
        return BrokerCounters(self.frames + frames, self.events, self.messages + messages, dict(self.refused))

    def ended(self, link: Link) -> None:
        """Keep the counters of a connection that has ended."""
        self.frames += link.dropped_out
        self.messages += link.dropped_in

    async def publish(self, link: Link, messages: Iterable[Outgoing]) -> bool:
        """Publish what may be lost; return whether the broker took all of it. Raises LinkLostError."""
        try:
            await link.publish_all(messages)
        except PublishRefusedError as error:
            self.refused["by-broker"] += 1
            self.tell_once(str(error))
            return False
        return True
