"""Publishes the meters of one bench as an in-home display does, every ten seconds."""

from __future__ import annotations

import asyncio

import msgspec

from hanbench.harness.broker.link import Link
from hanbench.harness.broker.message import Message, Outgoing
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.requests import NodesRequest, StateRequest
from hanbench.harness.mqtt.glow import device_id, messages
from hanbench.harness.mqtt.tally import Tally
from hanbench.harness.mqtt.topics import Topics

EVERY = 10.0
"""Real seconds, about as the displays do."""


class Glow:
    """The messages of one bench's display, over all its connections."""

    def __init__(self, bench: BenchThread, topics: Topics, tally: Tally) -> None:
        self.filters: tuple[str, ...] = ()
        self.device = device_id(f"{topics.base}/{topics.bench}")
        self._bench = bench
        self._tally = tally

    async def run(self, link: Link) -> None:
        """Publish what the meters read. Raises LinkLostError and ControlError."""
        while True:
            bench = await self._bench.perform(StateRequest())
            nodes = (await self._bench.perform(NodesRequest())).nodes
            found = messages(self.device, bench, nodes).items() if bench.up else ()
            await self._tally.publish(link, [Outgoing(topic, msgspec.json.encode(each)) for topic, each in found])
            await asyncio.sleep(EVERY)

    def received(self, message: Message) -> bool:
        """Take nothing: displays are only read."""
        return False

    async def farewell(self, link: Link) -> None:
        """Say nothing: displays fall silent."""
