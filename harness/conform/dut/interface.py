"""The device under test as a bench sees it: what can be done to it beside the air."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hanbench.emulator.clock import Clock
from hanbench.emulator.devices.settings import DeviceSettings
from hanbench.emulator.radio.interface import Radio
from hanbench.emulator.randomness import RandomSource
from hanbench.harness.conform.case import Ability


@dataclass(frozen=True, slots=True)
class Place:
    """What an in-process device is given: its radio, its clock, and what the bench expects of it."""

    kind: str
    """gsme, esme, hub or ihd."""
    radio: Radio
    clock: Clock
    random: RandomSource
    settings: DeviceSettings
    """EUI-64, install code and certificate among them."""
    epoch: int
    """UTC at clock 0, seconds since 2000-01-01; a device that gets the time from its hub need not look."""


class DeviceUnderTest(Protocol):
    """A device. A case looks at nothing but its frames; it has these ways to act on it."""

    abilities: frozenset[Ability]

    def power_on(self) -> None:
        """Give it power. It goes on where it was; a device that was in no network waits for `commission`."""

    def power_off(self) -> None:
        """Cut its power."""

    def factory_reset(self) -> None:
        """Put it into the state in which it left the factory; it has no power afterwards."""

    def commission(self) -> None:
        """Start its commissioning, as an installer does: it looks for an open network until it has joined one."""

    def close(self) -> None:
        """End it. Has no effect a second time."""


class HubUnderTest(DeviceUnderTest, Protocol):
    """A hub. Its commissioning is the formation of its network; its head end acts by these methods."""

    def preauthorise(self, ieee: int, install_code: bytes) -> None:
        """Let a device join by its install code, which has its CRC."""

    def permit_join(self, seconds: int) -> None:
        """Open the network for so long; 0 closes it."""

    def remove(self, ieee: int) -> None:
        """Remove a device from the network, and let it in no more."""

    def publish(self, manufacturer: int, image_type: int, version: int, image: bytes) -> None:
        """Offer a firmware image to meters. Called only if `abilities` has IMAGES."""

    def rotate_key(self) -> None:
        """Distribute another network key, and change to it in the hub's own time."""
