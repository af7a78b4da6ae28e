"""What a meter does with Metering's commands, a part a file: each offers `handlers` and `values` for its server.

`MeterParts` puts them together.
"""

from __future__ import annotations

from hanbench.emulator.devices.metering.meter import MeterParts
from hanbench.emulator.devices.metering.profile import LoadProfile
from hanbench.emulator.devices.metering.sampling import Sampling
from hanbench.emulator.devices.metering.snapshots import Snapshots
from hanbench.emulator.devices.metering.supply import Supply

__all__ = ["LoadProfile", "MeterParts", "Sampling", "Snapshots", "Supply"]
