"""APS fragmentation (R22, 2.2.8.4.5) with the window of one block that Smart Energy prescribes (SE 1.4a, 5.2.2)."""

from __future__ import annotations

from dataclasses import dataclass, field

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zigbee.aps.frames import Fragment

LARGEST_MESSAGE = 2048
"""Octets. SE allows devices to take no more than 128; a tunnel's transfers have 1,500 where nothing else is agreed."""
MAX_BLOCKS = 255
MOST_REASSEMBLIES = 16
"""Messages under way at a time; the oldest one makes room, and first one that no link key protects."""


def split(payload: bytes, block: int) -> list[bytes]:
    """The blocks of a message, of at most `block` octets."""
    return [payload[at : at + block] for at in range(0, len(payload), block)]


def header(index: int, total: int) -> Fragment:
    """The extended header of a block; the first block's has the number of blocks."""
    return Fragment(True, total) if index == 0 else Fragment(False, index)


@dataclass(slots=True)
class Reassembly:
    """One incoming message of several blocks."""

    total: int
    pieces: dict[int, bytes] = field(default_factory=dict)
    delivered: bool = False

    def is_over_before(self, fragment: Fragment, payload: bytes) -> bool:
        """Whether a block is the first one of another message, whose sender has come round to the same APS counter."""
        return fragment.first and self.delivered and (fragment.block, payload) != (self.total, self.pieces[0])

    def add(self, fragment: Fragment, payload: bytes) -> bytes | None:
        """Add a block; returns the message, once, when it is complete. Raises RemoteProtocolError."""
        index = 0 if fragment.first else fragment.block
        if not fragment.first and not 0 < index < self.total:
            raise RemoteProtocolError(DropReason.MALFORMED_APS, f"block {index} of {self.total}")
        self.pieces[index] = payload
        if sum(map(len, self.pieces.values())) > LARGEST_MESSAGE:
            raise RemoteProtocolError(DropReason.UNSUPPORTED, f"message above {LARGEST_MESSAGE} octets")
        if self.delivered or len(self.pieces) < self.total:
            return None
        self.delivered = True
        return b"".join(self.pieces[i] for i in range(self.total))
