"""The frames of a capture as the analysis sees them: who sent what to whom, under which key, acknowledged or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from hanbench.emulator.mac import frames as mac
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.commands import TransportApplicationKey, TransportLinkKey, TransportNetworkKey
from hanbench.emulator.zigbee.nwk.commands import RejoinResponse
from hanbench.emulator.zigbee.zdo.messages import DeviceAnnce
from hanbench.harness.field.keys import FieldKeys
from hanbench.harness.field.sniffer import HeardFrame
from hanbench.harness.frames import Dissected, Dissector
from hanbench.harness.frames.dissected import UNREADABLE, Parts

ACK_WITHIN = 100_000
"""Microseconds after a frame in which its acknowledgement must have ended: 864, and the delays of a program that takes
the time when a frame comes over a serial line: up to 60 ms, and other frames between the two."""
FIRST_BROADCAST = 0xFFF8
"""Short addresses from here on name no single device."""
MOST_ADDRESSES = 10_000
_ACK = "acknowledgement"


class Address(NamedTuple):
    """A short address in its PAN. Two homes in range of each other use the same short addresses."""

    pan: int
    short: int


class ApsFacts(NamedTuple):
    """What the APS header of a frame says, which is never encrypted."""

    type: int
    cluster: int
    counter: int
    wants_ack: bool
    secured: bool
    """Whether a link key, or a key that follows from one, secures it."""
    frame_counter: int
    link_key: bytes | None
    """The key that opened it; None: not secured, or under a key that is not known."""


@dataclass(slots=True)
class Seen:
    """One frame."""

    number: int
    time: int
    """Microseconds since 1970."""
    name: str
    """As the dissector names it: `read-attributes`, `unreadable` ..."""
    channel: int | None
    rssi: float | None
    sender: Address | None
    """The device that transmitted it, on the last hop."""
    receiver: Address | None
    origin: Address | None
    """The device that it comes from: the NWK source, or the sender of a MAC frame."""
    target: Address | None
    sender_ieee: int | None
    sequence: int
    wants_ack: bool
    acked: bool = False
    """Whether the capture has its acknowledgement (MAC)."""
    nwk_counter: int | None = None
    """Frame counter; None: without NWK security."""
    key_sequence: int = 0
    network_key: bytes | None = None
    opened: bool = True
    """False: no known key opens it."""
    aps: ApsFacts | None = None
    message: object = None
    cluster: str | None = None

    @property
    def first_hop(self) -> bool:
        """Whether its origin sent it itself: it is no copy of a relay."""
        return self.sender is not None and self.sender == self.origin


class Observed(NamedTuple):
    """The frames of a capture, and the addresses in them."""

    frames: tuple[Seen, ...]
    """In the order of time, without acknowledgements of the MAC."""
    addresses: dict[Address, int]
    """The EUI-64 of each short address; the last one, where a short address was assigned again."""
    holders: dict[int, set[Address]]
    """All short addresses that each EUI-64 has had."""


def observe(frames: Iterable[HeardFrame], keys: FieldKeys) -> Observed:
    """Dissect all frames. Keys that the capture carries join `keys`."""
    dissector = Dissector(keys.ring)
    book: dict[Address, int] = {}
    holders: dict[int, set[Address]] = {}
    found: list[Seen] = []
    waiting: dict[tuple[int, int | None], Seen] = {}
    for heard in frames:
        dissected = dissector(heard.psdu)
        frame = dissected.parts.mac
        if frame is None:
            continue
        if dissected.name == _ACK:
            _acknowledge(waiting.pop((frame.sequence, heard.channel), None), heard)
            continue
        seen = _seen(heard, dissected, frame)
        found.append(seen)
        if seen.wants_ack:
            waiting[seen.sequence, seen.channel] = seen
        for address, ieee in _addresses(seen, dissected.parts):
            if address is not None and address.short < FIRST_BROADCAST and len(book) < MOST_ADDRESSES:
                book[address] = ieee
                holders.setdefault(ieee, set()).add(address)
        _learn_keys(keys, dissected.parts.message)
    return Observed(tuple(found), book, holders)


def _acknowledge(asked: Seen | None, heard: HeardFrame) -> None:
    if asked is not None:
        asked.acked = heard.time - asked.time <= ACK_WITHIN


def _seen(heard: HeardFrame, dissected: Dissected, frame: mac.MacFrame) -> Seen:
    parts = dissected.parts
    pan = frame.dst_pan if frame.dst_pan not in (None, mac.BROADCAST) else frame.src_pan
    sender = _address(pan, frame.src if frame.src_mode == mac.SHORT else None)
    receiver = _address(pan, frame.dst if frame.dst_mode == mac.SHORT else None)
    packet = parts.nwk
    return Seen(
        number=heard.number,
        time=heard.time,
        name=dissected.name,
        channel=heard.channel,
        rssi=heard.rssi,
        sender=sender,
        receiver=receiver,
        origin=sender if packet is None else _address(pan, packet.src),
        target=receiver if packet is None else _address(pan, packet.dst),
        sender_ieee=_sender_ieee(frame, parts),
        sequence=frame.sequence,
        wants_ack=frame.ack_request,
        nwk_counter=packet.counter if packet is not None and packet.secured else None,
        key_sequence=packet.key_sequence if packet is not None and packet.secured else 0,
        network_key=parts.network_key,
        opened=dissected.name != UNREADABLE,
        aps=None if parts.aps is None else _aps_facts(parts.aps, parts.link_key),
        message=parts.message,
        cluster=dissected.cluster,
    )


def _address(pan: int | None, short: int | None) -> Address | None:
    return None if pan is None or short is None else Address(pan, short)


def _sender_ieee(frame: mac.MacFrame, parts: Parts) -> int | None:
    if frame.src_mode == mac.EXTENDED:
        return frame.src
    packet = parts.nwk
    if packet is None:
        return None
    if packet.secured:
        return packet.sender_ieee
    return packet.src_ieee if frame.src == packet.src else None


def _aps_facts(frame: aps.ApsFrame, link_key: bytes | None) -> ApsFacts:
    return ApsFacts(
        frame.type, frame.cluster, frame.counter, frame.ack_request, frame.secured, frame.frame_counter, link_key
    )


# --- what the capture teaches -----------------------------------------------------------------------------------------


def _addresses(seen: Seen, parts: Parts) -> Iterator[tuple[Address | None, int]]:
    packet, frame = parts.nwk, parts.mac
    if seen.sender_ieee is not None:
        yield seen.sender, seen.sender_ieee
    if packet is not None and packet.src_ieee is not None:
        yield seen.origin, packet.src_ieee
    if packet is not None and packet.dst_ieee is not None:
        yield seen.target, packet.dst_ieee
    match parts.message:
        case DeviceAnnce() as announced if seen.origin is not None:
            yield Address(seen.origin.pan, announced.short), announced.ieee
        case RejoinResponse() as response if packet is not None and packet.dst_ieee is not None and seen.target:
            if response.status == 0:
                yield Address(seen.target.pan, response.short), packet.dst_ieee
    if (
        frame is not None
        and frame.type == mac.COMMAND
        and frame.dst_mode == mac.EXTENDED
        and frame.payload[:1] == bytes((mac.MacCommand.ASSOCIATION_RESPONSE,))
        and len(frame.payload) >= 4
        and frame.payload[3] == 0
        and frame.dst is not None
    ):
        yield _address(frame.dst_pan, int.from_bytes(frame.payload[1:3], "little")), frame.dst


def _learn_keys(keys: FieldKeys, message: object) -> None:
    match message:
        case TransportNetworkKey():
            keys.add(f"network key {message.sequence}, from the capture", message.key)
        case TransportLinkKey() | TransportApplicationKey():
            keys.add("link key, from the capture", message.key)
