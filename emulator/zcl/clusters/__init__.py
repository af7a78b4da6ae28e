"""The clusters that hanbench knows, one table a file."""

from __future__ import annotations

from emulator.zcl.cluster import Cluster
from emulator.zcl.clusters import basic, identify, keep_alive, metering, power_configuration, time

BASIC = basic.CLUSTER
POWER_CONFIGURATION = power_configuration.CLUSTER
IDENTIFY = identify.CLUSTER
TIME = time.CLUSTER
KEEP_ALIVE = keep_alive.CLUSTER
METERING = metering.CLUSTER

CLUSTERS: tuple[Cluster, ...] = (BASIC, POWER_CONFIGURATION, IDENTIFY, TIME, KEEP_ALIVE, METERING)
BY_ID: dict[int, Cluster] = {cluster.id: cluster for cluster in CLUSTERS}
