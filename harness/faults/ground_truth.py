"""The ground truth: whether a meter can be reached now, from the state of both sides.

No check reads it. The oracle compares each check's verdict with it, and tests compare each fault with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp

from hanbench.emulator.devices import AnyDevice, Esme, Gsme
from hanbench.emulator.devices.admission import DATA_KEYS
from hanbench.emulator.radio import AirRadio
from hanbench.emulator.radio.propagation import CCA_THRESHOLD, dbm
from hanbench.harness.han.han import Han

LONG_FRAME_BITS = 8 * 100
LEAST_CHANCE = 0.5
"""Probability that a long frame arrives, below which a link counts as broken."""


def obstacles(han: Han, meter: Esme | Gsme) -> Iterator[str]:
    """Yield each reason, in words, why the hub cannot reach a meter; none if the meter is healthy."""
    if not han.hub.powered:
        yield "the hub has no power"
        return
    if not meter.powered:
        yield "no power"
        return
    if meter.settings.ieee != han.settings.of(meter.name).ieee:
        yield "another meter is in its place"
    if meter.conduct.hung:
        yield "firmware hung"
    if isinstance(meter, Gsme) and not meter.conduct.wakes:
        yield "sleeps through its wakes"
    parent = parent_of(han, meter)
    if parent is not han.hub:
        yield from _parent_obstacles(han, parent)
    if parent.powered:
        yield from _radio_obstacles(han, parent, meter)
    yield from _network_obstacles(han, parent, meter)


def reachable(han: Han, meter: Esme | Gsme) -> bool:
    """Return whether the hub can reach the meter, at its next wake at the latest."""
    return next(obstacles(han, meter), None) is None


def parent_of(han: Han, device: AnyDevice) -> AnyDevice:
    """Return the device through which another one is in the network: its parent, or the hub if that is unknown."""
    network, repeater = device.storage.network, han.repeater
    above = None if repeater is None else repeater.storage.network
    if repeater is None or network is None or above is None or device is repeater or network.parent != above.short:
        return han.hub
    return repeater


def _parent_obstacles(han: Han, parent: AnyDevice) -> Iterator[str]:
    """Yield each reason why the hub cannot reach the parent of a meter."""
    if not parent.powered:
        yield f"its parent, the {parent.name}, has no power"
        return
    yield from (f"{parent.name}: {each}" for each in _radio_obstacles(han, han.hub, parent))
    network, hub_network = parent.storage.network, han.hub.storage.network
    if (
        network is None
        or hub_network is None
        or (network.channel, network.pan_id)
        != (
            hub_network.channel,
            hub_network.pan_id,
        )
    ):
        yield f"{parent.name}: not in the hub's network"
    active = han.hub.storage.active_key
    if parent.storage.network_keys.get(active) != han.hub.storage.network_keys.get(active):
        yield f"{parent.name}: the hub's network key is not one of its own"


def _radio_obstacles(han: Han, parent: AnyDevice, device: AnyDevice) -> Iterator[str]:
    if han.radio_of(device.name).muted:
        yield "radio silent"
    if not han.on_air(device.name):
        return  # the link quality between physical radios is unknown
    above, radio = han.radio(parent.name), han.radio(device.name)
    for sender, receiver in ((above, radio), (radio, above)):
        if _chance(han, sender, receiver) < LEAST_CHANCE:
            yield f"{receiver.name} does not hear {sender.name}"
    if dbm(han.air.noise(radio)) >= CCA_THRESHOLD:
        yield "its channel is never clear"


def _chance(han: Han, sender: AirRadio, receiver: AirRadio) -> float:
    return exp(han.air.link(sender, receiver).log_bit_ok * LONG_FRAME_BITS)


def _network_obstacles(han: Han, parent: AnyDevice, meter: Esme | Gsme) -> Iterator[str]:
    hub, hub_storage, meter_storage = han.hub, han.hub.storage, meter.storage
    network = meter_storage.network
    if network is None or hub_storage.network is None or not meter.stack.joined:
        yield "not in the network"
        return
    if network.channel != hub_storage.network.channel:
        yield f"on channel {network.channel}, the hub is on {hub_storage.network.channel}"
    if network.pan_id != hub_storage.network.pan_id:
        yield f"in PAN {network.pan_id:#06x}, the hub's is {hub_storage.network.pan_id:#06x}"
    if meter.settings.ieee not in hub.device_table:
        yield "not in the hub's device table"
    child = parent.storage.children.get(network.short)
    missing = child is None or child.ieee != meter.settings.ieee
    if isinstance(meter, Gsme) and missing and not _will_be_told_to_rejoin(han, meter):
        yield f"not in the {parent.name}'s child table"
    if hub_storage.network_keys.get(meter_storage.active_key) != meter_storage.network_keys[meter_storage.active_key]:
        yield "its network key is not one of the hub's"
    if meter_storage.network_keys.get(hub_storage.active_key) != hub_storage.network_keys[hub_storage.active_key]:
        yield "the hub's network key is not one of its own"
    counters = parent.stack.nwk.security
    if meter_storage.nwk_counter.value < counters.expected_counter(meter_storage.active_key, meter.settings.ieee):
        yield f"its frame counter is behind the one that the {parent.name} expects"
    seen = meter.stack.nwk.security.expected_counter(hub_storage.active_key, hub_storage.ieee)
    if hub_storage.nwk_counter.value < seen:
        yield "the hub's frame counter is behind the one that it expects"
    yield from _link_key_obstacles(han, meter)


def _will_be_told_to_rejoin(han: Han, meter: Gsme) -> bool:
    """Return whether a hub that ages the wrong child takes the meter back at its next poll."""
    hub = han.hub.conduct
    return hub.ages_wrong_child and not hub.child_table_full and meter.conduct.join.rejoin


def _link_key_obstacles(han: Han, meter: Esme | Gsme) -> Iterator[str]:
    hub_key = han.hub.storage.link_keys.get(meter.storage.ieee)
    meter_key = meter.storage.link_keys.get(han.hub.storage.ieee)
    if hub_key is None or hub_key.origin not in DATA_KEYS:
        yield "the hub has no link key with it"
    if meter_key is None or meter_key.origin not in DATA_KEYS:
        yield "it has no link key with the hub"
    if hub_key is None or meter_key is None:
        return
    if hub_key.key != meter_key.key:
        yield "its link key is not the hub's"
    if meter_key.outgoing.value < hub_key.incoming:
        yield "its APS frame counter is behind the one that the hub expects"
    if hub_key.outgoing.value < meter_key.incoming:
        yield "the hub's APS frame counter is behind the one that it expects"
