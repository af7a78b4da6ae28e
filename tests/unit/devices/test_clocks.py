"""Clocks of the HAN: the hub as master of time, and devices that follow it, or do not, at any time that there is.

Clauses are of ZCL r8, 3.12 (the Time cluster); where a stack repeats the text, the test names it.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from hanbench.emulator.zcl.clusters import METERING, TIME
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.emulator.zcl.clusters.time import TimeAttributes
from hanbench.emulator.zcl.status import Status
from hanbench.harness.case.check import Verdict
from hanbench.harness.han.head_end import called_back
from tests.support.han import check_connectivity, home_settings, run_on_han

HUB, ENDPOINT = 0x0000, 1
HOUR, DAY = 3600, 86_400
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
TIME_ID, STATUS, ZONE, DST_START, DST_END, DST_SHIFT, STANDARD, LOCAL = range(8)
MASTER, SYNCHRONIZED, MASTER_ZONE_DST = 0x01, 0x02, 0x04
INVALID = 0xFFFF_FFFF
on_han = partial(run_on_han, seed="clocks")


async def told(han, *attributes):
    """What the hub tells the electricity meter."""
    reply = await called_back(lambda done: han.esme.endpoint.read(HUB, ENDPOINT, TIME.id, attributes, done))
    return [reply.values[each] for each in attributes]


async def written(han, value, row):
    reply = await called_back(lambda done: han.esme.endpoint.write(HUB, ENDPOINT, TIME.id, {row: value}, done))
    return reply.failures.get(row.id, Status.SUCCESS)


def seconds(at):
    return int((at - EPOCH).total_seconds())


def wall_clock(utc):
    """What a clock on a British wall shows, as seconds since its own 2000-01-01."""
    shown = (EPOCH + timedelta(seconds=utc)).astimezone(LONDON).replace(tzinfo=UTC)
    return seconds(shown)


# --- the hub ----------------------------------------------------------------------------------------------------------


def test_a_master_says_that_it_is_none_that_was_synchronized():
    """3.12.2.2.2: "If the Master bit is 1, the value of this bit is 0" (so Digi's zcl_time.h)."""

    async def scenario(han):
        (status,) = await told(han, STATUS)
        assert status & MASTER
        assert not status & SYNCHRONIZED
        assert status & MASTER_ZONE_DST  # its zone and its summer time are right, and nobody has to set them
        assert not status & 0xF0

    on_han(scenario)


def test_nobody_writes_the_time_of_a_master():
    """3.12.2.2.1: where Master is 1, Time cannot be written; 3.12.2.2.2: a write of TimeStatus changes no bit of it."""

    async def scenario(han):
        before = await told(han, STATUS, ZONE, DST_START, DST_END, DST_SHIFT)
        now = han.hub.utc
        assert await written(han, now + DAY, TimeAttributes.Time) is not Status.SUCCESS
        assert await written(han, 3600, TimeAttributes.TimeZone) is not Status.SUCCESS
        assert await written(han, 0, TimeAttributes.DstStart) is not Status.SUCCESS
        assert await written(han, SYNCHRONIZED, TimeAttributes.TimeStatus) is Status.SUCCESS
        assert await told(han, STATUS, ZONE, DST_START, DST_END, DST_SHIFT) == before
        assert abs((await told(han, TIME_ID))[0] - now) < HOUR

    on_han(scenario)


@pytest.mark.parametrize("change", [datetime(2022, 3, 27, 1, tzinfo=UTC), datetime(2022, 10, 30, 1, tzinfo=UTC)])
def test_a_clock_on_the_wall_and_the_hub_change_together(change):
    """A story over each change of 2022. LocalTime is that of the time zone database, and that of the formula in
    3.12.2.2.8: Standard Time + DstShift if DstStart <= Time <= DstEnd, Standard Time otherwise."""

    async def scenario(han):
        seen = set()
        for _ in range(8):
            now, zone, first, last, shift, standard, local = await told(
                han, TIME_ID, ZONE, DST_START, DST_END, DST_SHIFT, STANDARD, LOCAL
            )
            assert standard == now + zone == now
            assert local == standard + (shift if first <= now <= last else 0) == wall_clock(now)
            seen.add(local - standard)
            await asyncio.sleep(HOUR / 2)
        assert seen == {0, HOUR}
        reading = han.hub.mirrors[han.gsme.storage.ieee].server.get(MeteringAttributes.ReadingSnapshotTime)
        assert 0 <= han.hub.utc - reading < HOUR  # readings go by UTC, and skip no hour
        assert (await check_connectivity(han)).verdict is Verdict.PASS

    on_han(scenario, start=change - timedelta(hours=2))


def test_the_changes_told_are_those_of_the_year():
    """DstStart and DstEnd are set to a new value once every year (3.12.2.2.4)."""

    async def scenario(han):
        old = await told(han, DST_START, DST_END)
        await asyncio.sleep(HOUR)
        return [[(EPOCH + timedelta(seconds=each)).year for each in pair] for pair in (old, await told(han, 3, 4))]

    found = on_han(scenario, start=datetime(2022, 12, 31, 23, 30, tzinfo=UTC))
    assert found == [[2022, 2022], [2023, 2023]]


@pytest.mark.parametrize(
    "date",
    [datetime(1970, 1, 1, tzinfo=UTC), datetime(1999, 12, 31, tzinfo=UTC), datetime(2136, 2, 7, 7, tzinfo=UTC)],
    ids=str,
)
def test_a_hub_without_a_time_that_can_be_told_tells_none(date):
    """Before 2000 and after 2136-02-07 06:28:14 there is no UTCTime; 0xffffffff is an invalid one (3.12.2.2.1)."""

    async def scenario(han):
        assert await told(han, TIME_ID, STATUS, DST_START, DST_END, STANDARD, LOCAL) == [
            None,
            0,
            None,
            None,
            None,
            None,
        ]
        await asyncio.sleep(2 * HOUR)
        assert (await check_connectivity(han)).verdict is Verdict.PASS

    on_han(scenario, start=date)


@pytest.mark.parametrize(
    "date",
    [
        datetime(2000, 1, 1, tzinfo=UTC),
        datetime(2036, 2, 7, 6, tzinfo=UTC),  # a signed NTP second ends
        datetime(2038, 1, 19, 3, tzinfo=UTC),  # a signed Unix second ends
        datetime(2068, 1, 19, 3, tzinfo=UTC),  # a signed UTCTime would end
        datetime(2100, 2, 28, 23, tzinfo=UTC),  # no leap year
        datetime(2136, 2, 6, tzinfo=UTC),
    ],
    ids=str,
)
def test_a_han_lives_at_any_time_that_can_be_told(date):
    async def scenario(han):
        (now,) = await told(han, TIME_ID)
        assert abs(now - seconds(date)) < 2 * HOUR
        assert abs(han.esme.utc - now) <= 2
        await asyncio.sleep(2 * HOUR)
        assert abs(han.gsme.utc - han.hub.utc) <= 2
        assert (await check_connectivity(han)).verdict is Verdict.PASS

    on_han(scenario, start=date)


def test_a_han_lives_through_the_end_of_utctime():
    async def scenario(han):
        await asyncio.sleep(4 * HOUR)
        assert await told(han, TIME_ID, STATUS) == [None, 0]
        assert (await check_connectivity(han)).verdict is Verdict.PASS

    on_han(scenario, start=datetime(2136, 2, 7, 5, tzinfo=UTC))


# --- those that follow ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "status", "takes"),
    [
        (0, MASTER, True),  # 2000-01-01
        (1, MASTER, True),
        (0xFFFF_FFFE, MASTER, True),
        (700_000_000, MASTER, True),
        (700_000_000, SYNCHRONIZED, True),
        (700_000_000, MASTER | SYNCHRONIZED, True),  # some hubs set both
        (700_000_000, 0, False),  # no defined relationship to the time standard (3.12.2.2.2)
        (700_000_000, MASTER_ZONE_DST, False),
        (INVALID, MASTER, False),
        (None, 0, False),
    ],
)
def test_a_device_takes_a_time_from_a_clock_that_has_one(time, status, takes):
    async def scenario(han):
        server = han.hub.endpoint.servers[TIME.id]
        server.set(TimeAttributes.Time, None if time == INVALID else time)
        server.set(TimeAttributes.TimeStatus, status)
        for device in (han.esme, han.gsme):
            device.secured()
        await asyncio.sleep(60)
        for device in (han.esme, han.gsme):
            assert (abs(device.utc - device.elapsed) <= 2) is not takes, device.name
        assert (await check_connectivity(han)).verdict is Verdict.PASS

    on_han(scenario)


def test_both_meters_follow_the_hub_within_a_day():
    """The electricity meter too: a Liberty 100 does ("Synchronising Time from the Hub", 5.4.2 of its manual)."""

    async def scenario(han):
        han.hub.epoch += 2 * HOUR
        await asyncio.sleep(DAY + HOUR)
        for device in (han.esme, han.gsme):
            assert abs(device.utc - han.hub.utc) <= 2, device.name

    on_han(scenario)


def test_a_display_sets_its_clock_when_it_comes_to_the_han():
    async def scenario(han):
        assert abs(han.ihd.utc - han.hub.utc) <= 2

    settings = home_settings(seed="clocks")
    on_han(scenario, settings=settings, display=True, formed=True, settle=300)


# --- registers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jump", [-20 * 365 * DAY, -DAY, -1, 1, DAY, 100 * 365 * DAY])
def test_a_register_counts_time_that_passed_whatever_the_clock_says(jump):
    async def scenario(han):
        async def register(device):
            return device.endpoint.servers[METERING.id].get(MeteringAttributes.CurrentSummationDelivered)

        before = {device.name: await register(device) for device in (han.esme, han.gsme)}
        for device in (han.hub, han.esme, han.gsme):
            device.epoch += jump
        for device in (han.esme, han.gsme):
            assert await register(device) == before[device.name]
        await asyncio.sleep(DAY / 2)
        settings = han.settings
        grown = {device.name: await register(device) - before[device.name] for device in (han.esme, han.gsme)}
        assert grown["esme"] == pytest.approx(settings.esme.mean_power * 12, abs=2)
        assert grown["gsme"] == pytest.approx(settings.gsme.mean_flow / 2, abs=2)

    on_han(scenario)


def test_a_register_rolls_over_and_never_tells_the_invalid_number():
    """A uint48 has the invalid pattern 0xffffffffffff (ZCL r8, table 2-12), so its largest reading is 2^48 - 2."""

    async def scenario(han):
        reports = []
        mirror = han.hub.mirrors[han.gsme.storage.ieee]
        mirror.on_update = lambda: reports.append(mirror.server.get(MeteringAttributes.CurrentSummationDelivered))
        await asyncio.sleep(3 * HOUR)
        return reports

    settings = home_settings(seed="clocks")
    settings = replace(settings, gsme=replace(settings.gsme, first_reading=(1 << 48) - 2 - 100))
    reports = on_han(scenario, settings=settings)
    assert None not in reports
    assert max(reports) <= (1 << 48) - 2
    turn = next(index for index in range(1, len(reports)) if reports[index] < reports[index - 1])
    assert reports[turn] < 1000
    steps = [(after - before) % ((1 << 48) - 1) for before, after in pairwise(reports)]
    assert max(steps) - min(steps) <= 2  # 62.5 litres in half an hour, over the turn as well
