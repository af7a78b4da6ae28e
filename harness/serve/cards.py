"""The overview of all benches, and the stream of those of its cards that change."""

from __future__ import annotations

import asyncio
import os

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from hanbench import __version__
from hanbench.harness.control.openapi import OVERVIEW, OVERVIEW_STREAM
from hanbench.harness.control.overview import BenchCard, Overview, ServiceState
from hanbench.harness.serve.benches import AnyBench, Benches
from hanbench.harness.serve.endpoint import json_answer, path
from hanbench.harness.serve.problems import Refusals
from hanbench.harness.serve.sse import ALIVE_EVERY, Source, Streams, message

RENEWED_EACH = 1.0
"""Time between two looks at the benches, real seconds."""
ANSWERS_WITHIN = 0.5
"""Time that a bench has to tell its card; one that is too busy keeps the card of before. Real seconds."""

Key = tuple[int, bool, bool]


class Cards:
    """The cards of all benches, renewed when they are asked for and something has happened."""

    def __init__(self, benches: Benches) -> None:
        self._benches = benches
        self._cards: dict[str, tuple[Key, BenchCard]] = {}
        self._renewed = float("-inf")
        self._busy = asyncio.Lock()

    async def now(self) -> dict[str, BenchCard]:
        """Return the cards by the names of the benches; one that is the same object as before has not changed."""
        async with self._busy:
            loop = asyncio.get_running_loop()
            if loop.time() - self._renewed >= RENEWED_EACH:
                changed = [bench for bench in self._benches if self._cards.get(bench.name, ((),))[0] != _key(bench)]
                tasks = [loop.create_task(self._renew(bench)) for bench in changed]
                if tasks:
                    _, late = await asyncio.wait(tasks, timeout=ANSWERS_WITHIN)
                    for task in late:
                        task.cancel()
                self._renewed = loop.time()
        return {name: card for name, (_, card) in self._cards.items()}

    async def _renew(self, bench: AnyBench) -> None:
        key = _key(bench)
        self._cards[bench.name] = (key, await bench.card())


def _key(bench: AnyBench) -> Key:
    """Return what differs after anything has happened on a bench."""
    return bench.thread.journal.last, bench.thread.alive, bench.thread.failure is not None


def overview_routes(benches: Benches, streams: Streams, refusals: Refusals) -> list[Route]:
    """Return the paths of the overview and of its stream."""
    cards = Cards(benches)

    async def overview(request: Request) -> Response:
        service = ServiceState(__version__, os.getpid(), len(streams), dict(refusals))
        return json_answer(Overview(service, tuple((await cards.now()).values())))

    async def follow(request: Request) -> ASGIApp:
        return streams.answer(changed_cards(cards))

    return [path(OVERVIEW, get=overview), path(OVERVIEW_STREAM, get=follow)]


async def changed_cards(cards: Cards) -> Source:
    """Give arrays of cards as messages: first all, then those that have changed."""
    sent: dict[str, BenchCard] = {}
    quiet = 0.0
    while True:
        now = await cards.now()
        changed = [card for name, card in now.items() if sent.get(name) is not card]
        sent = now
        quiet = 0.0 if changed else quiet + RENEWED_EACH
        if changed:
            yield message(msgspec.json.encode(changed))
        elif quiet >= ALIVE_EVERY:
            quiet = 0.0
            yield b""
        await asyncio.sleep(RENEWED_EACH)
