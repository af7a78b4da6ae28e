"""Attributes: each that a device lists is read, alone and with others; types, values, and what must not change."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zcl.clusters import BY_ID
from hanbench.emulator.zcl.status import Status
from hanbench.harness.conform.case import Ability
from hanbench.harness.conform.cases.clusters import AREA
from hanbench.harness.conform.cases.common import DEVICE, JOINER
from hanbench.harness.conform.cases.plausible import implausible
from hanbench.harness.conform.cases.sweeping import Listed, data_of, listed_by_all, values_of
from hanbench.harness.conform.requirement import SE, ZCL
from hanbench.harness.conform.tester import Tester

TOGETHER = 4
UNREADABLE = (Status.WRITE_ONLY, Status.NOT_AUTHORIZED)
"""Statuses of an attribute that is there, and that a client may not read."""
STABLE = range(0x10, 0x50)
"""Types of values that say what a device is, and not what it measures: flags, sets, enumerations and texts."""
NUMBERS = (*range(0x20, 0x30), *range(0x38, 0x3B))
METERING, POWER = 0x0702, 0x0001
CHANGING = {(METERING, 0x0200), (METERING, 0x0204), (METERING, 0x0014), (METERING, 0x0207), (POWER, 0x003E)}
"""Sets and enumerations that tell of a state."""
SCALES = {(METERING, 0x0301), (METERING, 0x0302)}
"""Multiplier and Divisor: numbers that say what a meter is."""
LONGEST = 3 * 86_400.0


def _named(each: Listed) -> str:
    return f"attribute 0x{each.attribute:04x} of cluster 0x{each.cluster:04x}"


@AREA.case(
    25,
    "Each attribute that it lists is there, alone and beside others, and has its type",
    ZCL("2.5.1.3"),
    ZCL("2.5.13.3"),
    ZCL("2.6.1.3"),
    gate=f"({DEVICE}) & BAS.S",
    seconds=LONGEST,
    wakes=90,
)
def each_attribute(t: Tester) -> None:
    t.step("The bench discovers the attributes of every cluster that the device serves, page by page")
    found = listed_by_all(t)
    t.require(bool(found), "it lists no attribute of any cluster", expected="at least those of Basic")
    for each in found:
        _has_type(t, each)
    t.step("It reads them, a few at a time")
    together = values_of(t, found, TOGETHER)
    for each in found:
        _is_there(t, each, together[each.cluster, each.attribute])
    t.step("It reads each of them alone")
    alone = values_of(t, found, 1)
    for each in found:
        first, second = together[each.cluster, each.attribute], alone[each.cluster, each.attribute]
        _is_there(t, each, second)
        if _says_what_it_is(each) and data_of(first) is not None:
            wrong = f"{_named(each)} has another value alone than beside others"
            t.require(first.data == second.data, wrong, expected=first.data, seen=second.data)


def _has_type(t: Tester, each: Listed) -> None:
    """State that an attribute that the library defines is listed with its type."""
    cluster = BY_ID.get(each.cluster)
    row = None if cluster is None else cluster.server_table.get(each.attribute)
    if row is not None:
        wrong = f"{_named(each)} is listed with another type"
        t.require_equal(each.type_id, row.type.id, wrong, form="#04x")


def _is_there(t: Tester, each: Listed, record: Any) -> None:
    data = data_of(record)
    if data is None:
        good = record.status in UNREADABLE
        wrong = f"{_named(each)} is listed, and cannot be read"
        t.require(good, wrong, expected="SUCCESS and its value", seen=f"status 0x{record.status:02x}")
        return
    t.require_equal(data.type_id, each.type_id, f"{_named(each)} has another type than listed", form="#04x")


def _says_what_it_is(each: Listed) -> bool:
    return each.type_id in STABLE and each.type_id not in NUMBERS and (each.cluster, each.attribute) not in CHANGING


@AREA.case(
    26,
    "Each of its values is one that the library allows",
    ZCL("3.2.2.2"),
    ZCL("3.3.2.2"),
    SE("D.3.2.2"),
    gate=f"({JOINER}) & BAS.S",
    seconds=LONGEST,
    wakes=60,
)
def each_value(t: Tester) -> None:
    t.step("The bench reads every attribute of every cluster that the device serves")
    found = listed_by_all(t)
    values = {key: data_of(record) for key, record in values_of(t, found, TOGETHER).items()}
    for (cluster, attribute), data in values.items():
        wrong = None if data is None else implausible(cluster, attribute, data.value, t.hub.utc)
        named = _named(Listed(cluster, attribute, 0))
        t.require(wrong is None, f"{named} has a value that means nothing", expected=wrong or "", seen=data)
    t.step("It compares what two clusters say of the same thing")
    _batteries_agree(t, {key: data.value for key, data in values.items() if data is not None})


def _batteries_agree(t: Tester, values: dict[tuple[int, int], Any]) -> None:
    """State that RemainingBatteryLife and BatteryPercentageRemaining (half percents) are of one battery."""
    meter, half = values.get((METERING, 0x0201)), values.get((POWER, 0x0021))
    if isinstance(meter, int) and isinstance(half, int) and 0xFF not in (meter, half):
        t.measure("between the battery in Metering and in Power Configuration", abs(meter - half / 2), 2, "%")
    source = values.get((0x0000, 0x0007))
    mains = values.get((POWER, 0x0000))
    if isinstance(source, int) and source & 0x7F == 3:
        t.require(
            mains in (None, 0, 0xFFFF), "it runs on a battery, and has a mains voltage", expected="none", seen=mains
        )


@AREA.case(
    27,
    "What says what it is stays as it is over days and power cuts",
    ZCL("3.2.2.2"),
    SE("D.3.2.2.4"),
    gate=f"({JOINER}) & BAS.S",
    needs=(Ability.POWER,),
    seconds=2 * LONGEST,
    wakes=140,
)
def stays(t: Tester) -> None:
    t.step("The bench reads every attribute that says what the device is")
    everything = listed_by_all(t)
    found = [each for each in everything if _says_what_it_is(each) or (each.cluster, each.attribute) in SCALES]
    before = values_of(t, found, TOGETHER)
    for name, act in (("A day passes", _a_day), ("Its power is cut for a minute", _a_cut)):
        t.step(f"{name}, and it is asked again")
        act(t)
        after = values_of(t, found, TOGETHER)
        for each in found:
            old, new = (records[each.cluster, each.attribute].data for records in (before, after))
            t.require(old == new, f"{_named(each)} has changed", expected=old, seen=new)
    t.step("It lists the same attributes as before")
    lost = sorted(set(everything) - set(listed_by_all(t)))
    t.require(not lost, "it has lost attributes over a power cut", expected="all of them", seen=lost)


def _a_day(t: Tester) -> None:
    t.wait(86_400)


def _a_cut(t: Tester) -> None:
    t.device.power_off()
    t.wait(60)
    t.device.power_on()
    t.wait(10)
