"""The devices that a hub's service tells of everything new."""

from __future__ import annotations

from hanbench.emulator.zcl import ClusterCommand, Endpoint, Indication


class Listeners:
    """Short address and endpoint of each device that has asked the service before."""

    def __init__(self, cluster: int) -> None:
        self._cluster = cluster
        self._places: dict[tuple[int, int], None] = {}
        self.endpoint: Endpoint
        """Set by the hub."""

    def add(self, indication: Indication) -> None:
        self._places[indication.src, indication.src_endpoint] = None

    def notify(self, command: ClusterCommand) -> None:
        """Send a command to each of them."""
        for place in self._places:
            self.endpoint.command(*place, self._cluster, command)
