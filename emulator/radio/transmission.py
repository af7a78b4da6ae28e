"""One PSDU on the air, the timing of the 2.4 GHz PHY, and the interface of a radio towards the Air.

Timing: IEEE 802.15.4-2011, 8.1.3, 8.2.7 and 10.1; durations in microseconds.
"""

from __future__ import annotations

from typing import Protocol

from hanbench.emulator.radio.propagation import Link, Position

SYMBOL = 16
"""Microseconds (62.5 ksymbol/s)."""
OCTET = 32
"""Microseconds (250 kbit/s)."""
PHY_OVERHEAD = 6
"""Octets before the PSDU: preamble, start-of-frame delimiter, length."""
TURNAROUND = 12 * SYMBOL
CCA_TIME = 8 * SYMBOL
ACK_WAIT = 54 * SYMBOL
"""macAckWaitDuration: turnaround, one backoff period, and the air time of an acknowledgement."""
ACK_OCTETS = 5
SHORTEST = (5, 5, 9, 15)
"""Minimum octets of a frame by its destination addressing mode, FCS included."""


class Station(Protocol):
    """The interface of a radio towards the Air."""

    channel: int
    tx_power: int
    """dBm."""
    name: str
    sending_from: int
    sending_until: int
    """Start and end of the latest transmission, acknowledgements included, in microseconds."""

    @property
    def position(self) -> Position: ...

    def could_hear(self, transmission: Transmission) -> bool:
        """Whether the receiver was on, on this channel, for the whole frame, and did not send at the same time."""

    def accepts(self, psdu: bytes, mode: int) -> bool:
        """Filter frames that the Air's index does not find: broadcasts and frames without a destination."""

    def frame_pending(self, psdu: bytes) -> bool:
        """Return the frame-pending bit of the acknowledgement of `psdu`."""

    def hear(self, transmission: Transmission, link: Link | None, acked_pending: bool) -> None:
        """Take a frame; `link` is None if the frame did not arrive."""

    def garbled(self) -> None:
        """Take notice of a frame that arrived with bit errors."""

    def sent(self, transmission: Transmission) -> None:
        """Take notice that a frame that requested no acknowledgement has ended."""

    def acknowledged(self, transmission: Transmission, pending: bool) -> None:
        """Take notice that the acknowledgement arrived, with frame-pending as `pending`."""

    def unacknowledged(self, transmission: Transmission) -> None:
        """Take notice that no acknowledgement arrived in time."""


class Transmission:
    """One PSDU on the air."""

    __slots__ = ("channel", "end", "number", "overlaps", "psdu", "sender", "start")

    def __init__(self, sender: Station, psdu: bytes, start: int, end: int) -> None:
        self.sender = sender
        self.psdu = psdu
        """Octets with FCS."""
        self.channel = sender.channel
        self.start = start
        """Time of the first bit of the preamble, microseconds."""
        self.end = end
        self.number = 0
        """1 for the first completed frame on this Air, in order of completion; 0 before completion."""
        self.overlaps: list[Transmission] | None = None
