"""A paced clock whose pace changes: no virtual time is skipped, and none is made up for."""

from __future__ import annotations

import asyncio
import time

import pytest

from hanbench.emulator.clock import HOUR, SECOND, PacedClock, run


def test_a_new_speed_counts_from_the_present_time() -> None:
    clock = PacedClock(1.0, start=7 * SECOND)
    before = clock.now
    clock.speed = 1000.0
    assert before <= clock.wall_now() < before + 100 * SECOND
    assert clock.speed == 1000.0


@pytest.mark.parametrize("speed", [0.0, -1.0, float("inf"), float("nan")])
def test_a_speed_is_above_0(speed: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        PacedClock(speed)


def test_time_stands_still_while_a_clock_is_paused() -> None:
    clock = PacedClock(1_000_000.0)

    async def lived() -> tuple[int, int]:
        loop = asyncio.get_running_loop()
        clock.pause()
        paused = clock.now
        fired: list[int] = []
        loop.call_later(3600, fired.append, 1)
        await loop.run_in_executor(None, time.sleep, 0.05)  # a second of it would be eleven days
        still = clock.now
        assert not fired
        clock.resume()
        await asyncio.sleep(3600)
        assert fired
        return paused, still

    paused, still = run(clock, lived())
    assert paused == still


def test_a_clock_that_hurries_waits_for_nothing() -> None:
    clock = PacedClock(0.001)

    async def lived() -> int:
        clock.hurry()
        await asyncio.sleep(3600)
        clock.pause()
        return clock.now

    started = time.monotonic()
    assert run(clock, lived()) == HOUR
    assert time.monotonic() - started < 60  # at its speed it would take 41 days
