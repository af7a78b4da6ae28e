"""Wrong firmwares: descriptors of the device profile."""

from __future__ import annotations

from typing import Any

from hanbench.harness.conform.firmwares.model import Firmwares, Note
from hanbench.harness.conform.firmwares.seams import change_zdp

WRONG = Firmwares([])


@WRONG.add("short-power-descriptor", "ZDO", "zsmartsystems/com.zsmartsystems.zigbee#709")
def short_power_descriptor(device: Any, note: Note) -> None:
    """Its answer about its power descriptor is too short."""
    change_zdp(device, note, 0x8003, lambda octets: octets[:3])


@WRONG.add("no-active-endpoint", "ZDO")
def no_active_endpoint(device: Any, note: Note) -> None:
    """It says that it has no active endpoint."""
    change_zdp(device, note, 0x8005, lambda octets: octets[:4] + b"\x00")


@WRONG.add("descriptor-of-home-automation", "ZDO")
def descriptor_of_home_automation(device: Any, note: Note) -> None:
    """Its simple descriptor names the profile of Home Automation."""
    change_zdp(device, note, 0x8004, lambda octets: octets[:6] + b"\x04\x01" + octets[8:] if octets[1] == 0 else octets)


@WRONG.add("tells-another-eui64", "ZDO")
def tells_another_eui64(device: Any, note: Note) -> None:
    """It tells the EUI-64 of its radio chip, not its own."""
    change_zdp(device, note, 0x8001, lambda octets: octets[:2] + bytes((octets[2] ^ 0xFF,)) + octets[3:])


@WRONG.add("describes-any-endpoint", "ZDO")
def describes_any_endpoint(device: Any, note: Note) -> None:
    """It says SUCCESS about endpoints that it does not have."""
    change_zdp(device, note, 0x8004, lambda octets: octets[:1] + b"\x00" + octets[2:] if octets[1] else octets)


@WRONG.add("answers-for-every-address", "ZDO", kind="esme")
def answers_for_every_address(device: Any, note: Note) -> None:
    """Asked for the EUI-64 of any address, it tells its own."""
    own = device.storage.ieee.to_bytes(8, "little")
    change_zdp(device, note, 0x8001, lambda octets: octets[:1] + b"\x00" + own + octets[10:] if octets[1] else octets)
