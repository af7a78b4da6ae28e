"""Scapy layers for the commands of all clusters in hanbench, made from the clusters' tables.

`cluster("Metering").GetProfile(interval_channel=0)` is the payload of that command; `addressed` puts its headers before
it. The other layers of ZigBee (MAC, NWK, APS headers, general commands) are scapy's own.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from scapy.fields import BitField, ByteField, ConditionalField, XLEShortField
from scapy.layers import zigbee
from scapy.packet import Packet, Raw

from hanbench.emulator.zcl.cluster import Cluster, Command, key_of
from hanbench.emulator.zcl.clusters import CLUSTERS
from hanbench.emulator.zcl.frame import CLUSTER, GLOBAL, TO_CLIENT, TO_SERVER
from hanbench.harness.crafting.fields import KindField

CommandKey = tuple[int, int, int]
"""Cluster, direction, key of the command."""

LAYERS: dict[CommandKey, type[Packet]] = {}
"""The layer of each command of a cluster."""
_COMMAND_KEYS: dict[type[Packet], CommandKey] = {}
SMART_ENERGY = 0x0109
"""Profile id of Smart Energy."""
GENERAL: dict[int, type[Packet]] = {
    0x00: zigbee.ZCLGeneralReadAttributes,
    0x01: zigbee.ZCLGeneralReadAttributesResponse,
    0x02: zigbee.ZCLGeneralWriteAttributes,
    0x04: zigbee.ZCLGeneralWriteAttributesResponse,
    0x06: zigbee.ZCLGeneralConfigureReporting,
    0x07: zigbee.ZCLGeneralConfigureReportingResponse,
    0x0A: zigbee.ZCLGeneralReportAttributes,
    0x0B: zigbee.ZCLGeneralDefaultResponse,
}
"""Scapy's layers of the general commands."""


class ZclPacket(Packet):
    """The header of the Zigbee Cluster Library (ZCL r8, 2.4.1); cluster and direction determine the payload's layer."""

    name = "ZCL"
    fields_desc = [  # noqa: RUF012  scapy's convention
        BitField("reserved", 0, 3),
        BitField("disable_default_response", 0, 1),
        BitField("to_client", 0, 1),
        BitField("manufacturer_specific", 0, 1),
        BitField("frame_type", 0, 2),
        ConditionalField(XLEShortField("manufacturer", 0), lambda packet: packet.manufacturer_specific == 1),
        ByteField("sequence", 1),
        ByteField("command_id", 0),
    ]

    def guess_payload_class(self, payload: bytes) -> type[Packet]:
        if self.frame_type == GLOBAL:
            general: type[Packet] = GENERAL.get(self.command_id, Raw)
            return general
        manufacturer: int | None = self.manufacturer if self.manufacturer_specific else None
        found: Any = (
            getattr(self.underlayer, "cluster", None),
            self.to_client,
            key_of(self.command_id, manufacturer),
        )
        return LAYERS.get(found, Raw)


class ApsPacket(zigbee.ZigbeeAppDataPayload):
    """Scapy's APS header, with hanbench's ZCL layers as payload. Its octets are plain; `Lab.frame` adds security."""

    name = "APS"

    def guess_payload_class(self, payload: bytes) -> type[Packet]:
        if self.aps_frametype == 0 and self.profile == SMART_ENERGY:
            return ZclPacket
        found: type[Packet] = super().guess_payload_class(payload)  # type: ignore[no-untyped-call]
        return found


def addressed(payload: Packet, cluster_id: int | None = None, *, sequence: int = 1) -> ApsPacket:
    """Return a command with its headers: of a cluster, or, with `cluster_id`, a general one.

    Raises ValueError for any other payload.
    """
    if isinstance(payload, ApsPacket):
        return payload
    found = _COMMAND_KEYS.get(type(payload))
    if found is not None:
        cluster_id, direction, key = found
        header = ZclPacket(to_client=direction, frame_type=CLUSTER, sequence=sequence, command_id=key & 0xFF)
        if key >> 16:
            header.manufacturer_specific, header.manufacturer = 1, (key >> 16) - 1
    else:
        command = next((number for number, layer in GENERAL.items() if isinstance(payload, layer)), None)
        if command is None or cluster_id is None:
            raise ValueError(f"{type(payload).__name__} is not a cluster's command; for a general one give `cluster`")
        header = ZclPacket(frame_type=GLOBAL, sequence=sequence, command_id=command)
    aps = ApsPacket(frame_control=0, dst_endpoint=1, src_endpoint=1, cluster=cluster_id, profile=SMART_ENERGY)
    whole: ApsPacket = aps / header / payload
    return whole


def cluster(name: str | int) -> SimpleNamespace:
    """Return the commands of a cluster, by its name or number: one layer each, named as in the specification.

    Raises KeyError.
    """
    return _NAMESPACES[name]


def _layer(table: Cluster, direction: int, command: Command) -> type[Packet]:
    fields = [KindField(name, kind) for name, kind in command.fields]
    layer = type(command.name, (Packet,), {"name": f"{table.name}: {command.name}", "fields_desc": fields})
    found = (table.id, direction, command.key)
    LAYERS[found], _COMMAND_KEYS[layer] = layer, found
    return layer


def _namespace(table: Cluster) -> SimpleNamespace:
    made = {
        command.name: _layer(table, direction, command)
        for direction in (TO_SERVER, TO_CLIENT)
        for command in table.commands(direction)
    }
    return SimpleNamespace(id=table.id, name=table.name, **made)


_NAMESPACES: dict[str | int, SimpleNamespace] = {}
for _table in CLUSTERS:
    _NAMESPACES[_table.name] = _NAMESPACES[_table.id] = _namespace(_table)
