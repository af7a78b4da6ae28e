"""The parent's side: beacons, association, rejoins, the child table and its ageing.

Sources: association R22 3.6.1.4.1 and 3.6.1.6.1; rejoin 3.6.1.4.2.2; end-device timeout 3.6.10; a Data Request
from a device that is not in the child table is answered with Leave and "rejoin" set (3.6.10.4).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

from hanbench.emulator.clock import SECOND, Timer
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.mac.frames import BeaconContent, MacFrame
from hanbench.emulator.mac.indirect import MacAddress
from hanbench.emulator.mac.layer import AssociationResponse, AssociationStatus
from hanbench.emulator.radio.interface import NO_SHORT_ADDRESS, Reception
from hanbench.emulator.zigbee import addresses
from hanbench.emulator.zigbee.duplicate_table import DuplicateTable
from hanbench.emulator.zigbee.nwk.beacon import BeaconPayload
from hanbench.emulator.zigbee.nwk.commands import (
    EndDeviceTimeoutRequest,
    EndDeviceTimeoutResponse,
    Leave,
    NwkCommand,
    RejoinRequest,
    RejoinResponse,
)
from hanbench.emulator.zigbee.nwk.config import RX_ON_WHEN_IDLE, LogicalType, timeout
from hanbench.emulator.zigbee.nwk.frames import COMMAND, NwkFrame
from hanbench.emulator.zigbee.nwk.layer import Nwk
from hanbench.emulator.zigbee.nwk.maintenance import Maintenance
from hanbench.emulator.zigbee.storage import ChildEntry

LONGEST_PERMIT = 254
"""Seconds. Smart Energy never opens a network for good (255)."""
AUTHENTICATION_TIME = 10 * SECOND
"""apsSecurityTimeOutPeriod: a new child that has not used the network key by then is removed."""
MOST_CLAIMS = 32
"""Devices that came without the network key and have not used it yet; the oldest makes room."""
LAST_TIMEOUT_INDEX = 14
REJOIN_REQUEST_PAUSE = 10 * SECOND
"""Between two requests to rejoin to one device that polls without being a child."""
MAC_POLL_KEEPALIVE = 0x01
"""Parent information: polls count as keep-alive (R22, table 3-45)."""


class JoinStatus(IntEnum):
    """How a device came: the status of Update-Device (R22, table 4-15)."""

    SECURED_REJOIN = 0
    UNSECURED_JOIN = 1
    LEFT = 2
    TRUST_CENTER_REJOIN = 3


class JoinIndication(NamedTuple):
    """A device that came to a parent (NLME-JOIN.indication)."""

    ieee: int
    short: int
    status: JoinStatus


class Parent:
    """The child table. The Trust Centre, or the router's key relay, hears of new children by `on_joined`."""

    def __init__(self, nwk: Nwk, maintenance: Maintenance) -> None:
        self._nwk = nwk
        self._maintenance = maintenance
        self._permit_until = 0
        self._rejoin_requested = DuplicateTable(REJOIN_REQUEST_PAUSE)
        self._claims: dict[int, tuple[JoinStatus, int]] = {}
        """Children in whose name a device came without NWK security, by EUI-64: how, and when. Anyone can do that, so
        that their entries stay as they are."""
        self._ageing: dict[int, Timer] = {}
        """By the short address of the child."""
        self.on_joined: Callable[[JoinIndication], None] | None = None
        self.on_proven: Callable[[JoinIndication], None] | None = None
        """Called when a device that came without NWK security has used the network key."""
        self.on_awake: list[Callable[[ChildEntry], None]] = []
        """Called when a sleeping child is heard: frames that wait for it can be sent now."""
        self.admits: Callable[[int], bool] = lambda ieee: True
        """Whether a device, by its EUI-64, may rejoin; the Trust Centre decides."""
        self.has_room: Callable[[], bool] = lambda: len(nwk.storage.children) < nwk.config.max_children
        """Whether the table takes one more child."""
        self.keeps_alive: Callable[[ChildEntry], bool] = lambda child: True
        """Whether a sign of life of a child keeps its entry from ageing."""
        mac = nwk.mac
        mac.radio.source_match(True)
        mac.beacon = self._beacon
        mac.on_associate = self._associate
        mac.on_poll = self._polled
        mac.on_orphan = self._orphan
        nwk.on_command[RejoinRequest.ID] = self._rejoin
        nwk.on_command[EndDeviceTimeoutRequest.ID] = self._timeout_requested
        nwk.on_heard.append(self._heard)
        nwk.accepts_unsecured.append(_is_rejoin_request)
        maintenance.on_left = self._left
        for child in nwk.storage.children.values():
            self._watch(child)

    # --- opening and closing ------------------------------------------------------------------------------------

    @property
    def permitting(self) -> bool:
        return self._nwk.clock.now < self._permit_until and not self._maintenance.moving

    def permit(self, seconds: int) -> None:
        """Open the network for `seconds` (at most 254); 0 closes it."""
        self._permit_until = self._nwk.clock.now + min(seconds, LONGEST_PERMIT) * SECOND

    def _beacon(self) -> BeaconContent | None:
        network = self._nwk.storage.network
        if network is None:
            return None
        capacity = self.has_room()
        payload = BeaconPayload(
            router_capacity=capacity,
            depth=network.depth,
            end_device_capacity=capacity,
            extended_pan_id=network.extended_pan_id,
            update_id=network.update_id,
        )
        return BeaconContent(
            self.permitting and capacity, self._nwk.config.role is LogicalType.COORDINATOR, payload.encode()
        )

    # --- the child table ----------------------------------------------------------------------------------------

    def by_ieee(self, ieee: int) -> ChildEntry | None:
        return next((child for child in self._nwk.storage.children.values() if child.ieee == ieee), None)

    def remove(self, short: int) -> None:
        """Remove a child, and drop the frames that wait for it; of one that never had a key, nothing is kept."""
        storage = self._nwk.storage
        child = storage.children.pop(short, None)
        if child is None:
            return
        self._stop_ageing(short)
        self._nwk.mac.indirect.purge(MacAddress(short))
        if not child.authenticated and addresses.is_stranger(storage, child.ieee):
            storage.short_addresses.pop(child.ieee)

    def _left(self, short: int, ieee: int | None, rejoin: bool) -> None:
        if not rejoin:
            self.remove(short)

    def _add_child(
        self, ieee: int, capability: int, *, authenticated: bool, short: int | None = None
    ) -> ChildEntry | None:
        """Add or renew a child's entry; None if the table is full.

        A child that has used the network key keeps its receiver setting: that is its hardware.
        """
        known = self.by_ieee(ieee)
        if known is not None and known.authenticated:
            capability = _capability(known)
        if known is not None:
            self.remove(known.short)
        elif not self._make_room():
            return None
        if short is None or not self._is_free(ieee, short):
            short = known.short if known is not None else self._free_address()
        router = bool(capability & 0x02)
        child = ChildEntry(
            ieee,
            short,
            rx_on=bool(capability & RX_ON_WHEN_IDLE),
            router=router,
            timeout=0 if router else timeout(self._nwk.config.child_timeout_index),
            authenticated=authenticated,
            last_heard=self._nwk.clock.now,
        )
        self._nwk.storage.children[short] = child
        if authenticated or ieee not in self._nwk.storage.short_addresses:
            addresses.enter(self._nwk.storage, ieee, short)
        self._watch(child)
        if not authenticated:
            self._nwk.clock.call_later(AUTHENTICATION_TIME, self._expire_unauthenticated, child)
        return child

    def _make_room(self) -> bool:
        """Whether the table takes one more child; a newcomer without the network key makes room, strangers first."""
        if self.has_room():
            return True
        self._nwk.counters[DropReason.TABLE_FULL] += 1
        newcomers = [child for child in self._nwk.storage.children.values() if not child.authenticated]
        if newcomers:
            self.remove(next((each for each in newcomers if not self.admits(each.ieee)), newcomers[0]).short)
        return self.has_room()

    def _is_free(self, ieee: int, short: int) -> bool:
        try:
            addresses.check_claim(self._nwk.storage, ieee, short)
        except RemoteProtocolError:
            return False
        return True

    def _free_address(self) -> int:
        """Stochastic address assignment (R22, 3.6.1.8)."""
        taken = set(self._nwk.storage.short_addresses.values()) | set(self._nwk.storage.children)
        while True:
            short = 1 + int(self._nwk.random.random() * 0xFFF6)
            if short not in taken:
                return short

    def _expire_unauthenticated(self, child: ChildEntry) -> None:
        if self._nwk.storage.children.get(child.short) is child and not child.authenticated:
            self.remove(child.short)

    def _watch(self, child: ChildEntry) -> None:
        """Remove a child when it is silent for its timeout. It has one timer, however often it asks for another."""
        timer = self._ageing.get(child.short)
        if timer is not None and timer.when <= self._nwk.clock.now + child.timeout:
            return  # it looks again then
        self._stop_ageing(child.short)
        if child.timeout:
            self._ageing[child.short] = self._nwk.clock.call_later(child.timeout, self._age, child)

    def _stop_ageing(self, short: int) -> None:
        timer = self._ageing.pop(short, None)
        if timer is not None:
            timer.cancel()

    def _age(self, child: ChildEntry) -> None:
        del self._ageing[child.short]
        if self._nwk.storage.children.get(child.short) is not child:
            return
        left = child.last_heard + child.timeout - self._nwk.clock.now
        if left <= 0:
            self.remove(child.short)
        else:
            self._ageing[child.short] = self._nwk.clock.call_later(left, self._age, child)

    def _heard(self, frame: NwkFrame, mac_frame: MacFrame, reception: Reception) -> None:
        """A frame passed security: its sender is present, and knows the network key."""
        child = self._nwk.storage.children.get(frame.src)
        if child is None:
            return
        if frame.secured and frame.dst == self._nwk.mac.short and mac_frame.src != frame.src and not child.rx_on:
            # A sleeper sends through its parent alone: this one has another parent now, if that belongs here.
            if addresses.is_member(self._nwk.storage, mac_frame.src):
                self.remove(child.short)
            return
        if frame.secured and frame.sender_ieee == child.ieee:
            self._prove(child)
        self._alive(child)

    def _prove(self, child: ChildEntry) -> None:
        """A child has used the network key: what came in its name without it counts from now on."""
        child.authenticated = True
        if not self._claims:
            return
        status, since = self._claims.pop(child.ieee, (None, 0))
        if status is not None and self._nwk.clock.now < since + AUTHENTICATION_TIME:
            addresses.enter(self._nwk.storage, child.ieee, child.short)
            if self.on_proven is not None:
                self.on_proven(JoinIndication(child.ieee, child.short, status))

    def _alive(self, child: ChildEntry) -> None:
        if self.keeps_alive(child):
            child.last_heard = self._nwk.clock.now
        if not child.rx_on and child.authenticated:
            for hook in self.on_awake:
                hook(child)

    def _polled(self, source: MacAddress) -> None:
        address, extended = source
        child = self.by_ieee(address) if extended else self._nwk.storage.children.get(address)
        if child is not None:
            self._alive(child)
        elif not extended and self._nwk.storage.network is not None:
            self._request_rejoin(address)

    def _request_rejoin(self, short: int) -> None:
        """Tell a device that polls without being a child to rejoin."""
        if not self._rejoin_requested.seen(short, self._nwk.clock.now):
            # It waits for the next poll: a radio sets frame-pending only for addresses in its source-match table.
            self._nwk.send_command(short, Leave(request=True, rejoin=True), indirect_to=short)

    def _orphan(self, ieee: int) -> int | None:
        child = self.by_ieee(ieee)
        return None if child is None else child.short

    # --- new children -------------------------------------------------------------------------------------------

    def _associate(self, ieee: int, capability: int) -> AssociationResponse:
        if not self.permitting:
            return AssociationResponse(AssociationStatus.PAN_ACCESS_DENIED)
        child = self._come_unsecured(ieee, capability, JoinStatus.UNSECURED_JOIN)
        if child is None:
            return AssociationResponse(AssociationStatus.PAN_AT_CAPACITY)
        if not child.authenticated:
            self._nwk.security.forget_counter(ieee)
        # The child first fetches the association response; the key must not overtake it.
        self._nwk.clock.call_later(SECOND, self._announce, child)
        return AssociationResponse(AssociationStatus.SUCCESS, child.short)

    def _come_unsecured(
        self, ieee: int, capability: int, how: JoinStatus, short: int | None = None
    ) -> ChildEntry | None:
        """A device comes without the network key: it gets an entry, which an authenticated child has already."""
        if len(self._claims) >= MOST_CLAIMS:
            del self._claims[next(iter(self._claims))]
            self._nwk.counters[DropReason.TABLE_FULL] += 1
        self._claims.pop(ieee, None)
        self._claims[ieee] = how, self._nwk.clock.now
        known = self.by_ieee(ieee)
        if known is not None and known.authenticated:
            return known
        return self._add_child(ieee, capability, authenticated=False, short=short)

    def _announce(self, child: ChildEntry) -> None:
        if self._nwk.storage.children.get(child.short) is child and self.on_joined is not None:
            self.on_joined(JoinIndication(child.ieee, child.short, JoinStatus.UNSECURED_JOIN))

    def _rejoin(self, frame: NwkFrame, command: NwkCommand, mac_frame: MacFrame) -> None:
        assert isinstance(command, RejoinRequest)
        ieee = frame.src_ieee
        if ieee is None:
            return
        if frame.secured and frame.sender_ieee != ieee:
            raise RemoteProtocolError(DropReason.ADDRESS_CONFLICT, f"{frame.sender_ieee:016x} rejoins as {ieee:016x}")
        child = None
        refused = AssociationStatus.PAN_ACCESS_DENIED
        if self.admits(ieee):
            child = self._taken_back(ieee, command.capability, frame)
            refused = AssociationStatus.PAN_AT_CAPACITY
        if child is None:
            response = RejoinResponse(NO_SHORT_ADDRESS, refused)
        else:
            response = RejoinResponse(child.short, AssociationStatus.SUCCESS)
        sleeps = not command.capability & RX_ON_WHEN_IDLE
        self._nwk.send_command(
            frame.src,
            response,
            secured=frame.secured,
            dst_ieee=ieee,
            indirect_to=frame.src if sleeps else None,
        )
        if child is not None and self.on_joined is not None:
            how = JoinStatus.SECURED_REJOIN if frame.secured else JoinStatus.TRUST_CENTER_REJOIN
            # As above: the response goes first.
            self._nwk.clock.call_later(SECOND // 2, self.on_joined, JoinIndication(ieee, child.short, how))

    def _taken_back(self, ieee: int, capability: int, frame: NwkFrame) -> ChildEntry | None:
        known = self.by_ieee(ieee)
        short = frame.src if known is None or not known.authenticated else known.short
        if frame.secured:
            return self._add_child(ieee, capability, authenticated=True, short=short)
        return self._come_unsecured(ieee, capability, JoinStatus.TRUST_CENTER_REJOIN, short)

    def _timeout_requested(self, frame: NwkFrame, command: NwkCommand, mac_frame: MacFrame) -> None:
        assert isinstance(command, EndDeviceTimeoutRequest)
        child = self._nwk.storage.children.get(frame.src)
        if child is None or child.router:
            return
        acceptable = command.timeout <= LAST_TIMEOUT_INDEX and command.configuration == 0
        if acceptable:
            child.timeout = timeout(command.timeout)
            self._watch(child)
        self._nwk.send_command(
            frame.src, EndDeviceTimeoutResponse(status=0 if acceptable else 1, parent_information=MAC_POLL_KEEPALIVE)
        )


def _capability(child: ChildEntry) -> int:
    """The bits of the capability information that an entry keeps."""
    return (0x02 if child.router else 0) | (RX_ON_WHEN_IDLE if child.rx_on else 0)


def _is_rejoin_request(frame: NwkFrame) -> bool:
    """The one unsecured frame that a parent takes: its sender has lost the network key (R22, 3.6.1.4.2.2)."""
    return frame.type == COMMAND and frame.payload[:1] == bytes((RejoinRequest.ID,))
