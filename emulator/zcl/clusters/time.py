"""Time, 0x000A (ZCL r8, 3.12). UTCTime counts seconds from 2000-01-01; zones and shifts are seconds."""

from __future__ import annotations

from hanbench.emulator.zcl.cluster import READ, WRITE, Attribute, AttributeSet, Cluster
from hanbench.emulator.zcl.types import BITMAP8, INT32, UINT16, UINT32, UTC_TIME

MASTER, SYNCHRONIZED, MASTER_ZONE_DST, SUPERSEDING = 0x01, 0x02, 0x04, 0x08
"""Bits of TimeStatus."""
INVALID_UTC = 0xFFFF_FFFF
"""The UTCTime of a clock that does not know the time."""
LAST_UTC = INVALID_UTC - 1
"""The last UTCTime: 2136-02-07, 06:28:14."""


class TimeAttributes(AttributeSet):
    """Attributes of the server."""

    Time = Attribute(0x0000, UTC_TIME, READ | WRITE)
    TimeStatus = Attribute(0x0001, BITMAP8, READ | WRITE)
    TimeZone = Attribute(0x0002, INT32, READ | WRITE)
    DstStart = Attribute(0x0003, UINT32, READ | WRITE)
    DstEnd = Attribute(0x0004, UINT32, READ | WRITE)
    DstShift = Attribute(0x0005, INT32, READ | WRITE)
    StandardTime = Attribute(0x0006, UINT32)
    LocalTime = Attribute(0x0007, UINT32)
    LastSetTime = Attribute(0x0008, UTC_TIME)
    ValidUntilTime = Attribute(0x0009, UTC_TIME, READ | WRITE)
    ClusterRevision = Attribute(0xFFFD, UINT16)


CLUSTER = Cluster(0x000A, "Time", attributes=TimeAttributes.rows)
