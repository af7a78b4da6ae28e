"""From a home's profiles to the settings of its emulated devices: what the profile says is what the device gets."""

from __future__ import annotations

from dataclasses import asdict, replace

import msgspec
import pytest

from hanbench.emulator.clock import MILLISECOND, SECOND
from hanbench.emulator.zigbee.nwk.config import LogicalType
from hanbench.emulator.zigbee.security.install_code import InstallCode
from hanbench.harness.han.settings import SLOW_KEEP_ALIVE_MIN, SLOW_LINK_STATUS_S, settings_for
from hanbench.profiles.cohorts import household
from hanbench.profiles.rulesets import Cohort

ROLES = ("hub", "esme", "gsme", "ihd", "repeater")


@pytest.fixture(params=[Cohort.IOC, Cohort.MOC_SECURE], ids=str)
def home(request):
    return household(request.param)


@pytest.mark.parametrize("role", ROLES)
def test_a_device_is_who_its_profile_says(home, role):
    device, settings = getattr(home, role), getattr(settings_for(home), role)
    assert (settings.maker, settings.model) == (device.maker, device.model)
    assert (settings.manufacturer, settings.endpoint) == (device.manufacturer_code, device.endpoint)
    assert (settings.tx_power, settings.node.channels) == (device.radio.tx_power_dbm, device.radio.channels)
    assert settings.request_timeout == device.request_timeout_s * SECOND


@pytest.mark.parametrize("cohort", Cohort)
@pytest.mark.parametrize("role", ["esme", "gsme"])
def test_a_serial_number_fits_in_its_attribute(cohort, role):
    assert len(getattr(settings_for(household(cohort)), role).serial) <= 24


def test_the_roles_are_those_of_a_star_around_the_hub(home):
    settings = settings_for(home)
    nodes = [getattr(settings, role).node for role in ROLES]
    assert [node.role for node in nodes] == [
        LogicalType.COORDINATOR,
        LogicalType.ROUTER,
        LogicalType.END_DEVICE,
        LogicalType.END_DEVICE,
        LogicalType.ROUTER,
    ]
    assert [node.rx_on for node in nodes] == [True, True, False, True, True]
    assert [node.battery for node in nodes] == [False, False, True, False, False]
    assert settings.esme.node.max_children == 0
    assert settings.hub.node.max_children == home.hub.parenthood.max_children >= 3


def test_the_hub_keeps_alive_mirrors_and_answers_as_its_profile_says(home):
    hub = settings_for(home).hub
    assert (hub.keep_alive_base, hub.keep_alive_jitter) == (120, 300)
    assert (hub.mirrors, hub.first_mirror_endpoint) == (home.hub.mirrors.count, home.hub.mirrors.first_endpoint)
    assert hub.wan_latency == home.hub.wan_latency_ms * MILLISECOND
    assert hub.node.link_status_period == home.hub.parenthood.link_status_interval_s * SECOND
    assert set(hub.network.channels) == set(home.hub.radio.channels)


def test_the_gas_meter_sleeps_polls_and_gives_up_as_its_profile_says(home):
    gsme = settings_for(home).gsme
    assert gsme.wake_interval == 1800 * SECOND
    assert gsme.node.poll_period == home.gsme.sleep.poll_interval_ms * MILLISECOND
    assert gsme.node.poll_failures == home.gsme.sleep.poll_failures
    assert gsme.node.requested_timeout_index == home.gsme.end_device_timeout_index
    assert gsme.report_failures == home.gsme.report_failures
    assert (gsme.keep_alive.enabled, gsme.keep_alive.failures) == (True, home.gsme.keep_alive.failures)
    assert (gsme.first_reading, gsme.mean_flow) == (home.gsme.first_reading_l, home.gsme.mean_flow_l_per_day)
    assert gsme.battery == home.gsme.battery_percent


def test_the_display_reads_as_often_as_its_profile_says(home):
    ihd = settings_for(home).ihd
    assert (ihd.electricity_interval, ihd.gas_interval) == (10 * SECOND, 1800 * SECOND)


@pytest.mark.parametrize("role", ["esme", "gsme", "ihd"])
def test_a_lost_network_is_looked_for_as_the_profile_says(home, role):
    joining, policy = getattr(home, role).joining, getattr(settings_for(home), role).node.join
    assert policy.rests == tuple(rest * SECOND for rest in joining.rests_s)
    assert policy.key_wait == joining.key_wait_s * SECOND
    assert (policy.scan_exponent, policy.scan_rounds) == (joining.scan_exponent, joining.scan_rounds)
    assert policy.jitter == joining.rest_jitter
    assert policy.rejoin is joining.rejoins
    assert policy.other_channels is joining.searches_other_channels
    assert policy.trust_center_rejoin is joining.trust_center_rejoin


def test_a_changed_value_reaches_the_device(home):
    sleep = msgspec.structs.replace(home.gsme.sleep, wake_interval_s=900, poll_interval_ms=125, poll_failures=7)
    joining = msgspec.structs.replace(home.gsme.joining, rejoins=False, rests_s=(2, 4))
    gsme = msgspec.structs.replace(home.gsme, sleep=sleep, joining=joining, report_failures=9)
    settings = settings_for(replace(home, gsme=gsme)).gsme
    assert (settings.wake_interval, settings.report_failures) == (900 * SECOND, 9)
    assert (settings.node.poll_period, settings.node.poll_failures) == (125 * MILLISECOND, 7)
    assert (settings.node.join.rejoin, settings.node.join.rests) == (False, (2 * SECOND, 4 * SECOND))


def test_a_hub_likes_channels_best_that_every_device_of_the_home_uses(home):
    radio = msgspec.structs.replace(home.hub.radio, channels=(26, 20, 25))
    settings = settings_for(replace(home, hub=msgspec.structs.replace(home.hub, radio=radio)))
    assert set(settings.hub.network.channels[:2]) == {20, 25}
    assert settings.hub.network.channels[2] == 26


def test_homes_with_different_seeds_share_no_address_no_code_and_no_network(home):
    one, other = settings_for(home, seed="1"), settings_for(home, seed="2")
    for role in ROLES:
        mine, others = one.of(role), other.of(role)
        assert mine.ieee != others.ieee
        assert mine.serial != others.serial
        assert role == "hub" or mine.install_code != others.install_code
    assert one.hub.network.pan_id != other.hub.network.pan_id


@pytest.mark.parametrize("role", ROLES)
def test_an_address_is_in_the_block_of_the_maker(home, role):
    oui = getattr(home, role).oui
    assert {f"{settings_for(home, seed=seed).of(role).ieee:016X}"[: len(oui)] for seed in range(20)} == {oui}


def test_the_channels_that_hubs_like_best_differ_by_seed(home):
    first = [settings_for(home, seed=seed).hub.network.channels[0] for seed in range(200)]
    assert set(first) == set(home.hub.radio.channels)


def test_the_devices_stand_where_the_layout_says(home):
    layout = {role: getattr(home.layout, f"{role}_m") for role in ROLES if role != "repeater"}
    hub, gsme = layout["hub"], layout["gsme"]
    layout["repeater"] = (hub[0] + gsme[0]) / 2, (hub[1] + gsme[1]) / 2
    assert dict(settings_for(home).positions) == layout
    assert len(set(layout.values())) == len(ROLES)


def test_no_two_devices_share_an_address_a_serial_or_an_install_code():
    homes = [settings_for(household(Cohort.IOC), seed=seed) for seed in ("1", "2")]
    every = [getattr(settings, role) for settings in homes for role in ROLES]
    assert len({settings.ieee for settings in every}) == len(every)
    assert len({settings.serial for settings in every}) == len(every)
    codes = [settings.install_code for settings in every if settings.install_code]
    assert len(set(codes)) == len(codes) == 8


def test_every_device_but_the_hub_has_an_install_code_whose_crc_holds(home):
    settings = settings_for(home)
    assert settings.hub.install_code == b""
    for role in ("esme", "gsme", "ihd", "repeater"):
        octets = getattr(settings, role).install_code
        assert len(octets) == 18
        assert InstallCode.with_crc(octets[:16]).octets == octets


def test_a_home_is_the_same_each_time(home):
    assert settings_for(home) == settings_for(home)


def test_quiet_changes_nothing_but_link_status_and_the_keep_alive_base(home):
    usual, quiet = asdict(settings_for(home)), asdict(settings_for(home, slow_background=True))
    assert quiet["hub"]["keep_alive_base"] == SLOW_KEEP_ALIVE_MIN
    for role in ("hub", "esme", "repeater"):
        assert quiet[role]["node"]["link_status_period"] == SLOW_LINK_STATUS_S * SECOND
        usual[role]["node"]["link_status_period"] = SLOW_LINK_STATUS_S * SECOND
    usual["hub"]["keep_alive_base"] = SLOW_KEEP_ALIVE_MIN
    assert quiet == usual
