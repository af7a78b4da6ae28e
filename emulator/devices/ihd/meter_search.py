"""A display's search for its meters: by Match_Desc, a link key for each, and MeteringDeviceType."""

from __future__ import annotations

from hanbench.emulator.clock import SECOND, Timer
from hanbench.emulator.devices.ids import HUB
from hanbench.emulator.devices.settings import SMART_ENERGY
from hanbench.emulator.zcl import Endpoint, Reply
from hanbench.emulator.zcl.clusters import METERING
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.emulator.zigbee.stack import EndDeviceStack
from hanbench.emulator.zigbee.zdo import ZdpReply
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.emulator.zigbee.zdo.client import RX_ON_DEVICES

METERING_DEVICE_TYPE = MeteringAttributes.MeteringDeviceType.id
ALL_METERS = 2
"""Electricity and gas."""
NEXT_SEARCH = 60 * SECOND
"""While a meter is missing."""


class MeterSearch:
    """Finds one display's meters."""

    def __init__(self, stack: EndDeviceStack) -> None:
        self._stack = stack
        self._timer: Timer | None = None
        self.meters: dict[int, tuple[int, int]] = {}
        """Short address and endpoint, by MeteringDeviceType."""
        self.endpoint: Endpoint
        """Set by the device."""

    def start_soon(self) -> None:
        """Search in a second: after a link key has come."""
        self._stack.clock.call_later(SECOND, self._search)

    def _search(self) -> None:
        """Ask every device that listens for a Metering server: the electricity meter, and the hub for its mirrors."""
        if self._timer is not None:
            self._timer.cancel()
        if not self._stack.joined:
            return
        request = zdp.MatchDescReq(RX_ON_DEVICES, SMART_ENERGY, (METERING.id,), ())
        self._stack.zdo.client.gather(RX_ON_DEVICES, request, self._matched)
        if len(self.meters) < ALL_METERS:
            self._timer = self._stack.clock.call_later(NEXT_SEARCH, self._search)

    def _matched(self, reply: ZdpReply) -> None:
        response = reply.response
        if not isinstance(response, zdp.MatchDescRsp) or not response.endpoints or reply.source is None:
            return
        ieee = self._stack.aps.ieee_of(reply.source)
        if reply.source == HUB or ieee in self._stack.storage.link_keys:
            for endpoint in response.endpoints:
                self._identify(reply.source, endpoint)
        elif ieee is None:
            self._stack.zdo.client.request(reply.source, zdp.IeeeAddrReq(reply.source), self._named)
        else:
            self._ask_for_key(ieee)

    def _named(self, reply: ZdpReply) -> None:
        response = reply.response
        if isinstance(response, zdp.IeeeAddrRsp) and response.ieee is not None and response.short is not None:
            self._stack.storage.short_addresses[response.ieee] = response.short
            self._ask_for_key(response.ieee)

    def _ask_for_key(self, meter: int) -> None:
        """The hub makes a link key for the display and the meter; with it, the meter is searched for again."""
        self._stack.key_client.request_partner_key(meter)

    def _identify(self, short: int, endpoint: int) -> None:
        def read(reply: Reply) -> None:
            kind = reply.values.get(METERING_DEVICE_TYPE)
            if isinstance(kind, int):
                self.meters[kind] = (short, endpoint)

        self.endpoint.read(short, endpoint, METERING.id, (METERING_DEVICE_TYPE,), read)
