"""The radio interface: the boundary of an OpenThread radio co-processor (RCP), in Python.

The layers above it (MAC, NWK, APS, ZCL, devices) run unchanged on an `AirRadio`, on a virtual dongle and on a physical
USB dongle. CSMA-CA, retries, automatic acknowledgement, address filtering and the frame-pending bit of acknowledgements
are below it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, Protocol

BROADCAST_PAN = 0xFFFF
"""PAN ID that every receiver accepts; also the PAN ID of a radio outside any PAN."""

NO_SHORT_ADDRESS = 0xFFFF
"""Short address of a device that has no short address."""


class TxStatus(IntEnum):
    """The outcome of a transmission (MCPS-DATA.confirm of IEEE 802.15.4-2011, 6.3.2)."""

    SENT = 0
    """The frame was sent; it requested no acknowledgement."""
    ACKED = 1
    NO_ACK = 2
    """No attempt was acknowledged."""
    CHANNEL_ACCESS_FAILURE = 3
    """The channel was never clear."""
    ABORTED = 4
    """The radio was reset, switched off or unplugged before the end."""


class TxResult(NamedTuple):
    """The result of one `Radio.transmit`."""

    status: TxStatus
    frame_pending: bool
    """The acknowledgement's frame-pending bit: the peer holds data for this radio."""


class Reception(NamedTuple):
    """A received frame; its FCS has been checked and is included."""

    psdu: bytes
    rssi: int
    """Received signal strength, dBm."""
    lqi: int
    """Link quality, 0 to 255."""
    time: int
    """Time at which the frame ended on the air, microseconds of the clock."""
    channel: int
    acked_pending: bool
    """Whether the radio acknowledged this frame with the frame-pending bit set."""


@dataclass(frozen=True, slots=True)
class RadioConfig:
    """Channel, power and address filter of a radio; always applied together."""

    channel: int = 11
    """11 to 26 (2.4 GHz page 0)."""
    pan_id: int = BROADCAST_PAN
    short_address: int = NO_SHORT_ADDRESS
    extended_address: int = 0
    promiscuous: bool = False
    """Receive every frame, and acknowledge none."""
    tx_power: int = 3
    """dBm."""
    pan_coordinator: bool = False
    """Also accept frames without a destination address (association of the first device, data to the coordinator)."""


class Radio(Protocol):
    """One half-duplex IEEE 802.15.4 transceiver, with at most one transmission in flight."""

    receiver: Callable[[Reception], None] | None
    """Called with each frame that passed the FCS check and the address filter."""

    @property
    def config(self) -> RadioConfig: ...

    def configure(self, config: RadioConfig) -> None:
        """Apply `config`, replacing the previous configuration."""

    def listen(self, on: bool) -> None:
        """Switch the receiver on or off. A transmission switches it on for the acknowledgement."""

    def source_match(self, enabled: bool) -> None:
        """Enable or disable the source-match table, which sets frame-pending in the acknowledgement of a Data Request.

        While it is disabled (as after a reset), each acknowledgement of a Data Request has frame-pending set, as in RCP
        firmware. Either way the table is emptied.
        """

    def source_match_add(self, address: int, *, extended: bool) -> None:
        """Set frame-pending for `address`, because data is queued for it. Adding an address twice has no effect."""

    def source_match_remove(self, address: int, *, extended: bool) -> None:
        """Stop setting frame-pending for `address`; an unknown address is ignored."""

    def transmit(
        self,
        psdu: bytes,
        done: Callable[[TxResult], None],
        *,
        csma: bool = True,
        backoffs: int = 4,
        retries: int = 3,
    ) -> None:
        """Send `psdu` (FCS included, 3 to 127 octets); `done` is called once with the result.

        The transmission fails if the channel is busy more than `backoffs` times in one attempt, or if the frame and its
        `retries` repeats all go unacknowledged.

        Raises LocalProtocolError while another transmission is in flight.
        """

    def energy_scan(self, channel: int, duration: int, done: Callable[[int], None]) -> None:
        """Measure `channel` for `duration` microseconds; `done` gets the highest energy, dBm."""

    def reset(self) -> None:
        """Reset configuration and source-match table; abort a transmission in flight (its `done` gets ABORTED)."""


ALL_CHANNELS = tuple(range(11, 27))
