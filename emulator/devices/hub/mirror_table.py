"""The mirrors that a hub gives to gas meters, each an endpoint of its own (SE 1.4a, annex D.3.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from hanbench.emulator.clock import MILLISECOND
from hanbench.emulator.devices.conduct import HubConduct
from hanbench.emulator.devices.hub.flash import HubFlash
from hanbench.emulator.devices.hub.mirror import Mirror
from hanbench.emulator.devices.settings import HubSettings
from hanbench.emulator.zcl import ClusterClient, CommandAnswer, Endpoint, Indication, Status, on
from hanbench.emulator.zcl.cluster import Cluster
from hanbench.emulator.zcl.clusters.metering import (
    NO_MIRROR,
    MirrorRemoved,
    RemoveMirror,
    RequestMirror,
    RequestMirrorResponse,
)
from hanbench.emulator.zigbee.aps.data import ApsIndication
from hanbench.emulator.zigbee.stack import Stack

CONFIGURE_AFTER = 100 * MILLISECOND
"""Between the answer to RequestMirror, which tells the meter where its mirror is, and ConfigureMirror from there."""


class MirrorTable(Mapping[int, Mirror]):
    """The open mirrors by the EUI-64 of their meters. `client` goes on the hub's endpoint."""

    def __init__(
        self,
        stack: Stack,
        settings: HubSettings,
        table: Cluster,
        flash: HubFlash,
        conduct: Callable[[], HubConduct],
        open_mirror: Callable[[int, int], Mirror],
        vacant: Callable[[int], Endpoint],
    ) -> None:
        """`table`: that of Metering. `open_mirror` makes the endpoint of a meter's mirror, from EUI-64 and endpoint;
        `vacant` makes one that has no mirror."""
        self._stack = stack
        self._settings = settings
        self._flash = flash
        self._conduct = conduct
        self._open_mirror = open_mirror
        self._vacant = vacant
        self._open: dict[int, Mirror] = {}
        self.client = ClusterClient(table, (on(RequestMirror, self._request), on(RemoveMirror, self._remove)))

    def __getitem__(self, ieee: int) -> Mirror:
        return self._open[ieee]

    def __iter__(self) -> Iterator[int]:
        return iter(self._open)

    def __len__(self) -> int:
        return len(self._open)

    def reopen(self) -> None:
        """Open every mirror that flash knows of."""
        for ieee, endpoint in self._flash.mirrors.items():
            self._open[ieee] = self._open_mirror(ieee, endpoint)

    def close(self, ieee: int) -> None:
        """Take a meter's mirror away; the meter is not told."""
        self._flash.mirrors.pop(ieee, None)
        mirror = self._open.pop(ieee, None)
        if mirror is not None:
            mirror.endpoint.close()
            self._stack.aps.unregister(mirror.endpoint.id)
            descriptors = self._stack.management.descriptors
            descriptors[:] = [each for each in descriptors if each.endpoint != mirror.endpoint.id]

    def refuse(self, message: ApsIndication) -> bool:
        """Refuse a message to one of the mirrors' endpoints that has no mirror; False: it is for no such endpoint.

        It tells a meter whose mirror was lost to ask for another one. NOT_AUTHORIZED to a report is what
        Silicon Labs' meter-mirror.c answers to a meter that it does not mirror.
        """
        first, endpoint = self._settings.first_mirror_endpoint, message.dst_endpoint
        if not first <= endpoint < first + self._settings.mirrors or not self._conduct().refuses_lost_reports:
            return False
        vacant = self._vacant(endpoint)
        vacant.on_report = lambda *report: Status.NOT_AUTHORIZED
        vacant.receive(message)
        self._stack.aps.unregister(endpoint)
        return True

    def _request(self, command: RequestMirror, indication: Indication) -> CommandAnswer:
        ieee = self._stack.aps.ieee_of(indication.src)
        if ieee is None or ieee not in self._flash.devices or not self._conduct().grants_mirrors:
            return RequestMirrorResponse(NO_MIRROR)
        endpoint = self._grant(ieee)
        mirror = self._open.get(ieee)
        if mirror is not None and mirror.notices is not None:
            place = indication.src, indication.src_endpoint
            self._stack.clock.call_later(CONFIGURE_AFTER, mirror.notices.configure, *place)
        return RequestMirrorResponse(endpoint)

    def _grant(self, ieee: int) -> int:
        """The endpoint of a meter's mirror; the same meter gets the same one again."""
        granted = self._flash.mirrors
        if ieee not in granted:
            first = self._settings.first_mirror_endpoint
            free = [each for each in range(first, first + self._settings.mirrors) if each not in granted.values()]
            if not free:
                return NO_MIRROR
            granted[ieee] = free[0]
            self._open[ieee] = self._open_mirror(ieee, free[0])
        return granted[ieee]

    def _remove(self, command: RemoveMirror, indication: Indication) -> CommandAnswer:
        ieee = self._stack.aps.ieee_of(indication.src)
        if ieee is None:
            return MirrorRemoved(NO_MIRROR)
        endpoint = self._flash.mirrors.get(ieee, NO_MIRROR)
        self.close(ieee)
        return MirrorRemoved(endpoint)
