"""The register: its unit, its divisor, and that it only ever counts up."""

from __future__ import annotations

from itertools import pairwise

from hanbench.emulator.zcl.clusters import METERING
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import METER, read, records, value
from hanbench.harness.conform.frame import Frame, once
from hanbench.harness.conform.requirement import PIXIT, SE
from hanbench.harness.conform.tester import Tester

GATE = f"({METER}) & MTR.S"
AREA = Area("REG", "Register", gate=GATE, wakes=2)
SUMMATION, STATUS, UNIT, MULTIPLIER, DIVISOR, FORMAT, DEVICE_TYPE = (
    0x0000,
    0x0200,
    0x0300,
    0x0301,
    0x0302,
    0x0303,
    0x0306,
)
TYPES = {SUMMATION: 0x25, STATUS: 0x18, UNIT: 0x30, MULTIPLIER: 0x22, DIVISOR: 0x22, FORMAT: 0x18, DEVICE_TYPE: 0x18}
"""Attributes that a metering device must have, and their data types (SE 1.4a, D.3.2.2)."""
SNAPSHOT = 0x0007
INVALID = 0xFFFF_FFFF_FFFF
DAYS, DAY_S, READINGS_OF_DAYS = 2, 86_400.0, 12
CLOCK_S = 60
"""Seconds by which a clock may be set back."""
READINGS = 6
UPTIME_S = 19_800.0
"""Time before a power cut: firmware that stores its register every three, four or six hours has not just stored it."""


def _reading(t: Tester) -> tuple[float, float]:
    """Return the time of a reading, seconds, and the register in its unit."""
    answer = read(t, METERING.id, SUMMATION, MULTIPLIER, DIVISOR)
    found = [value(answer, each) for each in (SUMMATION, MULTIPLIER, DIVISOR)]
    t.require(
        all(isinstance(each, int) for each in found),
        "the register is not whole",
        answer,
        expected="three numbers",
        seen=found,
    )
    summation, multiplier, divisor = found
    t.require(
        divisor > 0 and multiplier > 0,
        "multiplier and divisor are above 0",
        answer,
        expected="at least 1",
        seen=found[1:],
    )
    return answer.seconds, summation * multiplier / divisor


@AREA.case(1, "It has what a metering device must have, of the right types", SE("D.3.2.2"))
def mandatory(t: Tester) -> None:
    t.step("The hub reads the mandatory attributes of Metering")
    answer = read(t, METERING.id, *TYPES)
    found = records(answer)
    for attribute, kind in TYPES.items():
        record = found.get(attribute)
        t.require(
            record is not None and record.data is not None and record.data.type_id == kind,
            f"attribute 0x{attribute:04x} is missing, or of another type",
            answer,
            expected=f"type 0x{kind:02x}",
        )


@AREA.case(2, "Its unit is that of its kind", SE("D.3.2.2.4.1"))
def unit(t: Tester) -> None:
    t.step("The hub reads UnitOfMeasure and MeteringDeviceType")
    answer = read(t, METERING.id, UNIT, DEVICE_TYPE)
    gas = "SE.GSME" in t.pics
    wanted = t.pixit.register_unit if t.pixit.register_unit is not None else int(gas)
    seen = value(answer, UNIT)
    t.require(
        seen == wanted,
        "the register counts in another unit",
        answer,
        expected="1: m3" if wanted else "0: kWh",
        seen=seen,
    )
    kind = value(answer, DEVICE_TYPE)
    t.require(
        kind == int(gas), "it is another kind of meter", answer, expected="1: gas" if gas else "0: electric", seen=kind
    )


@AREA.case(3, "Its divisor is that on the meter", SE("D.3.2.2.4.3"), PIXIT("divisor"), values=("divisor",))
def divisor(t: Tester) -> None:
    t.step("The hub reads Multiplier and Divisor")
    answer = read(t, METERING.id, MULTIPLIER, DIVISOR)
    seen = value(answer, DIVISOR)
    t.require(
        value(answer, MULTIPLIER) == 1 and seen == t.pixit.divisor,
        "multiplier and divisor are other than marked",
        answer,
        expected=f"1 and {t.pixit.divisor}",
        seen=f"{value(answer, MULTIPLIER)} and {seen}",
    )


@AREA.case(
    4,
    "It counts up, and no faster than gas or electricity flows",
    SE("D.3.2.2.1.1"),
    PIXIT("largest_flow_per_hour"),
    gate=f"{GATE} & MTR.S.REGISTER",
    seconds=1800,
    wakes=8,
)
def counts(t: Tester) -> None:
    t.step("The hub reads the register in several wake periods")
    readings = []
    for _ in range(READINGS):
        readings.append(_reading(t))
        t.wait(300)
    for (before, low), (after, high) in pairwise(readings):
        t.require(high >= low, "the register goes back", expected=f"at least {low:.3f}", seen=f"{high:.3f}")
        most = t.pixit.largest_flow_per_hour * (after - before) / 3600
        t.measure("growth of the register", high - low, max(most, 0.01), "units")


@AREA.case(
    5,
    "It counts on after a power cut",
    SE("D.3.2.2.1.1"),
    gate=f"{GATE} & MTR.S.REGISTER",
    needs=(Ability.POWER,),
    wakes=5,
    seconds=200,
)
def survives(t: Tester) -> None:
    t.step("The hub reads the register")
    _, before = _reading(t)
    t.step("The device loses its power for a minute, and is asked again")
    t.device.power_off()
    t.wait(60)
    t.device.power_on()
    t.wait(10)
    _, after = _reading(t)
    t.require(
        after >= before,
        "the register is lower after a power cut",
        expected=f"at least {before:.3f}",
        seen=f"{after:.3f}",
    )
    t.measure("growth over a power cut", after - before, t.pixit.largest_flow_per_hour, "units")


@AREA.case(6, "Its register is a number", SE("D.3.2.2.1.1"))
def valid(t: Tester) -> None:
    t.step("The hub reads the register")
    answer = read(t, METERING.id, SUMMATION)
    seen = value(answer, SUMMATION)
    t.require(
        isinstance(seen, int) and seen < INVALID, "the register is invalid", answer, expected="a number", seen=seen
    )


@AREA.case(7, "What it reports is what it answers", SE("D.3.4.4"), gate=f"{GATE} & MIR.C", seconds=300, wakes=4)
def same(t: Tester) -> None:
    t.step("The device reports its register, and the hub reads it at the same wake")
    answer = read(t, METERING.id, SUMMATION, UNIT, DIVISOR)
    report = {
        each.attribute: each.data.value
        for frame in t.frames("report-attributes", cluster="Metering")
        for each in frame.message.records
    }
    t.bench_must(SUMMATION in report, "the device did not report at this wake")
    told = (report[SUMMATION], value(answer, SUMMATION))
    t.require(
        all(isinstance(each, int) for each in told), "the register is invalid", answer, expected="numbers", seen=told
    )
    apart = abs(report[SUMMATION] - value(answer, SUMMATION)) / max(1, value(answer, DIVISOR))
    t.measure("between report and answer", apart, 0.1, "units", answer)
    unit = report.get(UNIT, value(answer, UNIT))
    t.require(unit == value(answer, UNIT), "the units differ", answer, expected=value(answer, UNIT), seen=unit)


@AREA.case(
    8,
    "It loses nothing in a power cut that comes hours after it started",
    SE("D.3.2.2.1.1"),
    gate=f"{GATE} & MTR.S.REGISTER",
    needs=(Ability.POWER,),
    seconds=UPTIME_S + 600,
    wakes=5,
)
def loses_nothing(t: Tester) -> None:
    t.step("Some hours pass, in which a register that is stored seldom is stored once at most; the hub reads it")
    t.wait(UPTIME_S)
    before_at, before = _reading(t)
    t.step("The device loses its power for a minute, and is asked again")
    t.device.power_off()
    t.wait(60)
    t.device.power_on()
    t.wait(10)
    after_at, after = _reading(t)
    t.require(
        after >= before,
        "the register goes back to an earlier value after a power cut",
        expected=f"at least {before:.3f}",
        seen=f"{after:.3f}, {after_at - before_at:.0f} s later",
    )


@AREA.case(
    9,
    "Over two days none of its values goes back or leaps, whoever is told, and whatever happens to the hub",
    SE("D.3.2.2.1.1"),
    SE("D.3.2.2.1.8"),
    gate=f"{GATE} & MTR.S.REGISTER",
    seconds=DAYS * DAY_S + 20_000,
    wakes=30,
)
def two_days(t: Tester) -> None:
    t.step("Two days pass; the register is read now and then, and the hub has no power for two hours in between")
    end = t.now + DAYS * DAY_S
    for number in range(READINGS_OF_DAYS):
        read(t, METERING.id, SUMMATION, SNAPSHOT)
        if number == READINGS_OF_DAYS // 2:
            t.hub.power_off()
            t.wait(7200)
            t.hub.power_on()
            t.wait(t.pixit.longest_rest_s)
        t.wait(max(60.0, (end - t.now) / (READINGS_OF_DAYS - number) - t.within_wake(60)))
    told = [(frame, found) for frame in once(t.frames(cluster="Metering")) for found in [_told(frame)] if found]
    for (before, (low, then)), (after, (high, now)) in pairwise(told):
        t.require(high >= low, "the register goes back", before, after, expected=f"at least {low}", seen=high)
        most = max(0.01, t.pixit.largest_flow_per_hour * (after.seconds - before.seconds) / 3600)
        grown = (high - low) / (t.pixit.divisor or 1000)
        t.require(
            grown <= most, "the register leaps", before, after, expected=f"at most {most:.3f}", seen=f"{grown:.3f}"
        )
        if then is not None and now is not None:
            wrong = "the time of its readings goes back"
            t.require(now >= then - CLOCK_S, wrong, before, after, expected=f"at least {then}", seen=now)


def _told(frame: Frame) -> tuple[int, int | None] | None:
    """Return the register and the time of its reading in a report or a response; None: they are not in it."""
    found = {
        each.attribute: each.data.value
        for each in getattr(frame.message, "records", ())
        if getattr(each, "data", None) is not None
    }
    register, time = found.get(SUMMATION), found.get(SNAPSHOT)
    return (register, time if isinstance(time, int) else None) if isinstance(register, int) else None
