"""How the Zigbee Device Objects see and manage a stack, one class a role: the node's side of `ZdoContext`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from hanbench.emulator.clock import SECOND
from hanbench.emulator.mac.scan import Scanner
from hanbench.emulator.zigbee.nwk.layer import Nwk
from hanbench.emulator.zigbee.nwk.maintenance import Maintenance
from hanbench.emulator.zigbee.nwk.parent import Parent
from hanbench.emulator.zigbee.zdo import (
    BindingTable,
    EnergyReport,
    NeighborEntry,
    NeighborFlags,
    NodeAddress,
    NodeDescriptor,
    PowerDescriptor,
    PowerMode,
    PowerSource,
    SimpleDescriptor,
    ZdpStatus,
)
from hanbench.emulator.zigbee.zdo.descriptors import PRIMARY_TRUST_CENTER

LEAVE_AFTER = SECOND // 2
"""Microseconds; the response to Mgmt_Leave is sent first."""
DISPOSABLE_BATTERY = 0x04
ENERGY_FLOOR = -100
"""dBm that counts as energy 0 in Mgmt_NWK_Update_notify; 100 dB above it counts as 255."""
PARENT, CHILD, SIBLING, UNRELATED = 0, 1, 2, 3


class Management:
    """An end device, which has no children."""

    server_mask = 0

    def __init__(self, nwk: Nwk, maintenance: Maintenance, manufacturer: int) -> None:
        self._nwk = nwk
        self._maintenance = maintenance
        config = nwk.config
        self.node_descriptor = NodeDescriptor.of(config.role.value, config.capability, manufacturer, self.server_mask)
        self.power_descriptor = (
            PowerDescriptor(PowerMode(1, DISPOSABLE_BATTERY), PowerSource(DISPOSABLE_BATTERY))
            if config.battery
            else PowerDescriptor()
        )
        self.bindings = BindingTable(entries=nwk.storage.bindings)
        self.descriptors: list[SimpleDescriptor] = []
        """One for each endpoint; the device adds them."""

    @property
    def ieee(self) -> int:
        return self._nwk.storage.ieee

    @property
    def short(self) -> int:
        return self._nwk.mac.short

    def simple_descriptors(self) -> Sequence[SimpleDescriptor]:
        return self.descriptors

    def neighbors(self) -> Sequence[NeighborEntry]:
        network = self._nwk.network
        entries = []
        for neighbor in self._maintenance.neighbors.all():
            child = self._nwk.storage.children.get(neighbor.short)
            if child is not None:
                flags = NeighborFlags(1 if child.router else 2, int(child.rx_on), CHILD)
            elif neighbor.short == network.parent:
                flags = NeighborFlags(0 if neighbor.short == 0 else 1, 1, PARENT)
            else:
                kind = 0 if neighbor.short == 0 else 1 if neighbor.router else 2
                flags = NeighborFlags(kind, 2, SIBLING if neighbor.router else UNRELATED)
            depth = 0 if neighbor.short == 0 else network.depth + (flags.relationship == CHILD)
            entries.append(
                NeighborEntry(network.extended_pan_id, neighbor.ieee, neighbor.short, flags, 2, depth, neighbor.lqi)
            )
        return entries

    def children(self) -> Sequence[NodeAddress]:
        return [NodeAddress(child.ieee, child.short) for child in self._nwk.storage.children.values()]

    def permit_join(self, duration: int, tc_significance: bool) -> ZdpStatus:
        return ZdpStatus.NOT_SUPPORTED

    def leave(self, ieee: int, *, rejoin: bool, remove_children: bool) -> ZdpStatus:
        return self._leave(rejoin) if ieee == self.ieee or not ieee else self._remove(ieee, rejoin)

    def _leave(self, rejoin: bool) -> ZdpStatus:
        self._nwk.clock.call_later(LEAVE_AFTER, self._maintenance.leave, rejoin)
        return ZdpStatus.SUCCESS

    def _remove(self, ieee: int, rejoin: bool) -> ZdpStatus:
        return ZdpStatus.DEVICE_NOT_FOUND

    def energy_scan(self, channels: tuple[int, ...], exponent: int, done: Callable[[EnergyReport], None]) -> None:
        mac = self._nwk.mac

        def measured(energies: Mapping[int, int]) -> None:
            octets = (min(255, max(0, round((dbm - ENERGY_FLOOR) * 2.55))) for dbm in energies.values())
            done(EnergyReport(tuple(octets), mac.transmissions, mac.failures))

        Scanner(mac).energy(channels, exponent, measured)

    def change_channel(self, channel: int, update_id: int) -> None:
        self._maintenance.change_channel(channel, update_id)

    def change_parameters(self, channels: int, update_id: int, manager: int) -> None:
        self._nwk.network.update_id = update_id


class RouterManagement(Management):
    """A router: it permits joining, and can make its children leave."""

    def __init__(self, nwk: Nwk, maintenance: Maintenance, parent: Parent, manufacturer: int) -> None:
        super().__init__(nwk, maintenance, manufacturer)
        self._parent = parent

    def permit_join(self, duration: int, tc_significance: bool) -> ZdpStatus:
        self._parent.permit(duration)
        return ZdpStatus.SUCCESS

    def _remove(self, ieee: int, rejoin: bool) -> ZdpStatus:
        child = self._parent.by_ieee(ieee)
        if child is None:
            return ZdpStatus.DEVICE_NOT_FOUND
        self._nwk.clock.call_later(LEAVE_AFTER, self._maintenance.request_leave, child.short, rejoin)
        return ZdpStatus.SUCCESS


class CoordinatorManagement(RouterManagement):
    """The coordinator, which is the Trust Centre and does not leave its network.

    It opens, moves and shrinks the network by itself or as its head end says, never at the request of a device: such
    requests need no more than the network key.
    """

    server_mask = PRIMARY_TRUST_CENTER

    def permit_join(self, duration: int, tc_significance: bool) -> ZdpStatus:
        return ZdpStatus.NOT_PERMITTED

    def change_channel(self, channel: int, update_id: int) -> None:
        """It is the network manager: no other device tells it (R22, 2.4.3.3.9)."""

    def change_parameters(self, channels: int, update_id: int, manager: int) -> None:
        """As for the channel."""

    def _leave(self, rejoin: bool) -> ZdpStatus:
        return ZdpStatus.NOT_PERMITTED

    def _remove(self, ieee: int, rejoin: bool) -> ZdpStatus:
        return ZdpStatus.NOT_PERMITTED
