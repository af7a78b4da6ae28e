"""Metering's attributes, a tuple an attribute set (SE 1.4a, D.3.2.2); the high octet of an id names the set."""

from __future__ import annotations

from hanbench.emulator.zcl.cluster import READ, REPORT, WRITE, Attribute
from hanbench.emulator.zcl.clusters.metering.historical import (
    ALTERNATIVE_HISTORICAL_CONSUMPTION,
    HISTORICAL_CONSUMPTION,
)
from hanbench.emulator.zcl.types import (
    BITMAP8,
    BITMAP16,
    BITMAP32,
    BITMAP48,
    BITMAP64,
    ENUM8,
    INT8,
    INT24,
    OCTET_STRING,
    UINT8,
    UINT16,
    UINT24,
    UINT32,
    UINT48,
    UTC_TIME,
)

TIERS = 48
BLOCK_TIERS = 15
"""Tiers that are divided into blocks."""
BLOCKS = 16

_LIVE = READ | REPORT

READING_INFORMATION = (
    Attribute(0x0000, "CurrentSummationDelivered", UINT48, _LIVE),
    Attribute(0x0001, "CurrentSummationReceived", UINT48, _LIVE),
    Attribute(0x0002, "CurrentMaxDemandDelivered", UINT48, _LIVE),
    Attribute(0x0003, "CurrentMaxDemandReceived", UINT48, _LIVE),
    Attribute(0x0004, "DFTSummation", UINT48, _LIVE),
    Attribute(0x0005, "DailyFreezeTime", UINT16, _LIVE),
    Attribute(0x0006, "PowerFactor", INT8, _LIVE),
    Attribute(0x0007, "ReadingSnapshotTime", UTC_TIME, _LIVE),
    Attribute(0x0008, "CurrentMaxDemandDeliveredTime", UTC_TIME, _LIVE),
    Attribute(0x0009, "CurrentMaxDemandReceivedTime", UTC_TIME, _LIVE),
    Attribute(0x000A, "DefaultUpdatePeriod", UINT8, _LIVE),
    Attribute(0x000B, "FastPollUpdatePeriod", UINT8, _LIVE),
    Attribute(0x000C, "CurrentBlockPeriodConsumptionDelivered", UINT48, _LIVE),
    Attribute(0x000D, "DailyConsumptionTarget", UINT24, _LIVE),
    Attribute(0x000E, "CurrentBlock", ENUM8, _LIVE),
    Attribute(0x000F, "ProfileIntervalPeriod", ENUM8, _LIVE),
    Attribute(0x0010, "IntervalReadReportingPeriod", UINT16, _LIVE),
    Attribute(0x0011, "PresetReadingTime", UINT16, _LIVE),
    Attribute(0x0012, "VolumePerReport", UINT16, _LIVE),
    Attribute(0x0013, "FlowRestriction", UINT8, _LIVE),
    Attribute(0x0014, "SupplyStatus", ENUM8, _LIVE),
    Attribute(0x0015, "CurrentInletEnergyCarrierSummation", UINT48, _LIVE),
    Attribute(0x0016, "CurrentOutletEnergyCarrierSummation", UINT48, _LIVE),
    Attribute(0x0017, "InletTemperature", INT24, _LIVE),
    Attribute(0x0018, "OutletTemperature", INT24, _LIVE),
    Attribute(0x0019, "ControlTemperature", INT24, _LIVE),
    Attribute(0x001A, "CurrentInletEnergyCarrierDemand", INT24, _LIVE),
    Attribute(0x001B, "CurrentOutletEnergyCarrierDemand", INT24, _LIVE),
    Attribute(0x001C, "PreviousBlockPeriodConsumptionDelivered", UINT48, _LIVE),
    Attribute(0x001D, "CurrentBlockPeriodConsumptionReceived", UINT48, _LIVE),
    Attribute(0x001E, "CurrentBlockReceived", ENUM8, _LIVE),
    Attribute(0x001F, "DFTSummationReceived", UINT48, _LIVE),
    Attribute(0x0020, "ActiveRegisterTierDelivered", ENUM8, _LIVE),
    Attribute(0x0021, "ActiveRegisterTierReceived", ENUM8, _LIVE),
    Attribute(0x0022, "LastBlockSwitchTime", UTC_TIME, _LIVE),
)

TIME_OF_USE = (
    *(
        Attribute(0x0100 + 2 * (tier - 1) + received, f"CurrentTier{tier}Summation{direction}", UINT48, _LIVE)
        for tier in range(1, TIERS + 1)
        for received, direction in enumerate(("Delivered", "Received"))
    ),
    Attribute(0x01FC, "CPP1SummationDelivered", UINT48, _LIVE),
    Attribute(0x01FE, "CPP2SummationDelivered", UINT48, _LIVE),
)

METER_STATUS = (
    Attribute(0x0200, "Status", BITMAP8, _LIVE),
    Attribute(0x0201, "RemainingBatteryLife", UINT8, _LIVE),
    Attribute(0x0202, "HoursInOperation", UINT24, _LIVE),
    Attribute(0x0203, "HoursInFault", UINT24, _LIVE),
    Attribute(0x0204, "ExtendedStatus", BITMAP64, _LIVE),
    Attribute(0x0205, "RemainingBatteryLifeInDays", UINT16, _LIVE),
    Attribute(0x0206, "CurrentMeterID", OCTET_STRING, _LIVE),
    Attribute(0x0207, "AmbientConsumptionIndicator", ENUM8, _LIVE),
)

FORMATTING = (
    Attribute(0x0300, "UnitOfMeasure", ENUM8, _LIVE),
    Attribute(0x0301, "Multiplier", UINT24, _LIVE),
    Attribute(0x0302, "Divisor", UINT24, _LIVE),
    Attribute(0x0303, "SummationFormatting", BITMAP8, _LIVE),
    Attribute(0x0304, "DemandFormatting", BITMAP8, _LIVE),
    Attribute(0x0305, "HistoricalConsumptionFormatting", BITMAP8, _LIVE),
    Attribute(0x0306, "MeteringDeviceType", BITMAP8, _LIVE),
    Attribute(0x0307, "SiteID", OCTET_STRING, READ | WRITE | REPORT),
    Attribute(0x0308, "MeterSerialNumber", OCTET_STRING, _LIVE),
    Attribute(0x0309, "EnergyCarrierUnitOfMeasure", ENUM8, _LIVE),
    Attribute(0x030A, "EnergyCarrierSummationFormatting", BITMAP8, _LIVE),
    Attribute(0x030B, "EnergyCarrierDemandFormatting", BITMAP8, _LIVE),
    Attribute(0x030C, "TemperatureUnitOfMeasure", ENUM8, _LIVE),
    Attribute(0x030D, "TemperatureFormatting", BITMAP8, _LIVE),
    Attribute(0x030E, "ModuleSerialNumber", OCTET_STRING, _LIVE),
    Attribute(0x030F, "OperatingTariffLabelDelivered", OCTET_STRING, _LIVE),
    Attribute(0x0310, "OperatingTariffLabelReceived", OCTET_STRING, _LIVE),
    Attribute(0x0311, "CustomerIDNumber", OCTET_STRING, READ | WRITE | REPORT),
    Attribute(0x0312, "AlternativeUnitOfMeasure", ENUM8, _LIVE),
    Attribute(0x0313, "AlternativeDemandFormatting", BITMAP8, _LIVE),
    Attribute(0x0314, "AlternativeConsumptionFormatting", BITMAP8, _LIVE),
)

LOAD_PROFILE = (Attribute(0x0500, "MaxNumberOfPeriodsDelivered", UINT8, _LIVE),)

SUPPLY_LIMIT = (
    Attribute(0x0600, "CurrentDemandDelivered", UINT24, _LIVE),
    Attribute(0x0601, "DemandLimit", UINT24, _LIVE),
    Attribute(0x0602, "DemandIntegrationPeriod", UINT8, _LIVE),
    Attribute(0x0603, "NumberOfDemandSubintervals", UINT8, _LIVE),
    Attribute(0x0604, "DemandLimitArmDuration", UINT16, _LIVE),
    Attribute(0x0605, "LoadLimitSupplyState", ENUM8, _LIVE),
    Attribute(0x0606, "LoadLimitCounter", UINT8, _LIVE),
    Attribute(0x0607, "SupplyTamperState", ENUM8, _LIVE),
    Attribute(0x0608, "SupplyDepletionState", ENUM8, _LIVE),
    Attribute(0x0609, "SupplyUncontrolledFlowState", ENUM8, _LIVE),
)


def _blocks(first: int, direction: str) -> tuple[Attribute, ...]:
    """The register of each block outside tiers, and within each of the tiers that have blocks."""
    tiers = ("NoTier", *(f"Tier{tier}" for tier in range(1, BLOCK_TIERS + 1)))
    return tuple(
        Attribute(first + BLOCKS * row + block - 1, f"Current{tier}Block{block}Summation{direction}", UINT48, _LIVE)
        for row, tier in enumerate(tiers)
        for block in range(1, BLOCKS + 1)
    )


BLOCK_INFORMATION = _blocks(0x0700, "Delivered")
BLOCK_INFORMATION_RECEIVED = _blocks(0x0900, "Received")

ALARMS = (
    Attribute(0x0800, "GenericAlarmMask", BITMAP16, READ | WRITE),
    Attribute(0x0801, "ElectricityAlarmMask", BITMAP32, READ | WRITE),
    Attribute(0x0802, "GenericFlowPressureAlarmMask", BITMAP16, READ | WRITE),
    Attribute(0x0803, "WaterSpecificAlarmMask", BITMAP16, READ | WRITE),
    Attribute(0x0804, "HeatAndCoolingSpecificAlarmMask", BITMAP16, READ | WRITE),
    Attribute(0x0805, "GasSpecificAlarmMask", BITMAP16, READ | WRITE),
    Attribute(0x0806, "ExtendedGenericAlarmMask", BITMAP48, READ | WRITE),
    Attribute(0x0807, "ManufacturerAlarmMask", BITMAP16, READ | WRITE),
)

BILLING = (
    Attribute(0x0A00, "BillToDateDelivered", UINT32, _LIVE),
    Attribute(0x0A01, "BillToDateTimeStampDelivered", UTC_TIME, _LIVE),
    Attribute(0x0A02, "ProjectedBillDelivered", UINT32, _LIVE),
    Attribute(0x0A03, "ProjectedBillTimeStampDelivered", UTC_TIME, _LIVE),
    Attribute(0x0A04, "BillDeliveredTrailingDigit", BITMAP8, _LIVE),
    Attribute(0x0A10, "BillToDateReceived", UINT32, _LIVE),
    Attribute(0x0A11, "BillToDateTimeStampReceived", UTC_TIME, _LIVE),
    Attribute(0x0A12, "ProjectedBillReceived", UINT32, _LIVE),
    Attribute(0x0A13, "ProjectedBillTimeStampReceived", UTC_TIME, _LIVE),
    Attribute(0x0A14, "BillReceivedTrailingDigit", BITMAP8, _LIVE),
)

SUPPLY_CONTROL = (
    Attribute(0x0B00, "ProposedChangeSupplyImplementationTime", UTC_TIME, _LIVE),
    Attribute(0x0B01, "ProposedChangeSupplyStatus", ENUM8, _LIVE),
    Attribute(0x0B10, "UncontrolledFlowThreshold", UINT16, _LIVE),
    Attribute(0x0B11, "UncontrolledFlowThresholdUnitOfMeasure", ENUM8, _LIVE),
    Attribute(0x0B12, "UncontrolledFlowMultiplier", UINT16, _LIVE),
    Attribute(0x0B13, "UncontrolledFlowDivisor", UINT16, _LIVE),
    Attribute(0x0B14, "FlowStabilisationPeriod", UINT8, _LIVE),
    Attribute(0x0B15, "FlowMeasurementPeriod", UINT16, _LIVE),
)

NOTIFICATION_FLAGS = (
    Attribute(0x0000, "FunctionalNotificationFlags", BITMAP32, READ),
    *(Attribute(number - 1, f"NotificationFlags{number}", BITMAP32, READ) for number in range(2, 9)),
)

ATTRIBUTES = (
    *READING_INFORMATION,
    *TIME_OF_USE,
    *METER_STATUS,
    *FORMATTING,
    *HISTORICAL_CONSUMPTION,
    *LOAD_PROFILE,
    *SUPPLY_LIMIT,
    *BLOCK_INFORMATION,
    *ALARMS,
    *BLOCK_INFORMATION_RECEIVED,
    *BILLING,
    *SUPPLY_CONTROL,
    *ALTERNATIVE_HISTORICAL_CONSUMPTION,
    Attribute(0xFFFD, "ClusterRevision", UINT16),
    Attribute(0xFFFE, "AttributeReportingStatus", ENUM8),
)

_SE_1_1 = (
    range(0x001C),
    range(0x0100, 0x011E),
    range(0x0200, 0x0205),
    range(0x0300, 0x0310),
    range(0x0400, 0x0417),
    range(0x0500, 0x0501),
    range(0x0600, 0x0605),
    range(0x0700, 0x0800),
    range(0x0800, 0x0808),
    range(0x0A00, 0x0A04),
)
"""What the ZCL's edition of the cluster has too, made from the Smart Energy of before 1.2."""

ATTRIBUTES_SE_1_1 = tuple(row for row in ATTRIBUTES if any(row.id in ids for ids in _SE_1_1))
