"""The flash of a gas meter's application."""

from __future__ import annotations

from dataclasses import dataclass

from hanbench.emulator.devices.metering import MeterFlash


@dataclass(slots=True)
class GasMeterFlash(MeterFlash):
    """What a gas meter keeps over a power cut beside its network."""

    mirror: int = 0
    """Endpoint of its mirror at the hub; 0: none."""
    wake_interval: int | None = None
    """Between two wakes, microseconds, as the hub asked for it; None: as the settings say."""
