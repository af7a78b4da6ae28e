"""The starting state `installed`: a HAN as it is in a home before migration, without emulating its formation.

The flash of every device is filled with the state that formation, joining, key establishment and mirror set-up leave
there; then power comes on. `tests/scenarios/test_starting_states.py` compares that state with that of a HAN formed on
the air.
"""

from __future__ import annotations

from hanbench.emulator.devices import AnyDevice
from hanbench.emulator.devices.hub import DeviceEntry
from hanbench.emulator.radio.propagation import lqi
from hanbench.emulator.randomness import RandomSource
from hanbench.emulator.zigbee.aps.layer import UNKNOWN_TRUST_CENTER
from hanbench.emulator.zigbee.nwk.config import LogicalType, timeout
from hanbench.emulator.zigbee.security.ccm import KEY_LENGTH
from hanbench.emulator.zigbee.storage import ChildEntry, KeyOrigin, LinkKey, Network
from hanbench.harness.han.han import Han

HUB_SHORT = 0x0000
HIGHEST_SHORT = 0xFFF7


def install(han: Han) -> None:
    """Fill the flash of every device of `han`, and switch them on. No device may have had power before."""
    random = han.random("installed")
    key = random.randbytes(KEY_LENGTH)
    shorts = random.sample(range(1, HIGHEST_SHORT + 1), len(han.devices) - 1)
    settings = han.settings.hub
    network = Network(
        settings.network.pan_id,
        han.hub.extended_pan_id,
        settings.network.channels[0],
        HUB_SHORT,
        trust_center=settings.ieee,
    )
    _join(han.hub, network, key)
    for device, short in zip(han.devices[1:], shorts, strict=True):
        parent = _parent_of(han, device)
        _join(device, _member(network, short, parent), key)
        _adopt(parent, device, short, han.clock.now)
        _know_each_other(han, device, short, random)
    _grant_mirror(han)
    _pair_display(han, random)
    for device in han.devices:
        device.power_on()


def _join(device: AnyDevice, network: Network, key: bytes) -> None:
    device.storage.network = network
    device.storage.network_keys[0] = key


def _parent_of(han: Han, device: AnyDevice) -> AnyDevice:
    """Return the hub, or the repeater for an end device that hears it better, as joining would choose."""
    repeater = han.repeater
    inside = repeater is not None and all(han.on_air(name) for name in ("hub", "repeater", device.name))
    if repeater is None or not inside or device.settings.node.role is not LogicalType.END_DEVICE:
        return han.hub
    return max((han.hub, repeater), key=lambda parent: _heard(han, parent, device))


def _heard(han: Han, sender: AnyDevice, receiver: AnyDevice) -> int:
    """Return the link quality of a sender's beacons, which no radio that has no power sends yet."""
    radio = han.radio(sender.name)
    rssi = han.air.link(radio, han.radio(receiver.name)).rssi
    return lqi(rssi + sender.settings.tx_power - radio.tx_power)


def _member(network: Network, short: int, parent: AnyDevice) -> Network:
    above = parent.storage.network
    assert above is not None
    return Network(
        network.pan_id,
        network.extended_pan_id,
        network.channel,
        short,
        parent=above.short,
        depth=above.depth + 1,
        trust_center=network.trust_center,
    )


def _adopt(parent: AnyDevice, device: AnyDevice, short: int, now: int) -> None:
    """Enter a device among its parent's children."""
    node, ieee = device.settings.node, device.settings.ieee
    router = node.role is not LogicalType.END_DEVICE
    parent.storage.children[short] = ChildEntry(
        ieee,
        short,
        rx_on=node.rx_on,
        router=router,
        timeout=0 if router else timeout(node.requested_timeout_index),
        authenticated=True,
        last_heard=now,
    )
    parent.storage.short_addresses[ieee] = short


def _know_each_other(han: Han, device: AnyDevice, short: int, random: RandomSource) -> None:
    """Enter the hub and one of its devices in each other's tables: addresses, device table, link key."""
    hub, node, ieee = han.hub, device.settings.node, device.settings.ieee
    hub.storage.short_addresses[ieee] = short
    hub.device_table[ieee] = DeviceEntry(ieee, short, han.clock.now, sleeps=not node.rx_on)
    device.storage.short_addresses[hub.settings.ieee] = HUB_SHORT
    _share_key(hub, device, random, KeyOrigin.ESTABLISHED)


def _share_key(one: AnyDevice, other: AnyDevice, random: RandomSource, origin: KeyOrigin) -> None:
    key = random.randbytes(KEY_LENGTH)
    for device, partner in ((one, other), (other, one)):
        if origin is KeyOrigin.ESTABLISHED:
            device.storage.link_keys.pop(UNKNOWN_TRUST_CENTER, None)
        device.storage.link_keys[partner.settings.ieee] = LinkKey(key, origin)


def _grant_mirror(han: Han) -> None:
    if han.settings.hub.mirrors:
        endpoint = han.settings.hub.first_mirror_endpoint
        han.hub.flash.mirrors[han.settings.gsme.ieee] = endpoint
        han.gsme.flash.mirror = endpoint


def _pair_display(han: Han, random: RandomSource) -> None:
    """Give the display and the electricity meter a common key, as if the hub had brokered it."""
    if han.ihd is not None:
        _share_key(han.esme, han.ihd, random, KeyOrigin.BROKERED)
