"""`table`: the tables in a device's memory. Keys pass as `Secret`, and reach the answer redacted."""

from __future__ import annotations

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices import AnyDevice, CommsHub
from hanbench.emulator.zigbee.aps.layer import UNKNOWN_TRUST_CENTER
from hanbench.harness.control.answers import (
    AddressRow,
    ChildRow,
    DeviceRow,
    DeviceTables,
    LinkKeyRow,
    NeighborRow,
    NetworkKeyRow,
)
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.requests import TableRequest
from hanbench.harness.control.secret import Secret
from hanbench.harness.frames.words import ieee, short


async def table(bench: LiveBench, request: TableRequest) -> DeviceTables:
    """Tell the tables of a device."""
    home, role = bench.node(request.node)
    device = home.nodes.device(role)
    storage = device.storage
    return DeviceTables(
        node=home.home.node(role),
        network_keys=tuple(
            NetworkKeyRow(sequence, sequence == storage.active_key, str(Secret(octets)))
            for sequence, octets in sorted(storage.network_keys.items())
        ),
        link_keys=_link_keys(device),
        children=_children(device),
        neighbors=_neighbors(device),
        devices=_devices(device),
        addresses=tuple(AddressRow(ieee(each), short(own)) for each, own in sorted(storage.short_addresses.items())),
    )


def _link_keys(device: AnyDevice) -> tuple[LinkKeyRow, ...]:
    return tuple(
        LinkKeyRow(
            "any Trust Centre" if partner == UNKNOWN_TRUST_CENTER else ieee(partner),
            link.origin.name.lower(),
            str(Secret(link.key)),
            link.outgoing.value,
            link.incoming,
        )
        for partner, link in sorted(device.storage.link_keys.items())
    )


def _children(device: AnyDevice) -> tuple[ChildRow, ...]:
    return tuple(
        ChildRow(
            ieee(each.ieee),
            short(each.short),
            not each.rx_on,
            each.router,
            each.timeout / SECOND,
            each.last_heard / SECOND,
        )
        for each in device.storage.children.values()
    )


def _neighbors(device: AnyDevice) -> tuple[NeighborRow, ...]:
    if not device.powered:
        return ()
    return tuple(
        NeighborRow(
            ieee(each.ieee), short(each.short), each.lqi, each.last_heard / SECOND, each.router, each.outgoing_cost
        )
        for each in device.stack.maintenance.neighbors.all()
    )


def _devices(device: AnyDevice) -> tuple[DeviceRow, ...]:
    return device_rows(device) if isinstance(device, CommsHub) else ()


def device_rows(device: CommsHub) -> tuple[DeviceRow, ...]:
    """Return a hub's device table."""
    mirrors = device.flash.mirrors
    return tuple(
        DeviceRow(ieee(each.ieee), short(each.short), each.since / SECOND, each.sleeps, mirrors.get(each.ieee))
        for each in device.device_table.values()
    )
