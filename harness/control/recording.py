"""A finished run as data: how a bench began, its events, and its frames. Where it comes from: `recorded_folder`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from msgspec import structs

from hanbench.emulator.clock import SECOND
from hanbench.harness.control.answers import BenchState, Replayed
from hanbench.harness.control.events import (
    BenchEnded,
    BenchEvent,
    CheckProgress,
    DecisionMade,
    FaultChanged,
    NodeChanged,
)
from hanbench.harness.control.node import NodeState
from hanbench.harness.control.recorded_frames import RecordedFrames
from hanbench.harness.control.recorded_journal import RecordedEvent


@dataclass(frozen=True)
class Recording:
    """One finished run."""

    name: str
    """For paths and links; unique among those that are served."""
    path: Path
    """The file or folder that it comes from."""
    state: BenchState
    """When it began; `replay` says up to when it goes."""
    nodes: tuple[NodeState, ...]
    """When it began, the hub first."""
    events: tuple[RecordedEvent, ...]
    frames: RecordedFrames

    def renamed(self, name: str) -> Recording:
        """Return the run under another name."""
        return replace(self, name=name, state=structs.replace(self.state, bench=name))


def made(
    *,
    name: str,
    path: Path,
    kind: Literal["bench", "case"],
    state: BenchState,
    nodes: Sequence[NodeState],
    events: Sequence[RecordedEvent],
    frames: RecordedFrames,
    troubles: Iterable[str],
) -> Recording:
    """Return a run with the times at which it begins and ends. `state`: when it began, not yet as that of a replay."""
    places = range(len(frames.frames))
    ends = max(
        [state.clock.clock]
        + [each.event.clock for each in events[-1:]]
        + [frames.clock(place) / SECOND for place in places[-1:]]
    )
    first = frames.frames[0].number if frames.frames else None
    detail = "; ".join(filter(None, (*troubles, frames.trouble)))
    replay = Replayed(kind, state.clock.clock, ends, first, detail)
    begun = structs.replace(state, bench=name, replay=replay)
    return Recording(name, path, begun, tuple(nodes), tuple(events), frames)


def end_of(run: Recording) -> tuple[BenchState, dict[str, NodeState]]:
    """Return the bench and its nodes as they were when the run ended: what the page's reducer makes of its events."""
    state, nodes = structs.replace(run.state, detail=""), {node.name: node for node in run.nodes}
    for each in run.events:
        state = _after(state, each.event)
        if isinstance(each.event, NodeChanged):
            nodes[each.event.node] = each.event.state
    frames = run.frames.frames[-1].number if run.frames.frames else state.frames
    return structs.replace(state, frames=frames), nodes


def _after(state: BenchState, event: BenchEvent) -> BenchState:
    clock = structs.replace(state.clock, clock=event.clock, date=event.date)
    match event:
        case FaultChanged(fault=fault, phase=phase):
            others = tuple(name for name in state.faults if name != fault)
            faults = others if phase in ("healed", "failed") else (*others, fault)
            return structs.replace(state, clock=clock, faults=faults)
        case CheckProgress(check=check, attempt=attempt) if check is not None:
            return structs.replace(state, clock=clock, last_check=check, checks=attempt)
        case DecisionMade(number=number):
            return structs.replace(state, clock=clock, decisions=number)
        case BenchEnded(reason=reason):
            return structs.replace(state, clock=clock, detail=reason)
    return structs.replace(state, clock=clock)
