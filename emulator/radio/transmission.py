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


class Station(Protocol):
    """A radio, as the Air sees it."""

    channel: int
    tx_power: int
    """dBm."""
    name: str
    sending_from: int
    sending_until: int
    """Of the latest transmission, acknowledgements included."""

    @property
    def position(self) -> Position: ...

    def could_hear(self, transmission: Transmission) -> bool:
        """The receiver was on, on this channel, for the whole frame, and did not send meanwhile."""

    def accepts(self, psdu: bytes, mode: int) -> bool:
        """Address filter for what the Air's index does not find: broadcasts and frames without destination."""

    def frame_pending(self, psdu: bytes) -> bool:
        """The frame-pending bit of the acknowledgement of `psdu`."""

    def hear(self, transmission: Transmission, link: Link | None, acked_pending: bool) -> None:
        """A frame came through (`link` is None where it did not)."""

    def garbled(self) -> None:
        """A frame came with bit errors."""

    def sent(self, transmission: Transmission) -> None:
        """A frame that asked for no acknowledgement has ended."""

    def acknowledged(self, transmission: Transmission, pending: bool) -> None:
        """The acknowledgement arrived."""

    def unacknowledged(self, transmission: Transmission) -> None:
        """No acknowledgement arrived in time."""


class Transmission:
    """One PSDU on the air."""

    __slots__ = ("channel", "end", "number", "overlaps", "psdu", "sender", "start")

    def __init__(self, sender: Station, psdu: bytes, start: int, end: int) -> None:
        self.sender = sender
        self.psdu = psdu
        """With FCS."""
        self.channel = sender.channel
        self.start = start
        """First bit of the preamble, microseconds."""
        self.end = end
        self.number = 0
        """1 for the first frame on this Air, in order of their ends; 0 before its end."""
        self.overlaps: list[Transmission] | None = None
