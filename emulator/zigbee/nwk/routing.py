"""Routing in a coordinator or router: by source route, by table, by discovery (Zigbee PRO R22, 3.6.3.3 and 3.6.3.7).

A child or a router in range is sent to at once, without any look-up of a route. The coordinator is a concentrator as
soon as frames reach it through relays: it announces itself (many-to-one), routers record the ways of their frames, and
its answers go back by source route.
"""

from __future__ import annotations

from functools import partial

from hanbench.emulator.clock import MINUTE
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.mac.frames import MAX_MAC_PAYLOAD, MacFrame
from hanbench.emulator.radio.interface import Reception, TxStatus
from hanbench.emulator.zigbee.addresses import is_member
from hanbench.emulator.zigbee.nwk import commands, frames, source_route
from hanbench.emulator.zigbee.nwk.commands import NetworkStatus, NwkCommand, RouteRecord
from hanbench.emulator.zigbee.nwk.config import LogicalType
from hanbench.emulator.zigbee.nwk.forwarding import Forwarding, Originated, Relayed
from hanbench.emulator.zigbee.nwk.frames import NwkFrame
from hanbench.emulator.zigbee.nwk.layer import DEFAULT_RADIUS, Nwk
from hanbench.emulator.zigbee.nwk.maintenance import Maintenance
from hanbench.emulator.zigbee.nwk.neighbors import LOST_AFTER_PERIODS
from hanbench.emulator.zigbee.nwk.route_discovery import RouteDiscovery
from hanbench.emulator.zigbee.nwk.route_tables import Route, RouteRecords, RouteTable

NO_ROUTE_AVAILABLE, LINK_FAILURE, INDIRECT_EXPIRY = 0x00, 0x02, 0x06
SOURCE_ROUTE_FAILURE, MANY_TO_ONE_FAILURE = 0x0B, 0x0C
"""Codes of Network Status (table 3-42)."""
RECORD_AGAIN = 10 * MINUTE
"""After that time, a route to a concentrator is recorded again: it may have forgotten it."""
ANNOUNCE_AGAIN = MINUTE
"""Shortest time between two announcements of a concentrator."""
MOST_RECORDED = 64
_SOURCE_ROUTE_OVERHEAD = 2
_HEADER = 8


class Routing(Forwarding):
    """The ways of one coordinator or router."""

    def __init__(self, nwk: Nwk, maintenance: Maintenance) -> None:
        super().__init__(lambda: nwk.network.parent)
        self._nwk = nwk
        self._neighbors = maintenance.neighbors
        self.routes = RouteTable()
        self.records = RouteRecords()
        """Used by a concentrator alone."""
        self.discovery = RouteDiscovery(nwk, self._neighbors, self.routes, self._route, self._undeliverable)
        self._announced: int | None = None
        nwk.on_command[RouteRecord.ID] = self._way_recorded
        nwk.on_command[NetworkStatus.ID] = self._status
        if nwk.config.role is LogicalType.COORDINATOR:
            nwk.on_heard.append(self._heard)

    # --- the next hop ---------------------------------------------------------------------------------------------

    def neighbor(self, dst: int) -> int | None:
        nwk = self._nwk
        if self._is_child(dst):
            return dst
        if len(self.routes) and self.routes.get(dst, nwk.clock.now) is not None:
            return None
        return dst if self._is_near(dst) else None

    def _is_child(self, dst: int) -> bool:
        """Whether a device is a child that has used the network key: a claim without it moves no frame."""
        child = self._nwk.storage.children.get(dst)
        return child is not None and child.authenticated

    def _is_near(self, dst: int) -> bool:
        """Whether a device is in range and listens: the parent, or a router whose Link Status has been heard."""
        nwk = self._nwk
        if dst == nwk.network.parent:
            return True
        known = self._neighbors.get(dst)
        oldest = nwk.clock.now - LOST_AFTER_PERIODS * nwk.config.link_status_period
        return known is not None and known.router and known.last_heard >= oldest

    def send(self, frame: Originated) -> None:
        relays = self.records.get(frame.dst, self._nwk.clock.now)
        if self.discovery.awaits(frame.dst):
            # Not before the frames that wait: the APS has sealed them with lower counters.
            self.discovery.find(frame)
        elif relays and _fits(frame, relays):
            npdu = frame.encode(self._nwk.security.outgoing(), relays)
            self._nwk.send_to_neighbor(relays[-1], npdu, partial(self._source_route_sent, frame))
        else:
            self._route(frame)

    def relay(self, frame: NwkFrame, sender: int) -> None:
        nwk = self._nwk
        if frame.radius <= 1:
            raise RemoteProtocolError(DropReason.RADIUS_EXPIRED)
        if not frame.secured or not nwk.security.ready:
            raise RemoteProtocolError(DropReason.UNSECURED, "to be relayed")
        if frame.type == frames.COMMAND and frame.payload[:1] == bytes((RouteRecord.ID,)):
            record = commands.decode(frame.payload)
            assert isinstance(record, RouteRecord)
            frame.payload = source_route.extended(record, nwk.mac.short).encode()
        passing = Relayed(frame, sender)
        if frame.relays:
            hop = source_route.next_hop(frame, nwk.mac.short)
            frame.header = hop.header
            nwk.send_to_neighbor(hop.to, self._encode(passing), partial(self._source_route_sent, passing))
        else:
            self._route(passing)

    def route_requested(self, frame: NwkFrame, sender: int, lqi: int) -> None:
        self.discovery.requested(frame, sender, lqi)

    # --- by table -------------------------------------------------------------------------------------------------

    def _route(self, frame: Originated | Relayed) -> None:
        """Send a frame by the routing table, or look for a way first."""
        nwk, dst = self._nwk, frame.dst
        if nwk.storage.network is None or not nwk.security.ready:
            self._end(frame, TxStatus.ABORTED)
            return
        if self._is_child(dst):
            nwk.send_to_neighbor(dst, self._encode(frame), partial(self._sent, frame, None))
            return
        route = self.routes.get(dst, nwk.clock.now)
        if route is not None:
            self._record_way(dst, route, frame)
            nwk.send_to_neighbor(route.next_hop, self._encode(frame), partial(self._sent, frame, route))
        elif self._is_near(dst):
            nwk.send_to_neighbor(dst, self._encode(frame), partial(self._sent, frame, None))
        elif self._may_discover(frame):
            self.discovery.find(frame)
        else:
            self._undeliverable(frame)

    def _encode(self, frame: Originated | Relayed) -> bytes:
        return frame.encode(self._nwk.security.outgoing())

    def _may_discover(self, frame: Originated | Relayed) -> bool:
        """Whether a way is looked for: for own frames, those of children, and those that ask for it (3.6.3.3)."""
        if isinstance(frame, Originated):
            return True
        return bool(frame.frame.discover_route) or frame.sender in self._nwk.storage.children

    def _sent(self, frame: Originated | Relayed, route: Route | None, status: TxStatus | None) -> None:
        if status in (TxStatus.NO_ACK, TxStatus.CHANNEL_ACCESS_FAILURE):
            if route is not None:
                self.routes.failed(frame.dst)
            self._report(frame, MANY_TO_ONE_FAILURE if route is not None and route.many_to_one else LINK_FAILURE)
        elif status is None:
            self._report(frame, INDIRECT_EXPIRY)
        elif route is not None and status is TxStatus.ACKED:
            route.failures = 0
        self._end(frame, status)

    def _source_route_sent(self, frame: Originated | Relayed, status: TxStatus | None) -> None:
        if status is None:
            self._report(frame, INDIRECT_EXPIRY)
        elif status > TxStatus.ACKED:
            if isinstance(frame, Originated):
                self.records.remove(frame.dst)
            self._report(frame, SOURCE_ROUTE_FAILURE)
        self._end(frame, status)

    def _undeliverable(self, frame: Originated | Relayed) -> None:
        self._nwk.counters[DropReason.NO_ROUTE] += 1
        self._report(frame, NO_ROUTE_AVAILABLE)
        if frame.done is not None:
            self._nwk.clock.call_later(0, frame.done, TxStatus.NO_ACK)

    def _end(self, frame: Originated | Relayed, status: TxStatus | None) -> None:
        if frame.done is not None:
            frame.done(status)

    # --- failures -------------------------------------------------------------------------------------------------

    def _report(self, frame: Originated | Relayed, status: int) -> None:
        """Tell the source of a relayed data frame that it did not get on (3.6.3.7.1). Commands are not reported."""
        if isinstance(frame, Relayed) and frame.type == frames.DATA:
            self._nwk.send_command(frame.src, NetworkStatus(status, frame.dst), radius=DEFAULT_RADIUS)

    def _status(self, frame: NwkFrame, command: NwkCommand, mac_frame: MacFrame) -> None:
        """Forget a way that a relay says is broken."""
        assert isinstance(command, NetworkStatus)
        if not frame.secured:
            return
        if command.status in (SOURCE_ROUTE_FAILURE, NO_ROUTE_AVAILABLE, LINK_FAILURE):
            self.records.remove(command.destination)
        if command.status in (NO_ROUTE_AVAILABLE, LINK_FAILURE):
            self.routes.remove(command.destination)

    # --- concentrators ----------------------------------------------------------------------------------------------

    def _heard(self, frame: NwkFrame, mac_frame: MacFrame, reception: Reception) -> None:
        """A frame has come to the coordinator through a relay: it must know the way back, over the same neighbour."""
        now = self._nwk.clock.now
        if frame.dst != 0x0000 or frame.src == mac_frame.src or not is_member(self._nwk.storage, mac_frame.src):
            return
        self._compare(frame.src, mac_frame.src)
        if self.records.get(frame.src, now) is not None:
            return
        if self._announced is None or now - self._announced >= ANNOUNCE_AGAIN:
            self._announced = now
            self._nwk.clock.call_later(0, self.discovery.announce_concentrator)

    def _compare(self, src: int, neighbor: int | None) -> None:
        """Forget the ways to a device that lead over another neighbour than the one that its frames come over."""
        now = self._nwk.clock.now
        relays, route = self.records.get(src, now), self.routes.get(src, now)
        if relays and relays[-1] != neighbor:
            self.records.remove(src)
        if route is not None and route.next_hop != neighbor:
            self.routes.remove(src)

    def _record_way(self, concentrator: int, route: Route, frame: Originated | Relayed) -> None:
        """Record the way of own frames, and of those of children, before they go to a concentrator (3.6.3.5.4)."""
        nwk = self._nwk
        child = nwk.storage.children.get(frame.src)
        mine = isinstance(frame, Originated) and frame.src == nwk.mac.short
        if not route.many_to_one or not (mine or (child is not None and not child.router)):
            return
        last = route.recorded.get(frame.src)
        if last is not None and nwk.clock.now - last < RECORD_AGAIN:
            return
        if len(route.recorded) >= MOST_RECORDED:
            route.recorded.clear()
        route.recorded[frame.src] = nwk.clock.now
        record = Originated(
            frames.COMMAND,
            concentrator,
            frame.src,
            nwk.next_sequence(),
            DEFAULT_RADIUS,
            RouteRecord(() if child is None else (nwk.mac.short,)).encode(),
            src_ieee=nwk.storage.ieee if child is None else child.ieee,
        )
        nwk.send_to_neighbor(route.next_hop, self._encode(record))

    def _way_recorded(self, frame: NwkFrame, command: NwkCommand, mac_frame: MacFrame) -> None:
        assert isinstance(command, RouteRecord)
        if self._nwk.config.role is LogicalType.COORDINATOR and frame.secured and mac_frame.src is not None:
            relays = source_route.recorded(frame, command, mac_frame.src, self._nwk.mac.short)
            if relays and not is_member(self._nwk.storage, relays[-1]):
                raise RemoteProtocolError(DropReason.NO_ROUTE, f"a record over {relays[-1]:#06x}, which is no member")
            self.records.set(frame.src, relays, self._nwk.clock.now)


def _fits(frame: Originated, relays: tuple[int, ...]) -> bool:
    """Whether a source route leaves room for the payload; if not, the frame goes by table."""
    header = _HEADER + 8 * (frame.src_ieee is not None) + 8 * (frame.dst_ieee is not None)
    whole = header + _SOURCE_ROUTE_OVERHEAD + 2 * len(relays) + frames.SECURITY_OVERHEAD + len(frame.payload)
    return whole <= MAX_MAC_PAYLOAD
