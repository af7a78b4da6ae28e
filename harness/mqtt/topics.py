"""The topics of one bench."""

from __future__ import annotations

from typing import NamedTuple

from hanbench.harness.control import asyncapi


class Topics(NamedTuple):
    """The topics of a bench below a broker's prefix."""

    base: str
    """The prefix, of one or more levels."""
    bench: str

    @property
    def availability(self) -> str:
        return asyncapi.availability_topic(self.bench, self.base)

    @property
    def state(self) -> str:
        return asyncapi.state_topic(self.bench, self.base)

    @property
    def decision(self) -> str:
        return asyncapi.event_topic("decision", self.bench, self.base)

    @property
    def receipt(self) -> str:
        return asyncapi.receipt_topic(self.bench, self.base)

    @property
    def requests(self) -> str:
        """The filter of all requests."""
        return asyncapi.request_topic("+", self.bench, self.base)

    def node_state(self, ieee: str) -> str:
        return asyncapi.node_state_topic(ieee, self.bench, self.base)

    def node_availability(self, ieee: str) -> str:
        return asyncapi.node_availability_topic(ieee, self.bench, self.base)

    def event(self, kind: str) -> str:
        return asyncapi.event_topic(kind, self.bench, self.base)

    def request(self, verb: str) -> str:
        return asyncapi.request_topic(verb, self.bench, self.base)

    def response(self, verb: str) -> str:
        return asyncapi.response_topic(verb, self.bench, self.base)

    def may_answer_at(self, topic: str) -> bool:
        """Return whether an answer may go to a topic that a request names: below this bench's responses.

        Anywhere else, a commander could make the bench write for it, and to other benches' requests.
        """
        own = self.response("")
        named = topic.removeprefix(own)
        return topic.startswith(own) and named != "" and len(topic) <= 400 and not any(c in named for c in "+#\0")
