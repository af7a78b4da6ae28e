"""Time, 0x000A (ZCL r8, 3.12). UTCTime counts seconds from 2000-01-01; zones and shifts are seconds."""

from __future__ import annotations

from hanbench.emulator.zcl.cluster import READ, WRITE, Attribute, Cluster
from hanbench.emulator.zcl.types import BITMAP8, INT32, UINT16, UINT32, UTC_TIME

MASTER, SYNCHRONIZED, MASTER_ZONE_DST, SUPERSEDING = 0x01, 0x02, 0x04, 0x08
"""Bits of TimeStatus."""

CLUSTER = Cluster(
    0x000A,
    "Time",
    attributes=(
        Attribute(0x0000, "Time", UTC_TIME, READ | WRITE),
        Attribute(0x0001, "TimeStatus", BITMAP8, READ | WRITE),
        Attribute(0x0002, "TimeZone", INT32, READ | WRITE),
        Attribute(0x0003, "DstStart", UINT32, READ | WRITE),
        Attribute(0x0004, "DstEnd", UINT32, READ | WRITE),
        Attribute(0x0005, "DstShift", INT32, READ | WRITE),
        Attribute(0x0006, "StandardTime", UINT32),
        Attribute(0x0007, "LocalTime", UINT32),
        Attribute(0x0008, "LastSetTime", UTC_TIME),
        Attribute(0x0009, "ValidUntilTime", UTC_TIME, READ | WRITE),
        Attribute(0xFFFD, "ClusterRevision", UINT16),
    ),
)
