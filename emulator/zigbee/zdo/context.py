"""The interface by which the Zigbee Device Objects see and manage their node; `management.py` implements it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from hanbench.emulator.zigbee.zdo.binding_table import BindingTable
from hanbench.emulator.zigbee.zdo.descriptors import NeighborEntry, NodeDescriptor, PowerDescriptor, SimpleDescriptor
from hanbench.emulator.zigbee.zdo.status import ZdpStatus


class EnergyReport(NamedTuple):
    """The outcome of an energy scan, with the MAC's counters."""

    energies: tuple[int, ...]
    """0 to 255, one for each channel of the request."""
    transmissions: int
    """Frames sent since power came on."""
    failures: int
    """Those among them that were not acknowledged, or never found a free channel."""


class NodeAddress(NamedTuple):
    """The two addresses of one node."""

    ieee: int
    short: int


class ZdoContext(Protocol):
    """One node."""

    @property
    def ieee(self) -> int: ...

    @property
    def short(self) -> int:
        """The present short address."""

    @property
    def node_descriptor(self) -> NodeDescriptor: ...

    @property
    def power_descriptor(self) -> PowerDescriptor: ...

    @property
    def bindings(self) -> BindingTable: ...

    def simple_descriptors(self) -> Sequence[SimpleDescriptor]:
        """One for each active endpoint but 0."""

    def neighbors(self) -> Sequence[NeighborEntry]:
        """The neighbour table."""

    def children(self) -> Sequence[NodeAddress]:
        """The child table."""

    def permit_join(self, duration: int, tc_significance: bool) -> ZdpStatus:
        """Permit joining for `duration` seconds; 0 ends it."""

    def leave(self, ieee: int, *, rejoin: bool, remove_children: bool) -> ZdpStatus:
        """Leave, if `ieee` is this node's, or tell a child to leave; not before the response has been sent."""

    def energy_scan(self, channels: tuple[int, ...], exponent: int, done: Callable[[EnergyReport], None]) -> None:
        """Measure each channel for 15.36 ms x (2^exponent + 1); `done` is called once."""

    def change_channel(self, channel: int, update_id: int) -> None:
        """Follow a network manager's change of channel, after the delivery time of a broadcast."""

    def change_parameters(self, channels: int, update_id: int, manager: int) -> None:
        """Take over the network's channel mask (one bit a channel) and its manager's short address."""
