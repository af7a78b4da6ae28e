"""Signs of radio and MAC: silence, frames that no radio acknowledges, another channel, another PAN."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from hanbench.emulator.zigbee.nwk.commands import NetworkUpdate
from hanbench.emulator.zigbee.zdo.messages import CHANGE_CHANNEL, MgmtNwkUpdateReq
from hanbench.harness.field.home import POLL
from hanbench.harness.field.observation import Seen
from hanbench.harness.field.sign import Evidence, Finder, Sign, shown
from hanbench.harness.field.words import hours

_NOBODY = 0.1
"""Share of acknowledged frames below which no radio answers; a sniffer misses some that were sent."""
_FEW = 6
_QUIET_WAKES = 3


def silent(at: Evidence) -> Sign | None:
    """The meter has sent nothing since the hub last heard it."""
    phases = at.phases
    if _later(at) or phases.silent_for < _QUIET_WAKES * phases.interval:
        return None
    before = (phases.own[-1].number,) if phases.own else ()
    return Sign("silent", f"the meter has sent nothing for {hours(phases.silent_for)}", before, len(before))


def falls_silent(at: Evidence) -> Sign | None:
    """The meter has sent frames in its trouble, and then none any more."""
    phases = at.phases
    if not _later(at) or phases.silent_for < _QUIET_WAKES * phases.interval:
        return None
    text = f"the meter sent its last frame {hours(phases.silent_for)} before the end"
    return Sign("falls-silent", text, (phases.trouble[-1].number,), 1)


def _later(at: Evidence) -> bool:
    """Return whether the meter has sent anything since the wake in which the hub last heard it well."""
    gap = at.phases.wakes.gap if at.phases.well else -1
    return any(frame.time > at.phases.since + gap for frame in at.phases.trouble)


def never_seen(at: Evidence) -> Sign | None:
    """The capture has no frame of the meter at all."""
    return None if at.phases.own else Sign("never-seen", "the capture has no frame of the meter")


def no_radio_answers(at: Evidence) -> Sign | None:
    """No radio acknowledges the meter's frames at the MAC."""
    asked = [frame for frame in at.phases.trouble if frame.wants_ack]
    if len(asked) < _FEW or sum(frame.acked for frame in asked) > _NOBODY * len(asked):
        return None
    return shown("no-radio-answers", "no radio acknowledges the meter's frames ({n:frame})", asked)


def parent_gone(at: Evidence) -> Sign | None:
    """The meter sends to a parent that is no hub, and that neither acknowledges nor sends anything."""
    asked = [frame for frame in at.phases.trouble if frame.wants_ack and frame.receiver is not None]
    parents = {frame.receiver for frame in asked if not at.home.is_hub(frame.receiver)}
    alive = {frame.sender: frame.time for frame in at.home.frames if frame.sender in parents}
    alive |= {frame.receiver: frame.time for frame in asked if frame.acked}
    found = [frame for frame in asked if frame.receiver in parents and frame.time > alive.get(frame.receiver, 0)]
    text = "the meter sends {n:frame} to a router that neither acknowledges nor sends anything"
    return shown("parent-gone", text, found, least=_FEW)


def radio_answers(at: Evidence) -> Sign | None:
    """The hub's radio acknowledges the meter's frames at the MAC."""
    return shown(
        "radio-answers",
        "the hub's radio acknowledges {n:frame} of the meter",
        (frame for frame in at.phases.trouble if frame.acked),
        least=3,
    )


def only_polls(at: Evidence) -> Sign | None:
    """The meter polls, and sends nothing else."""
    trouble = at.phases.trouble
    if any(frame.name != POLL for frame in trouble):
        return None
    return shown("only-polls", "the meter polls {n:time} and sends nothing else", trouble, least=4)


def other_channel(at: Evidence) -> Sign | None:
    """The meter sends on another channel than the hub."""
    hubs = _most(frame.channel for frame in at.home.frames if _hub_in_trouble(at, frame) and frame.channel)
    if hubs is None:
        return None
    strangers = [frame for frame in at.phases.trouble if frame.sender is not None and frame.channel not in (None, hubs)]
    return shown(
        "other-channel",
        f"the meter sends {{n:frame}} on another channel than the hub, which is on {hubs}",
        strangers,
        least=3,
    )


def scans_elsewhere(at: Evidence) -> Sign | None:
    """A device looks for a network on one channel only, and it is not the hub's."""
    hubs = _most(frame.channel for frame in at.home.frames if _hub_in_trouble(at, frame) and frame.channel)
    scans = [frame for frame in at.home.frames if frame.name == "beacon-request" and frame.time > at.phases.since]
    channels = {frame.channel for frame in scans}
    if hubs is None or len(channels) != 1 or not channels.isdisjoint((None, hubs)):
        return None
    return shown(
        "scans-elsewhere",
        f"a device looks for a network on channel {channels.pop()} alone, {{n:time}}; the hub is on {hubs}",
        scans,
        least=3,
    )


def other_pan(at: Evidence) -> Sign | None:
    """The meter sends in another PAN than the hub."""
    hubs = _most(frame.sender.pan for frame in at.home.frames if _hub_in_trouble(at, frame) and frame.sender)
    if hubs is None:
        return None
    strangers = [frame for frame in at.phases.trouble if frame.sender is not None and frame.sender.pan != hubs]
    text = f"the meter sends {{n:frame}} in another PAN than the hub's 0x{hubs:04x}"
    return shown("other-pan", text, strangers, least=3)


def hub_changed_channel(at: Evidence) -> Sign | None:
    """The hub told its devices to change the channel."""
    found = [
        frame
        for frame in at.home.frames
        if isinstance(frame.message, MgmtNwkUpdateReq)
        and frame.message.duration == CHANGE_CHANNEL
        and at.home.is_hub(frame.origin)
        and frame.time >= at.phases.since
    ]
    return shown("hub-changed-channel", "the hub told its devices to change the channel", found)


def hub_changed_pan(at: Evidence) -> Sign | None:
    """The hub told its devices a new PAN ID."""
    found = [
        frame
        for frame in at.home.frames
        if isinstance(frame.message, NetworkUpdate) and at.home.is_hub(frame.origin) and frame.time >= at.phases.since
    ]
    return shown("hub-changed-pan", "the hub told its devices a new PAN ID", found)


def _hub_in_trouble(at: Evidence, frame: Seen) -> bool:
    return at.home.is_hub(frame.sender) and frame.time > at.phases.since


def _most(values: Iterable[int | None]) -> int | None:
    counted = Counter(values).most_common(1)
    return counted[0][0] if counted else None


FINDERS: tuple[Finder, ...] = (
    silent,
    falls_silent,
    never_seen,
    no_radio_answers,
    parent_gone,
    radio_answers,
    only_polls,
    other_channel,
    scans_elsewhere,
    other_pan,
    hub_changed_channel,
    hub_changed_pan,
)
