"""Signs of the hub: one that is silent, whose frame counter went back, or that has formed a new network."""

from __future__ import annotations

from hanbench.emulator.clock import SECOND
from hanbench.harness.field.home import hub_devices
from hanbench.harness.field.observation import Seen
from hanbench.harness.field.phases import acknowledges_metering
from hanbench.harness.field.sign import Evidence, Finder, Sign, shown
from hanbench.harness.field.taken import counter_falls, repeated

_UNANSWERED = 6


def hub_silent(at: Evidence) -> Sign | None:
    """The hub sends nothing any more, and no radio acknowledges what its devices send to it."""
    sent = [frame.time for frame in at.home.frames if at.home.is_hub(frame.sender)]
    last = max(sent, default=at.phases.begin)
    asked = [frame for frame in at.home.frames if frame.time > last and at.home.is_hub(frame.receiver)]
    wanted = [frame for frame in asked if frame.wants_ack]
    if at.phases.end - last < at.rules.pause_s * SECOND or any(frame.acked for frame in wanted):
        return None
    text = "the hub sends nothing any more; {n:frame} to it have no acknowledgement"
    return shown("hub-silent", text, wanted, least=_UNANSWERED)


def hub_counter_back(at: Evidence) -> Sign | None:
    """The hub's network frame counter went back, and nothing shows that the meter takes its frames since."""
    falls = [(frame, before) for frame, before in counter_falls(at.phases.to_it) if frame.time > at.phases.since]
    if not falls:
        return None
    frame, before = falls[0]
    text = f"the hub's network frame counter went back: from {before} to {frame.nwk_counter}"
    return shown("hub-counter-back", text, (each for each, _ in falls))


def repeats_acknowledged(at: Evidence) -> Sign | None:
    """The meter sends frames again that the hub has acknowledged above the MAC: it does not take what the hub sends."""
    acks = [frame for frame in at.phases.to_it_since if acknowledges_metering(frame)]
    text = "the meter sends {n:frame} again that the hub has acknowledged"
    return shown("repeats-acknowledged", text, repeated(acks, at.phases.trouble), least=2)


def new_network(at: Evidence) -> Sign | None:
    """A hub of the home runs a network with another PAN ID and another network key than those that the meter had."""
    keys = {frame.network_key for frame in at.phases.own if frame.network_key is not None}
    keys |= {frame.network_key for frame in at.phases.to_it if frame.time <= at.phases.since and frame.network_key}
    former = {frame.sender.pan for frame in at.phases.own if frame.sender and frame.network_key} - _now(at)
    if not keys or not former:
        return None
    found = [frame for frame in _hubs_frames(at) if frame.network_key not in keys and frame.sender.pan not in former]  # type: ignore[union-attr]
    hubs = hub_devices(at.home)
    who = "another hub" if len({hub.ieee for hub in hubs}) > 1 else "the hub"
    return shown("new-network", f"{who} has formed a new network, with another PAN ID and network key", found, least=3)


def _now(at: Evidence) -> set[int]:
    """Return the PAN that the home's hub was in last."""
    sent = _hubs_frames(at)
    return {sent[-1].sender.pan} if sent and sent[-1].sender is not None else set()


def _hubs_frames(at: Evidence) -> list[Seen]:
    return [
        frame
        for frame in at.home.frames
        if frame.time > at.phases.since and frame.network_key is not None and at.home.is_hub(frame.sender)
    ]


FINDERS: tuple[Finder, ...] = (hub_silent, hub_counter_back, repeats_acknowledged, new_network)
