"""The benches of a service, looked up by name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from hanbench.harness.control.answers import BenchState
from hanbench.harness.control.bench_state import bench_state
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.errors import (
    BENCH_ENDED,
    REPLAYED,
    UNKNOWN_BENCH,
    UNKNOWN_CAPTURE,
    ControlError,
    unknown_name,
)
from hanbench.harness.control.live_bench import LiveBench, Work
from hanbench.harness.control.overview import BenchCard, card_of
from hanbench.harness.control.recorded import RecordedBench
from hanbench.harness.control.requests import Request
from hanbench.harness.control.table import REPLAYED as READ_BACK
from hanbench.harness.control.table import verb_of

A = TypeVar("A")


class ServedBench:
    """One bench of a service."""

    def __init__(self, thread: BenchThread) -> None:
        self.thread = thread
        self.life = os.urandom(4).hex()
        """Tells this bench from an earlier one of its name: both number their events from 1."""

    @property
    def name(self) -> str:
        """Name of the bench."""
        return self.thread.name

    async def state(self) -> BenchState:
        """Return the state of the bench, or the last one if it has ended."""
        return await self.look(bench_state)

    async def card(self) -> BenchCard:
        """Return the card of the bench, or the last one if it has ended."""
        thread = self.thread
        return await self.look(lambda bench: card_of(bench, alive=thread.alive, failed=thread.failure is not None))

    async def read(self, request: Request[A]) -> A:
        """Return the answer to a request that reads: one that a replay answers, a bench that has ended answers too.

        Raises ControlError.
        """
        try:
            return await self.thread.perform(request)
        except ControlError as error:
            if error.kind is not BENCH_ENDED or verb_of(request).name not in READ_BACK:
                raise
        last: A | Work[A] = await self.thread.bench.perform(request)  # its thread has ended: nothing else uses it
        assert not isinstance(last, Work)
        return last

    async def captured(self, capture: str) -> tuple[Path, ...]:
        """Return the files of a capture, flushed, the oldest first. Raises ControlError."""
        return await self.look(lambda bench: _files(bench, capture))

    async def look(self, at: Callable[[LiveBench], A]) -> A:
        """Return what `at` reads off the bench, also if it has ended. Raises ControlError."""
        try:
            return await self.thread.read(at)
        except ControlError as error:
            if error.kind is not BENCH_ENDED:
                raise
        return at(self.thread.bench)  # its thread has ended: nothing else uses it


def _files(bench: LiveBench, wanted: str) -> tuple[Path, ...]:
    known = [state.id for state in bench.captures.states]
    if wanted not in known:
        raise unknown_name(UNKNOWN_CAPTURE, "capture", wanted, known)
    bench.captures.flush()
    return bench.captures.files_of(wanted)


class ReplayedBench:
    """One finished run of a service."""

    def __init__(self, run: RecordedBench) -> None:
        self.thread = run
        self.name = run.name
        self.life = os.urandom(4).hex()

    async def state(self) -> BenchState:
        """Return the state in which the run began."""
        return self.thread.state

    async def card(self) -> BenchCard:
        """Return the card of the run as it ended."""
        return self.thread.card

    async def read(self, request: Request[A]) -> A:
        """Return the answer to a request. Raises ControlError."""
        return await self.thread.perform(request)

    async def captured(self, capture: str) -> tuple[Path, ...]:
        """Raises ControlError: the files of a finished run are in its folder."""
        raise ControlError(REPLAYED, f"capture {capture!r}: see {self.thread.run.path}")


AnyBench = ServedBench | ReplayedBench


class Benches:
    """Every bench of a service, dead ones and replays as well."""

    def __init__(self, threads: Iterable[BenchThread | RecordedBench]) -> None:
        self._by_name: dict[str, AnyBench] = {
            each.name: ReplayedBench(each) if isinstance(each, RecordedBench) else ServedBench(each) for each in threads
        }

    def __iter__(self) -> Iterator[AnyBench]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def named(self, name: str) -> AnyBench:
        """Return a bench. Raises ControlError for an unknown name."""
        if name not in self._by_name:
            raise unknown_name(UNKNOWN_BENCH, "bench", name, self._by_name)
        return self._by_name[name]

    def named_or_only(self, name: str | None) -> AnyBench:
        """Return a bench; None: the only one. Raises ControlError."""
        if name is None and len(self) == 1:
            return next(iter(self))
        if name is None:
            raise ControlError(UNKNOWN_BENCH, "`bench`: expected the name of a bench, for there are several")
        return self.named(name)
