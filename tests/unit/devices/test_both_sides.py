"""Key Establishment has both sides on every Smart Energy device, and the Trust Centre may begin."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

from hanbench.emulator.devices.key_establishment import Initiator
from hanbench.emulator.zcl.clusters import KEY_ESTABLISHMENT
from hanbench.emulator.zcl.clusters.key_establishment import SUITE_1, KeyEstablishmentAttributes, TerminateStatus
from hanbench.emulator.zigbee.storage import KeyOrigin
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.case.check import Verdict
from hanbench.harness.han.head_end import called_back
from tests.support.han import check_connectivity, read, run_on_han

on_han = partial(run_on_han, seed="both sides")
HOUR = 3600


def keys(han, device):
    return device.storage.link_keys[han.hub.storage.ieee], han.hub.storage.link_keys[device.storage.ieee]


def test_each_device_shows_both_sides_and_its_suite():
    """All devices have Key Establishment as a server and as a client (domain/zigbee.md, section 4)."""

    async def scenario(han):
        attribute = KeyEstablishmentAttributes.KeyEstablishmentSuite.id
        for asked, asking in ((han.hub, han.esme), (han.esme, han.hub), (han.ihd, han.hub)):
            request = zdp.SimpleDescReq(asked.stack.mac.short, 1)
            ask = partial(asking.stack.zdo.client.request, asked.stack.mac.short, request)
            descriptor = (await called_back(ask)).response.descriptor
            assert KEY_ESTABLISHMENT.id in descriptor.inputs
            assert KEY_ESTABLISHMENT.id in descriptor.outputs
        for device in (han.esme, han.ihd):
            assert (await read(han, device, KEY_ESTABLISHMENT, attribute)).values == {attribute: SUITE_1}

    on_han(scenario, display=True)


def test_the_trust_centre_agrees_another_key_of_its_own_accord():
    async def scenario(han):
        before, _ = keys(han, han.esme)
        han.hub.renew_key(han.esme.storage.ieee)
        await asyncio.sleep(10)
        mine, theirs = keys(han, han.esme)
        assert mine.key == theirs.key != before.key
        assert mine.origin is theirs.origin is KeyOrigin.ESTABLISHED
        assert (await check_connectivity(han)).verdict is Verdict.PASS

    on_han(scenario)


def test_a_sleeping_meter_stays_awake_until_the_key_is_agreed():
    async def scenario(han):
        before, _ = keys(han, han.gsme)
        mirror = han.hub.mirrors[han.gsme.storage.ieee]

        def reported():
            mirror.on_update = None
            han.hub.renew_key(han.gsme.storage.ieee)

        mirror.on_update = reported
        await asyncio.sleep(2 * HOUR)
        mine, theirs = keys(han, han.gsme)
        assert mine.key == theirs.key != before.key
        assert (await check_connectivity(han)).verdict is Verdict.PASS
        await asyncio.sleep(HOUR)
        polls = han.gsme.stack.mac.transmissions
        await asyncio.sleep(60)
        assert han.gsme.stack.mac.transmissions - polls < 30  # it sleeps again

    on_han(scenario)


def test_a_meter_agrees_no_key_with_another_device():
    """A key is agreed with the Trust Centre; partners get theirs from it (SE 1.4a, 5.4.7.4)."""

    async def scenario(han):
        esme, ihd = han.esme, han.ihd
        initiator = Initiator(ihd.settings.key_establishment, lambda: ihd.identity, ihd.stack.nwk.random)
        initiator.endpoint = ihd.endpoint
        for handler in initiator.side._handlers.values():
            ihd.endpoint.clients[KEY_ESTABLISHMENT.id].add(handler)
        before = dict(esme.storage.link_keys)
        ended = await called_back(lambda done: initiator.start(esme.stack.mac.short, 1, esme.storage.ieee, done))
        assert ended.key is None
        assert (ended.status, ended.by_peer) == (TerminateStatus.NO_RESOURCES, True)
        assert esme.storage.link_keys == before

    on_han(scenario, display=True, settle=300)


def test_a_meter_that_never_renews_its_key_takes_no_offer():
    async def scenario(han):
        han.esme.conduct = replace(han.esme.conduct, renews_keys=False)
        before, _ = keys(han, han.esme)
        han.hub.renew_key(han.esme.storage.ieee)
        await asyncio.sleep(30)
        mine, theirs = keys(han, han.esme)
        assert mine.key == theirs.key == before.key

    on_han(scenario)
