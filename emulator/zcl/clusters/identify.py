"""Identify, 0x0003 (ZCL r8, 3.5). Times are seconds."""

from __future__ import annotations

from hanbench.emulator.zcl.cluster import READ, WRITE, Attribute, Cluster, Command, Field
from hanbench.emulator.zcl.types import ENUM8, UINT16

CLUSTER = Cluster(
    0x0003,
    "Identify",
    attributes=(
        Attribute(0x0000, "IdentifyTime", UINT16, READ | WRITE),
        Attribute(0xFFFD, "ClusterRevision", UINT16),
    ),
    client_to_server=(
        Command(0x00, "Identify", (Field("identify_time", UINT16),)),
        Command(0x01, "IdentifyQuery", response="IdentifyQueryResponse"),
        Command(0x40, "TriggerEffect", (Field("effect_identifier", ENUM8), Field("effect_variant", ENUM8))),
    ),
    server_to_client=(Command(0x00, "IdentifyQueryResponse", (Field("timeout", UINT16),)),),
)
