"""Wrong firmwares: the register, its unit and its divisor."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.clock import HOUR
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped
from hanbench.harness.conform.firmwares.seams import change_register, metering_of, omit_from_reports

WRONG = Firmwares([])
INVALID_REGISTER = 0xFFFF_FFFF_FFFF


@WRONG.add("divisor-ten-times", "REG", "Koenkk/zigbee-OTA#1307; zigpy/zha-device-handlers#2781")
def divisor_ten_times(device: Any, note: Note) -> None:
    """Its divisor is ten times what it was, after an update."""
    note()
    metering_of(device).set(MeteringAttributes.Divisor, 10_000)


@WRONG.add("register-jumps", "REG", "zigpy/zha-device-handlers#1350; ha_hildebrand_glow_ihd_mqtt#6")
def register_jumps(device: Any, note: Note) -> None:
    """Its register jumps by billions now and then."""
    reads: list[int] = []

    def change(value: int) -> int:
        reads.append(1)
        return value + (1 << 32 if len(reads) > 8 else 0)

    change_register(device, note, change)


@WRONG.add("gas-in-kwh", "REG", "ha_hildebrand_glow_ihd_mqtt#48")
def gas_in_kwh(device: Any, note: Note) -> None:
    """Its volume is in kilowatt hours."""
    note()
    metering_of(device).set(MeteringAttributes.UnitOfMeasure, 0)


@WRONG.add("register-decreases", "REG")
def register_decreases(device: Any, note: Note) -> None:
    """Its register is lower after a power cut."""
    if restarted(device):
        change_register(device, note, lambda value: value - 50_000)


@WRONG.add("no-multiplier", "REG")
def no_multiplier(device: Any, note: Note) -> None:
    """It lacks the multiplier of its register."""
    note()
    omit_from_reports(device, MeteringAttributes.Multiplier.id)
    metering_of(device).attributes.remove(MeteringAttributes.Multiplier)


@WRONG.add("register-invalid", "REG")
def register_invalid(device: Any, note: Note) -> None:
    """Its register is the invalid number."""
    change_register(device, note, lambda value: INVALID_REGISTER)


@WRONG.add("reports-stale-register", "REG")
def reports_stale_register(device: Any, note: Note) -> None:
    """It answers another register than it reports."""
    reporting: list[bool] = []

    def report(former: Any, *arguments: Any, **named: Any) -> int:
        reporting.append(True)
        tsn = int(former(*arguments, **named))
        reporting.clear()
        return tsn

    wrapped(device.endpoint, "report", report)
    change_register(device, note, lambda value: value - 2_000 if reporting else value)


@WRONG.add("register-resets-each-day", "REG", "Koenkk/zigbee2mqtt#24396")
def register_resets_each_day(device: Any, note: Note) -> None:
    """Its register is that of the day: it begins anew after some hours."""
    first: list[int] = []

    def change(value: int) -> int:
        first.append(value)
        later = device.stack.clock.now // HOUR // 30
        return value - first[0] if later else value

    change_register(device, note, change)


@WRONG.add("leaps-while-the-hub-is-away", "REG", "zigpy/zha-device-handlers#1350", kind="esme")
def leaps_while_the_hub_is_away(device: Any, note: Note) -> None:
    """What it counts in a day and a half it counts a thousand times."""

    def change(value: int) -> int:
        return value + (1_000_000_000 if device.stack.clock.now > 36 * HOUR else 0)

    change_register(device, note, change)
