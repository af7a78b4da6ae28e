"""Wrong firmwares: attributes that are listed, read, and stay as they are."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.clock import HOUR
from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.clusters import BASIC, METERING, POWER_CONFIGURATION
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.emulator.zcl.clusters.power_configuration import PowerConfigurationAttributes
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped

WRONG = Firmwares([])
IDENTIFIER = 2
"""Octets of an attribute identifier."""


@WRONG.add("lists-what-it-lacks", "ZCL")
def lists_what_it_lacks(device: Any, note: Note) -> None:
    """It lists a battery attribute that it does not have."""
    attributes = device.endpoint.servers[POWER_CONFIGURATION.id].attributes
    lacking = PowerConfigurationAttributes.BatteryVoltage.id

    def read(former: Any, payload: bytes, manufacturer: Any) -> bytes:
        octets: bytes = former(payload, manufacturer)
        at = octets.find(lacking.to_bytes(2, "little") + b"\x00\x20")
        if at >= 0:
            note()
            octets = octets[: at + 2] + b"\x86" + octets[at + 5 :]
        return octets

    wrapped(attributes, "read", read)


@WRONG.add("summation-of-32-bits", "ZCL", "fairecasoimeme/Zlinky_TIC#20")
def summation_of_32_bits(device: Any, note: Note) -> None:
    """It lists its register as a number of 32 bits, where the library has 48."""

    def discover(former: Any, *arguments: Any) -> Any:
        found = former(*arguments)
        kept = []
        for each in found.attributes:
            if each.attribute == MeteringAttributes.CurrentSummationDelivered.id:
                note()
                each = type(each)(each.attribute, 0x23)
            kept.append(each)
        return foundation.DiscoverAttributesResponse(found.complete, tuple(kept))

    wrapped(device.endpoint.servers[METERING.id].attributes, "discover", discover)


@WRONG.add("lists-the-first-page-only", "ZCL", kind="esme")
def lists_the_first_page_only(device: Any, note: Note) -> None:
    """It lists its attributes from the first on, whatever attribute a client wants the list to start with."""

    def discover(former: Any, start: int, *rest: Any) -> Any:
        if start:
            note()
        return former(0, *rest)

    wrapped(device.endpoint.servers[METERING.id].attributes, "discover", discover)


@WRONG.add("text-alone-is-another", "ZCL")
def text_alone_is_another(device: Any, note: Note) -> None:
    """A text that is read alone has spaces at its end, up to the size of its buffer."""

    def read(former: Any, payload: bytes, manufacturer: Any) -> bytes:
        octets: bytes = former(payload, manufacturer)
        if len(payload) == IDENTIFIER and octets[2:4] == b"\x00\x42":
            note()
            octets = octets[:4] + bytes((octets[4] + 1,)) + octets[5:] + b" "
        return octets

    wrapped(device.endpoint.servers[BASIC.id].attributes, "read", read)


@WRONG.add("battery-of-255-per-cent", "ZCL")
def battery_of_255_per_cent(device: Any, note: Note) -> None:
    """It tells half percents of its battery beyond 200."""
    note()
    device.endpoint.servers[POWER_CONFIGURATION.id].set(PowerConfigurationAttributes.BatteryPercentageRemaining, 0xFA)


@WRONG.add("half-percents-in-per-cent", "ZCL", "Koenkk/zigbee2mqtt#11470")
def half_percents_in_per_cent(device: Any, note: Note) -> None:
    """It tells its battery in percent where the library has half percents."""
    note()
    power, battery = device.endpoint.servers[POWER_CONFIGURATION.id], device.settings.battery
    power.set(PowerConfigurationAttributes.BatteryPercentageRemaining, battery)


@WRONG.add("date-code-is-garbage", "ZCL", kind="esme")
def date_code_is_garbage(device: Any, note: Note) -> None:
    """Its DateCode is what its flash has where none was written."""
    note()
    device.endpoint.servers[BASIC.id].set(BasicAttributes.DateCode, "~~~~~~~~")


@WRONG.add("forgets-its-model", "ZCL")
def forgets_its_model(device: Any, note: Note) -> None:
    """After a power cut its ModelIdentifier is that of the module."""
    if restarted(device):
        note()
        device.endpoint.servers[BASIC.id].set(BasicAttributes.ModelIdentifier, "module")


@WRONG.add("unit-changes-overnight", "ZCL", kind="esme")
def unit_changes_overnight(device: Any, note: Note) -> None:
    """After some hours it counts in another unit."""

    def change() -> None:
        note()
        device.endpoint.servers[METERING.id].set(MeteringAttributes.UnitOfMeasure, 0x01)

    device.stack.clock.call_later(6 * HOUR, change)


@WRONG.add("loses-an-attribute", "ZCL")
def loses_an_attribute(device: Any, note: Note) -> None:
    """After a power cut it has one attribute less."""
    if restarted(device):
        note()
        device.endpoint.servers[METERING.id].attributes.remove(MeteringAttributes.MeterSerialNumber)
