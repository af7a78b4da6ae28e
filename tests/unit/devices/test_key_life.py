"""The life of keys on a whole HAN: rotation, wear, counters over power cuts, newcomers without a key, open networks."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from hanbench.emulator.clock import SECOND
from hanbench.emulator.errors import DropReason
from hanbench.emulator.randomness import split
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.commands import RequestKey, TransportApplicationKey
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent, JoinState
from hanbench.emulator.zigbee.nwk.layer import NwkIndication
from hanbench.emulator.zigbee.security.cbke import Authority
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.security.keys import KeyId, hashed_link_key, key_load_key, key_transport_key
from hanbench.emulator.zigbee.storage import (
    COUNTER_STRIDE,
    KEY_UPDATE_COUNTER,
    LAST_COUNTER,
    FrameCounter,
    KeyOrigin,
    LinkKey,
    NonVolatile,
)
from hanbench.harness.case.check import Verdict
from hanbench.harness.han.exchange import replace_hub
from hanbench.harness.han.formation import join
from tests.support.han import check_connectivity, run_on_han

HOUR = 3600
on_han = partial(run_on_han, seed="keys", settle=HOUR)


async def reachable(han):
    return (await check_connectivity(han)).verdict is Verdict.PASS


async def rotate(han, *, asleep):
    trust_center, radio = han.hub.stack.trust_center, han.radio("gsme")
    radio.muted = asleep
    trust_center.distribute()
    await asyncio.sleep(60)
    trust_center.switch()
    await asyncio.sleep(60)
    radio.muted = False


def test_a_sleeper_that_misses_one_rotation_gets_the_key_that_waits_for_it():
    async def scenario(han):
        events = []
        han.gsme.on_state = lambda state, event: events.append(event)
        trust_center = han.hub.stack.trust_center
        trust_center.distribute()
        await asyncio.sleep(HOUR)
        trust_center.switch()
        await asyncio.sleep(2 * HOUR)
        assert {device.storage.active_key for device in han.devices} == {1}
        assert JoinEvent.LOST not in events
        assert await reachable(han)

    on_han(scenario)


def test_a_device_that_joins_during_a_rotation_gets_the_next_key():
    async def scenario(han):
        hub, esme = han.hub, han.esme
        hub.preauthorise(esme.settings.ieee, esme.settings.joining_key)
        esme.stack.joiner.event(JoinEvent.LEFT)
        hub.stack.trust_center.distribute()
        hub.permit_join(254)
        await join(han, esme)
        await asyncio.sleep(30)
        hub.stack.trust_center.switch()
        await asyncio.sleep(30)
        assert esme.storage.active_key == hub.storage.active_key == 1

    on_han(scenario)


@pytest.mark.parametrize("rotations", [1, 2])
def test_a_sleeper_that_missed_a_switch_returns_by_trust_center_rejoin(rotations):
    async def scenario(han):
        states = []
        han.gsme.on_state = lambda state, event: states.append(state)
        for _ in range(rotations):
            await rotate(han, asleep=True)
        await asyncio.sleep(6 * HOUR)
        assert JoinState.TRUST_CENTER_REJOINING in states
        assert han.gsme.storage.active_key == han.hub.storage.active_key == rotations
        assert await reachable(han)

    on_han(scenario)


def test_link_keys_outlive_the_network_key():
    async def scenario(han):
        before = {ieee: link.key for ieee, link in han.hub.storage.link_keys.items()}
        for _ in range(3):
            await rotate(han, asleep=False)
        await asyncio.sleep(6 * HOUR)
        assert {ieee: link.key for ieee, link in han.hub.storage.link_keys.items()} == before
        assert await reachable(han)

    on_han(scenario)


@pytest.mark.parametrize("who", ["hub", "esme"])
def test_a_worn_frame_counter_makes_the_trust_center_change_the_key(who):
    async def scenario(han):
        device = getattr(han, who)
        device.storage.nwk_counter = FrameCounter(KEY_UPDATE_COUNTER, KEY_UPDATE_COUNTER + COUNTER_STRIDE)
        await asyncio.sleep(10 * HOUR)
        assert {each.storage.active_key for each in han.devices} == {1}
        assert device.storage.nwk_counter.value < COUNTER_STRIDE
        # Only who was worn starts anew: the others' counters go on.
        assert all(each.storage.nwk_counter.value >= 100_000 for each in han.devices if each is not device)
        assert await reachable(han)

    on_han(scenario)


def test_a_used_up_counter_sends_nothing_and_breaks_nothing():
    async def scenario(han):
        han.gsme.storage.nwk_counter = FrameCounter(LAST_COUNTER - 2, LAST_COUNTER + 1)
        sent = []
        han.air.observers.append(lambda transmission: sent.append(transmission))
        await asyncio.sleep(4 * HOUR)
        assert han.gsme.storage.nwk_counter.value == LAST_COUNTER + 1
        assert sent

    on_han(scenario)


def test_a_used_up_link_key_protects_nothing():
    async def scenario(han):
        link = han.gsme.storage.link_keys[han.hub.storage.ieee]
        link.outgoing = FrameCounter(LAST_COUNTER, LAST_COUNTER + 1)
        await asyncio.sleep(6 * HOUR)
        renewed = han.gsme.storage.link_keys[han.hub.storage.ieee]
        assert renewed is not link
        assert renewed.key != link.key
        assert await reachable(han)

    on_han(scenario)


def test_no_counter_value_is_used_twice_over_power_cuts():
    flash = NonVolatile(1)
    flash.link_keys[2] = LinkKey(bytes(16), KeyOrigin.ESTABLISHED)
    used_by_network: set[int] = set()
    used_by_link: set[int] = set()
    for frames in (1, COUNTER_STRIDE - 1, COUNTER_STRIDE, 3 * COUNTER_STRIDE + 7, 0, 5):
        for _ in range(frames):
            for counter, used in ((flash.nwk_counter, used_by_network), (flash.link_keys[2].outgoing, used_by_link)):
                value = counter.next()
                assert value not in used
                assert value < counter.saved
                used.add(value)
        flash.power_cut()


def test_a_meter_reports_again_after_each_power_cut():
    async def scenario(han):
        for _ in range(5):
            han.gsme.power_off()
            await asyncio.sleep(10)
            han.gsme.power_on()
            await asyncio.sleep(HOUR)
        link = han.gsme.storage.link_keys[han.hub.storage.ieee]
        assert link.outgoing.value >= 5 * COUNTER_STRIDE
        assert han.hub.stack.counters["replay"] == 0
        assert await reachable(han)

    on_han(scenario)


def test_who_never_agrees_a_key_is_removed_after_an_hour():
    async def scenario(han):
        gsme, hub = han.gsme, han.hub
        gsme.stack.maintenance.leave(False)
        await asyncio.sleep(5)
        gsme.install_certificate(None)
        hub.preauthorise(gsme.storage.ieee, gsme.settings.joining_key)
        hub.permit_join(254)
        await join(han, gsme)
        assert gsme.stack.joined
        await asyncio.sleep(50 * 60)
        assert gsme.stack.joined
        assert gsme.storage.ieee in hub.device_table
        await asyncio.sleep(HOUR)
        assert gsme.storage.ieee not in hub.device_table
        assert gsme.stack.joiner.state is JoinState.OUT
        assert gsme.storage.ieee not in {child.ieee for child in hub.storage.children.values()}

    on_han(scenario)


@pytest.mark.parametrize("seconds", [255, 300, 1000])
def test_a_long_opening_is_a_row_of_short_ones(seconds):
    async def scenario(han):
        durations, start = [], han.clock.now
        han.hub.stack.zdo.client.permit_joining = lambda duration, done=None: durations.append(
            ((han.clock.now - start) // SECOND, duration)
        )
        han.hub.permit_join(seconds)
        await asyncio.sleep(seconds - 5)
        assert han.hub.stack.parent.permitting
        await asyncio.sleep(10)
        assert not han.hub.stack.parent.permitting
        assert all(duration <= 254 for _, duration in durations)
        assert [at for at, _ in durations] == [240 * n for n in range(len(durations))]

    on_han(scenario)


def test_an_opening_for_good_is_none():
    async def scenario(han):
        han.esme.stack.management.permit_join(255, True)
        assert han.esme.stack.parent.permitting
        await asyncio.sleep(254)
        assert not han.esme.stack.parent.permitting

    on_han(scenario)


def test_partners_get_one_key_from_the_hub_and_strangers_get_none():
    async def scenario(han):
        esme, ihd, hub = (device.storage for device in (han.esme, han.ihd, han.hub))
        del esme.link_keys[ihd.ieee], ihd.link_keys[esme.ieee]
        han.ihd.stack.key_client.request_partner_key(esme.ieee)
        await asyncio.sleep(5)
        assert esme.link_keys[ihd.ieee].key == ihd.link_keys[esme.ieee].key
        assert esme.link_keys[ihd.ieee].origin is ihd.link_keys[esme.ieee].origin is KeyOrigin.BROKERED
        assert hub.link_keys[esme.ieee].key != esme.link_keys[ihd.ieee].key
        del esme.link_keys[ihd.ieee], ihd.link_keys[esme.ieee]
        hub.link_keys[esme.ieee].origin = KeyOrigin.PRECONFIGURED
        han.ihd.stack.key_client.request_partner_key(esme.ieee)
        await asyncio.sleep(5)
        assert esme.ieee not in ihd.link_keys
        assert han.hub.stack.counters["wrong-key"] == 1

    on_han(scenario, display=True)


def test_a_sleeping_partner_gets_its_key_when_it_wakes():
    async def scenario(han):
        gsme, ihd = han.gsme.storage, han.ihd.storage
        han.ihd.stack.key_client.request_partner_key(gsme.ieee)
        await asyncio.sleep(60)
        assert gsme.ieee in ihd.link_keys
        await asyncio.sleep(HOUR)
        assert gsme.link_keys[ihd.ieee].key == ihd.link_keys[gsme.ieee].key

    on_han(scenario, display=True)


SUCCESSOR = 0x40


async def swap(han, *, genuine=True):
    """Exchange the hub; every device finds out, as its keep-alive would have it find out in time."""
    former = han.hub.storage.ieee
    replace_hub(han, former + SUCCESSOR)
    if not genuine:
        stranger = Authority(0xBAD, split(1, "stranger"))
        han.hub.install_certificate(stranger.issue(han.hub.storage.ieee, 0, split(2, "stranger")))
    for device in han.devices[1:]:
        device.stack.joiner.event(JoinEvent.LOST)
    return former


def test_a_new_trust_center_with_hashed_keys_is_followed_and_agrees_keys():
    async def scenario(han):
        before = {device.name: device.storage.link_keys[han.hub.storage.ieee].key for device in han.devices[1:]}
        former = await swap(han)
        await asyncio.sleep(HOUR)
        for device in han.devices[1:]:
            link = device.storage.link_keys[han.hub.storage.ieee]
            assert link.origin is KeyOrigin.ESTABLISHED
            assert link.key == han.hub.storage.link_keys[device.storage.ieee].key
            assert link.key not in (before[device.name], hashed_link_key(before[device.name]))
            assert former not in device.storage.link_keys
            assert device.storage.network.trust_center == han.hub.storage.ieee != former
        assert await reachable(han)
        assert han.gsme.storage.ieee in han.hub.mirrors

    on_han(scenario, display=True)


def test_a_backup_holds_no_link_key():
    async def scenario(han):
        backup = han.hub.stack.trust_center.backup()
        keys = {link.key for link in han.hub.storage.link_keys.values()}
        assert set(backup.link_keys.values()) == {hashed_link_key(key) for key in keys}
        assert keys.isdisjoint(backup.link_keys.values())
        assert not any(key.hex() in repr(backup) for key in (*keys, *backup.link_keys.values()))

    on_han(scenario)


def test_a_trust_center_that_never_proves_itself_is_left_for_the_old_one():
    async def scenario(han):
        kept = {device.name: device.storage.link_keys[han.hub.storage.ieee].key for device in han.devices[1:]}
        former = await swap(han, genuine=False)
        await asyncio.sleep(10 * 60)
        for device in han.devices[1:]:
            assert device.storage.network.trust_center == former
            assert device.storage.link_keys[former].key == kept[device.name]
            assert not any(link.origin is KeyOrigin.RESTORED for link in device.storage.link_keys.values())
        assert not await reachable(han)

    on_han(scenario)


def test_without_the_backup_a_new_hub_is_followed_by_nobody():
    async def scenario(han):
        hub = han.hub
        former = hub.storage.ieee
        hub.storage.link_keys.clear()
        replace_hub(han, former + SUCCESSOR)
        for device in han.devices[1:]:
            device.stack.joiner.event(JoinEvent.LOST)
        await asyncio.sleep(HOUR)
        assert not any(device.stack.joined for device in han.devices[1:])
        assert {device.storage.network.trust_center for device in han.devices[1:]} == {former}

    on_han(scenario)


def send_key(han, sender, command, *, key_id=KeyId.KEY_LOAD, to="ihd"):
    """Let `sender` send an APS command to a device, under the key the two share, as if it came from the hub."""
    device = getattr(han, to)
    link = sender.storage.link_keys[device.storage.ieee]
    header = aps.command_header(9, secured=True)
    frame = aps.secure(
        header,
        command.encode(),
        cipher(_derived(link.key, key_id)),
        key_id,
        link.outgoing.next(),
        sender.storage.ieee,
        extended_nonce=True,
    )
    device.stack.aps._received(NwkIndication(0x0000, device.storage.network.short, frame, True, -50, 200))


def _derived(key, key_id):
    return {KeyId.KEY_LOAD: key_load_key, KeyId.KEY_TRANSPORT: key_transport_key}.get(key_id, lambda same: same)(key)


def test_a_key_comes_from_the_trust_center_or_not_at_all():
    async def scenario(han):
        ihd, esme, hub = han.ihd.storage, han.esme.storage, han.hub.storage
        before = {ieee: link.key for ieee, link in ihd.link_keys.items()}
        drops = han.ihd.stack.counters
        planted = TransportApplicationKey(bytes(16), 0x1234, True)
        # The meter shares a key with the display, and writes the hub's network address: its EUI-64 gives it away.
        send_key(han, han.esme, planted)
        assert drops[DropReason.WRONG_KEY] == 1
        # The hub itself, but under the wrong derived key.
        send_key(han, han.hub, planted, key_id=KeyId.KEY_TRANSPORT)
        send_key(han, han.hub, planted, key_id=KeyId.DATA)
        assert drops[DropReason.UNSECURED] == 2
        # The key with the Trust Centre is not a partner's, nor is one with oneself.
        for partner in (hub.ieee, ihd.ieee):
            send_key(han, han.hub, TransportApplicationKey(bytes(16), partner, True))
        assert drops[DropReason.NOT_FOR_US] == 2
        assert {ieee: link.key for ieee, link in ihd.link_keys.items()} == before
        send_key(han, han.hub, TransportApplicationKey(b"k" * 16, esme.ieee, True))
        assert ihd.link_keys[esme.ieee].key == b"k" * 16

    on_han(scenario, display=True)


def test_nobody_asks_for_a_key_in_anothers_name():
    async def scenario(han):
        gsme, esme = han.gsme.storage, han.esme.storage
        handed = []
        han.hub.stack.trust_center._send_partner_key = lambda ieee, command: handed.append(ieee)
        # The meter asks under its own key: from the gas meter's network address, then from its own.
        link = esme.link_keys[han.hub.storage.ieee]
        frame = aps.secure(
            aps.command_header(9, secured=True),
            RequestKey(2, han.ihd.storage.ieee).encode(),
            cipher(link.key),
            KeyId.DATA,
            link.outgoing.next(),
            esme.ieee,
            extended_nonce=True,
        )
        han.hub.stack.aps._received(NwkIndication(gsme.network.short, 0, frame, True, -50, 200))
        assert handed == []
        assert han.hub.stack.counters[DropReason.WRONG_KEY] == 1
        han.hub.stack.aps._received(NwkIndication(esme.network.short, 0, frame, True, -50, 200))
        assert handed == [esme.ieee, han.ihd.storage.ieee]

    on_han(scenario, display=True)


def test_a_used_up_link_key_breaks_no_errand_of_the_trust_center():
    async def scenario(han):
        link = han.hub.storage.link_keys[han.gsme.storage.ieee]
        link.outgoing = FrameCounter(LAST_COUNTER + 1, LAST_COUNTER + 1)
        await rotate(han, asleep=False)
        han.gsme.stack.joiner.event(JoinEvent.LOST)
        await asyncio.sleep(HOUR)
        assert link.outgoing.value == LAST_COUNTER + 1

    on_han(scenario)


def test_a_newcomers_hour_starts_anew_with_the_hub_and_not_with_a_rejoin():
    async def scenario(han):
        hub, esme = han.hub, han.esme
        hub.preauthorise(esme.storage.ieee, esme.settings.joining_key)
        esme.install_certificate(None)
        hub.power_off()
        await asyncio.sleep(10)
        hub.power_on()
        await asyncio.sleep(40 * 60)
        esme.stack.joiner.event(JoinEvent.REJOIN)
        await asyncio.sleep(10 * 60)
        assert esme.storage.ieee in hub.device_table
        await asyncio.sleep(15 * 60)
        assert esme.storage.ieee not in hub.device_table

    on_han(scenario)


def test_no_limit_no_removal():
    async def scenario(han):
        hub, esme = han.hub, han.esme
        hub.stack.trust_center.establishment_time = 0
        hub.preauthorise(esme.storage.ieee, esme.settings.joining_key)
        esme.install_certificate(None)
        esme.stack.joiner.event(JoinEvent.REJOIN)
        await asyncio.sleep(3 * HOUR)
        assert esme.storage.ieee in hub.device_table
        assert esme.stack.joined

    on_han(scenario)


def test_the_client_never_sends_more_than_254_seconds():
    async def scenario(han):
        told = []
        client = han.hub.stack.zdo.client
        client.notify = lambda dst, message, done=None: told.append(message.duration)
        client.permit_joining(255)
        client.permit_joining(60)
        assert told == [254, 60]

    on_han(scenario)


def test_a_rotation_that_a_power_cut_interrupted_goes_on_with_the_same_key():
    async def scenario(han):
        han.hub.stack.trust_center.distribute()
        await asyncio.sleep(60)
        sent_out = han.esme.storage.network_keys[1]
        han.hub.power_off()
        await asyncio.sleep(10)
        han.hub.power_on()
        await asyncio.sleep(60)
        han.hub.stack.trust_center.distribute()
        await asyncio.sleep(HOUR)
        assert han.hub.storage.network_keys[1] == han.esme.storage.network_keys[1] == sent_out
        han.hub.stack.trust_center.switch()
        await asyncio.sleep(2 * HOUR)
        assert {device.storage.active_key for device in han.devices} == {1}
        assert await reachable(han)

    on_han(scenario)


def test_a_device_of_the_former_trust_center_is_not_removed_without_a_key():
    async def scenario(han):
        conduct = han.gsme.conduct
        han.gsme.conduct = replace(conduct, join=replace(conduct.join, trust_center_swap=False))
        await swap(han)
        await asyncio.sleep(4 * HOUR)
        assert han.gsme.storage.ieee in han.hub.device_table
        han.gsme.conduct = han.gsme.profile_conduct
        han.gsme.stack.joiner.event(JoinEvent.REJOIN)
        await asyncio.sleep(2 * HOUR)
        assert await reachable(han)

    on_han(scenario)
