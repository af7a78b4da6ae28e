"""A display's readings: of the electricity meter every few seconds, of the gas meter's mirror every half hour."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hanbench.emulator.clock import Clock
from hanbench.emulator.devices.ihd.display import Display
from hanbench.emulator.zcl import Endpoint, Reply
from hanbench.emulator.zcl.clusters import METERING
from hanbench.emulator.zcl.clusters.metering import ELECTRIC, GAS, MIRRORED, MeteringAttributes

SUMMATION = MeteringAttributes.CurrentSummationDelivered.id
DEMAND = MeteringAttributes.InstantaneousDemand.id


class MeterReading:
    """Reads one display's meters."""

    def __init__(
        self, clock: Clock, meters: Mapping[int, tuple[int, int]], display: Display, active: Callable[[], bool]
    ) -> None:
        """`meters`: short address and endpoint by MeteringDeviceType. `active`: whether the display reads now."""
        self._clock = clock
        self._meters = meters
        self._display = display
        self._active = active
        self._started = False
        self.endpoint: Endpoint
        """Set by the device."""

    def start(self, electricity_interval: int, gas_interval: int) -> None:
        """Read at these intervals (microseconds) from now on. A second start changes nothing."""
        if not self._started:
            self._started = True
            self._every(electricity_interval, self._read_electricity)
            self._every(gas_interval, self._read_gas)

    def _every(self, interval: int, read: Callable[[], None]) -> None:
        self._clock.call_later(interval, self._tick, interval, read)

    def _tick(self, interval: int, read: Callable[[], None]) -> None:
        self._every(interval, read)
        if self._active():
            read()

    def _read_electricity(self) -> None:
        def answered(reply: Reply) -> None:
            if reply.ok:
                self._display.electricity_wh = reply.values.get(SUMMATION)
                self._display.demand_w = reply.values.get(DEMAND)

        if ELECTRIC in self._meters:
            self.endpoint.read(*self._meters[ELECTRIC], METERING.id, (SUMMATION, DEMAND), answered)

    def _read_gas(self) -> None:
        def answered(reply: Reply) -> None:
            if reply.ok:
                self._display.gas_litres = reply.values.get(SUMMATION)

        if GAS + MIRRORED in self._meters:
            self.endpoint.read(*self._meters[GAS + MIRRORED], METERING.id, (SUMMATION,), answered)
