"""What one build of RCP firmware says of itself, and where builds differ."""

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
    """One build. What is not said here is as OpenThread has it."""

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
    """What a restart is announced with; some builds say RESET_SOFTWARE."""
    missing: frozenset[PropertyId] = frozenset()
    """Properties that this build does not know: CC2652 has no CCA threshold."""
    transmit_queue: int = 0
    """Transmissions that wait while another is in flight. Firmware has no such queue, and says BUSY at once; but there
    are hosts that do not always wait (zigbee-on-host 0.2.4)."""
    never_pending_unmatched: bool = False
    """A disabled source-match table means frame-pending for nobody (seen on ESP32), not for everybody."""
