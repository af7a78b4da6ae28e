"""The emulated devices as devices under test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hanbench.emulator.clock import MINUTE, Timer
from hanbench.emulator.devices import AnyJoiningDevice, CommsHub, Esme, Gsme, Ihd
from hanbench.emulator.devices.services.image import Image
from hanbench.emulator.devices.settings import HubSettings
from hanbench.emulator.zigbee.security.install_code import InstallCode
from hanbench.harness.conform.case import Ability
from hanbench.harness.conform.dut.interface import DeviceUnderTest, Place

NEXT_SCAN = MINUTE
"""Between two attempts to join (SE 1.4a, 5.5.5)."""
ATTEMPTS = 16
_KINDS: dict[str, type[AnyJoiningDevice]] = {"gsme": Gsme, "esme": Esme, "ihd": Ihd}

Change = Callable[[Any], None]
"""Changes the firmware of a device that has just got power."""


class EmulatedDevice:
    """A meter or a display of the emulator, on a radio of its own. `change` makes its firmware another one."""

    abilities = frozenset(Ability) - {Ability.HEAD_END}

    def __init__(self, place: Place, change: Change | None = None) -> None:
        self._place = place
        self._change = change
        self._attempts = 0
        self._timer: Timer | None = None
        self._device = self._new()

    def _new(self) -> AnyJoiningDevice:
        place = self._place
        return _KINDS[place.kind](place.kind, place.settings, place.radio, place.clock, place.random, place.epoch)

    def power_on(self) -> None:
        if not self._device.powered:
            self._device.power_on()
            if self._change is not None:
                self._change(self._device)

    def power_off(self) -> None:
        self._stop()
        self._device.power_off()

    def factory_reset(self) -> None:
        self.power_off()
        self._device = self._new()

    def commission(self) -> None:
        self.power_on()
        self._stop()
        self._attempts = ATTEMPTS
        self._attempt()

    def close(self) -> None:
        self.power_off()

    def _attempt(self) -> None:
        if self._attempts and self._device.powered:
            self._attempts -= 1
            self._device.stack.joiner.join(self._tried)

    def _tried(self, joined: bool) -> None:
        if not joined and self._device.powered:
            self._timer = self._place.clock.call_later(NEXT_SCAN, self._attempt)

    def _stop(self) -> None:
        self._attempts = 0
        if self._timer is not None:
            self._timer.cancel()


class EmulatedHub:
    """A hub of the emulator, on a radio of its own. `change` makes its firmware another one."""

    abilities = frozenset(Ability)

    def __init__(self, place: Place, change: Change | None = None) -> None:
        self._place = place
        self._change = change
        self._hub = self._new()

    def _new(self) -> CommsHub:
        place = self._place
        settings = place.settings
        assert isinstance(settings, HubSettings)
        return CommsHub(place.kind, settings, place.radio, place.clock, place.random, place.epoch)

    def power_on(self) -> None:
        if not self._hub.powered:
            self._hub.power_on()
            if self._change is not None:
                self._change(self._hub)

    def power_off(self) -> None:
        self._hub.power_off()

    def factory_reset(self) -> None:
        self.power_off()
        self._hub = self._new()

    def commission(self) -> None:
        self.power_on()
        if self._hub.storage.network is None:
            self._hub.form(lambda formation: None)

    def preauthorise(self, ieee: int, install_code: bytes) -> None:
        self._hub.preauthorise(ieee, InstallCode(install_code).link_key)

    def permit_join(self, seconds: int) -> None:
        self._hub.permit_join(seconds)

    def remove(self, ieee: int) -> None:
        self._hub.remove(ieee)

    def publish(self, manufacturer: int, image_type: int, version: int, image: bytes) -> None:
        self._hub.firmware.publish(Image(manufacturer, image_type, version, image))

    def rotate_key(self) -> None:
        self._hub.stack.trust_center.rotate()

    def close(self) -> None:
        self.power_off()


def emulated(place: Place, change: Change | None = None) -> DeviceUnderTest:
    """Return the emulated device of a kind. `change` makes its firmware another one."""
    return EmulatedHub(place, change) if place.kind == "hub" else EmulatedDevice(place, change)
