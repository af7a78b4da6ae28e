"""The radio interface: the boundary of an OpenThread radio co-processor (RCP), in Python.

The layers above it (MAC, NWK, APS, ZCL, devices) run unchanged on an `AirRadio`, on a virtual dongle and on a real
USB dongle. CSMA-CA, retries, automatic acknowledgement, address filtering and the frame-pending bit of
acknowledgements are below it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, Protocol

BROADCAST_PAN = 0xFFFF
"""PAN ID that every receiver accepts; also the PAN ID of a radio that is in no PAN."""

NO_SHORT_ADDRESS = 0xFFFF
"""Short address of a device that has none."""


class TxStatus(IntEnum):
    """How a transmission ended (MCPS-DATA.confirm of IEEE 802.15.4-2011, 6.3.2)."""

    SENT = 0
    """No acknowledgement was asked for; the frame was sent."""
    ACKED = 1
    NO_ACK = 2
    """All retries went unacknowledged."""
    CHANNEL_ACCESS_FAILURE = 3
    """The channel was never clear."""
    ABORTED = 4
    """The radio was reset, switched off or unplugged before the end."""


class TxResult(NamedTuple):
    """The outcome of one `Radio.transmit`."""

    status: TxStatus
    frame_pending: bool
    """The acknowledgement's frame-pending bit: the peer holds data for this radio."""


class Reception(NamedTuple):
    """A received frame; its FCS is checked and still attached."""

    psdu: bytes
    rssi: int
    """Received signal strength, dBm."""
    lqi: int
    """Link quality, 0 to 255."""
    time: int
    """End of the frame on the air, microseconds of the clock."""
    channel: int
    acked_pending: bool
    """The radio acknowledged this frame with the frame-pending bit set."""


@dataclass(frozen=True, slots=True)
class RadioConfig:
    """Channel, power and address filter of a radio; always applied as a whole."""

    channel: int = 11
    """11 to 26 (2.4 GHz page 0)."""
    pan_id: int = BROADCAST_PAN
    short_address: int = NO_SHORT_ADDRESS
    extended_address: int = 0
    promiscuous: bool = False
    """Hand every frame up, and acknowledge none."""
    tx_power: int = 3
    """dBm."""
    pan_coordinator: bool = False
    """Also accept frames without destination address (association of the first device, data to the coordinator)."""


class Radio(Protocol):
    """One half-duplex IEEE 802.15.4 transceiver. One transmission in flight."""

    receiver: Callable[[Reception], None] | None
    """Called for each frame that passed the FCS and the address filter."""

    @property
    def config(self) -> RadioConfig: ...

    def configure(self, config: RadioConfig) -> None:
        """Apply `config` as a whole."""

    def listen(self, on: bool) -> None:
        """Switch the receiver on or off. A transmission turns it on for its acknowledgement by itself."""

    def source_match(self, enabled: bool) -> None:
        """Enable the source-match table, which sets frame-pending in the acknowledgement of a Data Request.

        Disabled (after reset), each acknowledgement of one has it, as in RCP firmware. Either way the table is emptied.
        """

    def source_match_add(self, address: int, *, extended: bool) -> None:
        """Set frame-pending for `address`, as data is queued for it. Adding it twice is the same as once."""

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
        """Send `psdu` (FCS included, 3 to 127 octets); `done` is called once.

        The channel may be found busy `backoffs` times, and an acknowledgement may be missed `retries` times, before
        the frame is given up.

        Raises LocalProtocolError while another transmission is in flight.
        """

    def energy_scan(self, channel: int, duration: int, done: Callable[[int], None]) -> None:
        """Measure `channel` for `duration` microseconds; `done` gets the highest energy, dBm."""

    def reset(self) -> None:
        """Reset configuration and source-match table; abort a transmission in flight (its `done` gets ABORTED)."""


ALL_CHANNELS = tuple(range(11, 27))
