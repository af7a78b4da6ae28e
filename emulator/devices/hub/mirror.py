"""A gas meter's mirror at the hub: an endpoint that answers for a meter that sleeps (SE 1.4a, annex D.3.4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hanbench.emulator.devices.notifications import NoticeBoard
from hanbench.emulator.zcl import ClusterServer, Endpoint, Status
from hanbench.emulator.zcl.cluster import Cluster
from hanbench.emulator.zcl.clusters.metering import GAS, MIRRORED, MeteringAttributes

METERING_DEVICE_TYPE = MeteringAttributes.MeteringDeviceType.id


class Mirror:
    """The copy of one meter's attributes."""

    def __init__(
        self,
        ieee: int,
        endpoint: Endpoint,
        server: ClusterServer,
        ieee_of: Callable[[int], int | None],
        notices: NoticeBoard | None,
    ) -> None:
        self.ieee = ieee
        """EUI-64 of the meter that is mirrored."""
        self.endpoint = endpoint
        self.server = server
        self.updated: int | None = None
        """When the meter last reported, microseconds; None: never since power came on."""
        self.on_update: Callable[[], None] | None = None
        self.notices = notices
        """What the meter is to be told, where hub and meter have two-way mirroring."""
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
    """What a mirror shows before its meter has reported."""
    return ClusterServer(table, {MeteringAttributes.MeteringDeviceType: GAS + MIRRORED})
