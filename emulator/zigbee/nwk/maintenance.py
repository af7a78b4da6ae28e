"""Network maintenance: Link Status, PAN ID conflicts, channel changes, leaving.

Sources: Link Status R22 3.6.3.4.2; PAN ID conflict 3.6.1.13; Leave 3.6.1.10; channel change 3.6.1.14.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from hanbench.emulator.clock import HOUR, MILLISECOND
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.mac.frames import MacFrame
from hanbench.emulator.mac.layer import Beacon
from hanbench.emulator.radio.interface import Reception
from hanbench.emulator.zigbee.nwk import beacon as beacon_payload
from hanbench.emulator.zigbee.nwk.commands import (
    Leave,
    LinkStatus,
    LinkStatusEntry,
    NetworkReport,
    NetworkUpdate,
    NwkCommand,
)
from hanbench.emulator.zigbee.nwk.config import LogicalType
from hanbench.emulator.zigbee.nwk.formation import free_pan_id
from hanbench.emulator.zigbee.nwk.frames import NwkFrame
from hanbench.emulator.zigbee.nwk.layer import ALL_DEVICES, ALL_ROUTERS, BROADCAST_DELIVERY_TIME, RX_ON_DEVICES, Nwk
from hanbench.emulator.zigbee.nwk.neighbors import LOST_AFTER_PERIODS, NeighborTable, link_cost

MOST_LINK_STATUS_ENTRIES = 20
LEAVE_DELAY = 50 * MILLISECOND
CONFLICT_PAUSE = HOUR
"""Between two resolutions of a PAN ID conflict. Beacons are not secured: whoever forges them could otherwise make the
network move without end, and a sleeper has to look for it after each move. The standard names no such time."""


class PanIdConflict(NamedTuple):
    """A PAN ID conflict that a coordinator resolves."""

    pan_id: int
    """The PAN ID that two networks have."""
    other: int | None
    """Extended PAN ID of the other network; None: the report does not say."""
    reporter: int | None
    """Short address of the member that reported it; None: the coordinator heard the other network itself."""
    new_pan_id: int


class Maintenance:
    """The maintenance that every member of a network does."""

    def __init__(self, nwk: Nwk) -> None:
        self._nwk = nwk
        self.neighbors = NeighborTable()
        self.on_left: Callable[[int, int | None, bool], None] | None = None
        """Called when a neighbour leaves: short address, EUI-64 if given, and whether it will rejoin."""
        self.on_leave: Callable[[bool], None] | None = None
        """Called when this device leaves, with whether it is to rejoin."""
        self.obeys_leave: Callable[[], bool] = lambda: False
        """Whether this device leaves when its parent says so: a coordinator has no parent, and a device that is
        rejoining is no member."""
        self.on_pan_id_conflict: Callable[[PanIdConflict], None] | None = None
        """Called at the coordinator when it moves the network to another PAN ID."""
        self._changing = False
        self._resolved: int | None = None
        self._leaving = False
        nwk.on_command[LinkStatus.ID] = self._link_status
        nwk.on_command[NetworkReport.ID] = self._conflict_reported
        nwk.on_command[NetworkUpdate.ID] = self._updated
        nwk.on_command[Leave.ID] = self._leave
        nwk.mac.on_beacon = self._beacon_heard
        nwk.on_heard.append(self._heard)
        if nwk.config.role is not LogicalType.END_DEVICE and nwk.config.link_status_period:
            self._tick()

    def _heard(self, frame: NwkFrame, mac_frame: MacFrame, reception: Reception) -> None:
        if frame.secured and mac_frame.src == frame.src:
            self.neighbors.heard(frame.src, frame.sender_ieee, reception.lqi, reception.time)

    # --- Link Status ----------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        period = self._nwk.config.link_status_period
        # The first one is spread over a period; each follows with a little jitter, so that routers do not keep step.
        self._nwk.clock.call_later(int(period * (0.9 + 0.1 * self._nwk.random.random())), self._tick)
        if self._nwk.storage.network is not None and self._nwk.security.ready:
            self._send_link_status(self._nwk.clock.now - LOST_AFTER_PERIODS * period)

    def _send_link_status(self, since: int) -> None:
        entries = [
            LinkStatusEntry(n.short, incoming_cost=link_cost(n.lqi), outgoing_cost=n.outgoing_cost)
            for n in self.neighbors.routers(since)
        ]
        # One frame holds so many; the list of a crowded place is split, and its ends are marked (R22, 3.4.8.3.1).
        for at in range(0, max(len(entries), 1), MOST_LINK_STATUS_ENTRIES):
            part = tuple(entries[at : at + MOST_LINK_STATUS_ENTRIES])
            last = at + MOST_LINK_STATUS_ENTRIES >= len(entries)
            self._nwk.send_command(ALL_ROUTERS, LinkStatus(entries=part, first=at == 0, last=last))

    def _link_status(self, frame: NwkFrame, command: NwkCommand, mac_frame: MacFrame) -> None:
        assert isinstance(command, LinkStatus)
        neighbor = self.neighbors.get(frame.src)
        if neighbor is None:
            return
        neighbor.router = True
        for entry in command.entries:
            if entry.address == self._nwk.mac.short:
                neighbor.outgoing_cost = entry.incoming_cost

    # --- PAN ID conflict ------------------------------------------------------------------------------------------

    def _beacon_heard(self, beacon: Beacon) -> None:
        """Another network has this PAN ID: the coordinator changes its own; others report to the coordinator."""
        network = self._nwk.storage.network
        if network is None or beacon.pan_id != network.pan_id or not self._nwk.security.ready:
            return
        try:
            other = beacon_payload.decode(beacon.payload)
        except RemoteProtocolError:
            return
        if other.extended_pan_id == network.extended_pan_id:
            return
        if self._nwk.config.role is LogicalType.COORDINATOR:
            self._resolve(other.extended_pan_id, None, (beacon.pan_id,))
        else:
            self._nwk.send_command(
                0x0000, NetworkReport(extended_pan_id=network.extended_pan_id, pan_ids=(beacon.pan_id,)), radius=30
            )

    def _conflict_reported(self, frame: NwkFrame, command: NwkCommand, mac_frame: MacFrame) -> None:
        assert isinstance(command, NetworkReport)
        network = self._nwk.network
        if self._nwk.config.role is LogicalType.COORDINATOR and command.extended_pan_id == network.extended_pan_id:
            self._resolve(None, frame.src, command.pan_ids)

    @property
    def moving(self) -> bool:
        """The network is about to change PAN ID or channel, which a device that joins now would not be told."""
        return self._changing

    def _resolve(self, other: int | None, reporter: int | None, taken: tuple[int, ...]) -> None:
        """Coordinator: move the network to a PAN ID of its own, unless it is moving already."""
        pan_id, now = self._nwk.network.pan_id, self._nwk.clock.now
        if self._resolved is not None and now < self._resolved + CONFLICT_PAUSE:
            raise RemoteProtocolError(DropReason.ADDRESS_CONFLICT, "PAN ID conflict, soon after the last one")
        # A report that was long on its way may be of the PAN ID before.
        new = self.change_pan_id(taken) if pan_id in taken else None
        if new is None:
            return
        self._resolved = now
        if self.on_pan_id_conflict is not None:
            self.on_pan_id_conflict(PanIdConflict(pan_id, other, reporter, new))

    def change_pan_id(self, taken: tuple[int, ...] = ()) -> int | None:
        """Coordinator: choose another PAN ID, broadcast it, and change when the broadcast has been delivered.

        Returns the PAN ID; None: a change is under way.
        """
        if self._changing:
            return None
        network = self._nwk.network
        pan_id = free_pan_id(self._nwk.random, {network.pan_id, *taken})
        update = NetworkUpdate(
            extended_pan_id=network.extended_pan_id, update_id=network.update_id + 1 & 0xFF, pan_id=pan_id
        )
        self._nwk.send_command(ALL_DEVICES, update, radius=30)
        self._move(update.update_id, pan_id=pan_id)
        return pan_id

    def _updated(self, frame: NwkFrame, command: NwkCommand, mac_frame: MacFrame) -> None:
        assert isinstance(command, NetworkUpdate)
        network = self._nwk.network
        newer = 0 < (command.update_id - network.update_id & 0xFF) < 128
        if frame.src == 0x0000 and command.extended_pan_id == network.extended_pan_id and newer:
            self._move(command.update_id, pan_id=command.pan_id)

    def change_channel(self, channel: int, update_id: int) -> None:
        """Change the channel once the broadcast that says so has been delivered."""
        self._move(update_id, channel=channel)

    def _move(self, update_id: int, *, pan_id: int | None = None, channel: int | None = None) -> None:
        """Change PAN ID or channel after the delivery time of a broadcast."""
        if not self._changing:
            self._changing = True
            self._nwk.clock.call_later(BROADCAST_DELIVERY_TIME, self._moved, update_id, pan_id, channel)

    def _moved(self, update_id: int, pan_id: int | None, channel: int | None) -> None:
        self._changing = False
        network = self._nwk.storage.network
        if network is not None:
            pan_id = network.pan_id if pan_id is None else pan_id
            channel = network.channel if channel is None else channel
            self._nwk.apply(replace(network, update_id=update_id, pan_id=pan_id, channel=channel))

    # --- leaving --------------------------------------------------------------------------------------------------

    def announce_leave(self, *, rejoin: bool = False) -> None:
        """Tell the neighbours that this device leaves."""
        self._nwk.send_command(
            RX_ON_DEVICES if self._nwk.config.rx_on else self._nwk.network.parent, Leave(rejoin=rejoin)
        )

    def request_leave(self, child: int, rejoin: bool = False) -> None:
        """Tell a child to leave."""
        self._nwk.send_command(child, Leave(request=True, rejoin=rejoin))

    def _leave(self, frame: NwkFrame, command: NwkCommand, mac_frame: MacFrame) -> None:
        assert isinstance(command, Leave)
        if not command.request:
            self.neighbors.remove(frame.src)
            if self.on_left is not None:
                self.on_left(frame.src, frame.src_ieee, command.rejoin)
        elif frame.secured and self._from_parent(frame) and not self._leaving and self.obeys_leave():
            self._leaving = True
            self._nwk.clock.call_later(LEAVE_DELAY, self.leave, command.rejoin)

    def _from_parent(self, frame: NwkFrame) -> bool:
        """Smart Energy: Leave is obeyed from the parent only (SE 1.4a, 5.4.2.3)."""
        return frame.src == self._nwk.network.parent

    def leave(self, rejoin: bool) -> None:
        """Announce it, and leave."""
        if self._nwk.storage.network is not None and self._nwk.security.ready:
            self.announce_leave(rejoin=rejoin)
        # Later: the announcement must have left the antenna.
        self._nwk.clock.call_later(LEAVE_DELAY, self._obeyed, rejoin)

    def _obeyed(self, rejoin: bool) -> None:
        self._leaving = False
        if self.on_leave is not None:
            self.on_leave(rejoin)
