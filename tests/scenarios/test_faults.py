"""Every fault does what it says to the HAN, from both starting states, and can be healed."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices.gsme import MirrorState
from hanbench.emulator.zcl.clusters.key_establishment import TerminateStatus
from hanbench.emulator.zcl.clusters.metering import LOW_BATTERY, MeteringAttributes
from hanbench.harness.case.check import Subject, Verdict
from hanbench.harness.case.fault_catalogue import FAULTS_OF_EVERY_HAN, GSME_FAULTS, IMPAIRMENTS
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.checks import HanConnectivityCheck, commission
from hanbench.harness.faults import FAULTS, obstacles, reachable
from hanbench.profiles.rulesets import Cohort
from tests.support.han import check_connectivity, home_settings, run_on_han

COME_BACK = 6 * 3600
DAY = 86_400
METERS = (Subject.GSME, Subject.ESME)
METERS_FAULTS = tuple(name for name in FAULTS_OF_EVERY_HAN if FAULTS[name].subject is Subject.GSME)
on_han = partial(run_on_han, seed="faults", settle=DAY / 12)


async def check(han):
    return (await check_connectivity(han)).verdict


@pytest.mark.parametrize("new", [False, True], ids=["installed", "new"])
@pytest.mark.parametrize("name", METERS_FAULTS)
def test_a_fault_breaks_what_it_says_and_can_be_healed(name, new):
    fault = FAULTS[name]

    async def scenario(han):
        assert list(obstacles(han, han.gsme)) == []
        await fault.inject(han)
        assert reachable(han, han.gsme) is not fault.breaks_reachability
        assert await check(han) is (Verdict.FAIL if fault.breaks_reachability else Verdict.PASS)
        await fault.heal(han)
        for _ in range(COME_BACK // 60):
            if reachable(han, han.gsme):
                break
            await asyncio.sleep(60)
        assert list(obstacles(han, han.gsme)) == []
        assert await check(han) is Verdict.PASS
        # Healed is healed: nothing is left behind that the next day brings out.
        await asyncio.sleep(DAY)
        assert await check(han) is Verdict.PASS
        assert han.hub.responder.sessions == 0
        assert han.gsme.mirror_state is MirrorState.MIRRORED
        assert han.hub.mirrors[han.gsme.storage.ieee].updated > han.clock.now - 3 * han.settings.gsme.wake_interval

    on_han(scenario, settings=home_settings(Cohort.MOC_SECURE if new else Cohort.IOC), formed=new)


LEAVES_NO_KEY = ("bad-key-confirm", "no-resources", "certificate-expired", "certificate-mismatch")


@pytest.mark.parametrize("name", LEAVES_NO_KEY)
@pytest.mark.parametrize("seconds", [3540, 3568, 3571, 3574, 3600])
def test_a_meter_that_the_hub_has_just_removed_is_paired_again(name, seconds):
    # SE 1.4a, 5.4.2.2: a device that agrees no key within an hour of joining is removed. It joined some 30 s before.
    async def scenario(han):
        await FAULTS["hub-entry-lost"].inject(han)
        await FAULTS["hub-entry-lost"].heal(han)
        await asyncio.sleep(10)
        await FAULTS[name].inject(han)
        await asyncio.sleep(seconds)
        await FAULTS[name].heal(han)
        await asyncio.sleep(30)
        assert list(obstacles(han, han.gsme)) == []
        assert await check(han) is Verdict.PASS

    on_han(scenario)


@pytest.mark.parametrize("name", ["wrong-channel", "pan-id-missed", "network-key-lost"])
def test_the_electricity_meter_follows_though_it_missed_the_broadcast(name):
    async def scenario(han):
        han.radio_of("esme").muted = True
        asyncio.get_running_loop().call_later(6, setattr, han.radio_of("esme"), "muted", False)
        await FAULTS[name].inject(han)
        assert list(obstacles(han, han.esme)) == []
        assert list(obstacles(han, han.gsme)) != []

    on_han(scenario)


@pytest.mark.parametrize("name", [name for name in GSME_FAULTS if name != "flapping"])
def test_a_fault_that_cuts_off_lasts(name):
    """`persistent` is what the rules ask for: nobody mends it by waiting. Flapping alone comes and goes."""

    async def scenario(han):
        await FAULTS[name].inject(han)
        for _ in range(4):
            await asyncio.sleep(DAY / 2)
            assert not reachable(han, han.gsme)
            assert await check(han) is Verdict.FAIL

    on_han(scenario)


@pytest.mark.parametrize("name", IMPAIRMENTS)
def test_an_impairment_never_looks_like_a_lost_meter(name):
    async def scenario(han):
        await FAULTS[name].inject(han)
        for _ in range(8):
            await asyncio.sleep(DAY / 4)
            assert await check(han) is Verdict.PASS

    on_han(scenario)


@pytest.mark.parametrize("name", FAULTS_OF_EVERY_HAN)
def test_a_commissioning_succeeds_where_both_meters_can_be_reached_and_nowhere_else(name):
    # SE 1.4a, 5.4.6: data of meters travel under their link key, so a meter without it has not been commissioned.
    async def scenario(han):
        before = (await commission(han, tuple(MeterRole), HanConnectivityCheck())).commissioning
        await FAULTS[name].inject(han)
        meters_answer = reachable(han, han.gsme) and reachable(han, han.esme)
        after = (await commission(han, tuple(MeterRole), HanConnectivityCheck())).commissioning
        assert before.succeeded
        cuts_off = FAULTS[name].subject in METERS or name == "hub-without-power"
        assert meters_answer is not (FAULTS[name].breaks_reachability and cuts_off)
        assert after.succeeded is (meters_answer and FAULTS[name].subject not in (Subject.WAN, Subject.BENCH))

    on_han(scenario)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("bad-key-confirm", TerminateStatus.BAD_KEY_CONFIRM),
        ("no-resources", TerminateStatus.NO_RESOURCES),
        ("certificate-expired", TerminateStatus.INVALID_CERTIFICATE),
        ("certificate-mismatch", TerminateStatus.INVALID_CERTIFICATE),
        ("unknown-issuer", TerminateStatus.UNKNOWN_ISSUER),
    ],
)
def test_key_establishment_ends_for_the_reason_that_the_fault_gives(name, status):
    async def scenario(han):
        keys = han.gsme.keys
        await FAULTS[name].inject(han)
        assert keys.last is not None
        assert keys.last.by_peer
        assert keys.last.status is status
        assert not keys.ready
        assert han.gsme.stack.joined is (name != "unknown-issuer")

    on_han(scenario)


def test_a_refused_mirror_leaves_the_display_without_gas():
    async def scenario(han):
        await FAULTS["mirror-refused"].inject(han)
        await asyncio.sleep(DAY)
        assert han.hub.mirrors == {}
        assert han.gsme.mirror_state is MirrorState.NONE

    on_han(scenario)


def test_a_wiped_mirror_stays_away_while_the_meter_believes_in_it():
    async def scenario(han):
        await FAULTS["mirror-wiped"].inject(han)
        await asyncio.sleep(DAY)
        assert han.hub.mirrors == {}
        assert han.gsme.mirror_state is MirrorState.MIRRORED
        assert han.hub.stack.counters["no-endpoint"] > 20

    on_han(scenario)


def test_a_drifting_clock_is_seen_in_the_times_of_readings():
    async def scenario(han):
        def ahead():
            mirror = han.hub.mirrors[han.gsme.storage.ieee]
            reported = mirror.server.get(MeteringAttributes.ReadingSnapshotTime)
            return reported - (han.hub.utc - (han.clock.now - mirror.updated) // SECOND)

        await asyncio.sleep(DAY)
        assert abs(ahead()) <= 2
        await FAULTS["clock-drift"].inject(han)
        before = han.gsme.utc - han.hub.utc
        await asyncio.sleep(DAY)
        assert 60 < ahead() - before < 120

    on_han(scenario)


def test_a_fading_battery_says_so_and_slows_before_it_falls_silent():
    async def scenario(han):
        pushes = []
        mirror = han.hub.mirrors[han.gsme.storage.ieee]
        mirror.on_update = lambda: pushes.append((han.clock.now, mirror.server.get(MeteringAttributes.Status)))
        await FAULTS["battery-low"].inject(han)
        assert len(pushes) >= 2
        assert all(status & LOW_BATTERY for _, status in pushes)
        assert pushes[-1][0] - pushes[-2][0] > 2 * han.settings.gsme.wake_interval
        assert mirror.server.get(MeteringAttributes.RemainingBatteryLife) == 5
        heard = len(pushes)
        await asyncio.sleep(DAY)
        assert len(pushes) == heard
        assert not han.gsme.powered

    on_han(scenario)


def test_ignored_keep_alives_make_the_meter_rejoin_again_and_again():
    async def scenario(han):
        rejoins = []
        han.gsme.on_state = lambda state, event: rejoins.append(event.name) if event.name == "ACCEPTED" else None
        await FAULTS["keep-alive-ignored"].inject(han)
        await asyncio.sleep(3 * DAY)
        assert len(rejoins) >= 2

    on_han(scenario)
