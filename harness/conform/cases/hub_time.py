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
ZONE, STANDARD, LOCAL, VALID_UNTIL = 0x0002, 0x0006, 0x0007, 0x0009
DAYLIGHT = (0x0003, 0x0004, 0x0005)
"""DstStart, DstEnd and DstShift."""
ALL = tuple(range(0x000A))
TYPES = {0: 0xE2, 1: 0x18, 2: 0x2B, 3: 0x23, 4: 0x23, 5: 0x2B, 6: 0x23, 7: 0x23, 8: 0xE2, 9: 0xE2}
"""Types of the attributes (ZCL r8, table 3-62)."""
MASTER_OF_ZONE = 0x04
LATER_S, MINUTE_S, DAYS, DAY_S = 15.0, 60.0, 5, 86_400.0


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


@AREA.case(
    6,
    "Its standard and local time follow from its time, zone and daylight saving, each of its type",
    ZCL("3.12.2.2.3"),
    ZCL("3.12.2.2.4"),
    ZCL("3.12.2.2.8"),
)
def local_time(t: HubTester) -> None:
    t.step("A meter reads all attributes of Time")
    answers = [read(t, TIME.id, *part) for part in (ALL[:4], ALL[4:7], ALL[7:])]
    found = {record.attribute: record.data for answer in answers for record in answer.message.records if record.data}
    for attribute, kind in TYPES.items():
        if attribute in found:
            seen = found[attribute].type_id
            t.require_equal(seen, kind, f"attribute 0x{attribute:04x} is of another type", form="#04x")
    now, shown = found[TIME_ATTRIBUTE].value, {each: found[each].value for each in found}
    flags = shown[STATUS_ATTRIBUTE]
    both = flags & MASTER_OR_SYNCHRONIZED == MASTER_OR_SYNCHRONIZED
    t.require(
        not both, "a master is set by nobody, and so not synchronised", expected="one of bits 0 and 1", seen=flags
    )
    zone = shown.get(ZONE, 0)
    t.require(abs(zone) <= DAY_S, "its zone is none", expected="at most a day", seen=zone)
    daylight = [each in shown for each in DAYLIGHT]
    t.require(all(daylight) or not any(daylight), "of daylight saving it has a part", expected="all or none")
    first, last, shift = (shown.get(each, INVALID) for each in DAYLIGHT)
    summer = all(daylight) and INVALID not in (first, last) and _within(now, first, last)
    if STANDARD in shown:
        t.measure("StandardTime", abs(shown[STANDARD] - now - zone), LATER_S)
    if LOCAL in shown:
        t.measure("LocalTime", abs(shown[LOCAL] - now - zone - (shift if summer else 0)), LATER_S)
    if all(daylight):
        t.require(abs(shift) <= DAY_S, "its daylight saving shifts by more than a day", seen=shift)
    if VALID_UNTIL in shown and shown[VALID_UNTIL] != INVALID:
        t.require(shown[VALID_UNTIL] > now, "its zone and time are valid no more", seen=shown[VALID_UNTIL])


def _within(now: int, first: int, last: int) -> bool:
    """Whether it is summer: on the southern half of the Earth it ends before it begins."""
    return first <= now <= last if first <= last else now >= first or now <= last


@AREA.case(7, "Its time is right for days", SE("5.12.1.1"), ZCL("3.12.2.2.1"), seconds=6 * DAY_S)
def days(t: HubTester) -> None:
    t.gsme.power_off()
    for day in range(1, DAYS + 1):
        t.step(f"A meter reads Time after {day} days")
        t.wait(DAY_S)
        t.measure("time against UTC", abs(_shown(t)[0] - _now(t)), MINUTE_S)


@AREA.case(8, "Nobody sets its zone or its daylight saving", ZCL("3.12.2.2.3"), ZCL("3.12.2.2.5"))
def zone_not_set(t: HubTester) -> None:
    _, status = _shown(t)
    if not status & MASTER_OF_ZONE:
        return
    for attribute in (ZONE, *DAYLIGHT, VALID_UNTIL):
        t.step(f"A meter writes attribute 0x{attribute:04x}")
        before = value(read(t, TIME.id, attribute), attribute)
        if before is None:
            continue
        record = AttributeRecord(attribute, TypedValue(TYPES[attribute], (before + JUMP_S // 10) & 0x7FFF_FFFF))
        t.ask(TIME.id, general(t, foundation.WriteAttributes((record,))))
        t.step("It is as it was")
        t.require_equal(value(read(t, TIME.id, attribute), attribute), before, "a meter sets it")
