"""Keep-Alive, 0x0025 (Smart Energy 1.x): how often a device makes sure of its Trust Centre."""

from __future__ import annotations

from hanbench.emulator.zcl.cluster import READ, WRITE, Attribute, Cluster
from hanbench.emulator.zcl.types import UINT8, UINT16

DEFAULT_BASE_MINUTES = 10
DEFAULT_JITTER_SECONDS = 300

CLUSTER = Cluster(
    0x0025,
    "Keep-Alive",
    attributes=(
        Attribute(0x0000, "TCKeepAliveBase", UINT8, READ | WRITE),
        Attribute(0x0001, "TCKeepAliveJitter", UINT16, READ | WRITE),
        Attribute(0xFFFD, "ClusterRevision", UINT16),
    ),
)
