"""The faults of a scenario that its case never came to, because it ended before their check, commissioning or time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hanbench.harness.case.plan import FaultEvent, State
from hanbench.harness.case.trace import AnyRecord, GroundTruth
from hanbench.harness.scenario.narration import change_in_words


def never_reached(changes: Sequence[FaultEvent], records: Sequence[AnyRecord]) -> Iterator[str]:
    """Yield a sentence for each fault that never began. `changes`: the events of the plan, as drawn.

    Faults of frames and triggers that met no frame are among the unmet expectations.
    """
    begun = {(each.subject, each.cause) for each in records if isinstance(each, GroundTruth)}
    for change in changes:
        waits_for_frames = change.frames is not None or change.on_frame is not None
        if change.state is State.HEALTHY or waits_for_frames or (change.subject, change.cause) in begun:
            continue
        yield f"never reached: {change_in_words(change)}"
