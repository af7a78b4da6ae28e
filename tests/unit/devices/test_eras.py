"""The Smart Energy era of a device decides what it has: tables, commands, and whether mirroring goes two ways."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from hanbench.emulator.devices.notifications import Notice
from hanbench.emulator.zcl import ReplyOutcome, Status
from hanbench.emulator.zcl.clusters import METERING
from hanbench.emulator.zcl.clusters.metering import (
    SUPPLY_OFF,
    SUPPLY_ON,
    ChangeSupply,
    GetProfile,
    MeteringAttributes,
    SnapshotCause,
    SupplyControl,
    TakeSnapshot,
)
from hanbench.emulator.zcl.smart_energy import SmartEnergyEra
from hanbench.harness.case.check import Verdict
from tests.support.han import check_connectivity, command, home_settings, run_on_han

HOUR = 3600
EARLY, LATE = SmartEnergyEra.SE_1_1, SmartEnergyEra.SE_1_2


def on_han(scenario, *, hub=LATE, meters=LATE):
    settings = home_settings(eras={"hub": hub, "esme": meters, "gsme": meters})
    settings = replace(settings, hub=replace(settings.hub, mirror_interval=900))
    run_on_han(scenario, seed="eras", settings=settings, formed=True)


SNAPSHOT = TakeSnapshot(SnapshotCause.GENERAL)


@pytest.mark.parametrize(("hub", "meters"), [(EARLY, EARLY), (EARLY, LATE), (LATE, EARLY), (LATE, LATE)])
def test_every_pair_of_eras_works_together(hub, meters):
    async def scenario(han):
        await asyncio.sleep(3 * HOUR)
        assert (await check_connectivity(han)).verdict is Verdict.PASS
        mirror = han.hub.mirrors[han.gsme.storage.ieee]
        assert mirror.updated > (han.clock.now - 2 * han.settings.gsme.wake_interval)
        assert (mirror.notices is not None) is (hub is LATE)

    on_han(scenario, hub=hub, meters=meters)


def test_a_meter_of_before_1_2_has_no_snapshots_and_one_of_1_2_has():
    async def refused(han):
        reply = await command(han, han.esme, METERING, SNAPSHOT)
        assert (reply.outcome, reply.status) == (ReplyOutcome.REFUSED, Status.UNSUP_CLUSTER_COMMAND)

    async def taken(han):
        reply = await command(han, han.esme, METERING, SNAPSHOT)
        assert reply.ok
        assert reply.command.snapshot_id == 1
        assert len(han.esme.parts.snapshots.taken) == 1

    on_han(refused, meters=EARLY)
    on_han(taken)


def test_both_eras_answer_get_profile():
    async def scenario(han):
        await asyncio.sleep(5 * HOUR)
        reply = await command(han, han.esme, METERING, GetProfile(interval_channel=0, end_time=0, number_of_periods=4))
        assert reply.ok
        assert len(reply.command.intervals) == 4
        assert sum(reply.command.intervals) == pytest.approx(2 * han.settings.esme.mean_power, rel=0.05)

    for meters in (EARLY, LATE):
        on_han(scenario, meters=meters)


def test_the_hub_says_how_often_to_report_and_the_meter_does():
    async def scenario(han):
        mirror, times = han.hub.mirrors[han.gsme.storage.ieee], []
        mirror.on_update = lambda: times.append(han.clock.now)
        await asyncio.sleep(3 * HOUR)
        assert 10 <= len(times) <= 14

    on_han(scenario)


def test_a_meter_asked_for_it_agrees_another_key_at_its_next_report():
    async def scenario(han):
        before = han.gsme.storage.link_keys[han.hub.storage.ieee].key
        await asyncio.sleep(HOUR)
        assert han.gsme.storage.link_keys[han.hub.storage.ieee].key == before
        han.hub.mirrors[han.gsme.storage.ieee].notices.put(Notice.CBKE_UPDATE_REQUEST)
        await asyncio.sleep(HOUR)
        after = han.gsme.storage.link_keys[han.hub.storage.ieee].key
        assert after != before
        assert after == han.hub.storage.link_keys[han.gsme.storage.ieee].key

    on_han(scenario)


def test_a_meter_fetches_the_command_that_waits_for_it():
    async def scenario(han):
        now = han.hub.utc
        change = ChangeSupply(
            provider_id=1,
            issuer_event_id=7,
            request_date_time=now,
            implementation_date_time=0,
            proposed_supply_status=SUPPLY_OFF,
            supply_control_bits=SupplyControl.ACKNOWLEDGE_REQUIRED,
        )
        assert han.gsme.endpoint.servers[METERING.id].get(MeteringAttributes.SupplyStatus) == SUPPLY_ON
        han.hub.mirrors[han.gsme.storage.ieee].notices.put(Notice.CHANGE_SUPPLY, change)
        await asyncio.sleep(HOUR)
        assert han.gsme.endpoint.servers[METERING.id].get(MeteringAttributes.SupplyStatus) == SUPPLY_OFF
        assert han.hub.mirrors[han.gsme.storage.ieee].server.get(MeteringAttributes.SupplyStatus) == SUPPLY_OFF

    on_han(scenario)


def test_time_is_set_when_the_hub_asks_for_it():
    async def scenario(han):
        han.gsme.epoch += 500
        await asyncio.sleep(HOUR)
        assert han.gsme.utc - han.hub.utc > 400
        han.hub.mirrors[han.gsme.storage.ieee].notices.put(Notice.TIME_SYNC)
        await asyncio.sleep(HOUR)
        assert abs(han.gsme.utc - han.hub.utc) <= 1

    on_han(scenario)
