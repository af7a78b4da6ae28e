"""Time: a device sets its clock by the hub's, and not by a wrong one."""

from __future__ import annotations

from hanbench.emulator.zcl.clusters import METERING, TIME
from hanbench.emulator.zcl.clusters.time import TimeAttributes
from hanbench.harness.conform.case import Ability, Area, Begin
from hanbench.harness.conform.cases.common import SECURED, join, read, value
from hanbench.harness.conform.frame import once
from hanbench.harness.conform.requirement import SE, ZCL
from hanbench.harness.conform.tester import Tester

SETS = "TIM.C & TIM.C.SYNC"
CLOCK = f"{SETS} & MTR.S.A0007"
SNAPSHOT, TIME_ATTRIBUTE = 0x0007, 0x0000
DAY_S = 86_400.0
AREA = Area("TIME", "Time", gate=CLOCK, seconds=2 * DAY_S)
DRIFT_S = 60
"""A client's clock stays within a minute of the hub's in a day (SE 1.4a, 5.12.1.1)."""
JUMP_S, HOUR_S = 7200, 3600
MOST_READS = 100
"""In a day: four an hour. What a device needs is one a day."""
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


@AREA.case(6, "It does not take the time of a hub that is not set", ZCL("3.12.2.2.2"), wakes=5)
def not_set(t: Tester) -> None:
    t.step("The hub says that its clock is neither master nor synchronised; it is two hours ahead; a day passes")
    server = t.hub.endpoint.servers[TIME.id]
    server.set(TimeAttributes.Time, lambda: t.hub.utc + JUMP_S)
    server.set(TimeAttributes.TimeStatus, 0)
    t.wait(DAY_S + 2 * t.wake_limit)
    t.measure("clock against the true time", _off(t, _shown(t)), t.wake_limit + 2 * DRIFT_S)


@AREA.case(7, "Zone and summer time of the hub do not move its UTC", ZCL("3.12.2.2.3"), SE("5.12.1.1"), wakes=5)
def zones(t: Tester) -> None:
    t.step("The hub tells a zone of one hour and a summer time of one hour that has begun; a day passes")
    server, now = t.hub.endpoint.servers[TIME.id], t.hub.utc
    server.set(TimeAttributes.TimeZone, HOUR_S)
    server.set(TimeAttributes.DstStart, now - int(DAY_S))
    server.set(TimeAttributes.DstEnd, now + 30 * int(DAY_S))
    server.set(TimeAttributes.DstShift, HOUR_S)
    server.set(TimeAttributes.StandardTime, lambda: t.hub.utc + HOUR_S)
    server.set(TimeAttributes.LocalTime, lambda: t.hub.utc + 2 * HOUR_S)
    t.wait(DAY_S + 2 * t.wake_limit)
    t.measure("clock against the true time", _off(t, _shown(t)), t.wake_limit + 2 * DRIFT_S)


@AREA.case(
    8,
    "It asks for the time no more often than it needs, answered or not",
    SE("5.12.1.1"),
    gate=SETS,
    seconds=2 * DAY_S + 4 * HOUR_S,
)
def not_too_often(t: Tester) -> None:
    t.step("A day passes")
    t.wait(DAY_S)
    _asked(t, "reads of Time in a day")
    t.step("The hub has no attribute Time any more; another day passes")
    t.hub.endpoint.servers[TIME.id].attributes.remove(TimeAttributes.Time)
    t.wait(DAY_S + 3 * HOUR_S)
    _asked(t, "reads of Time in a day in which the hub has none")


def _asked(t: Tester, what: str) -> None:
    asked = once(t.frames("read-attributes", cluster="Time"))
    t.measure(what, len(asked), MOST_READS, "reads", *asked[-1:])


@AREA.case(
    9,
    "Its clock is right again soon after a power cut of hours",
    SE("5.12.1.1"),
    needs=(Ability.POWER,),
    seconds=5 * HOUR_S,
    wakes=5,
    times=("rejoin_s",),
)
def after_a_cut(t: Tester) -> None:
    t.step("The device has no power for three hours")
    t.device.power_off()
    t.wait(3 * HOUR_S)
    t.device.power_on()
    t.wait(t.pixit.rejoin_s + 2 * t.wake_limit)
    t.step("The hub reads the time of the latest reading")
    t.measure("clock against the hub's", _off(t, _shown(t)), t.wake_limit + DRIFT_S)
