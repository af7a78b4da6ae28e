"""The flash of a meter's application."""

from __future__ import annotations

from dataclasses import dataclass, field

from hanbench.emulator.devices.metering.register import Register
from hanbench.emulator.devices.metering.sampling import SamplingFlash
from hanbench.emulator.devices.metering.snapshots import SnapshotFlash
from hanbench.emulator.devices.metering.supply import SupplyFlash
from hanbench.emulator.devices.services.events import EventFlash
from hanbench.emulator.devices.services.firmware import FirmwareFlash


@dataclass(slots=True)
class MeterFlash:
    """What a meter keeps over a power cut beside its network; each part belongs to the class that writes it."""

    register: Register | None = None
    """None until the meter first has power."""
    snapshots: SnapshotFlash = field(default_factory=SnapshotFlash)
    sampling: SamplingFlash = field(default_factory=SamplingFlash)
    supply: SupplyFlash = field(default_factory=SupplyFlash)
    events: EventFlash = field(default_factory=EventFlash)
    firmware: FirmwareFlash = field(default_factory=FirmwareFlash)
