"""A bench in its thread: its end, by itself or by a failure, reaches everyone who waits for it."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from hanbench.emulator.clock import PacedClock
from hanbench.emulator.radio import Transmission
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.street import assemble_street
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.events import BenchEnded, BenchEvent, FrameSeen
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.requests import CheckRequest, InjectRequest, StateRequest, StepRequest
from hanbench.harness.files import OutputError

WAIT = 60.0


def bench(folder: Path, speed: float = 3600.0, seed: str = "1", seconds: float | None = None) -> BenchThread:
    file = BenchFile.find("virtual")
    clock = PacedClock(speed)
    return BenchThread(LiveBench(file, assemble_street(file, clock, seed=seed), folder), seconds)


def on_bench(tmp_path: Path, speed: float = 3600.0) -> Callable[..., object]:
    """Run a test's coroutine with a bench that is up."""

    def run(test: Callable[[BenchThread], object]) -> object:
        thread = bench(tmp_path, speed)
        thread.start()
        try:
            return asyncio.run(asyncio.wait_for(test(thread), WAIT))  # type: ignore[arg-type]
        finally:
            thread.stop()

    return run


def test_a_failed_bench_is_told_with_why_to_everyone_who_waits(tmp_path: Path) -> None:
    async def test(thread: BenchThread) -> None:
        def full(transmission: Transmission) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        await thread.perform(InjectRequest("battery-dead"))
        with thread.journal.follow(thread.journal.last) as events:
            thread.bench.clock.speed = 0.001
            waiting = asyncio.ensure_future(thread.perform(CheckRequest()))
            await asyncio.sleep(0)
            thread.bench.street.medium.observers.append(full)
            thread.bench.clock.speed = 3600.0
            with pytest.raises(ControlError, match="No space left on device"):
                await waiting
            seen: list[BenchEvent] = []
            while not seen or not isinstance(seen[-1], BenchEnded):
                seen += await events.batch()
        assert isinstance(seen[-1], BenchEnded)
        assert seen[-1].failed
        assert isinstance(thread.failure, OSError)
        with pytest.raises(ControlError) as caught:
            await thread.perform(StateRequest())
        assert caught.value.kind.code == "bench-ended"

    on_bench(tmp_path)(test)


def test_a_bench_that_cannot_start_says_why(tmp_path: Path) -> None:
    thread = bench(tmp_path / "missing")
    with pytest.raises(OutputError, match="missing"):
        thread.start()
    ended: list[bool] = []
    thread.when_ended(lambda: ended.append(True))
    assert ended


def test_a_bench_ends_by_itself_after_its_time(tmp_path: Path) -> None:
    thread = bench(tmp_path, seconds=3600.0)
    thread.start()
    ended: list[int] = []
    thread.when_ended(lambda: ended.append(thread.bench.clock.now))
    thread.stop()
    assert thread.failure is None
    assert len(ended) == 1


def test_two_benches_in_one_process_have_their_own_speeds_and_the_same_frames(tmp_path: Path) -> None:
    # The same seed gives the same octets, whatever the pace: the frames of both are compared, not with a record.
    async def frames(thread: BenchThread) -> list[tuple[int, str, str]]:
        found = []
        for _ in range(30):
            step = await thread.perform(StepRequest())
            assert isinstance(step.frame, FrameSeen)
            found.append((step.frame.number, step.frame.line, step.frame.name))
        return found

    async def both() -> tuple[list[tuple[int, str, str]], ...]:
        return tuple(await asyncio.gather(*map(frames, threads)))

    threads = []
    for name, speed in (("slow", 0.001), ("other", 0.002)):
        (tmp_path / name).mkdir()
        threads.append(bench(tmp_path / name, speed))
    for thread in threads:
        thread.start()
    try:
        one, other = asyncio.run(asyncio.wait_for(both(), WAIT))
    finally:
        for thread in threads:
            thread.stop()
    assert one == other
