"""The retained states of a bench and of its nodes, and whether each is there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from msgspec import structs

from hanbench.harness.broker.link import Link
from hanbench.harness.broker.message import Outgoing
from hanbench.harness.control.answers import BenchState
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.node import NodeState
from hanbench.harness.control.published import NODE, OFFLINE, ONLINE, STATE, PublishedState, encode
from hanbench.harness.control.requests import NodesRequest, StateRequest
from hanbench.harness.mqtt.options import BrokerOptions
from hanbench.harness.mqtt.outbox import Outbox
from hanbench.harness.mqtt.tally import Tally
from hanbench.harness.mqtt.topics import Topics

EVERY = 10.0
"""Longest time between two looks at the bench, real seconds."""
SHORTEST = 1.0
"""Shortest time between two, real seconds: many changes are published as one."""


class States:
    """Publishes what is retained of one bench, over all its connections."""

    def __init__(
        self, bench: BenchThread, options: BrokerOptions, outbox: Outbox, topics: Topics, tally: Tally
    ) -> None:
        self.changed = asyncio.Event()
        """Set it when something has happened."""
        self._bench = bench
        self._options = options
        self._outbox = outbox
        self._topics = topics
        self._tally = tally
        self._retained: dict[str, bytes] = {}
        """What this connection has published, by topic."""
        self._state: BenchState | None = None
        self._nodes: tuple[NodeState, ...] = ()

    async def run(self, link: Link) -> None:
        """Publish the states now, after each change, and every ten seconds. Raises LinkLostError and ControlError."""
        self._retained.clear()
        await self._retain(link, [(self._topics.availability, ONLINE)])
        while True:
            self.changed.clear()
            self._state = await self._bench.perform(StateRequest())
            self._nodes = (await self._bench.perform(NodesRequest())).nodes
            await self._retain(link, self._present(link))
            await asyncio.sleep(SHORTEST)
            try:
                async with asyncio.timeout(EVERY - SHORTEST):
                    await self.changed.wait()
            except TimeoutError:
                pass

    async def farewell(self, link: Link, why: str) -> None:
        """Tell the end of the bench. Raises LinkLostError."""
        if self._state is not None:
            self._state = structs.replace(self._state, up=False, detail=why)
            self._nodes = tuple(structs.replace(node, powered=False, joined=False) for node in self._nodes)
        await self._retain(link, self._present(link))
        await self._retain(link, [(self._topics.availability, OFFLINE)])

    def _present(self, link: Link) -> Iterator[tuple[str, bytes]]:
        if self._state is not None:
            counters = self._tally.counters(link)
            state = PublishedState.of(self._state, self._options.commands, self._outbox.state, counters)
            yield self._topics.state, encode(STATE, state)
        for node in self._nodes:
            yield self._topics.node_state(node.ieee), encode(NODE, node)
            there = node.powered and node.joined
            yield self._topics.node_availability(node.ieee), ONLINE if there else OFFLINE

    async def _retain(self, link: Link, values: list[tuple[str, bytes]] | Iterator[tuple[str, bytes]]) -> None:
        new = [(topic, payload) for topic, payload in values if self._retained.get(topic) != payload]
        if await self._tally.publish(link, [Outgoing(topic, payload, retain=True) for topic, payload in new]):
            self._retained.update(new)
