"""Power Configuration, 0x0001 (ZCL r8, 3.3)."""

from __future__ import annotations

from hanbench.emulator.zcl.cluster import READ, REPORT, WRITE, Attribute, AttributeSet, Cluster
from hanbench.emulator.zcl.types import BITMAP8, BITMAP32, CHARACTER_STRING, ENUM8, UINT8, UINT16


class PowerConfigurationAttributes(AttributeSet):
    """Attributes of the server."""

    # Mains information
    MainsVoltage = Attribute(0x0000, UINT16)
    MainsFrequency = Attribute(0x0001, UINT8)
    # Mains settings
    MainsAlarmMask = Attribute(0x0010, BITMAP8, READ | WRITE)
    MainsVoltageMinThreshold = Attribute(0x0011, UINT16, READ | WRITE)
    MainsVoltageMaxThreshold = Attribute(0x0012, UINT16, READ | WRITE)
    MainsVoltageDwellTripPoint = Attribute(0x0013, UINT16, READ | WRITE)
    # Battery information: 100 mV; half percents
    BatteryVoltage = Attribute(0x0020, UINT8)
    BatteryPercentageRemaining = Attribute(0x0021, UINT8, READ | REPORT)
    # Battery settings
    BatteryManufacturer = Attribute(0x0030, CHARACTER_STRING, READ | WRITE)
    BatterySize = Attribute(0x0031, ENUM8, READ | WRITE)
    BatteryAHrRating = Attribute(0x0032, UINT16, READ | WRITE)
    BatteryQuantity = Attribute(0x0033, UINT8, READ | WRITE)
    BatteryRatedVoltage = Attribute(0x0034, UINT8, READ | WRITE)
    BatteryAlarmMask = Attribute(0x0035, BITMAP8, READ | WRITE)
    BatteryVoltageMinThreshold = Attribute(0x0036, UINT8, READ | WRITE)
    BatteryVoltageThreshold1 = Attribute(0x0037, UINT8, READ | WRITE)
    BatteryVoltageThreshold2 = Attribute(0x0038, UINT8, READ | WRITE)
    BatteryVoltageThreshold3 = Attribute(0x0039, UINT8, READ | WRITE)
    BatteryPercentageMinThreshold = Attribute(0x003A, UINT8, READ | WRITE)
    BatteryPercentageThreshold1 = Attribute(0x003B, UINT8, READ | WRITE)
    BatteryPercentageThreshold2 = Attribute(0x003C, UINT8, READ | WRITE)
    BatteryPercentageThreshold3 = Attribute(0x003D, UINT8, READ | WRITE)
    BatteryAlarmState = Attribute(0x003E, BITMAP32, READ | REPORT)
    ClusterRevision = Attribute(0xFFFD, UINT16)


CLUSTER = Cluster(0x0001, "Power Configuration", attributes=PowerConfigurationAttributes.rows)
