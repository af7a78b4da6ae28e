"""Firmware from the hub to its meters: whole, half, broken, resumed, and changed over at the time that was said."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hanbench.emulator.devices.services.firmware import METER_IMAGE
from hanbench.emulator.devices.services.image import check_image, make_image
from hanbench.emulator.errors import LocalProtocolError, RemoteProtocolError
from hanbench.emulator.randomness import split
from hanbench.emulator.zcl import on
from hanbench.emulator.zcl.clusters import BASIC, OTA
from hanbench.emulator.zcl.clusters.ota import (
    WAIT_FOR_ANOTHER_COMMAND,
    ImageBlockRequest,
    ImageBlockResponse,
    ImageNotify,
    OtaStatus,
    PayloadType,
    UpgradeEndRequest,
    UpgradeEndResponse,
    UpgradeStatus,
)
from hanbench.emulator.zcl.smart_energy import SmartEnergyEra
from hanbench.harness.case.check import Verdict
from tests.support.han import check_connectivity, home_settings, read, run_on_han

HOUR, DAY = 3600, 86_400
PROGRAM = split(1, "program").randbytes(3000)


def on_han(scenario, *, era=SmartEnergyEra.SE_1_1):
    run_on_han(scenario, seed="firmware", settings=home_settings(eras={"hub": era, "gsme": era}))


def image_for(device, version=2, program=PROGRAM):
    return make_image(device.settings.manufacturer, METER_IMAGE, version, program)


async def application_version(han, device):
    return (await read(han, device, BASIC, 1)).values[1]


def so_far(meter):
    """Octets of an image that a meter has."""
    download = meter.flash.firmware.download
    return 0 if download is None else len(download.octets)


def test_a_meter_that_listens_fetches_its_image_when_it_is_told_of_it():
    async def scenario(han):
        assert await application_version(han, han.esme) == 1
        han.hub.offer_firmware(image_for(han.esme))
        await asyncio.sleep(60)
        assert han.esme.firmware.version == 2
        assert await application_version(han, han.esme) == 2
        assert han.hub.firmware.ended == [(han.esme.storage.network.short, 2, OtaStatus.SUCCESS)]
        assert han.esme.flash.firmware.download is None
        assert han.esme.firmware.status is UpgradeStatus.NORMAL

    on_han(scenario)


def test_a_sleeper_finds_its_image_within_a_day_and_goes_on_answering():
    async def scenario(han):
        han.hub.offer_firmware(image_for(han.gsme))
        await asyncio.sleep(25 * HOUR)
        assert han.gsme.firmware.version == 2
        assert (await check_connectivity(han)).verdict is Verdict.PASS

    on_han(scenario)


def test_two_way_mirroring_tells_a_sleeper_at_its_next_report():
    async def scenario(han):
        han.hub.offer_firmware(image_for(han.gsme))
        await asyncio.sleep(2 * HOUR)
        assert han.gsme.firmware.version == 2

    on_han(scenario, era=SmartEnergyEra.SE_1_2)


def test_a_long_download_of_a_sleeper_is_spread_over_its_wakes():
    async def scenario(han):
        han.hub.offer_firmware(image_for(han.gsme, program=split(2, "long").randbytes(7000)))
        offsets = []
        await asyncio.sleep(24 * HOUR)
        for _ in range(8):
            offsets.append(so_far(han.gsme))
            await asyncio.sleep(1800)
        assert any(0 < offset < 7000 for offset in offsets)
        assert han.gsme.firmware.version == 2

    on_han(scenario)


def test_a_meter_changes_over_when_told_whatever_power_cut_comes_before():
    async def scenario(han):
        han.hub.firmware.upgrade_time = han.hub.utc + 6 * HOUR
        han.hub.offer_firmware(image_for(han.esme))
        await asyncio.sleep(HOUR)
        assert han.esme.firmware.version == 1
        assert han.esme.firmware.status is UpgradeStatus.COUNT_DOWN
        han.esme.power_off()
        await asyncio.sleep(10)
        han.esme.power_on()
        await asyncio.sleep(HOUR)
        assert han.esme.firmware.version == 1
        await asyncio.sleep(5 * HOUR)
        assert han.esme.firmware.version == 2
        assert await application_version(han, han.esme) == 2

    on_han(scenario)


@pytest.mark.parametrize("ahead", [None, 0, 30 * DAY])
def test_a_meter_changes_over_by_the_difference_of_the_hubs_times(ahead):
    """ZCL r8, 11.13.9: a current time of 0 makes the upgrade time a number of seconds. None: the hub has no clock."""

    async def scenario(han):
        def in_an_hour(request, indication):
            now = 0 if ahead is None else han.hub.utc + ahead
            image = (request.manufacturer_code, request.image_type, request.file_version)
            return UpgradeEndResponse(*image, current_time=now, upgrade_time=now + HOUR)

        han.hub.firmware.server.add(on(UpgradeEndRequest, in_an_hour))
        han.hub.offer_firmware(image_for(han.esme))
        await asyncio.sleep(HOUR - 600)
        assert han.esme.firmware.version == 1
        await asyncio.sleep(1200)
        assert han.esme.firmware.version == 2

    on_han(scenario)


def test_a_power_cut_in_mid_download_leaves_the_old_firmware_and_resumes():
    async def scenario(han):
        han.hub.offer_firmware(image_for(han.esme))
        await asyncio.sleep(1.4)
        while not so_far(han.esme):
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)
        before = so_far(han.esme)
        assert 0 < before < 3000
        han.esme.power_off()
        await asyncio.sleep(10)
        han.esme.power_on()
        await asyncio.sleep(5)
        assert han.esme.firmware.version == 1
        assert so_far(han.esme) == before
        han.esme.firmware.look()
        await asyncio.sleep(60)
        assert han.esme.firmware.version == 2

    on_han(scenario)


@pytest.mark.parametrize("has_clock", [True, False])
def test_a_meter_waits_for_data_as_long_as_the_hub_says(has_clock):
    """ZCL r8, 11.13.8.2.1: WAIT_FOR_DATA with two times of the hub, or with 0 and a number of seconds."""

    async def scenario(han):
        told: list[Any] = []

        def later(request, indication):
            if not told:
                told.append(request.file_offset)
                now = han.hub.utc if has_clock else 0
                return ImageBlockResponse(OtaStatus.WAIT_FOR_DATA, current_time=now, request_time=now + HOUR)
            return han.hub.firmware._block(request, indication)

        han.hub.firmware.server.add(on(ImageBlockRequest, later))
        han.hub.offer_firmware(image_for(han.esme))
        await asyncio.sleep(HOUR - 60)
        assert so_far(han.esme) == 0
        await asyncio.sleep(180)
        assert han.esme.firmware.version == 2

    on_han(scenario)


def test_a_meter_that_shall_wait_for_another_word_waits_for_it():
    async def scenario(han):
        han.hub.firmware.upgrade_time = WAIT_FOR_ANOTHER_COMMAND
        image = image_for(han.esme)
        han.hub.offer_firmware(image)
        await asyncio.sleep(DAY)
        assert han.esme.firmware.version == 1
        assert han.esme.firmware.status is UpgradeStatus.WAITING_TO_UPGRADE
        maker, kind = image.key
        now = UpgradeEndResponse(maker, kind, image.version, current_time=han.hub.utc, upgrade_time=han.hub.utc)
        han.hub.endpoint.command(han.esme.storage.network.short, 1, OTA.id, now)
        await asyncio.sleep(5)
        assert han.esme.firmware.version == 2

    on_han(scenario)


@pytest.mark.parametrize(("maker", "kind"), [(0x0FF1, METER_IMAGE), (None, 0x0777)])
def test_a_meter_heeds_no_notice_of_an_image_for_other_devices(maker, kind):
    async def scenario(han):
        own = han.esme.settings.manufacturer if maker is None else maker
        han.hub.firmware.publish(image_for(han.esme))
        notice = ImageNotify(PayloadType.IMAGE_TYPE, 100, own, kind)
        han.hub.endpoint.command(han.esme.storage.network.short, 1, OTA.id, notice)
        await asyncio.sleep(60)
        assert han.esme.firmware.version == 1

    on_han(scenario)


def test_an_image_that_is_withdrawn_half_way_ends_the_download():
    async def scenario(han):
        image = image_for(han.esme)
        han.hub.offer_firmware(image)
        while not so_far(han.esme):
            await asyncio.sleep(0.05)
        han.hub.firmware.withdraw(image)
        await asyncio.sleep(60)
        assert han.esme.firmware.version == 1
        assert han.esme.flash.firmware.download is None
        assert han.esme.firmware.status is UpgradeStatus.NORMAL

    on_han(scenario)


def test_a_hub_that_goes_silent_costs_the_meter_its_patience_only():
    async def scenario(han):
        han.hub.offer_firmware(image_for(han.esme))
        while not so_far(han.esme):
            await asyncio.sleep(0.05)
        han.radio("hub").muted = True
        await asyncio.sleep(300)
        assert not han.esme.firmware._busy
        han.radio("hub").muted = False
        han.esme.firmware.look()
        await asyncio.sleep(60)
        assert han.esme.firmware.version == 2

    on_han(scenario)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda octets: octets[:200] + bytes((octets[200] ^ 1,)) + octets[201:],
        lambda octets: b"\x00" + octets[1:],
        lambda octets: octets[:-1] + bytes((octets[-1] ^ 1,)),
        lambda octets: octets + b"\x00",
        lambda octets: octets[:40],
    ],
    ids=["a bit of the program", "no image file", "a bit of the hash", "too long", "cut short"],
)
def test_an_image_that_is_not_whole_is_reported_and_not_run(spoil):
    async def scenario(han):
        good = image_for(han.esme)
        han.hub.offer_firmware(good._replace(octets=spoil(good.octets)))
        await asyncio.sleep(60)
        assert han.esme.firmware.version == 1
        assert [status for _, _, status in han.hub.firmware.ended] == [OtaStatus.INVALID_IMAGE]
        assert han.esme.flash.firmware.download is None

    on_han(scenario)


def test_an_image_for_another_maker_or_an_older_one_is_not_fetched():
    async def scenario(han):
        esme = han.esme
        han.hub.offer_firmware(make_image(esme.settings.manufacturer ^ 1, METER_IMAGE, 9, PROGRAM))
        han.hub.offer_firmware(image_for(esme, version=1))
        await asyncio.sleep(60)
        assert esme.firmware.version == 1
        assert han.hub.firmware.ended == []

    on_han(scenario)


def test_an_image_names_itself_and_tells_whether_it_is_whole():
    image = make_image(0x1031, 1, 7, PROGRAM)
    assert check_image(image.octets) == image
    assert image.octets[:4] == bytes.fromhex("1ef1ee0b")
    with pytest.raises(RemoteProtocolError):
        check_image(b"")
    with pytest.raises(LocalProtocolError):
        make_image(0x1031, 1, 7, bytes(9000))
