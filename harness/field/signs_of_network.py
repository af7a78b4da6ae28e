"""Signs of the network layer: keys, counters, joins and rejoins, and the hub's answers to plain requests."""

from __future__ import annotations

from collections.abc import Iterator

from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk.commands import Leave, RejoinRequest, RejoinResponse
from hanbench.harness.field.home import hub_devices
from hanbench.harness.field.observation import Seen
from hanbench.harness.field.sign import Evidence, Finder, Sign, shown

_TRANSPORT_KEY = "transport-key"
_AT_CAPACITY = 1
"""Status of a Rejoin Response: PAN at capacity (ZigBee specification 05-3474-20, 3.4.7.3.2)."""


def older_network_key(at: Evidence) -> Sign | None:
    """The meter secures its frames with a network key that the hub does not use any more."""
    sent = [frame for frame in at.home.frames if at.home.is_hub(frame.sender) and frame.nwk_counter is not None]
    since = [frame for frame in sent if frame.time > at.phases.since]
    if not since:
        return None
    now = since[-1].key_sequence
    old = [frame for frame in at.phases.trouble if frame.nwk_counter is not None and frame.key_sequence != now]
    return shown(
        "older-network-key",
        f"the meter uses another network key than the hub's number {now} ({{n:frame}})",
        old,
        least=2,
    )


def network_key_changed(at: Evidence) -> Sign | None:
    """The hub distributed or switched the network key."""
    found = [
        frame
        for frame in at.home.frames
        if frame.time >= at.phases.since
        and at.home.is_hub(frame.origin)
        and frame.target is not None
        and frame.target.short >= 0xFFF8
        and frame.name in (_TRANSPORT_KEY, "switch-key")
    ]
    return shown("network-key-changed", "the hub changed the network key", found)


def network_counter_back(at: Evidence) -> Sign | None:
    """The meter's network frame counter went back."""
    return _back("network-counter-back", "the meter's network frame counter went back", _network_falls(at))


def _network_falls(at: Evidence) -> Iterator[tuple[Seen, int]]:
    highest: dict[int, int] = {}
    for frame in at.phases.own:
        if frame.nwk_counter is None or not frame.first_hop:
            continue
        before = highest.get(frame.key_sequence)
        if before is not None and frame.nwk_counter < before:
            yield frame, before
        highest[frame.key_sequence] = frame.nwk_counter


def _back(id: str, what: str, falls: Iterator[tuple[Seen, int]]) -> Sign | None:
    found = list(falls)
    if not found:
        return None
    frame, before = found[0]
    now = frame.nwk_counter if id == "network-counter-back" else frame.aps.frame_counter if frame.aps else 0
    text = f"{what}: from {before} to {now}"
    return shown(id, text, (each for each, _ in found))


def link_counter_back(at: Evidence) -> Sign | None:
    """The meter's frame counter under its link key went back."""
    return _back("link-counter-back", "the meter's link key frame counter went back", _link_falls(at))


def _link_falls(at: Evidence) -> Iterator[tuple[Seen, int]]:
    highest: dict[bytes | None, int] = {}
    for frame in at.phases.own:
        of = frame.aps
        if of is None or not of.secured or of.type == aps.COMMAND or not frame.first_hop:
            continue
        before = highest.get(of.link_key)
        if before is not None and of.frame_counter < before:
            yield frame, before
        highest[of.link_key] = of.frame_counter


def plain_ignored(at: Evidence) -> Sign | None:
    """The hub answers no request of the meter, not even those that need no link key."""
    asked = _plain_requests(at)
    answered = [frame for frame in at.phases.to_it_since if _acknowledges_plain(frame)]
    if answered:
        return None
    return shown("plain-ignored", "the hub answers none of {n:request} without need of a link key", asked, least=2)


def plain_answered(at: Evidence) -> Sign | None:
    """The hub answers requests of the meter that need no link key."""
    answered = [frame for frame in at.phases.to_it_since if _acknowledges_plain(frame)]
    return shown("plain-answered", "the hub answers {n:request} without need of a link key", answered)


def _plain_requests(at: Evidence) -> list[Seen]:
    return [
        frame
        for frame in at.phases.trouble
        if frame.aps is not None
        and frame.aps.type == aps.DATA
        and frame.aps.wants_ack
        and not frame.aps.secured
        and frame.acked
    ]


def _acknowledges_plain(frame: Seen) -> bool:
    return frame.aps is not None and frame.aps.type == aps.ACK and not frame.aps.secured and frame.acked


def told_to_rejoin(at: Evidence) -> Sign | None:
    """The hub tells the meter to leave and rejoin: it does not know it as its child."""
    found = [frame for frame in at.phases.to_it_since if isinstance(frame.message, Leave) and frame.message.request]
    return shown("told-to-rejoin", "the hub tells the meter to leave and rejoin ({n:time})", found)


def rejoins(at: Evidence) -> Sign | None:
    """The meter asks to rejoin."""
    found = [frame for frame in at.phases.trouble if isinstance(frame.message, RejoinRequest)]
    return shown("rejoins", "the meter asks to rejoin {n:time}", found)


def rejoin_refused(at: Evidence) -> Sign | None:
    """The hub refuses the meter's rejoins."""
    answers = [frame for frame in at.phases.to_it_since if isinstance(frame.message, RejoinResponse)]
    refused = [frame for frame in answers if frame.message.status not in (0, _AT_CAPACITY)]  # type: ignore[attr-defined]
    if len(refused) < len(answers):
        return None
    return shown("rejoin-refused", "the hub refuses {n:rejoin}", refused, least=2)


def no_room(at: Evidence) -> Sign | None:
    """The hub answers the meter's rejoins with PAN at capacity: its child table is full."""
    answers = [frame for frame in at.phases.to_it_since if isinstance(frame.message, RejoinResponse)]
    full = [frame for frame in answers if frame.message.status == _AT_CAPACITY]  # type: ignore[attr-defined]
    if len(full) < len(answers):
        return None
    return shown("no-room", "the hub answers {n:rejoin} with PAN at capacity", full, least=2)


def rejoin_granted(at: Evidence) -> Sign | None:
    """The hub lets the meter rejoin."""
    found = [frame for frame in at.phases.to_it_since if _takes_back(frame)]
    return shown("rejoin-granted", "the hub grants {n:rejoin}", found)


def drops_out(at: Evidence) -> Sign | None:
    """The hub, which hears the meter, tells it to leave and rejoin, and mostly takes it back soon."""
    told = [frame for frame in at.phases.to_it if isinstance(frame.message, Leave) and frame.message.request]
    back = [frame.time for frame in at.phases.to_it if _takes_back(frame)]
    found = [frame for frame in told if any(0 < time - frame.time <= at.phases.interval for time in back)]
    if 2 * len(found) < len(told):
        return None
    return shown("drops-out", "the hub tells the meter to leave and rejoin {n:time}, and takes it back", found)


def _takes_back(frame: Seen) -> bool:
    return isinstance(frame.message, RejoinResponse) and frame.message.status == 0


def leaves(at: Evidence) -> Sign | None:
    """The meter leaves the network for good."""
    found = [
        frame
        for frame in at.phases.trouble
        if isinstance(frame.message, Leave) and not frame.message.request and not frame.message.rejoin
    ]
    return shown("leaves", "the meter leaves the network", found)


def associates(at: Evidence) -> Sign | None:
    """The meter joins as a new device."""
    found = [frame for frame in at.phases.trouble if frame.name == "association-request"]
    return shown("associates", "the meter joins as a new device {n:time}", found)


def key_not_opened(at: Evidence) -> Sign | None:
    """The hub sends the meter the network key, and the meter does not use it."""
    sent = [
        frame
        for frame in at.home.frames
        if frame.name in (_TRANSPORT_KEY, "unreadable")
        and frame.nwk_counter is None
        and frame.aps is not None
        and frame.aps.type == aps.COMMAND
        and at.home.is_hub(frame.origin)
        and at.is_gsme(at.home.ieee(frame.target))
        and frame.time > at.phases.since
    ]
    latest = _latest_sequence(at)
    used = [
        frame
        for frame in at.phases.trouble
        if sent and frame.time > sent[0].time and frame.nwk_counter is not None and frame.key_sequence == latest
    ]
    if any(frame.name != "leave" for frame in used) and not _swapped(at):
        return None
    text = "the hub sends the network key {n:time}, and the meter never uses it"
    return shown("key-not-opened", text, sent, least=2)


def uses_network_key(at: Evidence) -> Sign | None:
    """The meter has joined as a new device, and secures its frames with the network key since: it could open it."""
    joined = [frame.time for frame in at.phases.trouble if frame.name == "association-request"]
    used = [
        frame
        for frame in at.phases.trouble
        if frame.nwk_counter is not None and frame.name != "leave" and joined and frame.time > joined[0]
    ]
    return shown("uses-network-key", "the meter joins, and secures {n:frame} with the network key", used)


def _latest_sequence(at: Evidence) -> int | None:
    sent = [frame for frame in at.home.frames if at.home.is_hub(frame.sender) and frame.nwk_counter is not None]
    return sent[-1].key_sequence if sent else None


def _swapped(at: Evidence) -> bool:
    return len(hub_devices(at.home)) > 1


def hub_exchanged(at: Evidence) -> Sign | None:
    """Another hub has taken the place of the first one."""
    hubs = hub_devices(at.home)
    if len(hubs) < 2:
        return None
    latest = hubs[-1]
    found = [frame for frame in at.home.frames if frame.sender_ieee == latest.ieee]
    text = f"hub {latest.ieee:016x} has taken the place of {hubs[0].ieee:016x}"
    return shown("hub-exchanged", text, found)


def scans(at: Evidence) -> Sign | None:
    """A device without a network looks for one."""
    found = [frame for frame in at.home.frames if frame.name == "beacon-request" and frame.time > at.phases.since]
    return shown("scans", "a device looks for a network ({n:beacon request})", found, least=3)


FINDERS: tuple[Finder, ...] = (
    older_network_key,
    network_key_changed,
    network_counter_back,
    link_counter_back,
    plain_ignored,
    plain_answered,
    told_to_rejoin,
    rejoins,
    rejoin_refused,
    no_room,
    drops_out,
    rejoin_granted,
    leaves,
    associates,
    key_not_opened,
    uses_network_key,
    hub_exchanged,
    scans,
)
