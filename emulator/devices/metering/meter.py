"""The functions of a Metering server put together, as far as the meter's era of Smart Energy has them."""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import Clock
from hanbench.emulator.devices.metering.flash import MeterFlash
from hanbench.emulator.devices.metering.profile import LoadProfile
from hanbench.emulator.devices.metering.register import Register
from hanbench.emulator.devices.metering.sampling import Sampling
from hanbench.emulator.devices.metering.snapshots import Snapshots
from hanbench.emulator.devices.metering.supply import PendingSupplyChange, Supply
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
        elapsed: Callable[[], int],
        flash: MeterFlash,
        register: Register,
        respond: Callable[[PendingSupplyChange], None],
    ) -> None:
        """`utc`: the meter's clock; `elapsed`: `Device.elapsed`. `respond` sends SupplyStatusResponse."""

        def read() -> int:
            return register.at(elapsed())

        def counted() -> int:
            return register.counted(elapsed())

        def counted_at(date: int) -> int | None:
            """What had been counted at a date of the meter's clock as it goes now."""
            moment = elapsed() - utc() + date
            return register.counted(moment) if register.start <= moment <= elapsed() else None

        self.profile = LoadProfile(utc, counted_at)
        self.handlers: tuple[Handler, ...] = self.profile.handlers
        self.values: Values = {
            MeteringAttributes.CurrentSummationDelivered: read,
            MeteringAttributes.ReadingSnapshotTime: utc,
            **self.profile.values,
        }
        self.snapshots: Snapshots | None = None
        self.sampling: Sampling | None = None
        self.supply: Supply | None = None
        if era is SmartEnergyEra.SE_1_1:
            self.values = {**self.values, MeteringAttributes.SupplyStatus: SUPPLY_ON}
            return
        self.snapshots = Snapshots(utc, flash.snapshots, read)
        self.sampling = Sampling(clock, utc, flash.sampling, counted)
        self.supply = Supply(clock, utc, flash.supply, respond)
        self.handlers += (*self.snapshots.handlers, *self.sampling.handlers, *self.supply.handlers)
        self.values = {**self.values, **self.supply.values}
