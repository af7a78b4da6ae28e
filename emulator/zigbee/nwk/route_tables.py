"""The tables of a router: routes, discoveries under way, and recorded source routes (Zigbee PRO R22, 3.6.3.2).

Each is bounded, and its entries age: what a peer floods pushes out the entry that was longest unused, or is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from hanbench.emulator.clock import HOUR, SECOND

MOST_ROUTES = 64
"""Entries of the routing table, and of the route record table. R22 asks for a routing table of any size."""
ROUTE_LIFETIME = 4 * HOUR
"""Microseconds after which an unused route is forgotten: the standard leaves it to the implementer (3.6.3.2)."""
MOST_DISCOVERIES = 16
"""Entries of the route discovery table; a request that finds it full is dropped."""
ROUTE_DISCOVERY_TIME = 10 * SECOND
"""nwkcRouteDiscoveryTime (3.5.1)."""
REPAIR_THRESHOLD = 3
"""nwkcRepairThreshold: failures in a row after which a route counts as broken (3.5.1)."""
MAX_SOURCE_ROUTE = 12
"""nwkMaxSourceRoute: relays in a source route (3.5.2)."""


@dataclass(slots=True)
class Route:
    """The way to one destination."""

    next_hop: int
    used: int
    """Time of the last use, microseconds."""
    many_to_one: bool = False
    """The destination is a concentrator, which wants to be told the way back (3.6.3.5.4)."""
    recorded: dict[int, int] = field(default_factory=dict)
    """When the route of a source to the concentrator was last recorded, by short address."""
    failures: int = 0


class RouteTable:
    """Routes by destination (nwkRouteTable)."""

    def __init__(self) -> None:
        self._routes: dict[int, Route] = {}
        self.displaced = 0
        """Routes that made room for others."""

    def __len__(self) -> int:
        return len(self._routes)

    def get(self, destination: int, now: int) -> Route | None:
        """The route to a destination; its use is noted."""
        route = self._routes.get(destination)
        if route is None:
            return None
        if now - route.used > ROUTE_LIFETIME:
            del self._routes[destination]
            return None
        route.used = now
        return route

    def set(self, destination: int, next_hop: int, now: int, *, many_to_one: bool = False) -> None:
        """Enter or renew a route. A concentrator stays one, whatever other route to it is found."""
        known = self._routes.pop(destination, None)
        if known is None and len(self._routes) >= MOST_ROUTES:
            del self._routes[min(self._routes, key=lambda each: self._routes[each].used)]
            self.displaced += 1
        to_one = many_to_one or (known is not None and known.many_to_one)
        self._routes[destination] = Route(next_hop, now, to_one)

    def failed(self, destination: int) -> None:
        """Take note that the next hop did not acknowledge; the route is removed when that happens too often."""
        route = self._routes.get(destination)
        if route is not None:
            route.failures += 1
            if route.failures >= REPAIR_THRESHOLD:
                del self._routes[destination]

    def remove(self, destination: int) -> None:
        self._routes.pop(destination, None)


class DiscoveryKey(NamedTuple):
    """What tells a route discovery from every other."""

    originator: int
    request_id: int


@dataclass(slots=True)
class Discovery:
    """A route discovery that this device has begun, or has a part in."""

    sender: int
    """The neighbour that the best request came from; the originator's own address at the originator."""
    cost: int
    """Of the path from the originator to here."""
    until: int
    """Time at which the entry expires, microseconds."""
    residual: int = 0x100
    """Cost of the best path from here to the destination so far; more than any cost before the first reply."""


class DiscoveryTable:
    """The route discovery table (3.6.3.2, table 3-66)."""

    def __init__(self) -> None:
        self._entries: dict[DiscoveryKey, Discovery] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: DiscoveryKey, now: int) -> Discovery | None:
        entry = self._entries.get(key)
        return entry if entry is not None and now < entry.until else None

    def add(self, key: DiscoveryKey, sender: int, cost: int, now: int) -> Discovery | None:
        """Make an entry; None if there is no room, until the oldest one expires."""
        self._entries = {each: entry for each, entry in self._entries.items() if now < entry.until}
        if len(self._entries) >= MOST_DISCOVERIES:
            return None
        entry = self._entries[key] = Discovery(sender, cost, now + ROUTE_DISCOVERY_TIME)
        return entry


class RouteRecords:
    """The source routes of a concentrator (nwkRouteRecordTable): by device, the relays, the one beside it first."""

    def __init__(self) -> None:
        self._records: dict[int, tuple[tuple[int, ...], int]] = {}
        self.displaced = 0
        """Records that made room for others."""

    def __len__(self) -> int:
        return len(self._records)

    def get(self, device: int, now: int) -> tuple[int, ...] | None:
        """The relays towards a device; None if unknown, or not heard of for too long."""
        record = self._records.get(device)
        if record is None or now - record[1] > ROUTE_LIFETIME:
            self._records.pop(device, None)
            return None
        return record[0]

    def set(self, device: int, relays: tuple[int, ...], now: int) -> None:
        """Enter or renew a record; the one that was longest not renewed makes room."""
        self._records.pop(device, None)
        if len(self._records) >= MOST_ROUTES:
            del self._records[next(iter(self._records))]
            self.displaced += 1
        self._records[device] = relays, now

    def remove(self, device: int) -> None:
        self._records.pop(device, None)
