"""Models of RCP firmware: what a build says of itself, and the points in which builds differ.

`STRICT` is what OpenThread's own RCP does (simulation platform, January 2025; domain/rcp-firmware.md). `LENIENT`
forgives what that firmware punishes. The other models are builds with known faults.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hanbench.emulator.radio.spinel.ids import (
    PROTOCOL_VERSION,
    RCP_API_VERSION,
    RCP_MIN_HOST_API_VERSION,
    Capability,
    PropertyId,
    RadioCapability,
    SpinelStatus,
)


@dataclass(frozen=True, slots=True)
class Interruption:
    """What becomes of a transmission under way if the host changes the receiver or the channel; probabilities.

    Real firmware has a race here, between the change and the end of the transmission.
    """

    lost: float = 0.0
    """The receiver is switched on, or the channel set: the host never hears how the transmission ended."""
    on_refused: float = 0.0
    """The same change is refused with INVALID_STATE, and the transmission goes on."""
    off_refused: float = 0.0
    """Switching the receiver off is refused with INVALID_STATE, and the transmission goes on."""
    disabling_loses: bool = False
    """PHY_ENABLED = 0: the host never hears how the transmission ended."""


@dataclass(frozen=True, slots=True)
class Firmware:
    """One build of RCP firmware. The defaults are those of OpenThread."""

    version: str = "HANBENCH-RCP/1.0; VIRTUAL; hanbench"
    protocol: tuple[int, int] = PROTOCOL_VERSION
    capabilities: tuple[Capability, ...] = (
        Capability.COUNTERS,
        Capability.UNSOLICITED_UPDATE_FILTER,
        Capability.IEEE_802_15_4_2450MHZ_OQPSK,
        Capability.CONFIG_RADIO,
        Capability.MAC_RAW,
        Capability.RCP_API_VERSION,
        Capability.RCP_MIN_HOST_API_VERSION,
    )
    radio: RadioCapability = (
        RadioCapability.ACK_TIMEOUT
        | RadioCapability.ENERGY_SCAN
        | RadioCapability.TRANSMIT_RETRIES
        | RadioCapability.CSMA_BACKOFF
        | RadioCapability.SLEEP_TO_TX
        | RadioCapability.TRANSMIT_SEC
        | RadioCapability.TRANSMIT_TIMING
    )
    api: int = RCP_API_VERSION
    min_host_api: int = RCP_MIN_HOST_API_VERSION
    reset_status: SpinelStatus = SpinelStatus.RESET_POWER_ON
    """Status that announces a restart; some builds send RESET_SOFTWARE."""
    missing: frozenset[PropertyId] = frozenset()
    """Properties that this build does not know: CC2652 builds have no CCA threshold."""
    unreadable: frozenset[PropertyId] = frozenset(
        {PropertyId.MAC_RX_ON_WHEN_IDLE, PropertyId.MAC_SRC_MATCH_SHORT, PropertyId.MAC_SRC_MATCH_EXTENDED}
    )
    """Properties that can be written and not read."""
    transmit_queue: int = 0
    """Transmissions that may wait while another is in flight. OpenThread has no such queue and answers BUSY at once,
    but zigbee-on-host 0.2.4 does not always wait."""
    interruption: Interruption = Interruption(lost=32 / 40, off_refused=9 / 40, disabling_loses=True)
    """Rates: domain/rcp-firmware.md 1, of 40 transmissions each."""
    absent_entry: SpinelStatus | None = SpinelStatus.STACK_NO_ADDRESS
    """Status of a REMOVE of a source-match entry that is not in its table; None: it succeeds."""
    reversed_removal: bool = False
    """REMOVE of an extended address looks for its octets in reverse order. Hosts of the same months do the same, and
    the two faults make up for each other; every other host is refused, as for an absent entry."""
    pending_on_data: bool = True
    """Frame-pending is set in acknowledgements of data frames too, as since Thread 1.2."""
    receives_after_sending: bool = True
    """The receiver is on after every transmission, also if the host had switched it off before."""
    never_pending_unmatched: bool = False
    """A disabled source-match table sets frame-pending for no child (seen on ESP32) instead of for every child."""
    needs_phy_enabled: bool = True
    """Channel, addresses and source-match entries are refused with INVALID_STATE while PHY_ENABLED is 0."""
    one_channel_scans: bool = True
    """An energy scan of several channels is refused with INVALID_ARGUMENT."""


STRICT = Firmware()
LENIENT = Firmware(
    unreadable=frozenset(),
    interruption=Interruption(),
    absent_entry=None,
    pending_on_data=False,
    receives_after_sending=False,
    radio=STRICT.radio | RadioCapability.RX_ON_WHEN_IDLE,
    needs_phy_enabled=False,
    one_channel_scans=False,
)
MODELS = {
    "strict": STRICT,
    "lenient": LENIENT,
    # Builds of about November 2024 to February 2025; mended upstream on 2025-02-14.
    "openthread-2025-01": replace(STRICT, reversed_removal=True),
    # Silicon Labs' otPlatRadioReceive and otPlatRadioSleep return INVALID_STATE while the radio transmits.
    "efr32": replace(STRICT, interruption=Interruption(on_refused=1.0, off_refused=1.0, disabling_loses=True)),
}
"""The models by the names that bench files use."""
