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
_ENOUGH = 4
"""Frames in a row that the meter does not send again: a sniffer that misses a third misses those of one in 20."""
REORDERED = 64
"""Frames that a hub sends while others wait for a meter's poll: a counter that goes back by no more has not fallen."""


def taken(acks: Sequence[Seen], own: Sequence[Seen], to_it: Sequence[Seen]) -> list[Seen]:
    """Return those of the hub's acknowledgements that the meter took, as far as the capture shows it.

    `own`: the meter's frames; `to_it`: the hub's frames to it; all in the order of time.
    """
    again: dict[tuple[int, int], list[int]] = {}
    for frame in repeated(acks, own):
        again.setdefault(_exchange(frame), []).append(frame.time)
    kept = [ack for ack in acks if not any(abs(at - ack.time) <= _RETRIES for at in again.get(_exchange(ack), ()))]
    deaf = [(fall.time, _hears_again(fall, acks, kept, own)) for fall, _ in counter_falls(to_it)]
    return [
        ack for ack in kept if not any(begin <= ack.time and (end is None or ack.time < end) for begin, end in deaf)
    ]


def _exchange(frame: Seen) -> tuple[int, int]:
    """Return what a frame and its acknowledgement have in common: the APS counter and the cluster."""
    assert frame.aps is not None  # frames of the APS layer alone come here
    return frame.aps.counter, frame.aps.cluster


def repeated(acks: Sequence[Seen], own: Sequence[Seen]) -> Iterator[Seen]:
    """Yield the meter's frames that it sent again after the hub had acknowledged them at the APS layer."""
    latest: dict[tuple[int, int], int] = {}
    both = sorted((*acks, *own), key=lambda frame: frame.time)
    mine = {id(frame) for frame in own}
    for frame in both:
        if frame.aps is None:
            continue
        exchange = _exchange(frame)
        if id(frame) not in mine:
            latest[exchange] = frame.time
        elif frame.aps.type == aps.DATA and exchange in latest and frame.time - latest[exchange] <= _RETRIES:
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
            if now < before - REORDERED:
                yield later, before


def _hears_again(fall: Seen, acks: Sequence[Seen], kept: Sequence[Seen], own: Sequence[Seen]) -> int | None:
    """Return when the meter shows that it takes the hub's frames after a fall of their counter; None: it does not.

    It acknowledges one of them at the APS layer, or it has fetched `_ENOUGH` acknowledgements of the hub in a row whose
    frames it did not send again (`kept`).
    """
    answers = (frame.time for frame in own if frame.time > fall.time and frame.aps and frame.aps.type == aps.ACK)
    content = {id(ack) for ack in kept}
    quiet: set[tuple[int, int]] = set()
    for ack in acks:
        if ack.time < fall.time:
            continue
        quiet = quiet | {_exchange(ack)} if id(ack) in content else set()
        if len(quiet) >= _ENOUGH and ack.acked:
            return min(ack.time, next(answers, ack.time))
    return next(answers, None)
