"""A gas meter's mirror: an endpoint of the hub that answers for a meter that sleeps (SE 1.4a, annex D.3.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hanbench.emulator.devices.notifications import NoticeBoard
from hanbench.emulator.zcl import ClusterServer, Endpoint, Status
from hanbench.emulator.zcl.cluster import Cluster
from hanbench.emulator.zcl.clusters.metering import GAS, MIRRORED, MeteringAttributes

METERING_DEVICE_TYPE = MeteringAttributes.MeteringDeviceType.id


class Mirror:
    """A copy of one meter's attributes."""

    def __init__(
        self,
        ieee: int,
        endpoint: Endpoint,
        server: ClusterServer,
        ieee_of: Callable[[int], int | None],
        notices: NoticeBoard | None,
    ) -> None:
        self.ieee = ieee
        """EUI-64 of the mirrored meter."""
        self.endpoint = endpoint
        self.server = server
        self.updated: int | None = None
        """When the meter last reported, microseconds; None: never since power came on."""
        self.on_update: Callable[[], None] | None = None
        self.notices = notices
        """Notices to the meter; None where the hub has no two-way mirroring."""
        if notices is not None:
            notices.endpoint = endpoint
        self._ieee_of = ieee_of
        endpoint.on_report = self._reported

    def _reported(self, src: int, src_endpoint: int, own: int, cluster: int, values: dict[int, Any]) -> Status | None:
        if self._ieee_of(src) != self.ieee:
            return Status.NOT_AUTHORIZED
        if METERING_DEVICE_TYPE in values:
            values[METERING_DEVICE_TYPE] += MIRRORED
        self.server.adopt(values)
        self.updated = self.endpoint.clock.now
        if self.on_update is not None:
            self.on_update()
        if self.notices is not None:
            self.notices.answer(src, src_endpoint)
        return None


def mirror_server(table: Cluster) -> ClusterServer:
    """The Metering server of a mirror whose meter has not reported yet."""
    return ClusterServer(table, {MeteringAttributes.MeteringDeviceType: GAS + MIRRORED})
