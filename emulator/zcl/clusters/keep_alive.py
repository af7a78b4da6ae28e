"""Keep-Alive, 0x0025 (Smart Energy 1.x): how often a device makes sure of its Trust Centre."""

from __future__ import annotations

from hanbench.emulator.zcl.cluster import READ, WRITE, Attribute, AttributeSet, Cluster
from hanbench.emulator.zcl.types import UINT8, UINT16

DEFAULT_BASE_MINUTES = 10
DEFAULT_JITTER_SECONDS = 300
MOST_JITTER_SECONDS = 0x0200
"""The highest valid TCKeepAliveJitter."""


class KeepAliveAttributes(AttributeSet):
    """Attributes of the server."""

    TCKeepAliveBase = Attribute(0x0000, UINT8, READ | WRITE)
    TCKeepAliveJitter = Attribute(0x0001, UINT16, READ | WRITE)
    ClusterRevision = Attribute(0xFFFD, UINT16)


CLUSTER = Cluster(0x0025, "Keep-Alive", attributes=KeepAliveAttributes.rows)
