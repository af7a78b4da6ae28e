"""What the Zigbee Device Objects do with a stack: the node's side of `ZdoContext`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zigbee.nwk.config import LogicalType
from hanbench.emulator.zigbee.nwk.layer import Nwk
from hanbench.emulator.zigbee.nwk.maintenance import Maintenance
from hanbench.emulator.zigbee.nwk.parent import Parent
from hanbench.emulator.zigbee.zdo import (
    BindingTable,
    EnergyReport,
    NeighborEntry,
    NeighborFlags,
    NodeDescriptor,
    PowerDescriptor,
    PowerMode,
    PowerSource,
    SimpleDescriptor,
    ZdpStatus,
)
from hanbench.emulator.zigbee.zdo.descriptors import PRIMARY_TRUST_CENTER

SUPERFRAME = 15_360
"""Microseconds."""
LEAVE_AFTER = SECOND // 2
"""The response to Mgmt_Leave goes out first."""
DISPOSABLE_BATTERY = 0x04
ENERGY_FLOOR = -100
"""dBm that counts as energy 0 in Mgmt_NWK_Update_notify; 100 dB above it counts as 255."""
PARENT, CHILD, SIBLING, STRANGER = 0, 1, 2, 3


class Management:
    """One node, as its ZDO sees it."""

    def __init__(self, nwk: Nwk, maintenance: Maintenance, parent: Parent | None, manufacturer: int) -> None:
        self._nwk = nwk
        self._maintenance = maintenance
        self._parent = parent
        config = nwk.config
        mask = PRIMARY_TRUST_CENTER if config.role is LogicalType.COORDINATOR else 0
        self.node_descriptor = NodeDescriptor.of(config.role.value, config.capability, manufacturer, mask)
        self.power_descriptor = (
            PowerDescriptor(PowerMode(1, DISPOSABLE_BATTERY), PowerSource(DISPOSABLE_BATTERY))
            if config.battery
            else PowerDescriptor()
        )
        self.bindings = BindingTable(entries=nwk.storage.bindings)
        self.descriptors: list[SimpleDescriptor] = []
        """One an endpoint; the device fills it in."""

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
                flags = NeighborFlags(kind, 2, SIBLING if neighbor.router else STRANGER)
            depth = 0 if neighbor.short == 0 else network.depth + (flags.relationship == CHILD)
            entries.append(
                NeighborEntry(network.extended_pan_id, neighbor.ieee, neighbor.short, flags, 2, depth, neighbor.lqi)
            )
        return entries

    def children(self) -> Sequence[tuple[int, int]]:
        return [(child.ieee, child.short) for child in self._nwk.storage.children.values()]

    def permit_join(self, duration: int, tc_significance: bool) -> ZdpStatus:
        if self._parent is None:
            return ZdpStatus.NOT_SUPPORTED
        self._parent.permit(duration)
        return ZdpStatus.SUCCESS

    def leave(self, ieee: int, *, rejoin: bool, remove_children: bool) -> ZdpStatus:
        call_later = self._nwk.clock.call_later
        if ieee == self.ieee or not ieee:
            if self._nwk.config.role is LogicalType.COORDINATOR:
                return ZdpStatus.NOT_PERMITTED
            call_later(LEAVE_AFTER, self._maintenance.leave, rejoin)
            return ZdpStatus.SUCCESS
        child = None if self._parent is None else self._parent.by_ieee(ieee)
        if child is None:
            return ZdpStatus.DEVICE_NOT_FOUND
        call_later(LEAVE_AFTER, self._maintenance.tell_to_leave, child.short, rejoin)
        return ZdpStatus.SUCCESS

    def energy_scan(self, channels: tuple[int, ...], exponent: int, done: Callable[[EnergyReport], None]) -> None:
        remaining = list(channels)
        energies: list[int] = []

        def measured(dbm: int) -> None:
            energies.append(min(255, max(0, round((dbm - ENERGY_FLOOR) * 2.55))))
            measure()

        def measure() -> None:
            if remaining:
                self._nwk.mac.radio.energy_scan(remaining.pop(0), SUPERFRAME * (2**exponent + 1), measured)
            else:
                done(EnergyReport(tuple(energies), self._nwk.mac.transmissions, self._nwk.mac.failures))

        measure()

    def change_channel(self, channel: int, update_id: int) -> None:
        self._maintenance.change_channel(channel, update_id)

    def change_parameters(self, channels: int, update_id: int, manager: int) -> None:
        self._nwk.network.update_id = update_id
