"""`speed`, `pause`, `step`."""

from __future__ import annotations

import asyncio

from hanbench.emulator.radio.transmission import Transmission
from hanbench.harness.control.answers import ClockState, StepAnswer
from hanbench.harness.control.bench_state import clock_state
from hanbench.harness.control.events import ClockChanged
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.requests import PauseRequest, SpeedRequest, StepRequest


async def speed(bench: LiveBench, request: SpeedRequest) -> ClockState:
    """Set the speed of the clock."""
    if request.speed != 1:
        bench.must_not_need_real_time()
    bench.clock.speed = request.speed
    return _changed(bench)


async def pause(bench: LiveBench, request: PauseRequest) -> ClockState:
    """Pause the clock, or resume it."""
    if request.action == "off":
        bench.clock.resume()
    else:
        bench.must_not_need_real_time()
        bench.clock.pause()
    return _changed(bench)


async def step(bench: LiveBench, request: StepRequest) -> StepAnswer:
    """Run to the next frame, and pause there."""
    bench.must_not_need_real_time()
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[int | None] = loop.create_future()

    def stop(transmission: Transmission | None) -> None:
        bench.clock.pause()
        if not stopped.done():
            stopped.set_result(None if transmission is None else transmission.number)

    # After the bench's own observer, so that the frame is in the journal.
    bench.street.medium.observers.append(stop)
    limit = loop.call_later(request.within_s, stop, None)
    bench.clock.hurry()
    try:
        number = await stopped
    finally:
        bench.clock.pause()
        limit.cancel()
        bench.street.medium.observers.remove(stop)
    return StepAnswer(_changed(bench), None if number is None else bench.frames.event(number))


def _changed(bench: LiveBench) -> ClockState:
    bench.paced_anew()
    now = clock_state(bench)
    bench.journal.add(ClockChanged, speed=now.speed, paused=now.paused)
    return now
