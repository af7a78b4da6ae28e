"""Clocks in integer microseconds. Virtual time runs as fast as the processor, paced time follows a wall clock.

Device code takes a `Clock` and calls `call_later`; it never sleeps. Harness code is asyncio: `ClockLoop` is an
event loop whose timers run on the clock, so `await asyncio.sleep(1800)` takes no real time under virtual time.
"""

from __future__ import annotations

import asyncio
import selectors
import time as wall
from collections.abc import Callable, Coroutine
from heapq import heappop, heappush
from typing import Any, Protocol, TypeVar

MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

T = TypeVar("T")


class Timer:
    """A pending call that can be cancelled."""

    __slots__ = ("_args", "_callback", "when")

    def __init__(self, when: int, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        self.when = when
        """Due time, microseconds of the clock."""
        self._callback: Callable[..., object] | None = callback
        self._args = args

    @property
    def active(self) -> bool:
        """Whether the timer has neither fired nor been cancelled."""
        return self._callback is not None

    def cancel(self) -> None:
        """Cancel the call. Has no effect on a timer that has fired."""
        self._callback = None
        self._args = ()

    def __call__(self) -> None:
        callback, self._callback = self._callback, None
        if callback is not None:
            callback(*self._args)


class Clock(Protocol):
    """The clock interface of device code."""

    @property
    def now(self) -> int:
        """Microseconds since the clock's start."""

    def call_later(self, delay: int, callback: Callable[..., object], *args: Any) -> Timer:
        """Call `callback(*args)` after `delay` microseconds; calls due at the same time run in order of request."""

    def post(self, when: int, callback: Callable[..., object], *args: Any) -> None:
        """Call `callback(*args)` at the time `when`, without a handle: cheaper, for calls that are never cancelled."""


_LAST = 1 << 62
"""Added to the sequence number of a call that comes last in its microsecond."""


class VirtualClock:
    """A clock that jumps from each pending call to the next; the calls are in a heap."""

    __slots__ = ("_heap", "_sequence", "now")

    def __init__(self, start: int = 0) -> None:
        self.now = start
        self._heap: list[tuple[int, int, Callable[..., object], tuple[Any, ...]]] = []
        self._sequence = 0

    def call_later(self, delay: int, callback: Callable[..., object], *args: Any) -> Timer:
        timer = Timer(self.now + delay, callback, args)
        self.post(timer.when, timer)
        return timer

    def post(self, when: int, callback: Callable[..., object], *args: Any) -> None:
        self._sequence = sequence = self._sequence + 1
        heappush(self._heap, (when, sequence, callback, args))

    def post_last(self, when: int, callback: Callable[..., object], *args: Any) -> None:
        """Call `callback(*args)` at `when`, after all other calls of that microsecond, requested earlier or later."""
        self._sequence = sequence = self._sequence + 1
        heappush(self._heap, (when, _LAST + sequence, callback, args))

    @property
    def next_event(self) -> int | None:
        """Time at which the next call is due, in microseconds, or None if no call is pending."""
        return self._heap[0][0] if self._heap else None

    def step(self) -> bool:
        """Run the next call; False if there is none."""
        if not self._heap:
            return False
        when, _, callback, args = heappop(self._heap)
        if when > self.now:
            self.now = when
        callback(*args)
        return True

    def run_until(self, when: int) -> None:
        """Run every call due up to and including `when`, and set the clock to `when`."""
        heap = self._heap
        while heap and heap[0][0] <= when:
            due, _, callback, args = heappop(heap)
            if due > self.now:
                self.now = due
            callback(*args)
        self.now = max(self.now, when)

    def run_for(self, duration: int) -> None:
        """Run the next `duration` microseconds."""
        self.run_until(self.now + duration)


class PacedClock(VirtualClock):
    """A virtual clock that waits for the wall clock: `speed` virtual seconds pass in each real one.

    It can be paused, and it can run ahead of the wall clock until it is paused. Each change of pace starts from the
    present virtual time: none is skipped, and none is made up for.
    """

    __slots__ = ("_hurries", "_origin", "_paused", "_speed")

    def __init__(self, speed: float = 1.0, start: int = 0) -> None:
        """Raises ValueError unless `speed` is above 0."""
        super().__init__(start)
        self._paused = False
        self._hurries = False
        self._set_origin(speed)

    def _set_origin(self, speed: float) -> None:
        if not 0 < speed < float("inf"):
            raise ValueError(f"speed must be above 0, not {speed}")
        self._speed = speed
        self._origin = wall.monotonic() - self.now / SECOND / speed

    @property
    def speed(self) -> float:
        """Virtual seconds per real second, while the clock is not paused."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._set_origin(speed)

    @property
    def paused(self) -> bool:
        """Whether virtual time stands still."""
        return self._paused

    def pause(self) -> None:
        """Stop virtual time, also that of `hurry`. What is due in the present microsecond may still happen."""
        self._paused, self._hurries = True, False

    def resume(self) -> None:
        """Go on at the speed of the clock, from the present virtual time."""
        self._paused = self._hurries = False
        self._set_origin(self._speed)

    def hurry(self) -> None:
        """Go on as fast as the processor allows, until `pause` or `resume`."""
        self._paused, self._hurries = False, True

    def wall_now(self) -> int:
        """Return the virtual time that the wall clock has reached, in microseconds."""
        if self._paused or self._hurries:
            return self.now
        return int((wall.monotonic() - self._origin) * self._speed * SECOND)

    def wait(self, when: int) -> float | None:
        """Return the real seconds until virtual time `when`; 0 or below if it is past, None while paused."""
        if self._paused:
            return None
        if self._hurries:
            return 0.0
        return (when - self.wall_now()) / SECOND / self._speed

    def advance(self, due: int | None) -> None:
        """Run what the wall clock has reached, but no later than `due`, the time of the next call."""
        if self._paused:
            return
        if self._hurries:
            reached = self.now if due is None else due
        else:
            reached = self.wall_now() if due is None else min(self.wall_now(), due)
        self.run_until(reached)


class CancelScope:
    """A clock whose pending calls can be dropped together, as a power cut does to those of a device."""

    __slots__ = ("_clock", "_open")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open = True

    @property
    def now(self) -> int:
        return self._clock.now

    def call_later(self, delay: int, callback: Callable[..., object], *args: Any) -> Timer:
        return self._clock.call_later(delay, self._run, callback, args)

    def post(self, when: int, callback: Callable[..., object], *args: Any) -> None:
        self._clock.post(when, self._run, callback, args)

    def close(self) -> None:
        """Drop every call made through this scope, now and later."""
        self._open = False

    def _run(self, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        if self._open:
            callback(*args)


class NoPendingEventsError(RuntimeError):
    """The harness awaits an event, but no call is pending on the virtual clock."""


class _ClockSelector(selectors.DefaultSelector):
    """A selector that runs the clock where asyncio would sleep."""

    loop: ClockLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(0)
        return self.loop.run_clock(super().select)


class ClockLoop(asyncio.SelectorEventLoop):
    """An asyncio event loop whose time is the time of `clock`.

    The loop also serves real file descriptors (ptys, sockets, pipes). Under virtual time it polls them only while
    `hold` is in effect, that is, while the harness waits for an external program; virtual time then stands still.
    """

    def __init__(self, clock: VirtualClock) -> None:
        selector = _ClockSelector()
        selector.loop = self
        super().__init__(selector)
        self.clock = clock
        self._holds = 0
        self._deadlines: list[tuple[float, asyncio.Future[Any]]] = []

    def time(self) -> float:
        return self.clock.now / SECOND

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self.clock.post(round(when * SECOND), self._due, handle)
        return handle

    def _due(self, handle: asyncio.TimerHandle) -> None:
        if not handle.cancelled():
            self._ready.append(handle)  # type: ignore[attr-defined]

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Do nothing: `_due` skips cancelled handles."""

    def hold(self) -> None:
        """Stop virtual time until `release`, because the harness waits for an external program."""
        self._holds += 1

    def release(self) -> None:
        self._holds -= 1

    async def outside(self, answer: asyncio.Future[T], seconds: float) -> T:
        """Await an answer from an external program for at most `seconds` real seconds; virtual time stands still.

        Raises TimeoutError.
        """
        if isinstance(self.clock, PacedClock):
            async with asyncio.timeout(seconds * self.clock.speed):
                return await answer
        deadline = (wall.monotonic() + seconds, answer)
        self._deadlines.append(deadline)
        self.hold()
        try:
            return await answer
        finally:
            self.release()
            self._deadlines.remove(deadline)

    async def shutdown_default_executor(self, *arguments: Any) -> None:
        """Shut down the thread pool. Threads run in real time, so virtual time waits for them."""
        self.hold()
        try:
            await super().shutdown_default_executor(*arguments)
        finally:
            self.release()

    def _select_outside(
        self, select: Callable[[float | None], list[tuple[selectors.SelectorKey, int]]]
    ) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for file descriptors, but not beyond the earliest deadline of `outside`."""
        if not self._deadlines:
            return select(None)
        events = select(max(0.0, min(when for when, _ in self._deadlines) - wall.monotonic()))
        now = wall.monotonic()
        for when, answer in self._deadlines:
            if when <= now and not answer.done():
                answer.set_exception(TimeoutError())
        return events

    def run_clock(
        self, select: Callable[[float | None], list[tuple[selectors.SelectorKey, int]]]
    ) -> list[tuple[selectors.SelectorKey, int]]:
        """Run the clock until asyncio has something to do; return the ready file descriptors, if any."""
        clock = self.clock
        ready = self._ready  # type: ignore[attr-defined]
        if isinstance(clock, PacedClock) and not self._holds:
            return self._run_paced(clock, select)
        step = clock.step
        while not ready:
            if self._holds:
                return self._select_outside(select)
            if not step():
                raise NoPendingEventsError("the harness awaits an event, but no call is pending on the virtual clock")
        return []

    def _run_paced(
        self, clock: PacedClock, select: Callable[[float | None], list[tuple[selectors.SelectorKey, int]]]
    ) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._ready  # type: ignore[attr-defined]
        while not ready:
            due = clock.next_event
            wait = None if due is None else clock.wait(due)
            events = select(None if wait is None else max(0.0, wait))
            # Advance to the wall clock even when descriptors woke the loop: their data arrived now, not at the time of
            # the last timer.
            clock.advance(due)
            if events:
                return events
        return []


def run(clock: VirtualClock, main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end on a new `ClockLoop` over `clock`; cancel the tasks that it leaves behind."""
    with asyncio.Runner(loop_factory=lambda: ClockLoop(clock)) as runner:
        return runner.run(main)
