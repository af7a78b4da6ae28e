"""The tables of the devices of a HAN, with their sizes at this moment and the bounds that docs/security.md promises."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from hanbench.emulator.devices import AnyDevice, CommsHub, Esme
from hanbench.emulator.zigbee.addresses import is_stranger
from hanbench.emulator.zigbee.stack import CoordinatorStack, JoiningStack, RouterStack
from hanbench.harness.han.han import Han

ROWS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "tables.toml").read_text(encoding="utf-8"))["table"]
BOUNDS: dict[str, int] = {row["name"]: row["bound"] for row in ROWS}


class Table(NamedTuple):
    """One table of one device."""

    device: str
    name: str
    size: int
    bound: int


Sizes = Callable[[Any], int]


def _waiting_for_one(device: AnyDevice) -> int:
    waiting = [dst for dst, _ in device.stack.aps._waiting]
    return max(map(waiting.count, set(waiting)), default=0)


def _of_strangers(device: AnyDevice) -> int:
    aps = device.stack.aps
    return sum(not aps._is_partner(dst) for dst, _ in aps._waiting)


def _frames_for_one(device: AnyDevice) -> int:
    return max((len(queue) for queue in device.stack.mac.indirect._queues.values()), default=0)


EVERY: dict[str, Sizes] = {
    "senders at the MAC": lambda d: len(d.stack.mac._last_heard),
    "frames to send": lambda d: len(d.stack.mac._queue),
    "beacons of a scan": lambda d: 0,
    "frames for one sleeper": _frames_for_one,
    "guests with waiting frames": lambda d: len(d.stack.mac.indirect._guests),
    "incoming frame counters": lambda d: len(d.stack.nwk.security._incoming),
    "neighbours": lambda d: len(d.stack.maintenance.neighbors),
    "broadcasts": lambda d: len(d.stack.nwk._broadcasts),
    "addresses of strangers": lambda d: sum(is_stranger(d.storage, each) for each in d.storage.short_addresses),
    "children": lambda d: len(d.storage.children),
    "APS duplicates": lambda d: len(d.stack.aps._recent),
    "messages in fragments": lambda d: len(d.stack.aps._reassemblies),
    "waiting acknowledgements of one device": _waiting_for_one,
    "waiting acknowledgements of strangers": _of_strangers,
    "ZCL requests": lambda d: len(d.endpoint._pending),
    "ZDP requests": lambda d: len(d.stack.zdo.client._pending),
    "bindings": lambda d: len(d.stack.management.bindings),
}
PARENTS: dict[str, Sizes] = {
    "routes": lambda d: len(d.stack.routing.routes),
    "route records": lambda d: len(d.stack.routing.records),
    "route discoveries": lambda d: len(d.stack.routing.discovery._discoveries),
    "frames that wait for a route": lambda d: sum(map(len, d.stack.routing.discovery._waiting.values())),
    "newcomers without key": lambda d: len(d.stack.parent._claims),
    "requests to rejoin": lambda d: len(d.stack.parent._rejoin_requested),
}
JOINERS: dict[str, Sizes] = {
    "refusing networks and parents": lambda d: max(len(d.stack.joiner._refusals), len(d.stack.joiner._parents_refused)),
}
HUBS: dict[str, Sizes] = {
    "key-establishment sessions": lambda d: d.responder.sessions,
    "mirrors": lambda d: len(d.mirrors),
    "requests to sleepers": lambda d: len(d.sleepy_queue),
    "listeners of a service": lambda d: max(len(d.prices.listeners), len(d.messages.listeners)),
    "messages noted by a service": lambda d: max(
        len(d.events.heard), len(d.firmware.ended), len(d.messages.confirmed), len(d.prices.acknowledged)
    ),
}
METERS: dict[str, Sizes] = {"tunnels": lambda d: d.tunnel.open}


def tables(han: Han) -> Iterator[Table]:
    """Yield all tables of the devices that have power."""
    for device in han.devices:
        if not device.powered:
            continue
        groups = [EVERY]
        if isinstance(device.stack, CoordinatorStack | RouterStack):
            groups.append(PARENTS)
        if isinstance(device.stack, JoiningStack):
            groups.append(JOINERS)
        if isinstance(device, CommsHub):
            groups.append(HUBS)
        if isinstance(device, Esme):
            groups.append(METERS)
        for group in groups:
            for name, size in group.items():
                yield Table(device.name, name, size(device), BOUNDS[name])
