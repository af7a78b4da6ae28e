"""A live bench in a thread of its own, so that its time is its own: the way in from the event loop of a service.

A service runs in real time, in an ordinary event loop, whatever the speeds of its benches are, and while they are
paused. Only `BenchThread` and `Journal.follow` cross from one thread to the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Any, TypeVar

from hanbench.emulator.clock import run
from hanbench.harness.control import errors
from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.journal import Journal
from hanbench.harness.control.live_bench import LiveBench, Work
from hanbench.harness.control.requests import Request

A = TypeVar("A")

ENDS_WITHIN = 10.0
"""Time that a bench has to end after `stop`, real seconds."""


class BenchThread:
    """One live bench and its thread."""

    def __init__(self, bench: LiveBench, seconds: float | None = None) -> None:
        """`seconds`: time of the bench's clock after which it ends by itself."""
        self.bench = bench
        self.failure: BaseException | None = None
        """What ended the bench, if it failed."""
        self._seconds = seconds
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started = Event()
        self._over = False
        self._on_end: list[Callable[[], object]] = []
        self._lock = Lock()
        self._pending: set[Future[Any]] = set()
        self._thread = Thread(target=self._run, name=f"bench {bench.name}", daemon=True)

    @property
    def name(self) -> str:
        """Name of the bench among those that are up."""
        return self.bench.name

    @property
    def journal(self) -> Journal:
        """The journal of the bench; `follow` may be called from any event loop."""
        return self.bench.journal

    @property
    def alive(self) -> bool:
        """Whether the bench lives."""
        return self._loop is not None and self.failure is None and self._thread.is_alive()

    # --- life ---------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the bench and wait until its ports are open. Raises what prevents it: RadioError, OutputError."""
        self._thread.start()
        self._started.wait()
        if self.failure is not None:
            self._thread.join()
            raise self.failure

    def stop_soon(self) -> None:
        """Let the bench end, without waiting for it. Has no effect on one that has ended."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it ended just now
                loop.call_soon_threadsafe(self.bench.stop)

    def fail_soon(self, error: BaseException) -> None:
        """Let the bench end because of an error, without waiting for it. Has no effect on one that has ended."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it ended just now
                loop.call_soon_threadsafe(self.bench.fail, error)

    def stop(self) -> None:
        """End the bench and wait for its end. Has no effect on one that has ended."""
        self.stop_soon()
        self._thread.join(ENDS_WITHIN)

    def when_ended(self, call: Callable[[], object]) -> None:
        """Call `call` when the bench has ended, for whatever reason: in its thread, or now if it has ended before."""
        with self._lock:
            if not self._over:
                self._on_end.append(call)
                return
        call()

    def _run(self) -> None:
        reason = "stopped"
        try:
            run(self.bench.clock, self._live())
        except BaseException as error:  # noqa: BLE001 - whatever ends a bench is told to those who use it
            self.failure = error
            reason = " ".join(f"{type(error).__name__}: {error}".split())
        self.bench.ended(reason, failed=self.failure is not None)
        self._loop = None
        for pending in tuple(self._pending):
            _fail(pending, self._ended())
        self._started.set()
        with self._lock:
            self._over = True
        for call in self._on_end:
            with suppress(RuntimeError):  # a loop that has ended by itself
                call()

    async def _live(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self.bench.live(self._started.set, self._seconds)

    def _ended(self) -> ControlError:
        return ControlError(errors.BENCH_ENDED, f"the bench {self.name} has ended: {self.bench.end}")

    # --- requests -----------------------------------------------------------------------------------------------------

    async def perform(self, request: Request[A]) -> A:
        """Do what a request asks for, and return its answer. Raises ControlError.

        A request with `wait_s` is answered after so many real seconds at the latest; its work goes on then.
        """
        done: A | Work[A] = await asyncio.wrap_future(self._submit(lambda: self.bench.perform(request)))
        if not isinstance(done, Work):
            return done
        work: Work[A] = done
        ended = self._submit(lambda: _result(work.task))
        try:
            async with asyncio.timeout(getattr(request, "wait_s", None)):
                return await asyncio.shield(asyncio.wrap_future(ended))
        except TimeoutError:
            return await asyncio.wrap_future(self._submit(lambda: _made(work.so_far)))

    async def read(self, look: Callable[[LiveBench], A]) -> A:
        """Return what `look` reads off the bench, in its thread. Raises ControlError if the bench has ended."""
        return await asyncio.wrap_future(self._submit(lambda: _made(lambda: look(self.bench))))

    def _submit(self, work: Callable[[], Any]) -> Future[Any]:
        """Run a coroutine in the bench's thread; the future has its result, or the end of the bench."""
        answer: Future[Any] = Future()
        loop = self._loop

        def begin() -> None:
            assert loop is not None
            task = loop.create_task(work())
            task.add_done_callback(lambda task: self._settle(task, answer))

        if loop is None:
            raise self._ended()
        self._pending.add(answer)
        answer.add_done_callback(self._pending.discard)
        try:
            loop.call_soon_threadsafe(begin)
        except RuntimeError:
            _fail(answer, self._ended())
        return answer

    def _settle(self, task: asyncio.Task[Any], answer: Future[Any]) -> None:
        if task.cancelled():
            return  # the bench ends: `_run` says why when it has ended
        if (error := task.exception()) is not None:
            _fail(answer, error)
        elif not answer.done():
            answer.set_result(task.result())


async def _result(task: asyncio.Task[A]) -> A:
    return await asyncio.shield(task)


async def _made(make: Callable[[], A]) -> A:
    return make()


def _fail(answer: Future[Any], error: BaseException) -> None:
    if not answer.done():
        answer.set_exception(error)
