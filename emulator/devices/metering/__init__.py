"""The functions of a Metering server, one a file: each offers `handlers`, and some `values`, for the server.

`MeterParts` puts them together; `MeterFlash` survives a power cut.
"""

from __future__ import annotations

from hanbench.emulator.devices.metering.flash import MeterFlash
from hanbench.emulator.devices.metering.meter import MeterParts
from hanbench.emulator.devices.metering.profile import LoadProfile
from hanbench.emulator.devices.metering.register import Register
from hanbench.emulator.devices.metering.sampling import Sampling, SamplingFlash
from hanbench.emulator.devices.metering.snapshots import SnapshotFlash, Snapshots
from hanbench.emulator.devices.metering.supply import Supply, SupplyFlash

__all__ = [
    "LoadProfile",
    "MeterFlash",
    "MeterParts",
    "Register",
    "Sampling",
    "SamplingFlash",
    "SnapshotFlash",
    "Snapshots",
    "Supply",
    "SupplyFlash",
]
