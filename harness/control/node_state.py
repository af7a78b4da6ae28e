"""Reads the state of a node off its device, its hub and the active faults. Call it in the bench's thread."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices import AnyDevice, CommsHub, Esme, Gsme, Ihd, JoiningDevice
from hanbench.emulator.zcl.clusters import METERING, POWER_CONFIGURATION
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.emulator.zcl.clusters.power_configuration import PowerConfigurationAttributes
from hanbench.emulator.zigbee.storage import LinkKey
from hanbench.harness.bench.street import StreetHome
from hanbench.harness.control.consumption import KILO, consumption
from hanbench.harness.control.node import MirrorView, NodeState, Reading
from hanbench.harness.faults import Fault
from hanbench.harness.faults.ground_truth import obstacles
from hanbench.harness.frames.words import ieee as shown_ieee
from hanbench.harness.frames.words import short as shown_short
from hanbench.harness.han.han import Han

_MIRRORED = (
    ("gas volume", MeteringAttributes.CurrentSummationDelivered, "m3", KILO),
    ("remaining battery life", MeteringAttributes.RemainingBatteryLife, "%", 1),
)


def node_state(home: StreetHome, role: str, active: Collection[Fault] = (), last_failure: str = "") -> NodeState:
    """Return the state of the node of this role. `active`: the faults of its home."""
    han = home.han
    faults = tuple(each.name for each in active if each.subject.value == role)
    if not han.emulates(role):
        return _physical(home, role, faults)
    device = _device(han, role)
    fields: dict[str, Any] = {}
    if device.powered:
        _network(fields, home, device)
        _keys(fields, han, device)
        fields["drops"] = {reason.value: number for reason, number in sorted(device.stack.counters.items())}
    _radio(fields, han, device)
    if isinstance(device, Gsme):
        _gas_meter(fields, han, device)
    if isinstance(device, Esme | Gsme) and han.emulates("hub"):
        fields["obstacles"] = tuple(obstacles(han, device))
    return NodeState(
        name=home.node(role),
        home=home.name,
        role=role,
        ieee=shown_ieee(device.settings.ieee),
        emulated=True,
        powered=device.powered,
        sleepy=not device.settings.node.rx_on,
        faults=faults,
        last_failure=last_failure,
        readings=tuple(_readings(device)) if device.powered else (),
        **fields,
    )


def _device(han: Han, role: str) -> AnyDevice:
    return next(device for device in han.devices if device.name == role)


def _physical(home: StreetHome, role: str, faults: tuple[str, ...]) -> NodeState:
    """Return what the hub knows of a device that is not emulated."""
    han = home.han
    address = han.settings.of(role).ieee
    fields: dict[str, Any] = {}
    if han.emulates("hub") and han.hub.powered:
        short = han.hub.short_of(address)
        if short is not None:
            fields.update(joined=True, short=shown_short(short))
            _heard(fields, han, short)
    name = home.node(role)
    return NodeState(
        name=name, home=home.name, role=role, ieee=shown_ieee(address), emulated=False, faults=faults, **fields
    )


def _network(fields: dict[str, Any], home: StreetHome, device: AnyDevice) -> None:
    fields["joined"] = device.stack.joined
    if isinstance(device, JoiningDevice):
        fields["join_state"] = device.stack.joiner.state.value
    network = device.storage.network
    if network is None:
        return
    fields.update(channel=network.channel, pan=shown_short(network.pan_id), short=shown_short(network.short))
    if not isinstance(device, CommsHub):
        parent = home.han.role_of(network.parent, network.pan_id)
        fields["parent"] = None if parent is None else home.node(parent)
        back = device.stack.maintenance.neighbors.get(network.parent)
        if back is not None:
            fields["lqi_back"] = back.lqi
    if isinstance(device, Gsme):
        fields["awake"] = device.stack.poller.awake


def _radio(fields: dict[str, Any], han: Han, device: AnyDevice) -> None:
    """Add what the hub last heard, which outlives the power of the device."""
    network = device.storage.network
    if network is not None and not isinstance(device, CommsHub) and han.emulates("hub") and han.hub.powered:
        _heard(fields, han, network.short)


def _heard(fields: dict[str, Any], han: Han, short: int) -> None:
    neighbor = han.hub.stack.maintenance.neighbors.get(short)
    child = han.hub.storage.children.get(short)
    heard = [each.last_heard for each in (neighbor, child) if each is not None]
    if heard:
        fields["last_heard"] = max(heard) / SECOND
    if neighbor is not None:
        fields["lqi"] = neighbor.lqi


def _keys(fields: dict[str, Any], han: Han, device: AnyDevice) -> None:
    storage = device.storage
    fields["frame_counter"] = storage.nwk_counter.value
    if storage.active_key in storage.network_keys:
        fields["network_key"] = storage.active_key
    if isinstance(device, CommsHub) or not han.emulates("hub"):
        return
    hub = han.hub.storage
    fields["network_key_fresh"] = storage.network_keys.get(hub.active_key) == hub.network_keys.get(hub.active_key)
    own: LinkKey | None = storage.link_keys.get(hub.ieee)
    other = hub.link_keys.get(storage.ieee)
    fields["link_key"] = "" if own is None else own.origin.name.lower()
    fields["link_key_fresh"] = own is not None and other is not None and own.key == other.key


def _gas_meter(fields: dict[str, Any], han: Han, gsme: Gsme) -> None:
    if gsme.powered:
        fields["next_wake"] = gsme.next_wake / SECOND
        fields["wake_interval_s"] = gsme.wake_interval / SECOND
        power = gsme.endpoint.servers[POWER_CONFIGURATION.id]
        fields["battery_percent"] = power.get(PowerConfigurationAttributes.BatteryPercentageRemaining) / 2
        fields["battery_volts"] = power.get(PowerConfigurationAttributes.BatteryVoltage) / 10
    if han.emulates("hub") and han.hub.powered:
        mirror = han.hub.mirrors.get(gsme.storage.ieee)
        if mirror is not None:
            updated = None if mirror.updated is None else mirror.updated / SECOND
            fields["mirror"] = MirrorView(mirror.endpoint.id, updated)


def _readings(device: AnyDevice) -> Iterator[Reading]:
    match device:
        case Esme():
            server = device.endpoint.servers[METERING.id]
            yield Reading("import", server.get(MeteringAttributes.CurrentSummationDelivered) / KILO, "kWh")
            yield Reading("power", server.get(MeteringAttributes.InstantaneousDemand) / KILO, "kW")
            yield from consumption(device, "import", "kWh")
        case Gsme():
            server = device.endpoint.servers[METERING.id]
            yield Reading("gas volume", server.get(MeteringAttributes.CurrentSummationDelivered) / KILO, "m3")
            yield from consumption(device, "gas volume", "m3")
        case CommsHub():
            for mirror in device.mirrors.values():
                yield from _mirrored(mirror)
        case Ihd():
            yield from _display(device)


def _mirrored(mirror: Any) -> Iterator[Reading]:
    at = None if mirror.updated is None else mirror.updated / SECOND
    for name, attribute, unit, divisor in _MIRRORED:
        if attribute in mirror.server.attributes and at is not None:
            yield Reading(f"mirrored {name}", mirror.server.get(attribute) / divisor, unit, at)


def _display(ihd: Ihd) -> Iterator[Reading]:
    shown = ihd.display
    values: Sequence[tuple[str, int | None, str, int]] = (
        ("import", shown.electricity_wh, "kWh", KILO),
        ("power", shown.demand_w, "kW", KILO),
        ("gas volume", shown.gas_litres, "m3", KILO),
        ("price", shown.price, "GBP/kWh", 100_000),
    )
    for name, value, unit, divisor in values:
        if value is not None:
            yield Reading(name, value / divisor, unit)
    if shown.rate:
        yield Reading("rate", shown.rate)
    if shown.message:
        yield Reading("message", shown.message)
