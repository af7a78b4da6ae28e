"""The APS of every frame of a device."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices.admission import needs_link_key
from hanbench.emulator.devices.settings import SMART_ENERGY
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.commands import TransportNetworkKey
from hanbench.emulator.zigbee.nwk.layer import FIRST_BROADCAST
from hanbench.harness.conform.conduct.counting import STUCK_AT, Stuck
from hanbench.harness.conform.conduct.mac import MOST_ATTEMPTS
from hanbench.harness.conform.conduct.rule import ASSOCIATION_RESPONSE, Known, Rule
from hanbench.harness.conform.frame import Frame
from hanbench.harness.frames.contents import DEVICE_PROFILE

ENDPOINTS = range(1, 241)
RECENT = 60 * SECOND
"""Time in which frames with one APS counter are one frame and its repetitions."""
SOON = 3 * SECOND
MISSING = 3
"""Acknowledgements that are not sent before a device is blamed: one or two are lost where the air is full."""


class Addressing(Rule):
    """Profile, endpoints and delivery mode go together (R22, 2.2.5.1)."""

    CASE: ClassVar[str] = "HB-AIR-04"

    def saw(self, frame: Frame) -> Iterator[str]:
        header, packet = frame.aps, frame.nwk
        if header is None or packet is None or header.type != aps.DATA or not self.known.originated(frame):
            return
        if header.fragment is not None and not header.fragment.first:
            return
        to_all = packet.dst >= FIRST_BROADCAST
        if to_all != (header.delivery != aps.UNICAST):
            yield "the delivery mode is not that of the NWK destination"
        elif to_all and header.ack_request:
            yield "it asks everybody for an APS acknowledgement"
        elif header.profile == DEVICE_PROFILE:
            if (header.src_endpoint, header.dst_endpoint) != (0, 0):
                yield "a message of the device profile is not between endpoints 0"
        elif header.profile != SMART_ENERGY:
            yield f"the profile is 0x{header.profile:04x}"
        elif header.src_endpoint not in ENDPOINTS:
            yield f"the source endpoint is {header.src_endpoint}"
        elif not to_all and header.dst_endpoint not in ENDPOINTS:
            yield f"the destination endpoint is {header.dst_endpoint}"


class Counter(Rule):
    """The APS counter is another for another frame (R22, 2.2.5.1.7)."""

    CASE: ClassVar[str] = "HB-AIR-04"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._stuck = Stuck()

    def saw(self, frame: Frame) -> Iterator[str]:
        header = frame.aps
        if header is None or header.type != aps.DATA or header.fragment is not None:
            return
        if not self.known.originated(frame):
            return
        if self._stuck.after(header.counter, header.payload):
            yield f"{STUCK_AT} frames in a row have the APS counter {header.counter}"


class Repetitions(Rule):
    """A frame goes out at most four times (apscMaxFrameRetries, R22, 2.2.7.1), and for an acknowledgement alone."""

    CASE: ClassVar[str] = "HB-AIR-04"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._sent: dict[tuple[int, int, int, bytes], tuple[int, set[int]]] = {}
        """By destination, counter, block and payload: when it went out first, and under which NWK counters."""

    def saw(self, frame: Frame) -> Iterator[str]:
        header, packet = frame.aps, frame.nwk
        if header is None or packet is None or header.type != aps.DATA or not self.known.originated(frame):
            return
        if packet.dst >= FIRST_BROADCAST:
            return
        block = 0 if header.fragment is None else header.fragment.block
        key = (packet.dst, header.counter, block, header.payload)
        first, counters = self._sent.get(key, (frame.time, set()))
        if frame.time - first > RECENT:
            first, counters = frame.time, set()
        counters.add(packet.sequence)
        self._sent[key] = first, counters
        if len(counters) > 1 and not header.ack_request:
            yield "it repeats a frame for which it asked no acknowledgement"
        elif len(counters) > MOST_ATTEMPTS:
            yield f"it sends one frame {len(counters)} times"


class Acknowledges(Rule):
    """It acknowledges what it answers, where that is asked for, and nothing else (R22, 2.2.8.3.3, 2.2.5.2.3)."""

    CASE: ClassVar[str] = "HB-AIR-04"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._came: dict[tuple[int, int], Frame] = {}
        """By source and APS counter: what came for it."""
        self._acknowledged: set[tuple[int, int]] = set()
        self._answered: list[tuple[int, tuple[int, int]]] = []
        """When it answered which frame."""
        self._missing = 0

    def saw(self, frame: Frame) -> Iterator[str]:
        header, packet, known = frame.aps, frame.nwk, self.known
        if self._answered and frame.time - self._answered[0][0] > SOON:
            _, key = self._answered.pop(0)
            if key not in self._acknowledged:
                self._missing += 1
                if self._missing == MISSING:
                    yield "it answers requests, and does not acknowledge them"
        if header is None or packet is None:
            return
        if known.for_it(frame) and packet.dst == known.short and header.type != aps.ACK:
            key = packet.src, header.counter
            before = self._came.get(key)
            if before is None or frame.time - before.time > RECENT:
                self._acknowledged.discard(key)
            self._came[key] = frame
        elif known.originated(frame) and header.type == aps.ACK:
            yield from self._acknowledges(frame)
        elif known.originated(frame) and header.type == aps.DATA and frame.is_answer and frame.zcl is not None:
            self._answers(frame)

    def _acknowledges(self, frame: Frame) -> Iterator[str]:
        header, packet = frame.aps, frame.nwk
        assert header is not None
        assert packet is not None
        came = self._came.get((packet.dst, header.counter))
        if came is None or came.aps is None:
            yield "it acknowledges a frame that nobody sent"
            return
        self._acknowledged.add((packet.dst, header.counter))
        if came.aps.type != aps.DATA or header.ack_format:
            return
        if (header.cluster, header.profile) != (came.aps.cluster, came.aps.profile):
            yield "cluster or profile of its acknowledgement are not those of the frame"
        elif header.dst_endpoint != came.aps.src_endpoint:
            yield "its acknowledgement goes to another endpoint than the frame came from"

    def _answers(self, frame: Frame) -> None:
        packet, zcl, header = frame.nwk, frame.zcl, frame.aps
        assert packet is not None
        assert zcl is not None
        assert header is not None
        for key, came in reversed(self._came.items()):
            if key[0] != packet.dst or came.zcl is None or came.aps is None or frame.time - came.time > RECENT:
                continue
            if came.zcl.tsn == zcl.tsn and came.aps.cluster == header.cluster:
                if came.aps.ack_request and came.aps.fragment is None:
                    self._answered.append((frame.time, key))
                return


class LinkKey(Rule):
    """What needs the link key is under it (SE 1.4a, 5.4.6)."""

    CASE: ClassVar[str] = "HB-AIR-03"

    def saw(self, frame: Frame) -> Iterator[str]:
        header, zcl = frame.aps, frame.zcl
        if header is None or zcl is None or header.delivery != aps.UNICAST or not self.known.originated(frame):
            return
        refusal = frame.name == "default-response"
        if needs_link_key(header.cluster) and not header.secured and not refusal:
            yield "it sends a message without the link key that its cluster needs"


class LinkKeyCounters(Rule):
    """No APS frame counter goes back, or comes twice, under one link key (R22, 4.4.1.1)."""

    CASE: ClassVar[str] = "HB-AIR-03"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._last: dict[bytes, tuple[int, int]] = {}
        """By key: the counter, and the APS counter of its frame."""

    def saw(self, frame: Frame) -> Iterator[str]:
        header, key = frame.aps, frame.found.parts.link_key
        if header is None or key is None or not header.secured or header.type != aps.DATA:
            return
        if not self.known.originated(frame):
            return
        counter, of = self._last.get(key, (-1, -1))
        if header.frame_counter == counter and header.counter == of:
            return
        self._last[key] = header.frame_counter, header.counter
        if header.frame_counter <= counter:
            yield f"its APS frame counter is {header.frame_counter} after {counter}, under one link key"


class GivesAddresses(Rule):
    """A hub gives addresses that nobody has, and keys in its own name (R22, 3.6.1.9, 4.4.10.1)."""

    CASE: ClassVar[str] = "HB-AIR-05"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._given: dict[int, int] = {}
        """Short addresses and their EUI-64."""

    def saw(self, frame: Frame) -> Iterator[str]:
        header, packet, message = frame.mac, frame.nwk, frame.message
        if self.known.kind != "hub" or header is None or not self.known.sent(frame):
            return
        if frame.name == ASSOCIATION_RESPONSE and header.dst is not None and header.payload[3] == 0:
            yield from self._gave(int.from_bytes(header.payload[1:3], "little"), header.dst)
        elif frame.name == "rejoin-response" and packet is not None and message.status == 0:
            if packet.dst_ieee is not None:
                yield from self._gave(message.short, packet.dst_ieee)
        elif _names_another(message, self.known.ieee) and self.known.originated(frame):
            yield "the network key comes in another device's name"

    def _gave(self, short: int, ieee: int) -> Iterator[str]:
        if short not in range(1, FIRST_BROADCAST):
            yield f"it gives the address 0x{short:04x}"
        elif self._given.setdefault(short, ieee) != ieee:
            yield f"it gives two devices the address 0x{short:04x}"


def _names_another(message: object, ieee: int) -> bool:
    return isinstance(message, TransportNetworkKey) and message.source != ieee


RULES = (GivesAddresses, Addressing, Counter, Repetitions, Acknowledges, LinkKey, LinkKeyCounters)
