"""`events`, `frame`."""

from __future__ import annotations

from typing import cast

from hanbench.harness.control.answers import EventPage, FrameAnswer, LayerText
from hanbench.harness.control.errors import INVALID_REQUEST, UNKNOWN_FRAME, ControlError, unknown_name
from hanbench.harness.control.events import EVENTS, AnyBenchEvent
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.requests import EventsRequest, FrameRequest


async def events(bench: LiveBench, request: EventsRequest) -> EventPage:
    """Tell events of the journal: those after a number, or the latest ones."""
    for kind in request.kinds:
        if kind not in EVENTS:
            raise unknown_name(INVALID_REQUEST, "kind of event", kind, EVENTS)
    found, last = bench.journal.page(request.after, request.kinds, request.limit)
    return EventPage(cast("tuple[AnyBenchEvent, ...]", found), last)


async def frame(bench: LiveBench, request: FrameRequest) -> FrameAnswer:
    """Fold out one of the latest frames."""
    kept = bench.frames.get(request.number)
    if kept is None:
        raise ControlError(UNKNOWN_FRAME, f"frame {request.number} is not kept; {bench.frames.range}")
    layers = tuple(LayerText(layer.name, tuple(layer.fields)) for layer in kept.dissected.layers)
    return FrameAnswer(kept.event, layers)
