"""The identity of a build of RCP firmware, and the points in which builds differ."""

from __future__ import annotations

from dataclasses import dataclass

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
class Firmware:
    """One build of RCP firmware. The defaults are those of OpenThread."""

    version: str = "HANBENCH-RCP/1.0; VIRTUAL; hanbench"
    protocol: tuple[int, int] = PROTOCOL_VERSION
    capabilities: tuple[Capability, ...] = (Capability.CONFIG_RADIO, Capability.MAC_RAW)
    radio: RadioCapability = (
        RadioCapability.ACK_TIMEOUT
        | RadioCapability.ENERGY_SCAN
        | RadioCapability.TRANSMIT_RETRIES
        | RadioCapability.CSMA_BACKOFF
        | RadioCapability.SLEEP_TO_TX
        | RadioCapability.RX_ON_WHEN_IDLE
    )
    api: int = RCP_API_VERSION
    min_host_api: int = RCP_MIN_HOST_API_VERSION
    reset_status: SpinelStatus = SpinelStatus.RESET_POWER_ON
    """Status that announces a restart; some builds send RESET_SOFTWARE."""
    missing: frozenset[PropertyId] = frozenset()
    """Properties that this build does not know: CC2652 builds have no CCA threshold."""
    transmit_queue: int = 0
    """Transmissions that may wait while another is in flight. OpenThread has no such queue and answers BUSY at once,
    but zigbee-on-host 0.2.4 does not always wait."""
    never_pending_unmatched: bool = False
    """A disabled source-match table sets frame-pending for no child (seen on ESP32) instead of for every child."""
