"""Power Configuration, 0x0001 (ZCL r8, 3.3)."""

from __future__ import annotations

from hanbench.emulator.zcl.cluster import READ, REPORT, WRITE, Attribute, Cluster
from hanbench.emulator.zcl.types import BITMAP8, BITMAP32, CHARACTER_STRING, ENUM8, UINT8, UINT16

CLUSTER = Cluster(
    0x0001,
    "Power Configuration",
    attributes=(
        # Mains information
        Attribute(0x0000, "MainsVoltage", UINT16),
        Attribute(0x0001, "MainsFrequency", UINT8),
        # Mains settings
        Attribute(0x0010, "MainsAlarmMask", BITMAP8, READ | WRITE),
        Attribute(0x0011, "MainsVoltageMinThreshold", UINT16, READ | WRITE),
        Attribute(0x0012, "MainsVoltageMaxThreshold", UINT16, READ | WRITE),
        Attribute(0x0013, "MainsVoltageDwellTripPoint", UINT16, READ | WRITE),
        # Battery information: 100 mV; half percents
        Attribute(0x0020, "BatteryVoltage", UINT8),
        Attribute(0x0021, "BatteryPercentageRemaining", UINT8, READ | REPORT),
        # Battery settings
        Attribute(0x0030, "BatteryManufacturer", CHARACTER_STRING, READ | WRITE),
        Attribute(0x0031, "BatterySize", ENUM8, READ | WRITE),
        Attribute(0x0032, "BatteryAHrRating", UINT16, READ | WRITE),
        Attribute(0x0033, "BatteryQuantity", UINT8, READ | WRITE),
        Attribute(0x0034, "BatteryRatedVoltage", UINT8, READ | WRITE),
        Attribute(0x0035, "BatteryAlarmMask", BITMAP8, READ | WRITE),
        Attribute(0x0036, "BatteryVoltageMinThreshold", UINT8, READ | WRITE),
        Attribute(0x0037, "BatteryVoltageThreshold1", UINT8, READ | WRITE),
        Attribute(0x0038, "BatteryVoltageThreshold2", UINT8, READ | WRITE),
        Attribute(0x0039, "BatteryVoltageThreshold3", UINT8, READ | WRITE),
        Attribute(0x003A, "BatteryPercentageMinThreshold", UINT8, READ | WRITE),
        Attribute(0x003B, "BatteryPercentageThreshold1", UINT8, READ | WRITE),
        Attribute(0x003C, "BatteryPercentageThreshold2", UINT8, READ | WRITE),
        Attribute(0x003D, "BatteryPercentageThreshold3", UINT8, READ | WRITE),
        Attribute(0x003E, "BatteryAlarmState", BITMAP32, READ | REPORT),
        Attribute(0xFFFD, "ClusterRevision", UINT16),
    ),
)
