"""The two eras of the Smart Energy profile in HANs of the SMETS1 years, and the tables that differ.

1.2 (2014) brought two-way mirroring, snapshots, sampling and supply control to Metering, and identifiers of logs to
Events. Which era a maker's devices belong to is not public: it is a setting of the device profile.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from hanbench.emulator.zcl.cluster import Cluster
from hanbench.emulator.zcl.clusters import BY_ID, events, metering


class SmartEnergyEra(IntEnum):
    """An era of the profile."""

    SE_1_1 = 1
    """1.0, 1.1 and 1.1b."""
    SE_1_2 = 2
    """1.2 and later."""


_EARLY = {table.id: table for table in (metering.CLUSTER_SE_1_1, events.CLUSTER_SE_1_1)}
TABLES: Mapping[SmartEnergyEra, Mapping[int, Cluster]] = {
    SmartEnergyEra.SE_1_1: {**BY_ID, **_EARLY},
    SmartEnergyEra.SE_1_2: BY_ID,
}
"""The cluster tables of each era, by cluster id."""
