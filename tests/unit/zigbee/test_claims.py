"""What a device believes of what others say about addresses, membership and the network (docs/security.md).

Sources: addresses R22 3.6.1.9 and table 3-69; Device_annce 2.4.3.1.11; Update-Device 4.4.5; rejoin 3.6.1.4.2; PAN ID
conflict 3.6.1.13; requests for management 2.4.3.3.
"""

from __future__ import annotations

import asyncio

import pytest

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zigbee import addresses
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.commands import UpdateDevice
from hanbench.emulator.zigbee.nwk.config import timeout
from hanbench.emulator.zigbee.nwk.layer import NwkIndication
from hanbench.emulator.zigbee.nwk.maintenance import CONFLICT_PAUSE
from hanbench.emulator.zigbee.nwk.parent import JoinIndication, JoinStatus
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.security.keys import KeyId
from hanbench.emulator.zigbee.storage import ChildEntry, KeyOrigin, LinkKey, Network, NonVolatile
from hanbench.emulator.zigbee.zdo.messages import DeviceAnnce
from hanbench.emulator.zigbee.zdo.status import ZdpStatus
from hanbench.harness.han.han import Han
from tests.support.han import run_on_han

HUB, CHILD, OTHER, STRANGER = 0xA0, 0xA1, 0xA2, 0xBAD
CHILD_SHORT, OTHER_SHORT, FREE = 0x1111, 0x2222, 0x3333
SLEEPY, RX_ON = 0x80, 0x88


@pytest.fixture
def hub() -> NonVolatile:
    """The flash of a hub with a child, and a device that is another router's child."""
    storage = NonVolatile(HUB, Network(0x1A62, 0xE0, 15, 0, trust_center=HUB))
    storage.children[CHILD_SHORT] = ChildEntry(CHILD, CHILD_SHORT, False, False, 0, authenticated=True)
    for ieee, short in ((CHILD, CHILD_SHORT), (OTHER, OTHER_SHORT)):
        storage.short_addresses[ieee] = short
        storage.link_keys[ieee] = LinkKey(bytes(16), KeyOrigin.ESTABLISHED)
    return storage


@pytest.mark.parametrize(
    ("ieee", "short"),
    [
        (OTHER, 0xFFFF),
        (OTHER, 0xFFFC),
        (OTHER, 0xFFF8),
        (OTHER, 0x0000),
        (OTHER, CHILD_SHORT),
        (CHILD, FREE),
        (CHILD, OTHER_SHORT),
        (STRANGER, CHILD_SHORT),
        (STRANGER, OTHER_SHORT),
        (HUB, FREE),
    ],
)
def test_an_address_that_cannot_be_is_not_believed(hub: NonVolatile, ieee: int, short: int) -> None:
    before = dict(hub.short_addresses)
    with pytest.raises(RemoteProtocolError) as refused:
        addresses.believe(hub, ieee, short)
    assert refused.value.reason is DropReason.ADDRESS_CONFLICT
    assert dict(hub.short_addresses) == before


@pytest.mark.parametrize(("ieee", "short"), [(OTHER, FREE), (CHILD, CHILD_SHORT), (STRANGER, FREE), (OTHER, 0xFFF7)])
def test_an_address_that_can_be_is_believed(hub: NonVolatile, ieee: int, short: int) -> None:
    addresses.believe(hub, ieee, short)
    assert hub.short_addresses[ieee] == short


def test_a_device_with_a_link_key_takes_the_address_of_a_stranger(hub: NonVolatile) -> None:
    """Otherwise an invented device could keep an address from its owner."""
    addresses.believe(hub, STRANGER, FREE)
    addresses.believe(hub, OTHER, FREE)
    assert hub.short_addresses.ieee_of(FREE) == OTHER


def test_a_claim_without_key_leaves_a_childs_entry_as_it_is() -> None:
    async def scenario(han: Han) -> None:
        parent, meter = han.hub.stack.parent, han.gsme.storage.ieee
        entry = parent.by_ieee(meter)
        assert entry is not None
        before = (entry.short, entry.rx_on, entry.authenticated, entry.last_heard)
        came: list[JoinStatus] = []
        han.hub.on_device = lambda ieee, status: came.append(status)
        for how in (JoinStatus.TRUST_CENTER_REJOIN, JoinStatus.UNSECURED_JOIN):
            assert parent._come_unsecured(meter, RX_ON, how, 0x4242) is entry
        await asyncio.sleep(15)
        assert parent.by_ieee(meter) is entry
        assert (entry.short, entry.rx_on, entry.authenticated, entry.last_heard) == before
        assert han.hub.device_table[meter].sleeps
        assert came == []

    run_on_han(scenario, seed="claims")


def test_a_rejoin_without_key_counts_when_the_network_key_is_used() -> None:
    """The meter itself, which has lost the network key, comes back by its Trust Centre (R22, 3.6.1.4.2)."""

    async def scenario(han: Han) -> list[JoinStatus]:
        came: list[JoinStatus] = []
        han.hub.on_device = lambda ieee, status: came.append(status)
        han.gsme.storage.network_keys.clear()
        han.gsme.stack.nwk.security.load()
        han.gsme.look_for_network()
        await asyncio.sleep(120)
        assert han.gsme.stack.joined
        return came

    assert run_on_han(scenario, seed="claims") == [JoinStatus.TRUST_CENTER_REJOIN]


def test_about_a_child_of_the_hub_only_a_routers_link_key_counts() -> None:
    async def scenario(han: Han) -> None:
        center, meter = han.hub.stack.trust_center, han.gsme.storage.ieee
        moved = UpdateDevice(meter, 0x4242, JoinStatus.SECURED_REJOIN)
        with pytest.raises(RemoteProtocolError, match="address-conflict"):
            center._check_address(moved, proven=False)
        assert han.hub.stack.parent.by_ieee(meter) is not None
        center._check_address(moved, proven=True)
        assert han.hub.stack.parent.by_ieee(meter) is None

    run_on_han(scenario, seed="claims")


def secured_from(han: Han, short: int) -> NwkIndication:
    """A frame for no endpoint under the gas meter's link key, from an address (R22, 4.4.1.1)."""
    ieee = han.gsme.storage.ieee
    link = han.hub.storage.link_keys[ieee]
    header = aps.data_header(1, 0x0702, 0x0109, 1, 7, ack_request=False, secured=True)
    octets = aps.secure(
        header, b"\x18\x01\x0b\x00\x00", cipher(link.key), KeyId.DATA, link.incoming, ieee, extended_nonce=False
    )
    return NwkIndication(short, 0, octets, True, -50, 200)


def test_another_routers_child_moves_when_its_link_key_says_so() -> None:
    """Device_annce needs the network key alone, which proves no device (R22, 4.3); the link key is the meter's own."""

    async def scenario(han: Han) -> None:
        hub, ieee = han.hub, han.gsme.storage.ieee
        known = hub.storage.short_addresses
        before = known[ieee]
        hub.stack._announced(DeviceAnnce(FREE, ieee, SLEEPY))
        assert known[ieee] == before
        assert hub.stack.counters[DropReason.ADDRESS_CONFLICT] == 1
        hub.stack.aps.accept(secured_from(han, FREE))
        assert known[ieee] == FREE

    run_on_han(scenario, seed="claims", repeater=True)


def test_a_rejoin_without_key_at_a_router_moves_no_member_until_it_announces_itself() -> None:
    """The router says what it heard, under its link key (R22, 4.4.3); it heard it from a device without any key."""

    async def scenario(han: Han) -> None:
        assert han.repeater is not None
        hub, esme = han.hub, han.esme.storage.ieee
        before = hub.storage.short_addresses[esme]
        for status in (JoinStatus.TRUST_CENTER_REJOIN, JoinStatus.UNSECURED_JOIN):
            hub.permit_join(60)
            han.repeater.stack.key_relay._joined(JoinIndication(esme, FREE, status))
            await asyncio.sleep(2)
            assert hub.storage.short_addresses[esme] == before
            assert hub.stack.parent.by_ieee(esme) is not None
        hub.stack._announced(DeviceAnnce(FREE, esme, RX_ON))
        assert hub.storage.short_addresses[esme] == FREE
        assert hub.stack.parent.by_ieee(esme) is None

    run_on_han(scenario, seed="claims", repeater=True)


def test_a_child_has_one_timer_however_often_it_asks_for_another_timeout() -> None:
    """Any holder of the network key can ask in its name (R22, 3.6.10)."""

    async def scenario(han: Han) -> int:
        parent = han.hub.stack.parent
        entry = parent.by_ieee(han.gsme.storage.ieee)
        assert entry is not None
        waiting = len(han.clock._heap)
        for index in (14, 0) * 200:
            entry.timeout = timeout(index)
            parent._watch(entry)
        assert len(parent._ageing) <= len(han.hub.storage.children)
        return len(han.clock._heap) - waiting

    assert run_on_han(scenario, seed="claims") <= 2


def test_a_pan_id_conflict_is_resolved_once_an_hour() -> None:
    async def scenario(han: Han) -> None:
        maintenance, nwk = han.hub.stack.maintenance, han.hub.stack.nwk
        maintenance._resolve(0x0BAD, None, (nwk.network.pan_id,))
        await asyncio.sleep(15)
        moved = nwk.network.pan_id
        with pytest.raises(RemoteProtocolError, match="address-conflict"):
            maintenance._resolve(0x0BAD, None, (moved,))
        await asyncio.sleep(CONFLICT_PAUSE / 1e6)
        maintenance._resolve(0x0BAD, None, (moved,))
        await asyncio.sleep(15)
        assert nwk.network.pan_id != moved

    run_on_han(scenario, seed="claims")


def test_the_hub_takes_no_orders_over_the_han() -> None:
    async def scenario(han: Han) -> None:
        management, channel = han.hub.stack.management, han.hub.stack.nwk.network.channel
        assert management.permit_join(254, True) is ZdpStatus.NOT_PERMITTED
        meter = han.gsme.storage.ieee
        assert management.leave(meter, rejoin=False, remove_children=False) is ZdpStatus.NOT_PERMITTED
        management.change_channel(26, 9)
        await asyncio.sleep(15)
        assert not han.hub.stack.parent.permitting
        assert han.hub.stack.nwk.network.channel == channel

    run_on_han(scenario, seed="claims")
