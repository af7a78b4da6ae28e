"""Values of Metering's attributes and command fields (SE 1.4a, annex D.3)."""

from __future__ import annotations

from enum import IntEnum, IntFlag

NO_MIRROR = 0xFFFF
"""Endpoint in RequestMirrorResponse if the hub grants no mirror."""

ELECTRIC, GAS = 0, 1
MIRRORED = 127
"""Added to MeteringDeviceType in a mirror: 128 is a mirrored gas meter."""

KILOWATT_HOURS, CUBIC_METRES = 0, 1
"""UnitOfMeasure."""

SUPPLY_OFF, SUPPLY_OFF_ARMED, SUPPLY_ON = 0, 1, 2
"""SupplyStatus."""

CHECK_METER, LOW_BATTERY, TAMPER_DETECT, POWER_FAILURE, POWER_QUALITY, LEAK_DETECT, SERVICE_DISCONNECT_OPEN = (
    1 << bit for bit in range(7)
)
"""Bits of Status; the last ones are those of an electricity meter."""

DELIVERED, RECEIVED = 0, 1
"""Interval channel of GetProfile."""

NOW = 0
"""Time in a command: at once; in GetProfile's end time: the newest intervals."""


class ProfileStatus(IntEnum):
    """Result of GetProfile."""

    SUCCESS = 0
    UNDEFINED_INTERVAL_CHANNEL = 1
    INTERVAL_CHANNEL_NOT_SUPPORTED = 2
    INVALID_END_TIME = 3
    MORE_PERIODS_REQUESTED_THAN_CAN_BE_RETURNED = 4
    NO_INTERVALS_AVAILABLE = 5


class ProfileIntervalPeriod(IntEnum):
    """Length of an interval."""

    DAILY = 0
    MINUTES_60 = 1
    MINUTES_30 = 2
    MINUTES_15 = 3
    MINUTES_10 = 4
    MINUTES_7_5 = 5
    MINUTES_5 = 6
    MINUTES_2_5 = 7


class SnapshotCause(IntFlag):
    """Cause of a snapshot; in GetSnapshot, the causes that are asked for."""

    GENERAL = 1 << 0
    END_OF_BILLING_PERIOD = 1 << 1
    END_OF_BLOCK_PERIOD = 1 << 2
    CHANGE_OF_TARIFF_INFORMATION = 1 << 3
    CHANGE_OF_PRICE_MATRIX = 1 << 4
    CHANGE_OF_BLOCK_THRESHOLDS = 1 << 5
    CHANGE_OF_CV = 1 << 6
    CHANGE_OF_CF = 1 << 7
    CHANGE_OF_CALENDAR = 1 << 8
    CRITICAL_PEAK_PRICING = 1 << 9
    MANUALLY_TRIGGERED_FROM_CLIENT = 1 << 10
    END_OF_RESOLVE_PERIOD = 1 << 11
    CHANGE_OF_TENANCY = 1 << 12
    CHANGE_OF_SUPPLIER = 1 << 13
    CHANGE_OF_METER_MODE = 1 << 14
    DEBT_PAYMENT = 1 << 15
    SCHEDULED_SNAPSHOT = 1 << 16
    OTA_FIRMWARE_DOWNLOAD = 1 << 17


ANY_CAUSE = 0xFFFFFFFF
"""Snapshot cause in GetSnapshot that asks for all of them."""


class SnapshotPayloadType(IntEnum):
    """Registers in a snapshot."""

    TOU_DELIVERED = 0
    TOU_RECEIVED = 1
    BLOCK_TIER_DELIVERED = 2
    BLOCK_TIER_RECEIVED = 3
    TOU_DELIVERED_NO_BILLING = 4
    TOU_RECEIVED_NO_BILLING = 5
    BLOCK_TIER_DELIVERED_NO_BILLING = 6
    BLOCK_TIER_RECEIVED_NO_BILLING = 7
    DATA_UNAVAILABLE = 128


class SnapshotConfirmation(IntEnum):
    """Result of TakeSnapshot."""

    ACCEPTED = 0
    CAUSE_NOT_SUPPORTED = 1


class SampleType(IntEnum):
    """Quantity that is sampled."""

    CONSUMPTION_DELIVERED = 0
    CONSUMPTION_RECEIVED = 1
    REACTIVE_CONSUMPTION_DELIVERED = 2
    REACTIVE_CONSUMPTION_RECEIVED = 3
    INSTANTANEOUS_DEMAND = 4


class SupplyControl(IntFlag):
    """Supply control bits of ChangeSupply."""

    ACKNOWLEDGE_REQUIRED = 1


class SupplyState(IntEnum):
    """Effect of an event on the supply, in SetSupplyStatus and in the attributes of the supply limit set."""

    OFF = 0
    OFF_ARMED = 1
    ON = 2
    UNCHANGED = 3
