"""Frame faults, triggers and frame expectations of a scenario that met no frame in a run, or could not meet one.

Such a run shows less than its author meant, so it is not as expected unless the pattern is `optional`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

from msgspec import structs

from hanbench.harness.case.pattern import FramePattern, ObservedFrame, Phase
from hanbench.harness.case.plan import FaultEvent, FrameFaultSpec, FrameTrigger
from hanbench.harness.faults.frame_faults import EventTally, FrameTally
from hanbench.harness.scenario.expectation import FrameExpectation

_NEVER = {
    "checks": "no check ran",
    "commissioning": "nothing was commissioned",
}


class RunFrames(NamedTuple):
    """What a run counted of the patterns of its scenario."""

    present: Collection[str]
    """The roles of the bench's devices: hub, esme, repeater, gsme, ihd."""
    tallies: Sequence[EventTally]
    """For each fault event of the plan."""
    counted: Sequence[int]
    """For each frame expectation: the number of frames on the air."""
    phases: Collection[Phase]
    """The phases that occurred."""


def unmet_frames(changes: Sequence[FaultEvent], wanted: Sequence[FrameExpectation], run: RunFrames) -> Iterator[str]:
    """Yield, in words, each pattern that met no frame or could not. `changes`: the events of the plan, as drawn."""
    for event, tally in zip(changes, run.tallies, strict=True):
        if event.on_frame is not None and (tally.trigger is None or not tally.trigger.affected):
            if not event.on_frame.optional:
                yield _trigger(event, event.on_frame, tally.trigger, run)
        elif event.frames is not None and not event.frames.optional:
            yield from _fault(event, event.frames, tally.fault, run)
    for each, counted in zip(wanted, run.counted, strict=True):
        if not each.optional:
            yield from _expectation(each, counted, run)


def _fault(event: FaultEvent, what: FrameFaultSpec, tally: FrameTally | None, run: RunFrames) -> Iterator[str]:
    """Yield what kept a frame fault from meeting a frame. A chance below 1 may spare every frame that it meets."""
    if tally is not None and (tally.affected or (tally.matched and what.chance < 1)):
        return
    where = "messages on the WAN" if what.on == "wan" else what.words
    said = f"the frame fault {event.cause!r} ({where}) met"
    if tally is None:
        yield f"{said} 0 frames: it never began"
    elif tally.matched:
        yield f"{said} {_frames(tally.matched)}, and the first that it affects is number {what.first}"
    else:
        yield f"{said} 0 frames{_because(what, run)}"


def _trigger(event: FaultEvent, trigger: FrameTrigger, tally: FrameTally | None, run: RunFrames) -> str:
    matched = 0 if tally is None else tally.matched
    said = f"the trigger of {event.cause!r} ({trigger.words}, number {trigger.nth}) met"
    return f"{said} {_frames(matched)}{_because(trigger, run)}"


def _expectation(wanted: FrameExpectation, counted: int, run: RunFrames) -> Iterator[str]:
    """Yield why an expectation holds of no frame. One that is not `at_least` as many as it wants fails by itself."""
    if counted or wanted.at_least:
        return
    because = _because(wanted, run)
    if not because and wanted.during not in ("anywhere", *run.phases):
        because = f": {_NEVER[wanted.during]}"
    needs_one = wanted.at_most != 0 and wanted.at_least is None
    if because or needs_one:
        yield f"the expectation of {wanted.words}{wanted.when} met 0 frames{because}"


def _because(pattern: FramePattern, run: RunFrames) -> str:
    """Return why no frame of the bench can match the devices of a pattern, after a colon; empty if one can."""
    missing = [role for role in pattern.roles if role not in run.present]
    if missing:
        return f": the bench has no {' and no '.join(missing)}"
    ends = structs.replace(pattern, name=None, cluster=None, channel=None)
    pairs = permutations((*run.present, None), 2)
    if any(ends.matches(ObservedFrame(sender, receiver, 0, "", None)) for sender, receiver in pairs):
        return ""
    return ": no frame has these ends"


def _frames(number: int) -> str:
    return f"{number} frame{'' if number == 1 else 's'}"
