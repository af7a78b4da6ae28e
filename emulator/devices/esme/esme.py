"""The electricity meter: on mains, a router, always listening."""

from __future__ import annotations

from hanbench.emulator.devices.clock_setting import ClockSetting, asking_hub
from hanbench.emulator.devices.conduct import JoiningConduct
from hanbench.emulator.devices.ids import METERING_DEVICE
from hanbench.emulator.devices.keep_alive import KeepAlive
from hanbench.emulator.devices.meter import FORMATTING, MeterDevice
from hanbench.emulator.devices.services.tunnel import TunnelServer
from hanbench.emulator.devices.settings import EsmeSettings
from hanbench.emulator.zcl.clusters import BASIC, KEEP_ALIVE, TIME
from hanbench.emulator.zcl.clusters.basic import POWER_SOURCE_MAINS
from hanbench.emulator.zcl.clusters.metering import ELECTRIC, KILOWATT_HOURS, MeteringAttributes
from hanbench.emulator.zigbee.stack import RouterStack

HOUR_SECONDS = 3600
DAY_SECONDS = 86_400


class Esme(MeterDevice[EsmeSettings, JoiningConduct, RouterStack]):
    """One electricity meter."""

    stack_type = RouterStack

    @property
    def profile_conduct(self) -> JoiningConduct:
        return JoiningConduct(join=self.settings.node.join, renews_keys=self.settings.key_establishment.renews)

    def build(self) -> None:
        settings = self.settings
        self.build_parts(settings.first_reading, settings.mean_power / HOUR_SECONDS)
        self.tunnel = TunnelServer(self.stack.clock, lambda octets: octets)
        """What comes through a tunnel goes back: the meter speaks no DLMS/COSEM."""
        values = {
            MeteringAttributes.DemandFormatting: FORMATTING,
            MeteringAttributes.InstantaneousDemand: self._demand,
        }
        self.endpoint = self.add_endpoint(
            settings.endpoint,
            METERING_DEVICE,
            (
                *self.device_servers(POWER_SOURCE_MAINS, application_version=self.firmware.version),
                self.metering_server(KILOWATT_HOURS, ELECTRIC, values),
                self.tunnel.server,
                self.events.server,
            ),
            (TIME.id, KEEP_ALIVE.id, BASIC.id, self._initiator.side, self.firmware.client),
        )
        self.firmware.endpoint = self.tunnel.endpoint = self.events.endpoint = self.endpoint
        self._clock_setting = ClockSetting(
            self.stack.clock, asking_hub(lambda: self.endpoint, settings.request_timeout), self.set_utc
        )
        self.keep_alive = KeepAlive(self.endpoint, settings.keep_alive, self._random, self.look_for_network)

    def joined(self, rejoined: bool) -> None:
        self.stack.zdo.announce()
        self.keep_alive.start()
        self.keys.ensure(self.secured)

    def secured(self) -> None:
        self.events.publish()
        self._clock_setting.set_daily()

    def _demand(self) -> int:
        """W: the mean with a daily wave."""
        second = self.utc % DAY_SECONDS
        return self.settings.mean_power + (second // 97) % 200 - 100
