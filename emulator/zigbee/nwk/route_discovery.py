"""Route discovery: requests, replies, and the way to a concentrator (Zigbee PRO R22, 3.6.3.5).

Links count as symmetric, as in every Zigbee PRO network (nwkSymLink): a request also makes the route back to its
originator. A neighbour whose Link Status has not told the cost of the way there is taken to be as near as it sounds.
"""

from __future__ import annotations

from collections.abc import Callable

from hanbench.emulator.clock import MILLISECOND, SECOND
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.mac.frames import MacFrame
from hanbench.emulator.zigbee.nwk import commands, frames
from hanbench.emulator.zigbee.nwk.commands import NwkCommand, RouteReply, RouteRequest
from hanbench.emulator.zigbee.nwk.forwarding import Originated, Relayed
from hanbench.emulator.zigbee.nwk.frames import NwkFrame
from hanbench.emulator.zigbee.nwk.layer import ALL_DEVICES, ALL_ROUTERS, DEFAULT_RADIUS, FIRST_BROADCAST, Nwk
from hanbench.emulator.zigbee.nwk.neighbors import LOST_AFTER_PERIODS, Neighbor, NeighborTable, link_cost
from hanbench.emulator.zigbee.nwk.route_tables import DiscoveryKey, DiscoveryTable, RouteTable

REQUESTS = 4
"""nwkcInitialRREQRetries and the first request (3.5.1)."""
REQUEST_INTERVAL = 254 * MILLISECOND
"""nwkcRREQRetryInterval."""
JITTER_SLOT, MOST_JITTER = 2 * MILLISECOND, 64
"""nwkcMaxRREQJitter, in slots of 2 ms: the pause before a request is sent on."""
PATIENCE = 2 * SECOND
"""From the first request to giving up; a retry of the APS layer may begin another discovery then."""
MOST_WAITING = 16
"""Frames that wait for routes at a time."""
HIGHEST_COST = 0xFF
NO_TABLE_KEPT, WITH_RECORDS = 0, 1
"""Kinds of request: for one destination, and by a concentrator that keeps a route record table (3.4.1.3.1)."""

Frame = Originated | Relayed


class RouteDiscovery:
    """One router's part in route discoveries, its own and those of others."""

    def __init__(
        self,
        nwk: Nwk,
        neighbors: NeighborTable,
        routes: RouteTable,
        found: Callable[[Frame], None],
        failed: Callable[[Frame], None],
    ) -> None:
        """`found` is called with each waiting frame when there is a route for it; `failed`, when none was found."""
        self._nwk = nwk
        self._neighbors = neighbors
        self._routes = routes
        self._found = found
        self._failed = failed
        self._discoveries = DiscoveryTable()
        self._waiting: dict[int, list[Frame]] = {}
        self._request_id = 0
        nwk.on_command[RouteReply.ID] = self._replied

    # --- own discoveries ------------------------------------------------------------------------------------------

    def find(self, frame: Frame) -> None:
        """Keep a frame until there is a route to its destination."""
        if sum(map(len, self._waiting.values())) >= MOST_WAITING:
            self._nwk.counters[DropReason.TABLE_FULL] += 1
            self._failed(frame)
        elif frame.dst in self._waiting:
            self._waiting[frame.dst].append(frame)
        else:
            self._waiting[frame.dst] = [frame]
            self._begin(frame.dst)

    def awaits(self, destination: int) -> bool:
        """Whether frames wait for a route to a destination."""
        return destination in self._waiting

    def _begin(self, destination: int) -> None:
        key = self._new_key()
        entry = self._discoveries.add(key, self._nwk.mac.short, 0, self._nwk.clock.now)
        if entry is None:
            self._nwk.counters[DropReason.TABLE_FULL] += 1
            self._nwk.clock.call_later(0, self._give_up, destination)
            return
        self._request(destination, key.request_id, REQUESTS)
        self._nwk.clock.call_later(PATIENCE, self._give_up, destination)

    def _new_key(self) -> DiscoveryKey:
        """The next key that no discovery under way has: the table has fewer entries than there are numbers."""
        now = self._nwk.clock.now
        while True:
            self._request_id = self._request_id + 1 & 0xFF
            key = DiscoveryKey(self._nwk.mac.short, self._request_id)
            if self._discoveries.get(key, now) is None:
                return key

    def _request(self, destination: int, request_id: int, times: int) -> None:
        if destination in self._waiting and self._nwk.storage.network is not None:
            self._nwk.send_command(ALL_ROUTERS, RouteRequest(request_id, destination), radius=DEFAULT_RADIUS)
            if times > 1:
                self._nwk.clock.call_later(REQUEST_INTERVAL, self._request, destination, request_id, times - 1)

    def _give_up(self, destination: int) -> None:
        for frame in self._waiting.pop(destination, ()):
            self._failed(frame)

    def announce_concentrator(self) -> None:
        """Have every router learn the way to this device, and record the ways from there (many-to-one)."""
        key = self._new_key()
        if self._discoveries.add(key, self._nwk.mac.short, 0, self._nwk.clock.now) is not None:
            self._announce(RouteRequest(key.request_id, ALL_ROUTERS, many_to_one=WITH_RECORDS), REQUESTS)

    def _announce(self, request: RouteRequest, times: int) -> None:
        """Send the request several times: a router that missed one would go the way of a copy from farther off."""
        if self._nwk.storage.network is not None:
            self._nwk.send_command(ALL_ROUTERS, request, radius=DEFAULT_RADIUS)
            if times > 1:
                self._nwk.clock.call_later(REQUEST_INTERVAL, self._announce, request, times - 1)

    # --- requests of others -----------------------------------------------------------------------------------------

    def requested(self, frame: NwkFrame, sender: int, lqi: int) -> None:
        """Answer a Route Request, or send it on (3.6.3.5.2). Raises RemoteProtocolError."""
        request = commands.decode(frame.payload)
        assert isinstance(request, RouteRequest)
        if frame.src == self._nwk.mac.short:
            raise RemoteProtocolError(DropReason.DUPLICATE, "an own route request came back")
        if max(frame.src, sender) >= FIRST_BROADCAST:
            raise RemoteProtocolError(DropReason.MALFORMED_NWK, f"a route to {frame.src:#06x}")
        sender, cost = self._straighter(frame.src, sender, min(request.cost + self._cost(sender, lqi), HIGHEST_COST))
        self._enter(DiscoveryKey(frame.src, request.request_id), sender, cost)
        now = self._nwk.clock.now
        self._routes.set(frame.src, sender, now, many_to_one=request.many_to_one != NO_TABLE_KEPT)
        if not request.many_to_one and self._is_here(request.destination):
            self._reply(sender, RouteReply(request.request_id, frame.src, request.destination))
        elif frame.radius > 1:
            onward = RouteRequest(
                request.request_id, request.destination, cost, request.many_to_one, request.destination_ieee
            )
            delay = JITTER_SLOT * (1 + int(self._nwk.random.random() * MOST_JITTER))
            self._nwk.clock.call_later(delay, self._pass_on, frame, onward)

    def _enter(self, key: DiscoveryKey, sender: int, cost: int) -> None:
        """Note the best way to the originator. Raises DUPLICATE for one that is no better, TABLE_FULL without room."""
        entry = self._discoveries.get(key, self._nwk.clock.now)
        if entry is None:
            if self._discoveries.add(key, sender, cost, self._nwk.clock.now) is None:
                raise RemoteProtocolError(DropReason.TABLE_FULL, "route discovery")
        elif cost >= entry.cost:
            raise RemoteProtocolError(DropReason.DUPLICATE, "route request")
        else:
            entry.sender, entry.cost = sender, cost

    def _straighter(self, originator: int, sender: int, cost: int) -> tuple[int, int]:
        """The neighbour towards an originator, and the cost of the way: straight, if it is in range for no more.

        A forged request can claim any cost from farther off, and none below that of a good link (R22, 3.6.3.1).
        """
        known = self._neighbors.get(originator)
        if known is None or not self._is_heard(known):
            return sender, cost
        straight = self._cost(originator, known.lqi)
        return (originator, straight) if straight <= cost else (sender, cost)

    def _is_heard(self, neighbor: Neighbor) -> bool:
        return neighbor.last_heard >= self._nwk.clock.now - LOST_AFTER_PERIODS * self._nwk.config.link_status_period

    def _is_here(self, destination: int) -> bool:
        """Whether this device answers for a destination: for itself, and for its end devices."""
        child = self._nwk.storage.children.get(destination)
        return destination == self._nwk.mac.short or (child is not None and child.authenticated and not child.router)

    def _pass_on(self, frame: NwkFrame, request: RouteRequest) -> None:
        nwk = self._nwk
        if nwk.storage.network is None or not nwk.security.ready:
            return
        header = frames.header(
            frames.COMMAND,
            frame.dst,
            frame.src,
            frame.sequence,
            radius=frame.radius - 1,
            secured=True,
            src_ieee=frame.src_ieee,
        )
        nwk.mac.send(ALL_DEVICES, frames.seal(header, request.encode(), nwk.security.outgoing()))

    def _cost(self, neighbor: int, lqi: int) -> int:
        """Cost of the link to a neighbour, the worse of both directions (3.6.3.1)."""
        known = self._neighbors.get(neighbor)
        return max(link_cost(lqi), 0 if known is None else known.outgoing_cost)

    # --- replies ------------------------------------------------------------------------------------------------------

    def _reply(self, to: int, reply: RouteReply) -> None:
        self._nwk.send_command(to, reply, radius=1)

    def _replied(self, frame: NwkFrame, command: NwkCommand, mac_frame: MacFrame) -> None:
        """Enter the route to the responder, and send the reply on to the originator (3.6.3.5.3)."""
        assert isinstance(command, RouteReply)
        here = self._nwk.mac.short
        entry = self._discoveries.get(DiscoveryKey(command.originator, command.request_id), self._nwk.clock.now)
        if entry is None or not frame.secured or command.responder in (here, command.originator):
            raise RemoteProtocolError(DropReason.NO_ROUTE, "a route reply that nothing here asked for")
        known = self._neighbors.get(frame.src)
        cost = min(command.cost + (HIGHEST_COST if known is None else self._cost(frame.src, known.lqi)), HIGHEST_COST)
        if cost >= entry.residual:
            raise RemoteProtocolError(DropReason.DUPLICATE, "route reply")
        entry.residual = cost
        self._routes.set(command.responder, frame.src, self._nwk.clock.now)
        if command.originator == here:
            for waiting in self._waiting.pop(command.responder, ()):
                self._found(waiting)
        else:
            self._reply(entry.sender, RouteReply(command.request_id, command.originator, command.responder, cost))
