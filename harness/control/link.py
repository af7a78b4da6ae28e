"""What a client of a bench needs of its connection, whether that is the control socket or HTTP."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Collection, Sequence
from typing import Any, Protocol, Self, TypeVar

from hanbench.harness.control.errors import BENCH_ENDED, NO_ANSWER, ControlError
from hanbench.harness.control.events import AnyBenchEvent
from hanbench.harness.control.requests import Request

A = TypeVar("A")

ANSWER_WITHIN = 120.0
"""Real seconds for an answer, beyond the `wait_s` of its request."""
LONGEST_REPLY = 1 << 26
"""Octets in one line or one answer from a bench."""


class Link(Protocol):
    """A connection to one bench, for code that is not a coroutine."""

    bench: str
    """Name of the bench."""

    def ask(self, request: Request[A]) -> A:
        """Send a request, and return its answer. Raises ControlError."""

    def follow(self, after: int | None, kinds: Collection[str]) -> Following:
        """Follow the events after the number `after`, or from now on. Raises ControlError."""

    def close(self) -> None:
        """Close the connection; the bench goes on."""


class AsyncLink(Protocol):
    """The same for asyncio."""

    bench: str

    async def open(self) -> None:
        """Connect. Raises ControlError."""

    async def ask(self, request: Request[A]) -> A:
        """Send a request, and return its answer; several can be under way. Raises ControlError."""

    def follow(self, after: int | None, kinds: Collection[str]) -> AsyncGenerator[AnyBenchEvent, None]:
        """Yield the events after the number `after`, or from the first `anext` on. Raises ControlError at the end."""

    async def close(self) -> None:
        """Close the connection; the bench goes on."""


class Following:
    """The events of a bench, as they come: an iterator, and a context manager that stops following."""

    def __init__(self) -> None:
        self._events: deque[AnyBenchEvent] = deque()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> AnyBenchEvent:
        """Wait for the next event. After the last one, raises ControlError."""
        while not self._events:
            self._events.extend(self.more())
        return self._events.popleft()

    def more(self) -> Sequence[AnyBenchEvent]:
        """Wait for the next events. Raises ControlError after the last one."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop following. Has no effect a second time."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def time_out(request: Request[Any]) -> float:
    """Return how long to wait for the answer of a request, real seconds."""
    return ANSWER_WITHIN + float(getattr(request, "wait_s", 0.0))


def no_answer(bench: str, request: Request[Any]) -> ControlError:
    """Return the error of a bench that does not answer."""
    return ControlError(NO_ANSWER, f"the bench {bench} gave no answer in {time_out(request):g} s")


def gone(bench: str, why: str) -> ControlError:
    """Return the error of a bench whose connection is lost."""
    return ControlError(BENCH_ENDED, f"the bench {bench} has ended: {why}")
