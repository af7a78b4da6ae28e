"""The neighbour table: the devices within radio range, and the quality of their links (R22, 3.6.1.5)."""

from __future__ import annotations

from dataclasses import dataclass

LOST_AFTER_PERIODS = 3
"""nwkRouterAgeLimit: missed Link Status commands after which a router's cost is unknown."""
MOST_NEIGHBORS = 64
"""The one that was not heard for longest makes room. R22 leaves the size to the implementer."""


@dataclass(slots=True)
class Neighbor:
    """One device within radio range."""

    short: int
    ieee: int
    lqi: int
    last_heard: int
    """Microseconds of the clock."""
    router: bool = False
    outgoing_cost: int = 0
    """Cost of the link to the neighbour, by its Link Status; 0: unknown."""


def link_cost(lqi: int) -> int:
    """Cost 1 (best) to 7 from the link quality; the mapping is the implementer's (R22, 3.6.3.1)."""
    return 1 if lqi >= 120 else 3 if lqi >= 60 else 5 if lqi >= 30 else 7


class NeighborTable:
    """Neighbours by short address."""

    def __init__(self) -> None:
        self._table: dict[int, Neighbor] = {}
        self.displaced = 0
        """Neighbours that made room for others."""

    def __len__(self) -> int:
        return len(self._table)

    def heard(self, short: int, ieee: int, lqi: int, now: int) -> None:
        """Take note of a secured frame that came straight from `short`."""
        known = self._table.get(short)
        if known is None or known.ieee != ieee:
            if known is None and len(self._table) >= MOST_NEIGHBORS:
                del self._table[min(self._table, key=lambda each: self._table[each].last_heard)]
                self.displaced += 1
            self._table[short] = Neighbor(short, ieee, lqi, now)
        else:
            known.lqi = lqi
            known.last_heard = now

    def get(self, short: int) -> Neighbor | None:
        return self._table.get(short)

    def remove(self, short: int) -> None:
        self._table.pop(short, None)

    def routers(self, since: int) -> list[Neighbor]:
        """Routers heard since a time, by address (the order of Link Status)."""
        return sorted((n for n in self._table.values() if n.router and n.last_heard >= since), key=lambda n: n.short)

    def all(self) -> list[Neighbor]:
        return sorted(self._table.values(), key=lambda n: n.short)
