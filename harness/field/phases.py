"""When the hub last heard the gas meter well, and the trouble after that: what a capture can say about a silence.

The hub hears the meter well if it acknowledges, at the APS layer, a frame that needs the meter's link key: it has then
decrypted it with its own. Acknowledgements of the MAC prove only that two radios hear each other. An acknowledgement
that the meter does not take proves nothing either: it drops the hub's requests in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zcl.clusters import METERING
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.harness.field.home import POLL, Home
from hanbench.harness.field.losses import MOST_MISSED, acknowledgements_missed, counters_missed, wakes_needed
from hanbench.harness.field.observation import Seen
from hanbench.harness.field.taken import taken
from hanbench.harness.field.wakes import Wakes, wakes_of
from hanbench.profiles.diagnosis import DiagnosisRules


@dataclass(frozen=True)
class Phases:
    """The times of one gas meter in one capture; microseconds since 1970, spans in microseconds."""

    begin: int
    end: int
    own: tuple[Seen, ...]
    """The frames that the meter sent."""
    to_it: tuple[Seen, ...]
    """The frames that a hub sent to it, relayed ones included."""
    wakes: Wakes
    well: tuple[Seen, ...]
    """The frames that prove that the hub heard it well."""
    loss: float
    """Share of frames that the sniffer missed, by the acknowledgements that it missed."""
    hub_loss: float
    """Share of the hub's frames that it missed since the last proof, by the hub's counters."""
    wakes_needed: int
    """Wakes without a proof of health that make chance improbable."""
    bar: int
    """The time without proof from which on nothing can be called heard well; as long as `needed`, if the sniffer
    hears the hub."""
    needed: int
    """The time without proof, with the hub heard, from which on a healthy meter is improbable."""
    heard: int
    """The time since the last proof in which the sniffer heard frames of the hub."""
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
    def interval(self) -> int:
        """The time between two wakes."""
        return self.wakes.interval

    @property
    def without_proof(self) -> int:
        """The time since the last proof, or of the whole capture."""
        return self.end - self.since

    @property
    def silent_for(self) -> int:
        """How long the meter has sent nothing at the end of the capture."""
        return self.end - (self.own[-1].time if self.own else self.begin)


def phases_of(home: Home, rules: DiagnosisRules, wake: int | None = None) -> Phases:
    """Return the phases of the home's gas meter; the home has frames. `wake`: the time between its wakes, if known."""
    begin, end = home.frames[0].time, home.frames[-1].time
    own = tuple(frame for frame in home.frames if _is_own(home, frame))
    to_it = tuple(frame for frame in home.frames if _is_to_it(home, frame))
    wakes = wakes_of(own, rules, wake)
    well = _proofs(home, own, to_it)
    since = well[-1].time if well else begin
    later = [frame for frame in home.frames if frame.time > since and home.is_hub(frame.sender)]
    loss, hub_loss = acknowledgements_missed(home.frames, own), counters_missed(later)
    usual = max(loss, hub_loss)
    needed = wakes_needed(min(max(min(loss, rules.loss_max), hub_loss), MOST_MISSED), rules)
    shortest = rules.silence_min_s * SECOND
    return Phases(
        begin=begin,
        end=end,
        own=own,
        to_it=to_it,
        wakes=wakes,
        well=well,
        loss=loss,
        hub_loss=hub_loss,
        wakes_needed=needed,
        bar=max(wakes_needed(min(usual, rules.loss_max), rules) * wakes.interval, shortest),
        needed=max(needed * wakes.interval, shortest),
        heard=_heard([since] * bool(well) + [frame.time for frame in later], end, rules.pause_s * SECOND),
        trouble=tuple(frame for frame in own if frame.time > since),
        to_it_since=tuple(frame for frame in to_it if frame.time > since),
        others_since=len(later),
    )


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


def _heard(times: Sequence[int], end: int, pause: int) -> int:
    """Return the time from the first of these, at which the hub was heard, without pauses in which it was not."""
    return sum(min(later - earlier, pause) for earlier, later in pairwise([*times, end])) if times else 0
