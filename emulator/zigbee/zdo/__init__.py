"""Zigbee Device Objects: who a node is, whom it knows, and its management, on endpoint 0."""

from emulator.zigbee.zdo.binding import Binding, BindingTable
from emulator.zigbee.zdo.client import ZdoClient, ZdpReply
from emulator.zigbee.zdo.context import EnergyReport, ZdoContext
from emulator.zigbee.zdo.descriptors import (
    NeighborEntry,
    NeighborFlags,
    NodeDescriptor,
    PowerDescriptor,
    PowerMode,
    PowerSource,
    SimpleDescriptor,
)
from emulator.zigbee.zdo.layer import Zdo
from emulator.zigbee.zdo.server import ZdoServer
from emulator.zigbee.zdo.status import ZdpStatus

__all__ = [
    "Binding",
    "BindingTable",
    "EnergyReport",
    "NeighborEntry",
    "NeighborFlags",
    "NodeDescriptor",
    "PowerDescriptor",
    "PowerMode",
    "PowerSource",
    "SimpleDescriptor",
    "Zdo",
    "ZdoClient",
    "ZdoContext",
    "ZdoServer",
    "ZdpReply",
    "ZdpStatus",
]
