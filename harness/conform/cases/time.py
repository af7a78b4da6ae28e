"""Time: a device sets its clock by the hub's, and not by a wrong one."""

from __future__ import annotations

from hanbench.emulator.zcl.clusters import METERING, TIME
from hanbench.emulator.zcl.clusters.time import TimeAttributes
from hanbench.harness.conform.case import Area, Begin
from hanbench.harness.conform.cases.common import SECURED, join, read, value
from hanbench.harness.conform.requirement import SE, ZCL
from hanbench.harness.conform.tester import Tester

SETS = "TIM.C & TIM.C.SYNC"
CLOCK = f"{SETS} & MTR.S.A0007"
SNAPSHOT, TIME_ATTRIBUTE = 0x0007, 0x0000
DAY_S = 86_400.0
AREA = Area("TIME", "Time", gate=CLOCK, seconds=2 * DAY_S)
DRIFT_S = 60
"""A client's clock stays within a minute of the hub's in a day (SE 1.4a, 5.12.1.1)."""
JUMP_S = 7200
INVALID = 0xFFFF_FFFF


def _shown(t: Tester) -> int:
    """Return the device's clock, as the time of a reading that it takes now."""
    answer = read(t, METERING.id, SNAPSHOT)
    seen = value(answer, SNAPSHOT)
    t.require(isinstance(seen, int), "it has no time of its reading", answer, expected="UTC", seen=seen)
    return int(seen)


def _off(t: Tester, shown: int, hub_offset: int = 0) -> float:
    return abs(shown - (t.hub.utc + hub_offset))


def _asks(t: Tester) -> None:
    t.expect(
        "read-attributes",
        within=t.pixit.join_s + t.pixit.secure_s,
        cluster="Time",
        where=lambda frame: TIME_ATTRIBUTE in frame.message.attributes,
        that="of Time",
        otherwise="it does not ask for the time",
    )


@AREA.case(
    1,
    "It asks the hub for the time when it joins",
    SE("5.12.1.1"),
    gate=SETS,
    begins=Begin.FACTORY,
    seconds=120,
    times=SECURED,
)
def asks(t: Tester) -> None:
    t.step("The device joins")
    join(t)
    _asks(t)


@AREA.case(2, "Its clock is the hub's", ZCL("3.12.2.2.1"), SE("5.12.1.1"), seconds=300.0, wakes=2)
def is_right(t: Tester) -> None:
    t.step("The hub reads the time of the latest reading")
    shown = _shown(t)
    t.measure("clock against the hub's", _off(t, shown), t.wake_limit + DRIFT_S)


@AREA.case(3, "It sets its clock at least once a day", SE("5.12.1.1"), gate=SETS, wakes=3)
def daily(t: Tester) -> None:
    t.step("A day and two wake periods pass")
    t.wait(DAY_S + 2 * t.wake_limit)
    asked = t.frames("read-attributes", cluster="Time")
    t.require(bool(asked), "it does not ask for the time in a day", expected="a read of Time")


@AREA.case(4, "It follows a clock that was wrong", SE("5.12.1.1"), wakes=5)
def follows(t: Tester) -> None:
    t.step("The hub's clock goes two hours ahead; a day passes")
    t.hub.endpoint.servers[TIME.id].set(TimeAttributes.Time, lambda: t.hub.utc + JUMP_S)
    t.wait(DAY_S + 2 * t.wake_limit)
    t.measure("clock against the hub's", _off(t, _shown(t), JUMP_S), t.wake_limit + DRIFT_S)


@AREA.case(5, "It does not take an invalid time", ZCL("2.6.2.21"), ZCL("3.12.2.2.1"), wakes=5)
def invalid(t: Tester) -> None:
    t.step("The hub has no time: 0xffffffff; a day passes")
    t.hub.endpoint.servers[TIME.id].set(TimeAttributes.Time, INVALID)
    t.wait(DAY_S + 2 * t.wake_limit)
    t.measure("clock against the true time", _off(t, _shown(t)), t.wake_limit + 2 * DRIFT_S)
