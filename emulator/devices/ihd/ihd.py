"""The in-home display: on mains, always listening; it shows readings, prices and messages."""

from __future__ import annotations

from hanbench.emulator.devices.clock_setting import ClockSetting, asking_hub
from hanbench.emulator.devices.conduct import JoiningConduct
from hanbench.emulator.devices.device import JoiningDevice
from hanbench.emulator.devices.ids import IN_HOME_DISPLAY
from hanbench.emulator.devices.ihd.display import Display
from hanbench.emulator.devices.ihd.meter_reading import MeterReading
from hanbench.emulator.devices.ihd.meter_search import MeterSearch
from hanbench.emulator.devices.keep_alive import KeepAlive
from hanbench.emulator.devices.services.messages import MessageReader
from hanbench.emulator.devices.services.prices import PriceListener
from hanbench.emulator.devices.settings import IhdSettings
from hanbench.emulator.zcl.clusters import BASIC, KEEP_ALIVE, METERING, TIME
from hanbench.emulator.zcl.clusters.basic import POWER_SOURCE_MAINS
from hanbench.emulator.zigbee.stack import EndDeviceStack


class Ihd(JoiningDevice[IhdSettings, JoiningConduct, EndDeviceStack]):
    """One display."""

    stack_type = EndDeviceStack

    @property
    def profile_conduct(self) -> JoiningConduct:
        return JoiningConduct(join=self.settings.node.join, renews_keys=self.settings.key_establishment.renews)

    def build(self) -> None:
        stack = self.stack
        self.display = Display()
        self._search = MeterSearch(stack)
        self._reading = MeterReading(stack.clock, self._search.meters, self.display, self._active)
        self._prices = PriceListener(lambda: self.utc, self.display.show_price)
        self._messages = MessageReader(lambda: self.utc, self.display.show_message)
        self.endpoint = self.add_endpoint(
            self.settings.endpoint,
            IN_HOME_DISPLAY,
            self.device_servers(POWER_SOURCE_MAINS),
            (
                METERING.id,
                TIME.id,
                KEEP_ALIVE.id,
                BASIC.id,
                self._initiator.side,
                self._prices.client,
                self._messages.client,
            ),
        )
        self._search.endpoint = self._reading.endpoint = self.endpoint
        self._prices.endpoint = self._messages.endpoint = self.endpoint
        self._clock_setting = ClockSetting(
            self.stack.clock, asking_hub(lambda: self.endpoint, self.settings.request_timeout), self.set_utc
        )
        self.keep_alive = KeepAlive(self.endpoint, self.settings.keep_alive, self._random, self.look_for_network)
        stack.key_client.on_partner_key = self._partner_key_came

    def _active(self) -> bool:
        return self.stack.joined and not self.conduct.hung

    def _partner_key_came(self, partner: int) -> None:
        self._search.start_soon()

    def joined(self, rejoined: bool) -> None:
        self.stack.zdo.announce()
        self.keep_alive.start()
        self.keys.ensure(self.secured)

    def secured(self) -> None:
        self._clock_setting.set_daily()
        self._prices.ask()
        self._messages.ask()
        self._search.start_soon()
        self._reading.start(self.settings.electricity_interval, self.settings.gas_interval)
