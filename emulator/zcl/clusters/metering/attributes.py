"""Metering's attributes, set by set (SE 1.4a, D.3.2.2); the high octet of an id names the set."""

from __future__ import annotations

from collections.abc import Iterator

from hanbench.emulator.zcl.cluster import LIVE, READ, WRITE, Attribute, AttributeSet
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


def _tiers() -> Iterator[Attribute]:
    for tier in range(1, TIERS + 1):
        for received, direction in enumerate(("Delivered", "Received")):
            id = 0x0100 + 2 * (tier - 1) + received
            yield Attribute(id, UINT48, LIVE, name=f"CurrentTier{tier}Summation{direction}")


def _blocks(first: int, direction: str) -> Iterator[Attribute]:
    """The register of each block outside tiers, and within each of the tiers that have blocks."""
    for row, tier in enumerate(("NoTier", *(f"Tier{tier}" for tier in range(1, BLOCK_TIERS + 1)))):
        for block in range(1, BLOCKS + 1):
            id = first + BLOCKS * row + block - 1
            yield Attribute(id, UINT48, LIVE, name=f"Current{tier}Block{block}Summation{direction}")


class MeteringAttributes(AttributeSet):
    """Attributes of the server."""

    # Reading information
    CurrentSummationDelivered = Attribute(0x0000, UINT48, LIVE)
    CurrentSummationReceived = Attribute(0x0001, UINT48, LIVE)
    CurrentMaxDemandDelivered = Attribute(0x0002, UINT48, LIVE)
    CurrentMaxDemandReceived = Attribute(0x0003, UINT48, LIVE)
    DFTSummation = Attribute(0x0004, UINT48, LIVE)
    DailyFreezeTime = Attribute(0x0005, UINT16, LIVE)
    PowerFactor = Attribute(0x0006, INT8, LIVE)
    ReadingSnapshotTime = Attribute(0x0007, UTC_TIME, LIVE)
    CurrentMaxDemandDeliveredTime = Attribute(0x0008, UTC_TIME, LIVE)
    CurrentMaxDemandReceivedTime = Attribute(0x0009, UTC_TIME, LIVE)
    DefaultUpdatePeriod = Attribute(0x000A, UINT8, LIVE)
    FastPollUpdatePeriod = Attribute(0x000B, UINT8, LIVE)
    CurrentBlockPeriodConsumptionDelivered = Attribute(0x000C, UINT48, LIVE)
    DailyConsumptionTarget = Attribute(0x000D, UINT24, LIVE)
    CurrentBlock = Attribute(0x000E, ENUM8, LIVE)
    ProfileIntervalPeriod = Attribute(0x000F, ENUM8, LIVE)
    IntervalReadReportingPeriod = Attribute(0x0010, UINT16, LIVE)
    PresetReadingTime = Attribute(0x0011, UINT16, LIVE)
    VolumePerReport = Attribute(0x0012, UINT16, LIVE)
    FlowRestriction = Attribute(0x0013, UINT8, LIVE)
    SupplyStatus = Attribute(0x0014, ENUM8, LIVE)
    CurrentInletEnergyCarrierSummation = Attribute(0x0015, UINT48, LIVE)
    CurrentOutletEnergyCarrierSummation = Attribute(0x0016, UINT48, LIVE)
    InletTemperature = Attribute(0x0017, INT24, LIVE)
    OutletTemperature = Attribute(0x0018, INT24, LIVE)
    ControlTemperature = Attribute(0x0019, INT24, LIVE)
    CurrentInletEnergyCarrierDemand = Attribute(0x001A, INT24, LIVE)
    CurrentOutletEnergyCarrierDemand = Attribute(0x001B, INT24, LIVE)
    PreviousBlockPeriodConsumptionDelivered = Attribute(0x001C, UINT48, LIVE)
    CurrentBlockPeriodConsumptionReceived = Attribute(0x001D, UINT48, LIVE)
    CurrentBlockReceived = Attribute(0x001E, ENUM8, LIVE)
    DFTSummationReceived = Attribute(0x001F, UINT48, LIVE)
    ActiveRegisterTierDelivered = Attribute(0x0020, ENUM8, LIVE)
    ActiveRegisterTierReceived = Attribute(0x0021, ENUM8, LIVE)
    LastBlockSwitchTime = Attribute(0x0022, UTC_TIME, LIVE)
    # Time of use
    TierSummations = tuple(_tiers())
    CPP1SummationDelivered = Attribute(0x01FC, UINT48, LIVE)
    CPP2SummationDelivered = Attribute(0x01FE, UINT48, LIVE)
    # Meter status
    Status = Attribute(0x0200, BITMAP8, LIVE)
    RemainingBatteryLife = Attribute(0x0201, UINT8, LIVE)
    HoursInOperation = Attribute(0x0202, UINT24, LIVE)
    HoursInFault = Attribute(0x0203, UINT24, LIVE)
    ExtendedStatus = Attribute(0x0204, BITMAP64, LIVE)
    RemainingBatteryLifeInDays = Attribute(0x0205, UINT16, LIVE)
    CurrentMeterID = Attribute(0x0206, OCTET_STRING, LIVE)
    AmbientConsumptionIndicator = Attribute(0x0207, ENUM8, LIVE)
    # Formatting
    UnitOfMeasure = Attribute(0x0300, ENUM8, LIVE)
    Multiplier = Attribute(0x0301, UINT24, LIVE)
    Divisor = Attribute(0x0302, UINT24, LIVE)
    SummationFormatting = Attribute(0x0303, BITMAP8, LIVE)
    DemandFormatting = Attribute(0x0304, BITMAP8, LIVE)
    HistoricalConsumptionFormatting = Attribute(0x0305, BITMAP8, LIVE)
    MeteringDeviceType = Attribute(0x0306, BITMAP8, LIVE)
    SiteID = Attribute(0x0307, OCTET_STRING, LIVE | WRITE)
    MeterSerialNumber = Attribute(0x0308, OCTET_STRING, LIVE)
    EnergyCarrierUnitOfMeasure = Attribute(0x0309, ENUM8, LIVE)
    EnergyCarrierSummationFormatting = Attribute(0x030A, BITMAP8, LIVE)
    EnergyCarrierDemandFormatting = Attribute(0x030B, BITMAP8, LIVE)
    TemperatureUnitOfMeasure = Attribute(0x030C, ENUM8, LIVE)
    TemperatureFormatting = Attribute(0x030D, BITMAP8, LIVE)
    ModuleSerialNumber = Attribute(0x030E, OCTET_STRING, LIVE)
    OperatingTariffLabelDelivered = Attribute(0x030F, OCTET_STRING, LIVE)
    OperatingTariffLabelReceived = Attribute(0x0310, OCTET_STRING, LIVE)
    CustomerIDNumber = Attribute(0x0311, OCTET_STRING, LIVE | WRITE)
    AlternativeUnitOfMeasure = Attribute(0x0312, ENUM8, LIVE)
    AlternativeDemandFormatting = Attribute(0x0313, BITMAP8, LIVE)
    AlternativeConsumptionFormatting = Attribute(0x0314, BITMAP8, LIVE)
    # Historical consumption
    InstantaneousDemand = Attribute(0x0400, INT24, LIVE)
    HistoricalConsumption = HISTORICAL_CONSUMPTION
    CurrentDayMaxEnergyCarrierDemand = Attribute(0x0411, INT24, LIVE)
    PreviousDayMaxEnergyCarrierDemand = Attribute(0x0412, INT24, LIVE)
    CurrentMonthMaxEnergyCarrierDemand = Attribute(0x0413, INT24, LIVE)
    CurrentMonthMinEnergyCarrierDemand = Attribute(0x0414, INT24, LIVE)
    CurrentYearMaxEnergyCarrierDemand = Attribute(0x0415, INT24, LIVE)
    CurrentYearMinEnergyCarrierDemand = Attribute(0x0416, INT24, LIVE)
    HistoricalFreezeTime = Attribute(0x045C, UINT16, LIVE)
    # Load profile
    MaxNumberOfPeriodsDelivered = Attribute(0x0500, UINT8, LIVE)
    # Supply limit
    CurrentDemandDelivered = Attribute(0x0600, UINT24, LIVE)
    DemandLimit = Attribute(0x0601, UINT24, LIVE)
    DemandIntegrationPeriod = Attribute(0x0602, UINT8, LIVE)
    NumberOfDemandSubintervals = Attribute(0x0603, UINT8, LIVE)
    DemandLimitArmDuration = Attribute(0x0604, UINT16, LIVE)
    LoadLimitSupplyState = Attribute(0x0605, ENUM8, LIVE)
    LoadLimitCounter = Attribute(0x0606, UINT8, LIVE)
    SupplyTamperState = Attribute(0x0607, ENUM8, LIVE)
    SupplyDepletionState = Attribute(0x0608, ENUM8, LIVE)
    SupplyUncontrolledFlowState = Attribute(0x0609, ENUM8, LIVE)
    # Block information
    BlockSummationsDelivered = tuple(_blocks(0x0700, "Delivered"))
    # Alarms
    GenericAlarmMask = Attribute(0x0800, BITMAP16, READ | WRITE)
    ElectricityAlarmMask = Attribute(0x0801, BITMAP32, READ | WRITE)
    GenericFlowPressureAlarmMask = Attribute(0x0802, BITMAP16, READ | WRITE)
    WaterSpecificAlarmMask = Attribute(0x0803, BITMAP16, READ | WRITE)
    HeatAndCoolingSpecificAlarmMask = Attribute(0x0804, BITMAP16, READ | WRITE)
    GasSpecificAlarmMask = Attribute(0x0805, BITMAP16, READ | WRITE)
    ExtendedGenericAlarmMask = Attribute(0x0806, BITMAP48, READ | WRITE)
    ManufacturerAlarmMask = Attribute(0x0807, BITMAP16, READ | WRITE)
    # Block information, received
    BlockSummationsReceived = tuple(_blocks(0x0900, "Received"))
    # Billing
    BillToDateDelivered = Attribute(0x0A00, UINT32, LIVE)
    BillToDateTimeStampDelivered = Attribute(0x0A01, UTC_TIME, LIVE)
    ProjectedBillDelivered = Attribute(0x0A02, UINT32, LIVE)
    ProjectedBillTimeStampDelivered = Attribute(0x0A03, UTC_TIME, LIVE)
    BillDeliveredTrailingDigit = Attribute(0x0A04, BITMAP8, LIVE)
    BillToDateReceived = Attribute(0x0A10, UINT32, LIVE)
    BillToDateTimeStampReceived = Attribute(0x0A11, UTC_TIME, LIVE)
    ProjectedBillReceived = Attribute(0x0A12, UINT32, LIVE)
    ProjectedBillTimeStampReceived = Attribute(0x0A13, UTC_TIME, LIVE)
    BillReceivedTrailingDigit = Attribute(0x0A14, BITMAP8, LIVE)
    # Supply control
    ProposedChangeSupplyImplementationTime = Attribute(0x0B00, UTC_TIME, LIVE)
    ProposedChangeSupplyStatus = Attribute(0x0B01, ENUM8, LIVE)
    UncontrolledFlowThreshold = Attribute(0x0B10, UINT16, LIVE)
    UncontrolledFlowThresholdUnitOfMeasure = Attribute(0x0B11, ENUM8, LIVE)
    UncontrolledFlowMultiplier = Attribute(0x0B12, UINT16, LIVE)
    UncontrolledFlowDivisor = Attribute(0x0B13, UINT16, LIVE)
    FlowStabilisationPeriod = Attribute(0x0B14, UINT8, LIVE)
    FlowMeasurementPeriod = Attribute(0x0B15, UINT16, LIVE)
    # Alternative historical consumption
    AlternativeInstantaneousDemand = Attribute(0x0C00, INT24, LIVE)
    AlternativeHistoricalConsumption = ALTERNATIVE_HISTORICAL_CONSUMPTION
    # Of every cluster
    ClusterRevision = Attribute(0xFFFD, UINT16)
    AttributeReportingStatus = Attribute(0xFFFE, ENUM8)


class MeteringClientAttributes(AttributeSet):
    """Attributes of the client: the notification flags (D.3.3.1.1)."""

    FunctionalNotificationFlags = Attribute(0x0000, BITMAP32)
    NotificationFlags = tuple(
        Attribute(number - 1, BITMAP32, name=f"NotificationFlags{number}") for number in range(2, 9)
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
"""Ids that the ZCL's edition of the cluster has too; it was made from Smart Energy before 1.2."""

ATTRIBUTES_SE_1_1 = tuple(row for row in MeteringAttributes.rows if any(row.id in ids for ids in _SE_1_1))
