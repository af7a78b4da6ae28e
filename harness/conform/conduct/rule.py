"""What a rule is, and what is known of a device from the frames up to now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from hanbench.emulator.devices.ids import HUB
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.zigbee.nwk.layer import FIRST_BROADCAST
from hanbench.harness.conform.bench import Kind
from hanbench.harness.conform.frame import Frame

ASSOCIATION_RESPONSE = "association-response"
STARTS = frozenset(("association-request", "rejoin-request", "device-announce", "beacon-request"))
"""Names of frames that a device sends when it has got power."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule found wrong with a frame."""

    case: str
    """The case of the area AIR to which the rule belongs."""
    sentence: str
    frame: Frame


@dataclass(slots=True)
class Known:
    """What the frames up to now tell of the device under test."""

    kind: Kind
    ieee: int
    wake_s: float
    """Its wake period, in seconds."""
    short: int | None = None
    """Its short address: as it was assigned last, or as the device announced it last."""
    capability: int | None = None
    """Its MAC capabilities, as it stated them when it joined or rejoined last."""
    endpoints: set[int] = field(default_factory=set)
    """The endpoints from which it has sent."""
    associates: bool = False
    """Whether it has asked to associate: an Association Response that nobody asked for changes nothing."""
    starts: int = 0
    """How often it has begun anew: numbers may begin anew with it."""

    def __post_init__(self) -> None:
        if self.kind == "hub":
            self.short = HUB

    @property
    def end_device(self) -> bool:
        """Whether it is one by its kind: meters may be routers."""
        return self.kind in ("gsme", "ihd")

    def sent(self, frame: Frame) -> bool:
        """Return whether the device sent a frame over this hop."""
        return frame.observed.sender == self.kind

    def originated(self, frame: Frame) -> bool:
        """Return whether a NWK frame that the device sent is its own, and none that it relays."""
        packet = frame.nwk
        return packet is not None and self.sent(frame) and packet.src == self.short

    def for_it(self, frame: Frame) -> bool:
        """Return whether a NWK frame of somebody else reaches the device: to its address, or to everybody."""
        packet = frame.nwk
        return (
            packet is not None and not self.sent(frame) and (packet.dst == self.short or packet.dst >= FIRST_BROADCAST)
        )

    def saw(self, frame: Frame) -> None:
        """Learn from a frame."""
        if frame.zcl is not None and frame.aps is not None and self.originated(frame):
            self.endpoints.add(frame.aps.src_endpoint)
        if frame.name in STARTS and self.sent(frame):
            self.starts += 1
        if self.kind == "hub":
            return
        header, packet, message = frame.mac, frame.nwk, frame.message
        if self.sent(frame) and frame.name == "association-request" and header is not None and len(header.payload) > 1:
            self.capability, self.associates = header.payload[1], True
        elif self.sent(frame) and frame.name == "rejoin-request":
            self.capability = message.capability
        if frame.name == ASSOCIATION_RESPONSE and header is not None and self.associates:
            if header.dst_mode == mac.EXTENDED and header.dst == self.ieee and header.payload[3] == 0:
                self.short, self.associates = int.from_bytes(header.payload[1:3], "little"), False
        elif frame.name == "rejoin-response" and packet is not None and packet.dst_ieee == self.ieee:
            if message.status == 0:
                self.short = message.short
        elif frame.name == "device-announce" and self.sent(frame) and message.ieee == self.ieee:
            self.short = message.short


class Rule:
    """One rule. It sees the frames of one case; the first remark ends it."""

    CASE: ClassVar[str]
    """The case of the area AIR to which it belongs."""

    def __init__(self, known: Known) -> None:
        self.known = known

    def saw(self, frame: Frame) -> Iterator[str]:
        """See the next frame, of anybody; yield what is wrong with the device's conduct."""
        raise NotImplementedError
