"""The clusters that hanbench knows, one table a file."""

from __future__ import annotations

from hanbench.emulator.zcl.cluster import Cluster
from hanbench.emulator.zcl.clusters import (
    basic,
    calendar,
    device_management,
    events,
    identify,
    keep_alive,
    key_establishment,
    load_control,
    messaging,
    metering,
    ota,
    power_configuration,
    prepayment,
    price,
    time,
    tunneling,
)

BASIC = basic.CLUSTER
POWER_CONFIGURATION = power_configuration.CLUSTER
IDENTIFY = identify.CLUSTER
TIME = time.CLUSTER
OTA = ota.CLUSTER
KEEP_ALIVE = keep_alive.CLUSTER
PRICE = price.CLUSTER
LOAD_CONTROL = load_control.CLUSTER
METERING = metering.CLUSTER
MESSAGING = messaging.CLUSTER
TUNNELING = tunneling.CLUSTER
PREPAYMENT = prepayment.CLUSTER
CALENDAR = calendar.CLUSTER
DEVICE_MANAGEMENT = device_management.CLUSTER
EVENTS = events.CLUSTER
KEY_ESTABLISHMENT = key_establishment.CLUSTER

CLUSTERS: tuple[Cluster, ...] = (
    BASIC,
    POWER_CONFIGURATION,
    IDENTIFY,
    TIME,
    OTA,
    KEEP_ALIVE,
    PRICE,
    LOAD_CONTROL,
    METERING,
    MESSAGING,
    TUNNELING,
    PREPAYMENT,
    CALENDAR,
    DEVICE_MANAGEMENT,
    EVENTS,
    KEY_ESTABLISHMENT,
)
BY_ID: dict[int, Cluster] = {cluster.id: cluster for cluster in CLUSTERS}
