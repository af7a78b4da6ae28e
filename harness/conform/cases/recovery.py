"""Recovery from faults of the hub and of the air, and what the battery pays for it."""

from __future__ import annotations

from itertools import pairwise

from hanbench.emulator.radio.air import Jammer
from hanbench.emulator.zcl.clusters import BASIC, KEEP_ALIVE, METERING
from hanbench.harness.conform.case import Ability, Area
from hanbench.harness.conform.cases.common import JOINER, METER, read, reading, secured
from hanbench.harness.conform.energy import radio_on, years
from hanbench.harness.conform.frame import Frame, once
from hanbench.harness.conform.requirement import MAC, PIXIT, SE, SILABS, ZIGBEE
from hanbench.harness.conform.tester import Tester

AREA = Area("REC", "Recovery and battery")
HOUR_S, DAY_S = 3600.0, 86_400.0
JAM_DBM = -20.0
REMAINING = 0x0201
"""RemainingBatteryLife, per cent (Metering)."""
READINGS = 6


def _lasts(t: Tester, during: float) -> float:
    own = t.frames()
    received = [frame for frame in t.frames(sender="hub") if frame.nwk is not None]
    on = radio_on(own, len(received))
    pixit = t.pixit
    return years(on, during, radio_ma=pixit.radio_ma, sleep_ua=pixit.sleep_ua, battery_mah=pixit.battery_mah)


def _years_at_least(t: Tester, what: str, during: float, least: float) -> None:
    found = _lasts(t, during)
    # A margin counts down to its limit: the share of the battery that a year may take.
    t.measure(what, 100 / found, 100 / least, "% of the battery a year")


@AREA.case(
    1,
    "Its battery lasts as long as it must, in ordinary days",
    PIXIT("battery_years"),
    gate="HAN.POLL & HAN.BATTERY",
    seconds=DAY_S + 60,
)
def ordinary(t: Tester) -> None:
    t.step("A day passes in an undisturbed network")
    t.wait(DAY_S)
    _years_at_least(t, "battery in ordinary days", DAY_S, t.pixit.battery_years)


@AREA.case(
    2,
    "Its battery does not run down while its hub is away",
    PIXIT("battery_mah"),
    SE("5.5.5"),
    gate="HAN.POLL & HAN.BATTERY",
    seconds=DAY_S + 60,
    wakes=2,
)
def hub_away(t: Tester) -> None:
    t.step("The hub has no power for a day")
    t.hub.power_off()
    t.wait(DAY_S)
    _years_at_least(t, "battery while the hub is away", DAY_S, t.pixit.battery_years / 4)


@AREA.case(
    3,
    "It is back after its channel was jammed for an hour",
    SE("5.5.5"),
    gate=JOINER,
    needs=(Ability.AIR,),
    seconds=12_000,
    wakes=3,
)
def jammed(t: Tester) -> None:
    t.step("The channel is jammed for an hour")
    jammer = Jammer(frozenset((t.hub.stack.nwk.network.channel,)), JAM_DBM)
    t.bench.han.air.add_jammer(jammer)
    t.wait(HOUR_S)
    t.bench.han.air.remove_jammer(jammer)
    t.step("The channel is free again")
    started = t.now
    limit = t.pixit.longest_rest_s + 2 * t.wake_limit
    frame = t.hear(within=limit, where=secured, that="under the network key", otherwise="it does not come back")
    t.measure("back after", frame.seconds - started, limit, "s", frame)


@AREA.case(4, "It is back when its parent has forgotten it", ZIGBEE("3.6.10.4"), gate="HAN.POLL", wakes=4, seconds=120)
def forgotten(t: Tester) -> None:
    t.step("The hub drops the device from its child table, as after its timeout")
    t.hub.stack.parent.remove(t.short)
    t.step("The device rejoins")
    limit = t.wake_limit + 30
    t.expect("rejoin-request", within=limit, otherwise="it does not rejoin although its parent says so")
    t.expect("rejoin-response", within=30, sender="hub")


@AREA.case(
    5,
    "It is back after the hub acknowledged nothing above the MAC for three hours",
    SILABS("parent loss"),
    gate=f"({JOINER}) & MIR.C",
    seconds=20_000,
    wakes=4,
)
def hub_hangs(t: Tester) -> None:
    t.step("The hub's firmware hangs for three hours: its radio acknowledges, nothing answers")
    deliver = t.hub.stack.nwk.on_data
    t.hub.stack.nwk.on_data = None
    t.wait(3 * HOUR_S)
    t.hub.stack.nwk.on_data = deliver
    t.step("The hub works again")
    limit = t.pixit.longest_rest_s + 3 * t.wake_limit
    t.expect("report-attributes", within=limit, cluster="Metering", otherwise="it reports no more")


@AREA.case(
    6,
    "It outlives a Trust Centre that answers no keep-alive for a day",
    SE("A.3"),
    gate=f"({JOINER}) & KPA.C",
    seconds=DAY_S + 20_000,
    wakes=4,
)
def no_keep_alive(t: Tester) -> None:
    t.step("The hub answers no keep-alive for a day")
    admits = t.hub.endpoint.admit
    assert admits is not None
    t.hub.endpoint.admit = lambda indication: indication.cluster != KEEP_ALIVE.id and admits(indication)
    t.wait(DAY_S)
    t.hub.endpoint.admit = admits
    t.step("The hub answers again, and the device is there")
    limit = t.pixit.longest_rest_s + t.wake_limit
    t.hear(within=limit, where=secured, that="under the network key", otherwise="it is gone")


@AREA.case(7, "It makes sure of its Trust Centre", SE("A.3"), gate=f"({JOINER}) & KPA.C", seconds=16_000, wakes=4)
def keep_alive(t: Tester) -> None:
    t.step("The device goes about its work for as long as the hub's TCKeepAliveBase and jitter, and two wake periods")
    t.wait(60 * t.hub.settings.keep_alive_base + t.hub.settings.keep_alive_jitter + 2 * t.wake_limit)
    asked = t.frames("read-attributes", cluster="Keep-Alive")
    t.require(bool(asked), "it never makes sure of its Trust Centre", expected="a read of Keep-Alive")


@AREA.case(
    8,
    "It sends again what was lost",
    MAC("5.1.6.4"),
    ZIGBEE("2.2.8.4.4"),
    gate=JOINER,
    needs=(Ability.AIR,),
    wakes=3,
    seconds=120,
)
def sends_again(t: Tester) -> None:
    t.step("The device answers a read, and its answer is lost on the air once")
    rule = t.bench.lose(lambda found: found.name == "read-attributes-response", seconds=4 * t.wake_limit, count=1)
    t.ask(BASIC.id, reading(t, 0x0000))
    t.bench_must(rule.occurrences.acted == 1, "no answer was lost")
    sent = t.frames("read-attributes-response", cluster="Basic")
    t.require(len(sent) > 1, "it does not send again what was not acknowledged", *sent, expected="the same once more")


@AREA.case(
    9,
    "Its battery does not fill itself",
    SE("D.3.2.2.3.2"),
    gate=f"({METER}) & HAN.BATTERY & MTR.S.A0201",
    wakes=READINGS + 2,
    seconds=480,
)
def battery_falls(t: Tester) -> None:
    t.step("The device tells how much of its battery remains, in several wake periods, to the hub and to its mirror")
    for _ in range(READINGS):
        read(t, METERING.id, REMAINING)
        t.wait(60)
    told = [(frame, value) for frame in once(t.frames(cluster="Metering")) for value in _remaining(frame)]
    t.require(
        len(told) >= READINGS, "it does not tell what remains of its battery", expected=f"{READINGS} values", seen=told
    )
    for (before, high), (after, low) in pairwise(told):
        t.require(low <= high, "its battery fills itself", before, after, expected=f"at most {high} %", seen=f"{low} %")


def _remaining(frame: Frame) -> list[int]:
    """Return the values of RemainingBatteryLife in a report or a response."""
    records = getattr(frame.message, "records", ())
    return [each.data.value for each in records if each.attribute == REMAINING and each.data is not None]
