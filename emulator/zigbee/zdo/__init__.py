"""Zigbee Device Objects on endpoint 0: descriptors, tables and management of a node."""

from hanbench.emulator.zigbee.zdo.binding_table import BindingTable
from hanbench.emulator.zigbee.zdo.client import ZdoClient, ZdpReply
from hanbench.emulator.zigbee.zdo.context import EnergyReport, NodeAddress, ZdoContext
from hanbench.emulator.zigbee.zdo.descriptors import (
    NeighborEntry,
    NeighborFlags,
    NodeDescriptor,
    PowerDescriptor,
    PowerMode,
    PowerSource,
    SimpleDescriptor,
)
from hanbench.emulator.zigbee.zdo.layer import Zdo
from hanbench.emulator.zigbee.zdo.server import ZdoServer
from hanbench.emulator.zigbee.zdo.status import ZdpStatus

__all__ = [
    "BindingTable",
    "EnergyReport",
    "NeighborEntry",
    "NeighborFlags",
    "NodeAddress",
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
