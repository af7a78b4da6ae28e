"""The nodes of a case as far as its capture and its trace tell them: who was heard when, and which fault is on whom."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping

from msgspec import structs

from hanbench.emulator.clock import SECOND
from hanbench.harness.case.plan import State
from hanbench.harness.case.trace import AnyRecord, GroundTruth
from hanbench.harness.control.node import NodeState
from hanbench.harness.control.recorded_frames import RecordedFrames
from hanbench.harness.frames.words import ieee, short

SLEEPY = "gsme"


class HeardNodes:
    """Follows the nodes of one case, record by record."""

    def __init__(self, addresses: Mapping[str, int], frames: RecordedFrames) -> None:
        """`addresses`: the EUI-64 of each role."""
        self._addresses = addresses
        self._frames = frames
        self._heard: dict[str, list[int]] = {role: [] for role in addresses}
        """When each sent a frame, microseconds of the bench's clock."""
        for place, frame in enumerate(frames.frames):
            sender, _ = frames.names.ends(frame.psdu)
            if sender in self._heard:
                self._heard[sender].append(frames.clock(place))
        self._nodes = {role: self._begun(role) for role in addresses if self._heard[role] or not frames.frames}

    def _begun(self, role: str) -> NodeState:
        known = next(((pan, own) for (pan, own), name in self._frames.names.by_short.items() if name == role), None)
        pan, own = (None, None) if known is None else (short(known[0]), short(known[1]))
        return NodeState(
            name=role,
            role=role,
            ieee=ieee(self._addresses[role]),
            emulated=True,
            joined=True,
            short=own,
            pan=pan,
            channel=self._frames.frames[0].channel if self._frames.frames else None,
            sleepy=role == SLEEPY,
        )

    def begin(self) -> tuple[NodeState, ...]:
        """Return the nodes before the case; with a capture, those that were ever heard."""
        return tuple(self._nodes.values())

    def changes(self, record: AnyRecord, now: int) -> Iterator[tuple[NodeState, tuple[str, ...]]]:
        """Give each node that has changed by a record, and the names of what has; `now`: microseconds of the clock."""
        for role, before in self._nodes.items():
            times = self._heard[role]
            place = bisect_right(times, now)
            heard = times[place - 1] / SECOND if place and role != "hub" else None
            faults = before.faults
            if isinstance(record, GroundTruth) and record.subject.value == role:
                faults = () if record.state is State.HEALTHY or not record.cause else (record.cause,)
            after = structs.replace(before, last_heard=heard, faults=faults)
            changed = tuple(name for name in ("last_heard", "faults") if getattr(before, name) != getattr(after, name))
            if changed:
                self._nodes[role] = after
                yield after, changed
