"""The devices that a hub's service tells of everything new."""

from __future__ import annotations

from hanbench.emulator.zcl import ClusterCommand, Endpoint, Indication

MOST_LISTENERS = 32
"""Twice the devices of a large home; the one that asked first makes room."""


class Listeners:
    """Short address and endpoint of each device that has asked the service before."""

    def __init__(self, cluster: int) -> None:
        self._cluster = cluster
        self._places: dict[tuple[int, int], None] = {}
        self.displaced = 0
        """Devices that made room for others."""
        self.endpoint: Endpoint
        """Set by the hub."""

    def add(self, indication: Indication) -> None:
        self._places[indication.src, indication.src_endpoint] = None
        if len(self._places) > MOST_LISTENERS:
            del self._places[next(iter(self._places))]
            self.displaced += 1

    def __len__(self) -> int:
        return len(self._places)

    def notify(self, command: ClusterCommand) -> None:
        """Send a command to each of them."""
        for place in self._places:
            self.endpoint.command(*place, self._cluster, command)
