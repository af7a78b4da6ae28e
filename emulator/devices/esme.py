"""The electricity meter: mains, a router, always listening."""

from __future__ import annotations

from hanbench.emulator.devices.device import MAINS_SOURCE, Device
from hanbench.emulator.devices.ids import METERING_DEVICE
from hanbench.emulator.devices.keep_alive import KeepAlive
from hanbench.emulator.devices.metering import MeterParts
from hanbench.emulator.devices.metering.supply import PendingSupplyChange
from hanbench.emulator.devices.register import Register
from hanbench.emulator.devices.services.tunnel import TunnelServer
from hanbench.emulator.devices.settings import EsmeSettings
from hanbench.emulator.zcl import ClusterServer
from hanbench.emulator.zcl.clusters import BASIC, IDENTIFY, KEEP_ALIVE, METERING, TIME
from hanbench.emulator.zcl.clusters.identify import IdentifyAttributes
from hanbench.emulator.zcl.clusters.metering import ELECTRIC, KILOWATT_HOURS, MeteringAttributes
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent

HOUR_SECONDS = 3600


class Esme(Device[EsmeSettings]):
    """One electricity meter."""

    def build(self) -> None:
        settings = self.settings
        if "register" not in self.storage.application:
            # Watt-hours; the reading is a function of time, so flash need not be written to keep it.
            register = Register(settings.first_reading, settings.mean_power / HOUR_SECONDS, lambda: self.utc)
            self.storage.application["register"] = register
        register = self.storage.application["register"]
        parts = self.parts = MeterParts(
            settings.smart_energy,
            self.stack.clock,
            lambda: self.utc,
            self.storage.application,
            register,
            self._supply_changed,
        )
        self.firmware = self.firmware_client()
        self.events = self.event_log()
        self.tunnel = TunnelServer(self.stack.clock, lambda octets: octets)
        """What comes through a tunnel goes back: the meter speaks no DLMS/COSEM."""
        self.endpoint = self.add_endpoint(
            settings.endpoint,
            METERING_DEVICE,
            (
                ClusterServer(BASIC, self.basic_values(MAINS_SOURCE)),
                ClusterServer(IDENTIFY, {IdentifyAttributes.IdentifyTime: 0}),
                ClusterServer(
                    self.metering,
                    {
                        MeteringAttributes.CurrentSummationDelivered: register.read,
                        MeteringAttributes.ReadingSnapshotTime: lambda: self.utc,
                        **parts.values,
                        MeteringAttributes.Status: 0,
                        MeteringAttributes.UnitOfMeasure: KILOWATT_HOURS,
                        MeteringAttributes.Multiplier: 1,
                        MeteringAttributes.Divisor: 1000,
                        MeteringAttributes.SummationFormatting: 0x7B,
                        MeteringAttributes.DemandFormatting: 0x7B,
                        MeteringAttributes.MeteringDeviceType: ELECTRIC,
                        MeteringAttributes.MeterSerialNumber: settings.serial.encode(),
                        MeteringAttributes.InstantaneousDemand: self._demand,
                    },
                    parts.handlers,
                ),
                self.tunnel.server,
                self.events.server,
            ),
            (TIME.id, KEEP_ALIVE.id, BASIC.id, self._initiator.side, self.firmware.client),
        )
        self.firmware.endpoint = self.tunnel.endpoint = self.events.endpoint = self.endpoint
        self.keep_alive = KeepAlive(self.endpoint, settings.keep_alive, self._random, self._trust_center_lost)

    def _supply_changed(self, change: PendingSupplyChange) -> None:
        """The supply was switched at the time that somebody asked for, and wants to hear of it."""
        place = change.short, change.endpoint
        self.endpoint.command(*place, METERING.id, change.response)

    def joined(self, rejoined: bool) -> None:
        self.stack.zdo.announce()
        self.keep_alive.start()
        self.keys.ensure(self.secured)

    def secured(self) -> None:
        self.events.tell()

    def _demand(self) -> int:
        """W: the mean, with a daily wave, so that a display has something to show."""
        second = self.utc % 86_400
        return self.settings.mean_power + (second // 97) % 200 - 100

    def _trust_center_lost(self) -> None:
        if self.stack.joiner is not None:
            self.stack.joiner.event(JoinEvent.LOST)
