"""Metering, 0x0702 (SE 1.4a, annex D.3; ZCL r8, 10.4): registers, profiles, snapshots, samples, supply, mirrors.

Gas mirroring: a meter that sleeps is a *server*, and so is its mirror at the hub. The meter sends RequestMirror,
the hub answers RequestMirrorResponse with the endpoint that holds the mirror, and the meter reports to it.
`CLUSTER_SE_1_1` is what devices of before SE 1.2 have: profiles, mirrors, fast polling, and fewer attributes.
"""

from __future__ import annotations

from hanbench.emulator.zcl.cluster import Cluster
from hanbench.emulator.zcl.clusters.metering.attributes import (
    ATTRIBUTES,
    ATTRIBUTES_SE_1_1,
    NOTIFICATION_FLAGS,
    TIME_OF_USE,
)
from hanbench.emulator.zcl.clusters.metering.commands import (
    CLIENT_TO_SERVER,
    CORE_CLIENT_TO_SERVER,
    CORE_SERVER_TO_CLIENT,
    SERVER_TO_CLIENT,
    BitFieldAllocation,
    SnapshotSchedule,
    SnapshotScheduleResponse,
    TouBillingSnapshot,
    TouSnapshot,
)
from hanbench.emulator.zcl.clusters.metering.values import (
    ANY_CAUSE,
    CHECK_METER,
    CUBIC_METRES,
    DELIVERED,
    ELECTRIC,
    GAS,
    KILOWATT_HOURS,
    LEAK_DETECT,
    LOW_BATTERY,
    MIRRORED,
    NO_MIRROR,
    NOW,
    POWER_FAILURE,
    POWER_QUALITY,
    RECEIVED,
    SERVICE_DISCONNECT_OPEN,
    SUPPLY_OFF,
    SUPPLY_OFF_ARMED,
    SUPPLY_ON,
    TAMPER_DETECT,
    ProfileIntervalPeriod,
    ProfileStatus,
    SampleType,
    SnapshotCause,
    SnapshotConfirmation,
    SnapshotPayloadType,
    SupplyControl,
    SupplyState,
)

__all__ = [
    "ANY_CAUSE",
    "CHECK_METER",
    "CLUSTER",
    "CLUSTER_SE_1_1",
    "CUBIC_METRES",
    "DELIVERED",
    "ELECTRIC",
    "GAS",
    "KILOWATT_HOURS",
    "LEAK_DETECT",
    "LOW_BATTERY",
    "MIRRORED",
    "NOW",
    "NO_MIRROR",
    "POWER_FAILURE",
    "POWER_QUALITY",
    "RECEIVED",
    "SERVICE_DISCONNECT_OPEN",
    "SUPPLY_OFF",
    "SUPPLY_OFF_ARMED",
    "SUPPLY_ON",
    "TAMPER_DETECT",
    "TIME_OF_USE",
    "BitFieldAllocation",
    "ProfileIntervalPeriod",
    "ProfileStatus",
    "SampleType",
    "SnapshotCause",
    "SnapshotConfirmation",
    "SnapshotPayloadType",
    "SnapshotSchedule",
    "SnapshotScheduleResponse",
    "SupplyControl",
    "SupplyState",
    "TouBillingSnapshot",
    "TouSnapshot",
]

_ID, _NAME = 0x0702, "Metering"

CLUSTER = Cluster(_ID, _NAME, ATTRIBUTES, CLIENT_TO_SERVER, SERVER_TO_CLIENT, NOTIFICATION_FLAGS)
CLUSTER_SE_1_1 = Cluster(_ID, _NAME, ATTRIBUTES_SE_1_1, CORE_CLIENT_TO_SERVER, CORE_SERVER_TO_CLIENT)
"""As before SE 1.2: no snapshots, samples, supply control nor notifications."""
