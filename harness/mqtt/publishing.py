"""A bench at a broker, from the bench's start to its end: one session after the other, whatever the broker does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager

from hanbench.harness.broker.errors import PublishRefusedError, StarvedError
from hanbench.harness.broker.keeping import keep_connected
from hanbench.harness.broker.link import Link
from hanbench.harness.broker.message import Will
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.errors import BENCH_ENDED, ControlError
from hanbench.harness.control.published import OFFLINE
from hanbench.harness.files import OutputError
from hanbench.harness.mqtt.decisions import Decisions
from hanbench.harness.mqtt.events import Events
from hanbench.harness.mqtt.glow_feed import Glow
from hanbench.harness.mqtt.home_assistant_feed import HomeAssistant
from hanbench.harness.mqtt.options import BrokerOptions
from hanbench.harness.mqtt.outbox import FILE, Outbox
from hanbench.harness.mqtt.part import Part
from hanbench.harness.mqtt.requests import Requests
from hanbench.harness.mqtt.states import States
from hanbench.harness.mqtt.tally import Tally
from hanbench.harness.mqtt.topics import Topics

SESSION_S = 15
"""Time for which the broker keeps the session of a bench that is away. Short: a request that comes late is a hazard."""
WILL_DELAY_S = 5
ENDS_WITHIN = 1.5
"""Time for the last messages when the bench has ended, seconds."""


@asynccontextmanager
async def publishing(bench: BenchThread, options: BrokerOptions, tell: Callable[[str], None]) -> AsyncIterator[None]:
    """Publish a bench at a broker until it ends, which it has by the end of the context.

    Enter it before the first decision. `tell` gets a line for each new trouble. Raises OutputError if the outbox cannot
    be used: the bench is ended then, because what it decides could be lost.
    """
    outbox = Outbox(bench.bench.folder / FILE)
    outbox.on_failure = bench.fail_soon
    bench.bench.broker = options.address
    bench.journal.stores.append(outbox.store)
    try:
        publisher = _Publisher(bench, options, outbox, tell)
        task = asyncio.get_running_loop().create_task(publisher.run())
        task.add_done_callback(lambda task: _end(bench, task))
        try:
            yield
        finally:
            await asyncio.wait((task,), timeout=ENDS_WITHIN if publisher.connected else 0)
            task.cancel()
            await asyncio.wait((task,))
        if not task.cancelled():
            task.result()
        if outbox.failure is not None:
            raise outbox.failure
    finally:
        bench.journal.stores.remove(outbox.store)
        outbox.close()


def _end(bench: BenchThread, publishing: asyncio.Task[None]) -> None:
    """Let a bench end that is no longer published."""
    if not publishing.cancelled() and (error := publishing.exception()) is not None:
        bench.fail_soon(error)


class _Publisher:
    """One bench at a broker, over all its connections."""

    def __init__(self, bench: BenchThread, options: BrokerOptions, outbox: Outbox, tell: Callable[[str], None]) -> None:
        self.connected = False
        self._bench = bench
        self._options = options
        self._tell = tell
        self._topics = topics = Topics(options.address.prefix, bench.name)
        self._tally = tally = Tally(tell)
        self._states = States(bench, options, outbox, topics, tally)
        self._events = Events(bench.journal, topics, tally, options.frames)
        self._decisions = Decisions(outbox, topics, tally)
        self._requests = Requests(bench, topics, tally)
        self._events.on_batch = self._states.changed.set
        self._parts = tuple(self._further())

    async def run(self) -> None:
        """Publish until the bench has ended. Raises OutputError."""
        if self._options.address.exposes_password:
            self._tell(f"{self._options.address}: the password crosses the network unencrypted; mqtts:// encrypts it")
        await keep_connected(self._link, self._session, self._tell)

    def _further(self) -> Iterator[Part]:
        if self._options.home_assistant:
            yield HomeAssistant(self._bench, self._options, self._topics, self._tally)
        if self._options.glow:
            yield Glow(self._bench, self._topics, self._tally)

    def _link(self) -> Link:
        will = Will(self._topics.availability, OFFLINE, WILL_DELAY_S)
        name = f"{self._topics.base}-{self._topics.bench}".replace("/", "-")
        return Link(self._options.address, name, will=will, session_expiry_s=SESSION_S)

    async def _session(self, link: Link) -> None:
        """Do all that a connection needs. Returns when the bench has ended."""
        self.connected = True
        filters = [self._topics.receipt, *([self._topics.requests] if self._options.commands else [])]
        try:
            wanted = (each for part in self._parts for each in part.filters)
            await link.subscribe(*filters, *wanted, retained=False)
            self._tally.tell_once(f"{link.address}: connected; topics below {self._topics.base}/{self._topics.bench}")
            parts = (part.run(link) for part in self._parts)
            looking = (self._until_ended(each) for each in (self._states.run(link), *parts))
            others = (*looking, self._decisions.run(link), self._read(link), self._prove(link))
            await _led_by(self._events.run(link), *others)
            await self._farewell(link)
        except OutputError as error:
            self._bench.fail_soon(error)
            await self._states.farewell(link, str(error))
            raise
        finally:
            self.connected = False
            self._tally.ended(link)

    async def _until_ended(self, looking: Coroutine[None, None, None]) -> None:
        """Run what looks at the bench again and again, until the bench has ended."""
        try:
            await looking
        except ControlError as error:
            if error.kind is not BENCH_ENDED:
                self._tally.tell_once(f"the state is no longer published: {error}")

    async def _farewell(self, link: Link) -> None:
        assert self._events.ended is not None
        await self._decisions.drain(link)
        for part in self._parts:
            await part.farewell(link)
        await self._states.farewell(link, self._events.ended.reason)

    async def _read(self, link: Link) -> None:
        async for message in link.messages():
            if message.topic == self._topics.receipt:
                await self._decisions.received(message)
            elif any(part.received(message) for part in self._parts):
                continue
            elif self._options.commands:
                self._requests.received(link, message)

    async def _prove(self, link: Link) -> None:
        """Tell what the access list keeps from this bench."""
        wanted = [self._topics.receipt, *([self._topics.request("self-test")] if self._options.commands else [])]
        await asyncio.gather(*(self._proved(link, topic) for topic in wanted))

    async def _proved(self, link: Link, topic: str) -> None:
        try:
            await link.prove(topic)
        except StarvedError as error:
            self._tally.tell_once(str(error))
        except PublishRefusedError:
            text = "cannot be tested: the broker does not let this user write there"
            self._tally.tell_once(f"whether the broker delivers {topic} {text}")


async def _led_by(lead: Coroutine[None, None, None], *others: Coroutine[None, None, None]) -> None:
    """Run `lead` to its end, and the others meanwhile. What one of them raises ends all, and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(each) for each in others]
            await lead
            for task in tasks:
                task.cancel()
    except BaseExceptionGroup as failed:
        raise _first(failed) from None


def _first(failed: BaseExceptionGroup[BaseException]) -> BaseException:
    error = failed.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
