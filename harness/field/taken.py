"""Which acknowledgements of the hub the gas meter takes: it drops all frames of a hub whose frame counter went back.

A receiver drops a frame whose NWK frame counter is not above those that it had under the same key (ZigBee
specification 05-3474-20, 4.3.1.2). Its radio acknowledges it all the same, and it sends its own frame again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.harness.field.observation import Seen

_RETRIES = 60 * SECOND
"""Longest time from a frame to its last repetition; APS counters come again after 256 frames."""
_REORDERED = 64
"""Frames that a hub sends while others wait for a meter's poll: a counter that goes back by no more has not fallen."""


def taken(acks: Sequence[Seen], own: Sequence[Seen], to_it: Sequence[Seen]) -> list[Seen]:
    """Return those of the hub's acknowledgements that the meter took, as far as the capture shows it.

    `own`: the meter's frames; `to_it`: the hub's frames to it; all in the order of time.
    """
    ignored = {(frame.aps.counter, frame.aps.cluster, frame.time) for frame in repeated(acks, own) if frame.aps}
    lost = list(_deaf(own, to_it))
    return [
        ack
        for ack in acks
        if ack.aps is not None
        and not any(
            counter == ack.aps.counter and cluster == ack.aps.cluster and abs(time - ack.time) <= _RETRIES
            for counter, cluster, time in ignored
        )
        and not any(begin <= ack.time < end for begin, end in lost)
    ]


def repeated(acks: Sequence[Seen], own: Sequence[Seen]) -> Iterator[Seen]:
    """Yield the meter's frames that it sent again after the hub had acknowledged them at the APS layer."""
    latest: dict[tuple[int, int], int] = {}
    both = sorted((*acks, *own), key=lambda frame: frame.time)
    mine = {id(frame) for frame in own}
    for frame in both:
        if frame.aps is None:
            continue
        key = frame.aps.counter, frame.aps.cluster
        if id(frame) not in mine:
            latest[key] = frame.time
        elif frame.aps.type == aps.DATA and frame.time - latest.get(key, -_RETRIES - 1) <= _RETRIES:
            yield frame


def counter_falls(to_it: Sequence[Seen]) -> Iterator[tuple[Seen, int]]:
    """Yield the frames of a hub with which its NWK frame counter went back, each with the value before."""
    by_key: dict[tuple[int | None, bytes], list[Seen]] = {}
    for frame in to_it:
        if frame.nwk_counter is not None and frame.network_key is not None and frame.first_hop:
            by_key.setdefault((frame.sender_ieee, frame.network_key), []).append(frame)
    for frames in by_key.values():
        for earlier, later in pairwise(frames):
            before, now = earlier.nwk_counter or 0, later.nwk_counter or 0
            if now < before - _REORDERED:
                yield later, before


def _deaf(own: Sequence[Seen], to_it: Sequence[Seen]) -> Iterator[tuple[int, int]]:
    """Yield the times from each fall of the hub's counter until the meter shows that it takes the hub's frames."""
    for fall, _ in counter_falls(to_it):
        answers = (frame.time for frame in own if frame.time > fall.time and frame.aps and frame.aps.type == aps.ACK)
        yield fall.time, next(answers, to_it[-1].time + 1)
