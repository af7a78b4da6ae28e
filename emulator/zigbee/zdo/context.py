"""What the Zigbee Device Objects need to know of their node and to have done by it.

The stack offers this; here nothing is known of how.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from hanbench.emulator.zigbee.zdo.binding import BindingTable
from hanbench.emulator.zigbee.zdo.descriptors import NeighborEntry, NodeDescriptor, PowerDescriptor, SimpleDescriptor
from hanbench.emulator.zigbee.zdo.status import ZdpStatus


class EnergyReport(NamedTuple):
    """Outcome of an energy scan, and what the node has sent since it began to count."""

    energies: tuple[int, ...]
    """One a channel, in the order asked for: 0 to 255."""
    transmissions: int
    failures: int


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
        """Short address now."""

    @property
    def node_descriptor(self) -> NodeDescriptor: ...

    @property
    def power_descriptor(self) -> PowerDescriptor: ...

    @property
    def bindings(self) -> BindingTable: ...

    def simple_descriptors(self) -> Sequence[SimpleDescriptor]:
        """One an active endpoint, endpoint 0 left out."""

    def neighbors(self) -> Sequence[NeighborEntry]:
        """The neighbour table."""

    def children(self) -> Sequence[NodeAddress]:
        """The child table."""

    def permit_join(self, duration: int, tc_significance: bool) -> ZdpStatus:
        """Let devices join for `duration` seconds; 0 ends it."""

    def leave(self, ieee: int, *, rejoin: bool, remove_children: bool) -> ZdpStatus:
        """Leave (`ieee` is ours), or make a child leave. To be done after the response had time to go out."""

    def energy_scan(self, channels: tuple[int, ...], exponent: int, done: Callable[[EnergyReport], None]) -> None:
        """Measure each channel for 15.36 ms x (2^exponent + 1); `done` is called once."""

    def change_channel(self, channel: int, update_id: int) -> None:
        """Follow a network manager's change of channel, once everybody had time to hear of it."""

    def change_parameters(self, channels: int, update_id: int, manager: int) -> None:
        """Take over the network's channel mask (a bit a channel) and its manager's short address."""
