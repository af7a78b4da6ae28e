"""When the hub last heard the gas meter well, and the trouble after that: what a capture can say about a silence.

The hub hears the meter well if it acknowledges, at the APS layer, a frame that needs the meter's link key: it has then
decrypted it with its own. Acknowledgements of the MAC prove only that two radios hear each other. An acknowledgement
that the meter does not take proves nothing either: it drops the hub's requests in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, log
from statistics import median

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zcl.clusters import METERING
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.harness.field.home import POLL, Home
from hanbench.harness.field.observation import Seen
from hanbench.harness.field.taken import taken
from hanbench.profiles.diagnosis import DiagnosisRules

_FEWEST_PROBES = 20
"""Frames that must have wanted an acknowledgement before a share of missing ones means anything."""


@dataclass(frozen=True)
class Phases:
    """The times of one gas meter in one capture; microseconds since 1970, spans in microseconds."""

    begin: int
    end: int
    own: tuple[Seen, ...]
    """The frames that the meter sent."""
    to_it: tuple[Seen, ...]
    """The frames that a hub sent to it, relayed ones included."""
    wakes: tuple[int, ...]
    """The beginnings of its wakes."""
    interval: int
    """Between two wakes: measured, or assumed where the capture has too few."""
    interval_measured: bool
    well: tuple[Seen, ...]
    """The frames that prove that the hub heard it well."""
    loss: float
    """Share of frames that the sniffer missed, by the acknowledgements that it missed."""
    wakes_needed: int
    """Wakes without a proof of health that make chance improbable."""
    heard: int
    """The time since the last proof in which the sniffer heard the hub."""
    hub_silent_for: int
    """How long nothing has shown the hub's radio at the end of the capture."""
    trouble: tuple[Seen, ...]
    """The meter's frames since the last proof."""
    to_it_since: tuple[Seen, ...]
    """The hub's frames to it since then."""
    others_since: int
    """Frames of other devices since then, those that show that the hub and the sniffer work."""

    @property
    def since(self) -> int:
        """The time of the last proof, or the begin of the capture."""
        return self.well[-1].time if self.well else self.begin

    @property
    def needed(self) -> int:
        """The time without proof from which on a healthy meter is improbable."""
        return self.wakes_needed * self.interval

    @property
    def silent_for(self) -> int:
        """How long the meter has sent nothing at the end of the capture."""
        return self.end - (self.own[-1].time if self.own else self.begin)


def phases_of(home: Home, rules: DiagnosisRules) -> Phases:
    """Return the phases of the home's gas meter; the home has frames."""
    times = [frame.time for frame in home.frames]
    own = tuple(frame for frame in home.frames if _is_own(home, frame))
    to_it = tuple(frame for frame in home.frames if _is_to_it(home, frame))
    wakes = _wakes(own, rules.wake_gap_s * SECOND)
    interval = _interval(wakes)
    well = _proofs(home, own, to_it)
    since = well[-1].time if well else times[0]
    loss = _loss(home.frames, own)
    hub = [frame.time for frame in home.frames if _shows_hub(home, frame)]
    return Phases(
        times[0],
        times[-1],
        own,
        to_it,
        wakes,
        interval or rules.wake_interval_s * SECOND,
        interval is not None,
        well,
        loss,
        _wakes_needed(loss, rules),
        _heard([*hub, times[-1]], since, rules.pause_s * SECOND),
        times[-1] - (hub[-1] if hub else times[0]),
        tuple(frame for frame in own if frame.time > since),
        tuple(frame for frame in to_it if frame.time > since),
        sum(1 for frame in home.frames if frame.time > since and home.is_hub(frame.sender)),
    )


def _shows_hub(home: Home, frame: Seen) -> bool:
    return home.is_hub(frame.sender) or (frame.acked and home.is_hub(frame.receiver))


def _is_own(home: Home, frame: Seen) -> bool:
    gsme = home.gsme
    if gsme is None:
        return False
    if frame.sender_ieee is not None:
        return frame.sender_ieee == gsme.ieee
    return frame.sender is not None and frame.sender in gsme.shorts and home.addresses.get(frame.sender) == gsme.ieee


def _is_to_it(home: Home, frame: Seen) -> bool:
    gsme = home.gsme
    return gsme is not None and frame.target in gsme.shorts and home.is_hub(frame.origin)


def _wakes(own: Sequence[Seen], gap: int) -> tuple[int, ...]:
    begins: list[int] = []
    last: int | None = None
    for frame in own:
        if last is None or frame.time - last > gap:
            begins.append(frame.time)
        last = frame.time
    return tuple(begins)


def _interval(wakes: Sequence[int]) -> int | None:
    """Return the usual time between two wakes; None: there are too few.

    The median decides: where the sniffer missed a wake, the time is twice as long.
    """
    gaps = sorted(later - earlier for earlier, later in pairwise(wakes))
    return None if len(gaps) < 3 else int(median(gaps))


def _proofs(home: Home, own: Sequence[Seen], to_it: Sequence[Seen]) -> tuple[Seen, ...]:
    parents = {frame.receiver for frame in own if frame.name == POLL}
    found = [
        frame
        for frame in to_it
        # What another router sends on does not reach a meter that sleeps: its parent keeps its frames.
        if acknowledges_metering(frame) and frame.receiver == frame.target and (not parents or frame.sender in parents)
    ]
    found = taken(found, own, to_it)
    unconfirmed = [frame for frame in own if _needs_no_ack(home, frame)]
    return tuple(sorted((*found, *unconfirmed), key=lambda frame: frame.time))


def acknowledges_metering(frame: Seen) -> bool:
    """Return whether a frame acknowledges one of the cluster Metering, which needs a link key."""
    of = frame.aps
    return of is not None and of.type == aps.ACK and of.cluster == METERING.id


def _needs_no_ack(home: Home, frame: Seen) -> bool:
    """Return whether a frame under a link key asked for no acknowledgement but the MAC's, and has that."""
    of = frame.aps
    return (
        of is not None
        and of.type == aps.DATA
        and of.secured
        and not of.wants_ack
        and frame.acked
        and home.is_hub(frame.target)
    )


def _loss(frames: Sequence[Seen], own: Sequence[Seen]) -> float:
    """Return the share of acknowledgements that the capture lacks, of each receiver up to its last one.

    What is sent to it after that is not lost to the sniffer: the receiver may be gone.
    """
    mine = {id(frame) for frame in own}
    answers: dict[object, list[bool]] = {}
    for frame in frames:
        if frame.wants_ack and id(frame) not in mine and frame.receiver is not None:
            answers.setdefault(frame.receiver, []).append(frame.acked)
    counted = [acked for each in answers.values() if any(each) for acked in each[: len(each) - each[::-1].index(True)]]
    if len(counted) < _FEWEST_PROBES:
        return 0.0
    return counted.count(False) / len(counted)


def _wakes_needed(loss: float, rules: DiagnosisRules) -> int:
    """Return after how many wakes without proof a sniffer that misses this share has hardly missed all of them."""
    loss = min(max(loss, 0.0), rules.loss_max)
    if loss <= rules.chance:
        return rules.wakes_min
    return max(rules.wakes_min, ceil(log(rules.chance) / log(loss)))


def _heard(times: Sequence[int], since: int, pause: int) -> int:
    """Return the time since then without pauses in which the sniffer heard nothing of the hub."""
    after = [since, *(time for time in times if time > since)]
    return sum(min(later - earlier, pause) for earlier, later in pairwise(after))
