"""The in-home display: reads the electricity meter every few seconds and the gas meter's mirror every half hour."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hanbench.emulator.clock import SECOND, Timer
from hanbench.emulator.devices.device import MAINS_SOURCE, Device
from hanbench.emulator.devices.ids import HUB, IN_HOME_DISPLAY
from hanbench.emulator.devices.keep_alive import KeepAlive
from hanbench.emulator.devices.services.messages import MessageReader
from hanbench.emulator.devices.services.prices import PriceListener
from hanbench.emulator.devices.settings import SMART_ENERGY, IhdSettings
from hanbench.emulator.zcl import ClusterServer, Reply
from hanbench.emulator.zcl.clusters import BASIC, IDENTIFY, KEEP_ALIVE, METERING, TIME
from hanbench.emulator.zcl.clusters.identify import IdentifyAttributes
from hanbench.emulator.zcl.clusters.metering import ELECTRIC, GAS, MIRRORED, MeteringAttributes
from hanbench.emulator.zcl.clusters.price import PublishPrice
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent
from hanbench.emulator.zigbee.zdo import ZdpReply
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.emulator.zigbee.zdo.client import RX_ON_DEVICES

SUMMATION = MeteringAttributes.CurrentSummationDelivered.id
METERING_DEVICE_TYPE = MeteringAttributes.MeteringDeviceType.id
DEMAND = MeteringAttributes.InstantaneousDemand.id
LOOK_AGAIN = 60 * SECOND


@dataclass(slots=True)
class Display:
    """What the customer sees."""

    electricity_wh: int | None = None
    demand_w: int | None = None
    gas_litres: int | None = None
    price: int | None = None
    """Hundred-thousandths of a pound for a kilowatt hour."""
    rate: str = ""
    message: str | None = None


class Ihd(Device[IhdSettings]):
    """One display. It finds its meters by Match_Desc, and tells them apart by MeteringDeviceType."""

    def build(self) -> None:
        self.display = Display()
        self._meters: dict[int, tuple[int, int]] = {}
        self._reading = False
        self._prices = PriceListener(lambda: self.utc, self._show_price)
        self._messages = MessageReader(lambda: self.utc, self._show_message)
        self._search: Timer | None = None
        self.endpoint = self.add_endpoint(
            self.settings.endpoint,
            IN_HOME_DISPLAY,
            (
                ClusterServer(BASIC, self.basic_values(MAINS_SOURCE)),
                ClusterServer(IDENTIFY, {IdentifyAttributes.IdentifyTime: 0}),
            ),
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
        self._prices.endpoint = self._messages.endpoint = self.endpoint
        self.keep_alive = KeepAlive(self.endpoint, self.settings.keep_alive, self._random, self._trust_center_lost)
        self.stack.key_client.on_partner_key = self._partner_key_came

    def _partner_key_came(self, partner: int) -> None:
        self.stack.clock.call_later(SECOND, self._look)

    def joined(self, rejoined: bool) -> None:
        self.stack.zdo.announce()
        self.keep_alive.start()
        self.keys.ensure(self.secured)

    def _show_price(self, published: PublishPrice) -> None:
        self.display.price = published.price
        self.display.rate = (published.rate_label or b"").decode("ascii", "replace")

    def _show_message(self, text: str | None) -> None:
        self.display.message = text

    def secured(self) -> None:
        self._prices.ask()
        self._messages.ask()
        self.stack.clock.call_later(SECOND, self._look)
        if not self._reading:
            self._reading = True
            self._every(self.settings.electricity_interval, self._read_electricity)
            self._every(self.settings.gas_interval, self._read_gas)

    def _trust_center_lost(self) -> None:
        if self.stack.joiner is not None:
            self.stack.joiner.event(JoinEvent.LOST)

    def _every(self, interval: int, action: Callable[[], None]) -> None:
        self.stack.clock.call_later(interval, self._tick, interval, action)

    def _tick(self, interval: int, action: Callable[[], None]) -> None:
        self._every(interval, action)
        if self.stack.joined and not self.hung:
            action()

    # --- finding meters ---------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Ask everybody that listens who has a Metering server: the electricity meter, and the hub for its mirrors."""
        if self._search is not None:
            self._search.cancel()
        if not self.stack.joined:
            return
        request = zdp.MatchDescReq(RX_ON_DEVICES, SMART_ENERGY, (METERING.id,), ())
        self.stack.zdo.client.gather(RX_ON_DEVICES, request, self._matched)
        if len(self._meters) < 2:
            self._search = self.stack.clock.call_later(LOOK_AGAIN, self._look)

    def _matched(self, reply: ZdpReply) -> None:
        response = reply.response
        if not isinstance(response, zdp.MatchDescRsp) or not response.endpoints or reply.source is None:
            return
        ieee = self.stack.aps.ieee_of(reply.source)
        if reply.source == HUB or ieee in self.storage.link_keys:
            for endpoint in response.endpoints:
                self._identify(reply.source, endpoint)
        elif ieee is None:
            self.stack.zdo.client.request(reply.source, zdp.IeeeAddrReq(reply.source), self._meter_named)
        else:
            self._ask_for_key(ieee)

    def _meter_named(self, reply: ZdpReply) -> None:
        response = reply.response
        if isinstance(response, zdp.IeeeAddrRsp) and response.ieee is not None and response.short is not None:
            self.storage.short_addresses[response.ieee] = response.short
            self._ask_for_key(response.ieee)

    def _ask_for_key(self, meter: int) -> None:
        """The hub makes a link key for us and the meter; with it, the meter is looked for again."""
        self.stack.key_client.request_partner_key(meter)

    def _identify(self, short: int, endpoint: int) -> None:
        def read(reply: Reply) -> None:
            kind = reply.values.get(METERING_DEVICE_TYPE)
            if isinstance(kind, int):
                self._meters[kind] = (short, endpoint)

        self.endpoint.read(short, endpoint, METERING.id, (METERING_DEVICE_TYPE,), read)

    # --- reading them -----------------------------------------------------------------------------------------------

    def _read_electricity(self) -> None:
        def read(reply: Reply) -> None:
            if reply.ok:
                self.display.electricity_wh = reply.values.get(SUMMATION)
                self.display.demand_w = reply.values.get(DEMAND)

        if ELECTRIC in self._meters:
            self.endpoint.read(*self._meters[ELECTRIC], METERING.id, (SUMMATION, DEMAND), read)

    def _read_gas(self) -> None:
        def read(reply: Reply) -> None:
            if reply.ok:
                self.display.gas_litres = reply.values.get(SUMMATION)

        if GAS + MIRRORED in self._meters:
            self.endpoint.read(*self._meters[GAS + MIRRORED], METERING.id, (SUMMATION,), read)
