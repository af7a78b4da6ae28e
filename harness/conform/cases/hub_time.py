"""A hub as source of time."""

from __future__ import annotations

from datetime import timedelta

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.clusters import TIME
from hanbench.emulator.zcl.records import AttributeRecord
from hanbench.emulator.zcl.types import UTC_TIME, TypedValue
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import general, read, value
from hanbench.harness.conform.hub_tester import HubTester
from hanbench.harness.conform.requirement import SE, ZCL
from hanbench.harness.han.han import ZIGBEE_EPOCH

AREA = Area("HTIM", "Hub: source of time", gate="SE.HUB & TIM.S")
TIME_ATTRIBUTE, STATUS_ATTRIBUTE = 0x0000, 0x0001
MASTER_OR_SYNCHRONIZED, RESERVED = 0x03, 0xF0
INVALID = 0xFFFF_FFFF
OFF_S = 10.0
HOUR_S, HOUR_TOLERANCE_S = 3600.0, 2.0
JUMP_S = 100_000


def _now(t: HubTester) -> float:
    """Return the bench's UTC, seconds since 2000."""
    moment = t.bench.han.start + timedelta(seconds=t.bench.clock.now / SECOND)
    return (moment - ZIGBEE_EPOCH).total_seconds()


def _shown(t: HubTester) -> tuple[int, int]:
    answer = read(t, TIME.id, TIME_ATTRIBUTE, STATUS_ATTRIBUTE)
    shown, status = value(answer, TIME_ATTRIBUTE), value(answer, STATUS_ATTRIBUTE)
    ok = isinstance(shown, int) and isinstance(status, int)
    t.require(ok, "Time and TimeStatus are mandatory", answer, expected="both attributes")
    return shown, status


@AREA.case(1, "It says that it is a source of time", ZCL("3.12.2.2.2"), SE("5.12.1.1"))
def status(t: HubTester) -> None:
    t.step("A meter reads TimeStatus")
    _, found = _shown(t)
    t.require(bool(found & MASTER_OR_SYNCHRONIZED), "it is neither master nor synchronised", seen=f"{found:#04x}")
    t.require(
        not found & RESERVED, "reserved bits of TimeStatus are set", expected="bits 4 to 7 zero", seen=f"{found:#04x}"
    )


@AREA.case(2, "Its time is UTC, in seconds since 2000", ZCL("2.6.2.21"), ZCL("3.12.2.2.1"))
def right(t: HubTester) -> None:
    t.step("A meter reads Time")
    shown, _ = _shown(t)
    t.measure("time against UTC", abs(shown - _now(t)), OFF_S)


@AREA.case(3, "Its time goes on", ZCL("3.12.2.2.1"), seconds=4000)
def goes_on(t: HubTester) -> None:
    t.step("A meter reads Time, and again after an hour")
    first, began = _shown(t)[0], t.now
    t.wait(HOUR_S)
    second = _shown(t)[0]
    t.measure("an hour by its clock", abs(second - first - (t.now - began)), HOUR_TOLERANCE_S)


@AREA.case(
    4,
    "After a power cut its time is right, or it says that it has none",
    ZCL("3.12.2.2.2"),
    SE("5.12.1.1"),
    needs=(Ability.POWER,),
    seconds=900,
)
def after_power_cut(t: HubTester) -> None:
    t.step("The hub has no power for ten minutes")
    t.device.power_off()
    t.wait(600)
    t.device.power_on()
    t.wait(60)
    shown, found = _shown(t)
    if found & MASTER_OR_SYNCHRONIZED and shown != INVALID:
        t.measure("time against UTC", abs(shown - _now(t)), OFF_S)


@AREA.case(5, "Nobody sets the clock of the master", ZCL("3.12.2.2.1"), ZCL("3.12.2.2.2"))
def not_set(t: HubTester) -> None:
    t.step("A meter writes another time")
    shown, found = _shown(t)
    if not found & 0x01:
        return
    record = AttributeRecord(TIME_ATTRIBUTE, TypedValue(UTC_TIME.id, shown + JUMP_S))
    t.ask(TIME.id, general(t, foundation.WriteAttributes((record,))))
    t.step("Its clock is as it was")
    t.measure("time against UTC", abs(_shown(t)[0] - _now(t)), OFF_S)
