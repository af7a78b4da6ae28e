"""Metering, 0x0702 (SE 1.1b, annex D.3; ZCL r8, 10.4): attributes and commands.

A set of attributes is named by the high octet of their ids. The commands here are those that every version of
Smart Energy numbers alike (0x00 to 0x03 in both directions) and the answer to a mirrored report. Version-dependent
ones are further rows: `CLUSTER.extended(client_to_server=...)`.

Gas mirroring: a meter that sleeps is a *server*, and so is its mirror at the hub. The meter sends RequestMirror,
the hub answers RequestMirrorResponse with the endpoint that holds the mirror, and the meter reports to it.
"""

from __future__ import annotations

from emulator.zcl.cluster import READ, REPORT, WRITE, Attribute, Cluster, Command, Counted, Field, Repeated
from emulator.zcl.types import (
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

NO_MIRROR = 0xFFFF
"""Endpoint in RequestMirrorResponse when the hub has no mirror to give."""

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

TIERS = 48
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
)

TIME_OF_USE = tuple(
    Attribute(0x0100 + 2 * (tier - 1) + received, f"CurrentTier{tier}Summation{direction}", UINT48, _LIVE)
    for tier in range(1, TIERS + 1)
    for received, direction in enumerate(("Delivered", "Received"))
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

HISTORICAL_CONSUMPTION = (
    Attribute(0x0400, "InstantaneousDemand", INT24, _LIVE),
    Attribute(0x0401, "CurrentDayConsumptionDelivered", UINT24, _LIVE),
    Attribute(0x0402, "CurrentDayConsumptionReceived", UINT24, _LIVE),
    Attribute(0x0403, "PreviousDayConsumptionDelivered", UINT24, _LIVE),
    Attribute(0x0404, "PreviousDayConsumptionReceived", UINT24, _LIVE),
    Attribute(0x0405, "CurrentPartialProfileIntervalStartTimeDelivered", UTC_TIME, _LIVE),
    Attribute(0x0406, "CurrentPartialProfileIntervalStartTimeReceived", UTC_TIME, _LIVE),
    Attribute(0x0407, "CurrentPartialProfileIntervalValueDelivered", UINT24, _LIVE),
    Attribute(0x0408, "CurrentPartialProfileIntervalValueReceived", UINT24, _LIVE),
    Attribute(0x0409, "CurrentDayMaxPressure", UINT48, _LIVE),
    Attribute(0x040A, "CurrentDayMinPressure", UINT48, _LIVE),
    Attribute(0x040B, "PreviousDayMaxPressure", UINT48, _LIVE),
    Attribute(0x040C, "PreviousDayMinPressure", UINT48, _LIVE),
    Attribute(0x040D, "CurrentDayMaxDemand", INT24, _LIVE),
    Attribute(0x040E, "PreviousDayMaxDemand", INT24, _LIVE),
    Attribute(0x040F, "CurrentMonthMaxDemand", INT24, _LIVE),
    Attribute(0x0410, "CurrentYearMaxDemand", INT24, _LIVE),
    *(
        Attribute(0x0420 + 2 * (day - 2) + received, f"PreviousDay{day}Consumption{direction}", UINT24, _LIVE)
        for day in range(2, 9)
        for received, direction in enumerate(("Delivered", "Received"))
    ),
    Attribute(0x0430, "CurrentWeekConsumptionDelivered", UINT24, _LIVE),
    Attribute(0x0431, "CurrentWeekConsumptionReceived", UINT24, _LIVE),
    Attribute(0x0432, "PreviousWeekConsumptionDelivered", UINT24, _LIVE),
    Attribute(0x0433, "PreviousWeekConsumptionReceived", UINT24, _LIVE),
    *(
        Attribute(0x0434 + 2 * (week - 2) + received, f"PreviousWeek{week}Consumption{direction}", UINT24, _LIVE)
        for week in range(2, 6)
        for received, direction in enumerate(("Delivered", "Received"))
    ),
    Attribute(0x0440, "CurrentMonthConsumptionDelivered", UINT32, _LIVE),
    Attribute(0x0441, "CurrentMonthConsumptionReceived", UINT32, _LIVE),
    Attribute(0x0442, "PreviousMonthConsumptionDelivered", UINT32, _LIVE),
    Attribute(0x0443, "PreviousMonthConsumptionReceived", UINT32, _LIVE),
    *(
        Attribute(0x0444 + 2 * (month - 2) + received, f"PreviousMonth{month}Consumption{direction}", UINT32, _LIVE)
        for month in range(2, 14)
        for received, direction in enumerate(("Delivered", "Received"))
    ),
    Attribute(0x045C, "HistoricalFreezeTime", UINT16, _LIVE),
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

BLOCK_INFORMATION = tuple(
    Attribute(0x0700 + block - 1, f"CurrentNoTierBlock{block}SummationDelivered", UINT48, _LIVE)
    for block in range(1, BLOCKS + 1)
) + tuple(
    Attribute(0x0700 + 16 * tier + block - 1, f"CurrentTier{tier}Block{block}SummationDelivered", UINT48, _LIVE)
    for tier in range(1, 16)
    for block in range(1, BLOCKS + 1)
)

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

CLUSTER = Cluster(
    0x0702,
    "Metering",
    attributes=(
        *READING_INFORMATION,
        *TIME_OF_USE,
        *METER_STATUS,
        *FORMATTING,
        *HISTORICAL_CONSUMPTION,
        *LOAD_PROFILE,
        *SUPPLY_LIMIT,
        *BLOCK_INFORMATION,
        *ALARMS,
        *BILLING,
        *SUPPLY_CONTROL,
        Attribute(0xFFFD, "ClusterRevision", UINT16),
    ),
    client_attributes=NOTIFICATION_FLAGS,
    client_to_server=(
        Command(
            0x00,
            "GetProfile",
            (Field("interval_channel", ENUM8), Field("end_time", UTC_TIME), Field("number_of_periods", UINT8)),
            response="GetProfileResponse",
        ),
        Command(0x01, "RequestMirrorResponse", (Field("endpoint_id", UINT16),)),
        Command(0x02, "MirrorRemoved", (Field("removed_endpoint_id", UINT16),)),
        Command(
            0x03,
            "RequestFastPollMode",
            (Field("fast_poll_update_period", UINT8), Field("duration", UINT8)),
            response="RequestFastPollModeResponse",
        ),
        Command(
            0x09,
            "MirrorReportAttributeResponse",
            (Field("notification_scheme", UINT8), Field("notification_flags", Repeated(BITMAP32))),
        ),
    ),
    server_to_client=(
        Command(
            0x00,
            "GetProfileResponse",
            (
                Field("end_time", UTC_TIME),
                Field("status", ENUM8),
                Field("profile_interval_period", ENUM8),
                Field("intervals", Counted(UINT24)),
            ),
        ),
        Command(0x01, "RequestMirror", response="RequestMirrorResponse"),
        Command(0x02, "RemoveMirror", response="MirrorRemoved"),
        Command(
            0x03,
            "RequestFastPollModeResponse",
            (Field("applied_update_period", UINT8), Field("fast_poll_mode_end_time", UTC_TIME)),
        ),
    ),
)
