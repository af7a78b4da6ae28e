"""The timeline of a capture: joins, rejoins, key establishments, changes of keys and channels, reports, silences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zcl.clusters.key_establishment import (
    ServerTerminateKeyEstablishment,
    TerminateKeyEstablishment,
    TerminateStatus,
)
from hanbench.emulator.zcl.clusters.metering import NO_MIRROR, RequestMirrorResponse
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk.commands import Leave, RejoinResponse
from hanbench.emulator.zigbee.zdo.messages import CHANGE_CHANNEL, MgmtNwkUpdateReq
from hanbench.harness.field.home import POLL, Home
from hanbench.harness.field.observation import Seen
from hanbench.harness.field.words import hours

MOST_EVENTS = 2_000
"""Maximum number of events; a capture of a month has some hundreds."""
SILENCE = 2
"""A gas meter that sends nothing for so many wake intervals is silent."""
RUN_WITHIN = 60 * SECOND
"""Events of one kind, between the same devices, no further apart than this are one entry."""


@dataclass(slots=True)
class Event:
    """One entry of the timeline."""

    time: int
    end: int
    """Microseconds since 1970; the same as `time` for a moment."""
    kind: str
    """`join`, `rejoin`, `search`, `key`, `network`, `report`, `poll`, `mirror`, `check`, `silence`."""
    device: str
    """The device that it is about, in words."""
    text: str
    frame: int
    """Number of its first frame; 0: it has none."""
    count: int = 1
    last: int = 0
    """Number of its last frame."""


Words = Callable[[Home, Seen], str | None]


def _leave(home: Home, frame: Seen) -> str | None:
    message = frame.message
    if not isinstance(message, Leave):
        return None
    if message.request:
        return f"the hub tells the {home.name(frame.target)} to leave" + (" and rejoin" if message.rejoin else "")
    return f"the {home.name(frame.origin)} leaves" + (", to rejoin" if message.rejoin else " for good")


def _rejoin_answer(home: Home, frame: Seen) -> str | None:
    if not isinstance(frame.message, RejoinResponse):
        return None
    status = frame.message.status
    return "the rejoin is granted" if status == 0 else f"the rejoin is refused (status {status})"


def _terminate(home: Home, frame: Seen) -> str | None:
    if not isinstance(frame.message, ServerTerminateKeyEstablishment | TerminateKeyEstablishment):
        return None
    status = frame.message.status_code
    known = {each.value: each.name for each in TerminateStatus}
    return f"key establishment ends: {known.get(status, f'status {status}')}"


def _mirror_answer(home: Home, frame: Seen) -> str | None:
    if not isinstance(frame.message, RequestMirrorResponse):
        return None
    endpoint = frame.message.endpoint_id
    return "the hub refuses a mirror" if endpoint == NO_MIRROR else f"the hub grants a mirror (endpoint {endpoint})"


def _update(home: Home, frame: Seen) -> str | None:
    message = frame.message
    if not isinstance(message, MgmtNwkUpdateReq) or message.duration != CHANGE_CHANNEL:
        return None
    channels = [str(number) for number in range(11, 27) if message.channels >> number & 1]
    return f"the hub changes the channel to {', '.join(channels)}"


def _says(text: str) -> Words:
    return lambda home, frame: text


def _report(home: Home, frame: Seen) -> str | None:
    return "reports" if frame.first_hop and not home.is_hub(frame.origin) else None


def _read(home: Home, frame: Seen) -> str | None:
    if not home.is_hub(frame.origin) or frame.cluster not in ("Basic", "Metering"):
        return None
    return f"the hub reads {frame.cluster} of the {home.name(frame.target)}"


def _ack_of_metering(home: Home, frame: Seen) -> str | None:
    of = frame.aps
    metering = of is not None and of.type == aps.ACK and of.cluster == 0x0702
    return "the hub acknowledges its readings" if metering and home.is_hub(frame.origin) else None


def _poll(home: Home, frame: Seen) -> str | None:
    return "polls" if frame.name == POLL else None


_WORDS: dict[str, tuple[str, Words]] = {
    "association-request": ("join", _says("joins as a new device")),
    "device-announce": ("join", _says("announces itself")),
    "transport-key": ("network", _says("the hub sends a key")),
    "switch-key": ("network", _says("the hub switches the network key")),
    "network-update": ("network", _says("the hub changes the PAN ID")),
    "management-nwk-update-request": ("network", _update),
    "leave": ("rejoin", _leave),
    "rejoin-request": ("rejoin", _says("asks to rejoin")),
    "rejoin-response": ("rejoin", _rejoin_answer),
    "orphan-notification": ("rejoin", _says("says that it is an orphan")),
    "beacon-request": ("search", _says("a device looks for a network")),
    "initiate-key-establishment-request": ("key", _says("begins a key establishment")),
    "confirm-key-data-response": ("key", _says("key establishment succeeds")),
    "server-terminate-key-establishment": ("key", _terminate),
    "terminate-key-establishment": ("key", _terminate),
    "request-mirror": ("mirror", _says("asks for a mirror")),
    "request-mirror-response": ("mirror", _mirror_answer),
    "report-attributes": ("report", _report),
    "aps-ack": ("report", _ack_of_metering),
    "read-attributes": ("check", _read),
    "data-request": ("poll", _poll),
}
"""By name of the frame: the kind of the event, and its words; None as words: the frame is no event."""


def events(home: Home, own: tuple[Seen, ...], interval: int, end: int) -> tuple[Event, ...]:
    """Return the timeline.

    `own`: the gas meter's frames; `interval`: between two of its wakes; `end`: of the capture; microseconds.
    """
    found = sorted((*_of_frames(home), *_silences(own, interval, end)), key=lambda event: event.time)
    return tuple(found[:MOST_EVENTS])


def _of_frames(home: Home) -> Iterator[Event]:
    latest: dict[tuple[str, str, str], Event] = {}
    for frame in home.frames:
        kind, words = _WORDS.get(frame.name, ("", None))
        if words is None or (frame.sender is not None and not frame.first_hop):
            continue
        text = words(home, frame)
        if text is None:
            continue
        device = _device(home, frame)
        event = latest.get((kind, device, text))
        if event is not None and frame.time - event.end <= RUN_WITHIN:
            event.end, event.last = frame.time, frame.number
            event.count += 1
            continue
        event = Event(frame.time, frame.time, kind, device, text, frame.number, last=frame.number)
        latest[kind, device, text] = event
        yield event


def _device(home: Home, frame: Seen) -> str:
    """Return the device that an event is about: the one that talks with the hub."""
    if frame.origin is None and frame.sender_ieee is not None:
        device = home.devices.get(frame.sender_ieee)
        return f"{frame.sender_ieee:016x}" if device is None else device.role.value
    return home.name(frame.target if home.is_hub(frame.origin) else frame.origin)


def _silences(own: tuple[Seen, ...], interval: int, end: int) -> Iterator[Event]:
    for earlier, later in zip(own, (*own[1:], None), strict=False):
        until = end if later is None else later.time
        if until - earlier.time > SILENCE * interval:
            text = f"sends nothing for {hours(until - earlier.time)}"
            yield Event(earlier.time, until, "silence", "gas meter", text, earlier.number, last=earlier.number)
