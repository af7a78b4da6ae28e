"""What is really the case: whether a meter could be reached now, read off both sides' state.

No check looks here. The oracle holds each check's verdict against it, and each fault is held against it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import exp

from hanbench.emulator.devices import Esme, Gsme
from hanbench.emulator.devices.admission import DATA_KEYS
from hanbench.emulator.radio import AirRadio
from hanbench.emulator.radio.propagation import CCA_THRESHOLD, dbm
from hanbench.harness.han.han import Han

LONG_FRAME_BITS = 8 * 100
LEAST_CHANCE = 0.5
"""Of a long frame getting through, below which a link counts as none."""


def obstacles(han: Han, meter: Esme | Gsme) -> Iterator[str]:
    """Everything that keeps the hub from reaching a meter, in words; nothing if it is well."""
    if not han.hub.powered:
        yield "the hub has no power"
        return
    if not meter.powered:
        yield "no power"
        return
    if meter.conduct.hung:
        yield "firmware hung"
    if isinstance(meter, Gsme) and not meter.conduct.wakes:
        yield "sleeps through its wakes"
    yield from _radio_obstacles(han, meter)
    yield from _network_obstacles(han, meter)


def reachable(han: Han, meter: Esme | Gsme) -> bool:
    """Whether the hub can reach the meter, at its next wake at the latest."""
    return next(obstacles(han, meter), None) is None


def _radio_obstacles(han: Han, meter: Esme | Gsme) -> Iterator[str]:
    if han.radio_of(meter.name).muted:
        yield "radio silent"
    if not han.on_air(meter.name):
        return  # how well they hear each other on a real air is nothing that we could know
    hub, radio = han.radio("hub"), han.radio(meter.name)
    for sender, receiver in ((hub, radio), (radio, hub)):
        if _chance(han, sender, receiver) < LEAST_CHANCE:
            yield f"{receiver.name} does not hear {sender.name}"
    if dbm(han.air.noise(radio)) >= CCA_THRESHOLD:
        yield "its channel is never clear"


def _chance(han: Han, sender: AirRadio, receiver: AirRadio) -> float:
    return exp(han.air.link(sender, receiver).log_bit_ok * LONG_FRAME_BITS)


def _network_obstacles(han: Han, meter: Esme | Gsme) -> Iterator[str]:
    hub, ours, theirs = han.hub, han.hub.storage, meter.storage
    network = theirs.network
    if network is None or ours.network is None or not meter.stack.joined:
        yield "not in the network"
        return
    if network.channel != ours.network.channel:
        yield f"on channel {network.channel}, the hub is on {ours.network.channel}"
    if network.pan_id != ours.network.pan_id:
        yield f"in PAN {network.pan_id:#06x}, the hub's is {ours.network.pan_id:#06x}"
    if meter.settings.ieee not in hub.device_table:
        yield "not in the hub's device table"
    child = ours.children.get(network.short)
    if isinstance(meter, Gsme) and (child is None or child.ieee != meter.settings.ieee):
        yield "not in the hub's child table"
    if ours.network_keys.get(theirs.active_key) != theirs.network_keys[theirs.active_key]:
        yield "its network key is none of the hub's"
    if theirs.network_keys.get(ours.active_key) != ours.network_keys[ours.active_key]:
        yield "the hub's network key is none of its own"
    if theirs.nwk_counter.value < hub.stack.nwk.security.expected_counter(theirs.active_key, meter.settings.ieee):
        yield "its frame counter is behind what the hub has seen"
    yield from _link_key_obstacles(han, meter)


def _link_key_obstacles(han: Han, meter: Esme | Gsme) -> Iterator[str]:
    ours = han.hub.storage.link_keys.get(meter.storage.ieee)
    theirs = meter.storage.link_keys.get(han.hub.storage.ieee)
    if ours is None or ours.origin not in DATA_KEYS:
        yield "the hub has no link key with it"
    if theirs is None or theirs.origin not in DATA_KEYS:
        yield "it has no link key with the hub"
    if ours is None or theirs is None:
        return
    if ours.key != theirs.key:
        yield "its link key is not the hub's"
    if theirs.outgoing.value < ours.incoming:
        yield "its APS frame counter is behind what the hub has seen"
    if ours.outgoing.value < theirs.incoming:
        yield "the hub's APS frame counter is behind what it has seen"
