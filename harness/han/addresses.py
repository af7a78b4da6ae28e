"""What identifies a home and its devices: EUI-64s, install codes and the network, drawn from the seed.

Two homes with different seeds share nothing, so that they can stand in range of each other.
"""

from __future__ import annotations

from typing import NamedTuple

from hanbench.emulator.randomness import RandomSource, split
from hanbench.emulator.zigbee.nwk.formation import NetworkPlan, free_pan_id
from hanbench.emulator.zigbee.security.install_code import InstallCode
from hanbench.profiles.cohorts import Household

EUI64_BITS = 64
RESERVED_BITS = 24
"""Numbers of so few bits are not drawn: in the block 70B3D51FF they are hanbench's own authority and dongles."""
OWN_BLOCK = 0x70B3D51FF0000000
"""The block 70B3D51FF, OUI-36."""
SERIAL_BITS = 32


class DeviceAddress(NamedTuple):
    """What one device has of its own."""

    ieee: int
    """EUI-64, in the block of its maker."""
    install_code: bytes
    """With CRC."""

    @property
    def number(self) -> int:
        """The number in its serial number, of at most ten decimal digits."""
        return self.ieee % (1 << SERIAL_BITS)


def device_address(seed: int | str, role: str, oui: str) -> DeviceAddress:
    """Return the addresses of the device of a role. `oui`: 6 or 9 hexadecimal digits."""
    random = split(seed, role, "addresses")
    return DeviceAddress(_eui64(random, oui), InstallCode.with_crc(random.randbytes(16)).octets)


def _eui64(random: RandomSource, oui: str) -> int:
    bits = EUI64_BITS - 4 * len(oui)
    return int(oui, 16) << bits | random.randrange(1 << RESERVED_BITS, 1 << bits)


def network_plan(seed: int | str, home: Household) -> NetworkPlan:
    """Return the network that the hub of a home forms: its channels in an order of the seed, and a PAN ID.

    Channels that all devices of the home use come before those that some do not.
    """
    random = split(seed, "network")
    channels = home.hub.radio.channels
    drawn = random.sample(channels, len(channels))
    others = (home.esme, home.gsme, home.ihd)
    drawn.sort(key=lambda each: not all(each in device.radio.channels for device in others))
    return NetworkPlan(tuple(drawn), free_pan_id(random, ()))
