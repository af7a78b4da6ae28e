"""The MAC of every frame of a device."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from hanbench.emulator.clock import MILLISECOND, SECOND
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.conduct.counting import STUCK_AT, Stuck
from hanbench.harness.conform.conduct.rule import Known, Rule
from hanbench.harness.conform.frame import Frame
from hanbench.harness.frames.dissected import MALFORMED

MOST_ATTEMPTS = 4
"""Transmissions of one frame: the first, and macMaxFrameRetries."""
PROMISED = 100 * MILLISECOND
"""Time in which a frame comes that an acknowledgement has announced, and its repetitions, with room for a busy air:
macMaxFrameTotalWaitTime is some 20 ms."""
MOST_BROKEN = 3
"""Announced frames that do not come before a parent is blamed: on a busy air one may come too late."""


class WellFormed(Rule):
    """Its octets are frames (IEEE 802.15.4-2011, 5.2; and of each layer above)."""

    CASE: ClassVar[str] = "HB-AIR-01"

    def saw(self, frame: Frame) -> Iterator[str]:
        if frame.name != MALFORMED or not self.known.sent(frame):
            return
        relays = frame.nwk is not None and not self.known.originated(frame)
        if not relays and not _refuses_unknown(frame):
            yield "it sends octets that are no frame"


def _refuses_unknown(frame: Frame) -> bool:
    """Return whether a frame answers a request of the device profile that the dissector does not know."""
    header = frame.aps
    return header is not None and header.profile == 0 and header.cluster not in zdp.BY_CLUSTER


class AsksForAcknowledgement(Rule):
    """It asks for an acknowledgement of a frame to one device, and of no other (5.1.6.4; R22, 3.6.2.1)."""

    CASE: ClassVar[str] = "HB-AIR-01"

    def saw(self, frame: Frame) -> Iterator[str]:
        header = frame.mac
        if header is None or not self.known.sent(frame) or header.type not in (mac.DATA, mac.COMMAND):
            return
        to_all = header.dst_mode == mac.SHORT and header.dst == mac.BROADCAST
        if to_all and header.ack_request:
            yield "it asks everybody for an acknowledgement"
        elif not to_all and header.dst_mode != mac.NONE and not header.ack_request:
            yield "it asks for no acknowledgement of a frame to one device"


class OwnAddress(Rule):
    """The source of its frames is its own (5.2.1.3)."""

    CASE: ClassVar[str] = "HB-AIR-01"

    def saw(self, frame: Frame) -> Iterator[str]:
        header, known = frame.mac, self.known
        if header is None or not known.sent(frame) or header.type not in (mac.DATA, mac.COMMAND):
            return
        if header.src_mode == mac.EXTENDED and header.src != known.ieee:
            yield "the MAC source is another device's EUI-64"
        elif header.src_mode == mac.SHORT and known.short is not None and header.src != known.short:
            yield f"the MAC source is not its address, 0x{known.short:04x}"


class SequenceNumber(Rule):
    """Its sequence number changes from frame to frame (5.2.1.2)."""

    CASE: ClassVar[str] = "HB-AIR-01"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._stuck = Stuck()

    def saw(self, frame: Frame) -> Iterator[str]:
        header = frame.mac
        if header is None or not self.known.sent(frame) or header.type not in (mac.DATA, mac.COMMAND):
            return
        if self._stuck.after(header.sequence, frame.psdu):
            yield f"{STUCK_AT} frames in a row have the sequence number {header.sequence}"


class Repetitions(Rule):
    """It sends a frame at most four times (macMaxFrameRetries, table 52)."""

    CASE: ClassVar[str] = "HB-AIR-01"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._psdu = b""
        self._at = 0
        self._times = 0

    def saw(self, frame: Frame) -> Iterator[str]:
        header = frame.mac
        if header is None or not self.known.sent(frame) or header.type not in (mac.DATA, mac.COMMAND):
            return
        again = frame.psdu == self._psdu and frame.time - self._at < SECOND
        self._times = self._times + 1 if again else 1
        self._psdu, self._at = frame.psdu, frame.time
        if header.ack_request and self._times > MOST_ATTEMPTS:
            yield f"it sends the same octets {self._times} times"


class PendingFrames(Rule):
    """Only a parent says that frames wait, and what it says at a poll is true (5.1.6.3).

    The acknowledgements of an end device do not count: a radio co-processor that keeps no list of sleepers says in each
    that a frame waits, and nobody polls an end device.
    """

    CASE: ClassVar[str] = "HB-AIR-01"

    def __init__(self, known: Known) -> None:
        super().__init__(known)
        self._asked: tuple[int, int] | None = None
        """The last poll: address and mode."""
        self._promised: tuple[int, int, Frame] | None = None
        self._broken = 0

    def saw(self, frame: Frame) -> Iterator[str]:
        header, known = frame.mac, self.known
        if header is None:
            return
        if self._promised is not None:
            yield from self._kept(frame)
        if known.sent(frame):
            if known.end_device and header.frame_pending and header.type != mac.ACK:
                yield "it says that frames wait at it, and has no children"
            if known.kind == "hub" and header.type == mac.ACK and header.frame_pending and self._asked is not None:
                self._promised = (*self._asked, frame)
        polled = header.type == mac.COMMAND and frame.name == "data-request" and not known.sent(frame)
        self._asked = (header.src, header.src_mode) if polled and header.src is not None else None

    def _kept(self, frame: Frame) -> Iterator[str]:
        assert self._promised is not None
        assert frame.mac is not None
        address, mode, promise = self._promised
        if frame.time - promise.time > PROMISED:
            self._promised = None
            self._broken += 1
            if self._broken == MOST_BROKEN:
                yield "its acknowledgements of polls say that a frame waits, and none follows"
        elif self.known.sent(frame) and (frame.mac.dst, frame.mac.dst_mode) == (address, mode):
            self._promised = None


RULES = (WellFormed, AsksForAcknowledgement, OwnAddress, SequenceNumber, Repetitions, PendingFrames)
