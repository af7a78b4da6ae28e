"""The stream of one bench's events, resumed where the client left off."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from hanbench.harness.control.errors import INVALID_REQUEST, ControlError
from hanbench.harness.control.events import EVENTS, BenchEnded, BenchEvent
from hanbench.harness.control.journal import Subscription, TooSlowError
from hanbench.harness.control.recorded_journal import RecordedSubscription
from hanbench.harness.serve.benches import AnyBench, Benches
from hanbench.harness.serve.endpoint import Handler
from hanbench.harness.serve.sse import ALIVE_EVERY, Source, Streams, message

BATCHED_EACH = 0.1
"""Time between two messages of a stream, real seconds."""


class StreamBegins(Struct, frozen=True):
    """The first message of a stream (`event: begin`)."""

    bench: str
    life: str
    """Differs from that of an earlier bench of this name: then what the client knows of it is of no use."""
    after: int
    """The events after this number follow."""
    resumed: bool
    """Whether they follow those that the client had (`Last-Event-ID`, or `after`)."""


def follow(benches: Benches, streams: Streams) -> Handler:
    """Return the handler of the stream of events."""

    async def answer(request: Request) -> ASGIApp:
        query = request.query_params
        bench = benches.named_or_only(query.get("bench"))
        kinds = query.getlist("kinds")
        for kind in kinds:
            if kind not in EVENTS:
                raise ControlError(INVALID_REQUEST, f"kinds: found {kind[:40]!r}; expected {', '.join(EVENTS)}")
        begins = _begins(bench, request.headers.get("last-event-id"), query.get("after"))
        if not bench.thread.alive and begins.after >= bench.thread.journal.last:
            return Response(status_code=204)  # tells the browser not to connect again
        return streams.answer(events_of(bench, begins, kinds))

    return answer


def _begins(bench: AnyBench, last_id: str | None, after: str | None) -> StreamBegins:
    """Return where a stream begins: after the event that the client had last, after `after`, or now."""
    last = bench.thread.journal.last
    if last_id:
        name, _, rest = last_id.rpartition(":")[0].rpartition(":")
        number = last_id.rpartition(":")[2]
        known = number.isdecimal() and len(number) < 16 and int(number) <= last
        if name == bench.name and rest == bench.life and known:
            return StreamBegins(bench.name, bench.life, int(number), resumed=True)
        return StreamBegins(bench.name, bench.life, last, resumed=False)
    if after is None:
        return StreamBegins(bench.name, bench.life, last, resumed=False)
    if not after.isdecimal() or len(after) > 15:
        raise ControlError(INVALID_REQUEST, f"after: found {after[:40]!r}; expected the number of an event")
    if int(after) > last:
        return StreamBegins(bench.name, bench.life, last, resumed=False)
    return StreamBegins(bench.name, bench.life, int(after), resumed=True)


async def events_of(bench: AnyBench, begins: StreamBegins, kinds: Collection[str]) -> Source:
    """Give the events of a bench as messages, at most one each `BATCHED_EACH`, until the bench ends."""
    loop = asyncio.get_running_loop()
    with bench.thread.journal.follow(begins.after, kinds) as events:
        yield message(msgspec.json.encode(begins), id=_id(bench, begins.after), event="begin")
        while True:
            batch = await _next(events)
            if batch is None:
                return
            sent = loop.time()
            if batch:
                yield message(msgspec.json.encode(batch), id=_id(bench, batch[-1].seq))
                if isinstance(batch[-1], BenchEnded):
                    return
            else:
                yield b""
            await asyncio.sleep(BATCHED_EACH - (loop.time() - sent))


async def _next(events: Subscription | RecordedSubscription) -> list[BenchEvent] | None:
    """Return the next events; none after `ALIVE_EVERY` without one; None: the client is too slow and is cut off."""
    try:
        async with asyncio.timeout(ALIVE_EVERY):
            return await events.batch()
    except TimeoutError:
        return []
    except TooSlowError:
        return None


def _id(bench: AnyBench, seq: int) -> str:
    return f"{bench.name}:{bench.life}:{seq}"
