"""The parts of a meter put together: what its Metering server answers, as far as its era of Smart Energy has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hanbench.emulator.clock import Clock
from hanbench.emulator.devices.metering.profile import LoadProfile
from hanbench.emulator.devices.metering.sampling import Sampling
from hanbench.emulator.devices.metering.snapshots import Snapshots
from hanbench.emulator.devices.metering.supply import PendingSupplyChange, Supply
from hanbench.emulator.devices.register import Register
from hanbench.emulator.zcl.attributes import Values
from hanbench.emulator.zcl.cluster_instance import Handler
from hanbench.emulator.zcl.clusters.metering import SUPPLY_ON, MeteringAttributes
from hanbench.emulator.zcl.smart_energy import SmartEnergyEra


class MeterParts:
    """`handlers` and `values` go on the Metering server."""

    def __init__(
        self,
        era: SmartEnergyEra,
        clock: Clock,
        utc: Callable[[], int],
        stored: dict[str, Any],
        register: Register,
        respond: Callable[[PendingSupplyChange], None],
    ) -> None:
        """`stored` is the flash; `respond` sends SupplyStatusResponse."""
        self.profile = LoadProfile(utc, register.read_at)
        self.handlers: tuple[Handler, ...] = self.profile.handlers
        self.values: Values = self.profile.values
        self.snapshots: Snapshots | None = None
        self.sampling: Sampling | None = None
        self.supply: Supply | None = None
        if era is SmartEnergyEra.SE_1_1:
            self.values = {**self.values, MeteringAttributes.SupplyStatus: SUPPLY_ON}
            return
        self.snapshots = Snapshots(utc, stored, register.read)
        self.sampling = Sampling(clock, utc, stored, register.read)
        self.supply = Supply(clock, utc, stored, respond)
        self.handlers += (*self.snapshots.handlers, *self.sampling.handlers, *self.supply.handlers)
        self.values = {**self.values, **self.supply.values}
