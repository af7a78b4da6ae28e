"""The base of both meters: a register, a Metering server, an event log, and firmware upgrades."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from hanbench.emulator.devices.device import J, JoiningDevice, N, S
from hanbench.emulator.devices.metering import MeterFlash, MeterParts, Register
from hanbench.emulator.devices.metering.supply import PendingSupplyChange
from hanbench.emulator.devices.services.events import EventLog
from hanbench.emulator.devices.services.firmware import FirmwareClient
from hanbench.emulator.zcl import ClusterServer
from hanbench.emulator.zcl.attributes import Values
from hanbench.emulator.zcl.clusters import BASIC, EVENTS, METERING
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.clusters.event_ids import POWER_LOSS
from hanbench.emulator.zcl.clusters.events import LogId
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.emulator.zcl.smart_energy import TABLES

DIVISOR = 1000
"""Registers count watt-hours and litres; displays show kilowatt hours and cubic metres."""
FORMATTING = 0x7B
"""SummationFormatting and DemandFormatting: 15 digits before the decimal point and 3 behind it."""


class MeterDevice(JoiningDevice[S, J, N]):
    """A meter."""

    @cached_property
    def flash(self) -> MeterFlash:
        """The application's flash; it lives as long as the device."""
        return MeterFlash()

    def build_parts(self, first: int, rate: float, awake: Callable[[bool], None] | None = None) -> None:
        """Make what goes on the endpoint.

        `first`, `rate`: of the register, in units and units a second. `awake` keeps a meter that sleeps polling while
        it fetches firmware, or lets it sleep again.
        """
        flash = self.flash
        has_run = flash.register is not None
        flash.register = flash.register or Register(first, rate, self.elapsed)
        self.parts = MeterParts(
            self.settings.smart_energy,
            self.stack.clock,
            lambda: self.utc,
            lambda: self.elapsed,
            flash,
            flash.register,
            self.supply_changed,
        )
        self.events = EventLog(TABLES[self.settings.smart_energy][EVENTS.id], lambda: self.utc, flash.events)
        if has_run:
            self.events.add(LogId.GENERAL, POWER_LOSS)
        self.firmware = FirmwareClient(
            self.stack.clock,
            lambda: self.utc,
            flash.firmware,
            self.settings.manufacturer,
            self._firmware_changed,
            awake,
        )

    def metering_server(self, unit: int, device_type: int, values: Values) -> ClusterServer:
        """The Metering server, with `values` of one kind of meter beside those that both have."""
        return ClusterServer(
            self.metering,
            {
                **self.parts.values,
                MeteringAttributes.Status: 0,
                MeteringAttributes.UnitOfMeasure: unit,
                MeteringAttributes.Multiplier: 1,
                MeteringAttributes.Divisor: DIVISOR,
                MeteringAttributes.SummationFormatting: FORMATTING,
                MeteringAttributes.MeteringDeviceType: device_type,
                MeteringAttributes.MeterSerialNumber: self.settings.serial.encode(),
                **values,
            },
            self.parts.handlers,
        )

    def supply_changed(self, change: PendingSupplyChange) -> None:
        """Tell the device that asked for a change of the supply that it has been made."""
        self.endpoint.command(change.short, change.endpoint, METERING.id, change.response)

    def _firmware_changed(self, version: int) -> None:
        self.endpoint.servers[BASIC.id].set(BasicAttributes.ApplicationVersion, version & 0xFF)
