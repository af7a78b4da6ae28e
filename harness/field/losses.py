"""What a sniffer missed: acknowledgements that it lacks, and frames between two counters of one sender."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import ceil, log

from hanbench.emulator.clock import SECOND
from hanbench.harness.field.observation import Address, Seen
from hanbench.harness.field.taken import REORDERED
from hanbench.profiles.diagnosis import DiagnosisRules

MOST_MISSED = 0.999
"""Share of the hub's frames beyond which no time is long enough."""
_FEWEST_PROBES = 20
"""Frames that must have wanted an acknowledgement before a share of missing ones means anything."""

_RETRY = SECOND
"""Longest time between a frame and its repetition by the MAC; sequence numbers come again after 256 frames."""


def acknowledgements_missed(frames: Sequence[Seen], own: Sequence[Seen]) -> float:
    """Return the share of acknowledgements that the capture lacks, of each receiver up to its last one.

    What is sent to it after that is not lost to the sniffer: the receiver may be gone. Nor is the acknowledgement of a
    frame that its sender repeats: there was none. `own`: frames not to count.
    """
    aside = {id(frame) for frame in own} | _repeated(frames)
    answers: dict[object, list[bool]] = {}
    for frame in frames:
        if frame.wants_ack and id(frame) not in aside and frame.receiver is not None:
            answers.setdefault(frame.receiver, []).append(frame.acked)
    counted = [acked for each in answers.values() if any(each) for acked in each[: len(each) - each[::-1].index(True)]]
    if len(counted) < _FEWEST_PROBES:
        return 0.0
    return counted.count(False) / len(counted)


def _repeated(frames: Sequence[Seen]) -> set[int]:
    """Return the ids of the frames that no radio acknowledged and that their sender sent again."""
    found: set[int] = set()
    next_at: dict[tuple[Address | None, int], int] = {}
    for frame in reversed(frames):
        exchange = (frame.sender, frame.sequence)
        if not frame.acked and next_at.get(exchange, frame.time + _RETRY + 1) - frame.time <= _RETRY:
            found.add(id(frame))
        next_at[exchange] = frame.time
    return found


def counters_missed(frames: Iterable[Seen]) -> float:
    """Return the share of frames of one kind of sender that the capture lacks, by its NWK frame counters.

    The counter goes up by one with each frame (ZigBee specification 05-3474-20, 4.3.1.1); a repetition of the MAC has
    the same, and frames that wait for a poll overtake each other. The largest step does not count, because a device
    that restarts goes on from a higher counter; 0 if there are too few frames.
    """
    by_key: dict[tuple[Address | None, int], list[int]] = {}
    for frame in frames:
        if frame.nwk_counter is not None:
            by_key.setdefault((frame.sender, frame.key_sequence), []).append(frame.nwk_counter)
    parts = [part for counters in by_key.values() for part in _between_falls(counters)]
    steps = sorted(later - earlier for part in parts for earlier, later in pairwise(sorted(part)))[:-1]
    return 1 - len(steps) / sum(steps) if steps else 0.0


def _between_falls(counters: Sequence[int]) -> Iterator[set[int]]:
    """Yield the counters in parts in which none went back by more than frames overtake each other."""
    part: set[int] = set()
    last = 0
    for counter in counters:
        if counter < last - REORDERED:
            yield part
            part = set()
        part.add(counter)
        last = counter
    yield part


def wakes_needed(loss: float, rules: DiagnosisRules) -> int:
    """Return after how many wakes without proof a sniffer that misses this share has hardly missed all of them."""
    if loss <= rules.chance:
        return rules.wakes_min
    return max(rules.wakes_min, ceil(log(rules.chance) / log(loss)))
