"""The NWK layer of every frame of a device, and its security."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from hanbench.emulator.devices.ids import HUB
from hanbench.emulator.mac.frames import BROADCAST
from hanbench.harness.conform.conduct.counting import STUCK_AT, Stuck
from hanbench.harness.conform.conduct.rule import Known, Rule
from hanbench.harness.conform.frame import Frame
from hanbench.harness.frames.dissected import UNREADABLE

MOST_HOPS = 30
"""Twice nwkMaxDepth."""
BEFORE_KEYS = frozenset(("rejoin-request", "rejoin-response", "transport-key", "aps-ack", "leave", "network-report"))
"""Names of frames that may go without NWK security: those of a device without the key, and to one."""


class OwnSource(Rule):
    """The addresses in its frames are its own (R22, 3.3.1)."""

    CASE: ClassVar[str] = "HB-AIR-02"

    def saw(self, frame: Frame) -> Iterator[str]:
        packet, known = frame.nwk, self.known
        if packet is None or not known.sent(frame) or known.short is None:
            return
        if packet.src == known.short and packet.src_ieee not in (None, known.ieee):
            yield "the source's EUI-64 is another device's"
        elif known.end_device and packet.src != known.short:
            yield f"the source is not its address, 0x{known.short:04x}"
        elif packet.secured and packet.sender_ieee != known.ieee:
            yield "another device's EUI-64 stands in the auxiliary header"


class Radius(Rule):
    """It lets a frame go 1 to 30 hops (R22, 3.6.3.3; twice nwkMaxDepth)."""

    CASE: ClassVar[str] = "HB-AIR-02"

    def saw(self, frame: Frame) -> Iterator[str]:
        if self.known.originated(frame) and not 1 <= frame.nwk.radius <= MOST_HOPS:  # type: ignore[union-attr]
            yield f"the radius is {frame.nwk.radius}"  # type: ignore[union-attr]


class SequenceNumber(Rule):
    """Its sequence number changes from frame to frame (R22, 3.3.1.7)."""

    CASE: ClassVar[str] = "HB-AIR-02"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._stuck = Stuck()

    def saw(self, frame: Frame) -> Iterator[str]:
        packet = frame.nwk
        if packet is None or not self.known.originated(frame) or not packet.payload:
            return
        if self._stuck.after(packet.sequence, packet.payload):
            yield f"{STUCK_AT} frames in a row have the NWK sequence number {packet.sequence}"


class ByParent(Rule):
    """An end device sends everything to its parent; broadcasts to all if it listens (R22, 3.6.3.7, 3.6.5)."""

    CASE: ClassVar[str] = "HB-AIR-02"

    def saw(self, frame: Frame) -> Iterator[str]:
        packet, header = frame.nwk, frame.mac
        if packet is None or header is None or not self.known.originated(frame) or not self.known.end_device:
            return
        if header.dst != HUB and not (self.known.kind == "ihd" and header.dst == BROADCAST):
            yield "it sends a frame past its parent"


class Secured(Rule):
    """Its frames are under the network key (R22, 4.3.1.1)."""

    CASE: ClassVar[str] = "HB-AIR-03"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._had_key = known.kind == "hub"

    def saw(self, frame: Frame) -> Iterator[str]:
        packet = frame.nwk
        if packet is None or not self.known.sent(frame):
            return
        if packet.secured:
            self._had_key = True
        elif frame.name in BEFORE_KEYS:
            return
        elif self._had_key or frame.zcl is not None:
            yield "it sends a frame without NWK security"


class KnownKey(Rule):
    """Its keys are those of the network, and of its partners (R22, 4.3.1.1, 4.4.1.1).

    A hub makes its keys, and the bench learns them later.
    """

    CASE: ClassVar[str] = "HB-AIR-03"

    def saw(self, frame: Frame) -> Iterator[str]:
        if self.known.kind != "hub" and self.known.sent(frame) and frame.name == UNREADABLE:
            yield "it sends a frame under a key that nobody else has"


class Counters(Rule):
    """No frame counter comes twice under one key, nor goes back (R22, 4.3.1.1).

    A parent's frames wait for those who sleep, and go out in another order than that of their counters.
    """

    CASE: ClassVar[str] = "HB-AIR-03"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._octets: dict[tuple[bytes, int], bytes] = {}
        """By key and counter."""
        self._last: dict[bytes, int] = {}

    def saw(self, frame: Frame) -> Iterator[str]:
        packet, key = frame.nwk, frame.found.parts.network_key
        if packet is None or key is None or not self.known.sent(frame) or not packet.secured:
            return
        sealed = self._octets.setdefault((key, packet.counter), packet.sealed)
        last = self._last.get(key, -1)
        self._last[key] = max(last, packet.counter)
        if sealed != packet.sealed:
            yield f"two of its frames have the frame counter {packet.counter}, under one network key"
        elif packet.counter < last and self.known.kind != "hub":
            yield f"its frame counter is {packet.counter} after {last}, under one network key"


RULES = (OwnSource, Radius, SequenceNumber, ByParent, Secured, KnownKey, Counters)
