"""Keeps Home Assistant up to date about one bench: its discovery, the values of its entities, its fault switches."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from typing import Any

import msgspec

from hanbench.harness.broker.link import Link
from hanbench.harness.broker.message import Message, Outgoing
from hanbench.harness.case.fault_catalogue import CATALOGUE
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.control.answers import BenchState
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.events import (
    BenchEvent,
    CheckProgress,
    DecisionMade,
    FaultChanged,
    NodeChanged,
    ScenarioProgress,
    kind_name,
)
from hanbench.harness.control.node import NodeState
from hanbench.harness.control.requests import HealRequest, InjectRequest, NodesRequest, StateRequest
from hanbench.harness.mqtt.entities import BENCH_ENTITIES, BenchView, node_entities, values
from hanbench.harness.mqtt.home_assistant import (
    BENCH,
    BIRTH,
    FAULTS,
    REPORT_EVERY,
    STATUS,
    Places,
    discovery,
    fault_values,
)
from hanbench.harness.mqtt.options import BrokerOptions
from hanbench.harness.mqtt.tally import Tally
from hanbench.harness.mqtt.topics import Topics

SHORTEST = 1.0
"""Shortest time between two reports, real seconds."""
LONGEST_DELAY = 5.0
"""Longest time between Home Assistant's birth and the answer to it, seconds: it has many devices to hear."""
WORKING_AT_A_TIME = 16
_WATCHED: tuple[type[BenchEvent], ...] = (CheckProgress, DecisionMade, FaultChanged, NodeChanged, ScenarioProgress)
_KINDS = tuple(kind_name(each) for each in _WATCHED)
_SWITCHED = {b"ON": InjectRequest, b"OFF": HealRequest}


class HomeAssistant:
    """Tells Home Assistant of one bench, over all its connections."""

    def __init__(self, bench: BenchThread, options: BrokerOptions, topics: Topics, tally: Tally) -> None:
        self._bench = bench
        self._commands = options.commands
        self._tally = tally
        self._places = Places(topics)
        self.filters: tuple[str, ...] = (STATUS, *((self._places.switch("+"),) if self._commands else ()))
        self._wake = asyncio.Event()
        self._announce_at = 0.0
        """When the discovery is due, seconds of `time.monotonic`; infinite: it is not."""
        self._said: dict[str, bytes] = {}
        self._said_at = 0.0
        self._last = 0
        self._decision: DecisionMade | None = None
        self._outcome: Outcome | None = None
        self._nodes: tuple[NodeState, ...] = ()
        self._work: set[asyncio.Task[None]] = set()

    async def run(self, link: Link) -> None:
        """Announce the bench, and report its values at each change, and every `REPORT_EVERY` seconds."""
        self._announce_at = 0.0
        self._said.clear()
        following = asyncio.create_task(self._follow())
        try:
            while True:
                self._wake.clear()
                bench = await self._bench.perform(StateRequest())
                self._nodes = (await self._bench.perform(NodesRequest())).nodes
                if time.monotonic() >= self._announce_at:
                    self._announce_at = float("inf")
                    await self._announce(link, bench)
                await self._report(link, bench)
                await asyncio.sleep(SHORTEST)
                await self._pause()
        finally:
            following.cancel()

    async def _pause(self) -> None:
        """Wait for a change, for the next report, or for the next announcement."""
        due = min(self._said_at + REPORT_EVERY, self._announce_at) - time.monotonic()
        try:
            async with asyncio.timeout(max(due, 0.0)):
                await self._wake.wait()
        except TimeoutError:
            pass

    async def _follow(self) -> None:
        """Note each decision, and wake `run` at each change."""
        with self._bench.journal.follow(self._last, _KINDS) as events:
            while True:
                batch = await events.batch()
                self._last = batch[-1].seq
                for event in batch:
                    if isinstance(event, DecisionMade):
                        self._decision = event
                        self._outcome = event.outcome or self._outcome
                self._wake.set()

    async def _announce(self, link: Link, bench: BenchState) -> None:
        configs = discovery(self._places, bench, self._nodes, commands=self._commands)
        messages = [Outgoing(topic, msgspec.json.encode(config), retain=True) for topic, config in configs]
        if not self._commands:  # a run before this one may have announced them
            messages.append(Outgoing(self._places.config(FAULTS), b"", retain=True))
        await self._tally.publish(link, messages)
        self._said.clear()

    async def _report(self, link: Link, bench: BenchState) -> None:
        """Publish the values that changed; all of them if it is time, for they expire."""
        now = time.monotonic()
        if now - self._said_at >= REPORT_EVERY:
            self._said.clear()
        if not self._said:
            self._said_at = now
        found = {topic: msgspec.json.encode(each) for topic, each in self._values(bench)}
        new = {topic: payload for topic, payload in found.items() if self._said.get(topic) != payload}
        if await self._tally.publish(link, [Outgoing(topic, payload, retain=True) for topic, payload in new.items()]):
            self._said.update(new)

    def _values(self, bench: BenchState) -> Iterator[tuple[str, dict[str, Any]]]:
        view = BenchView(bench, self._decision, self._outcome)
        yield self._places.values(BENCH), values(BENCH_ENTITIES, view)
        for node in self._nodes:
            yield self._places.values(node.name), values(node_entities(node), node)
        if self._commands:
            yield self._places.values(FAULTS), fault_values(bench)

    # --- what Home Assistant sends ------------------------------------------------------------------------------------

    def received(self, message: Message) -> bool:
        """Take its birth message, or the press of a switch."""
        if message.topic == STATUS:
            if message.payload == BIRTH and not message.retain:
                delay = random.uniform(0, LONGEST_DELAY)  # noqa: S311 - no secret
                self._announce_at = min(self._announce_at, time.monotonic() + delay)
                self._wake.set()
            return True
        fault = self._places.fault_of(message.topic)
        if fault is None:
            return False
        if message.retain or fault not in CATALOGUE or message.payload not in _SWITCHED:
            self._tally.refused["switch"] += 1
        elif len(self._work) >= WORKING_AT_A_TIME:
            self._tally.refused["busy"] += 1
        else:
            task = asyncio.get_running_loop().create_task(self._switch(fault, message.payload))
            self._work.add(task)
            task.add_done_callback(self._work.discard)
        return True

    async def _switch(self, fault: str, state: bytes) -> None:
        """Inject or heal a fault. Home Assistant sees the switch go back if that fails."""
        try:
            await self._bench.perform(_SWITCHED[state](fault))
        except ControlError as error:
            self._tally.refused[error.kind.code] += 1
            self._tally.tell_once(f"Home Assistant's switch of {fault}: {error}")
        self._said.pop(self._places.values(FAULTS), None)
        self._wake.set()

    # --- the end ------------------------------------------------------------------------------------------------------

    async def farewell(self, link: Link) -> None:
        """Take the bench away from Home Assistant. Raises LinkLostError."""
        devices = (BENCH, *(node.name for node in self._nodes), FAULTS)
        topics = [self._places.config(each) for each in devices] + [self._places.values(each) for each in devices]
        await self._tally.publish(link, [Outgoing(topic, b"", retain=True) for topic in topics])
