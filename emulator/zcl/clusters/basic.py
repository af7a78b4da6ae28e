"""Basic, 0x0000 (ZCL r8, 3.2), with what a Smart Energy hub says of mirrors in PhysicalEnvironment."""

from __future__ import annotations

from hanbench.emulator.zcl.cluster import READ, WRITE, Attribute, Cluster, Command
from hanbench.emulator.zcl.types import BITMAP8, BOOLEAN, CHARACTER_STRING, ENUM8, UINT8, UINT16

MIRROR_CAPABLE = 0x01
"""PhysicalEnvironment of a Smart Energy hub that offers mirrors: any value but zero says so."""

POWER_SOURCE_MAINS = 0x01
POWER_SOURCE_BATTERY = 0x03

CLUSTER = Cluster(
    0x0000,
    "Basic",
    attributes=(
        Attribute(0x0000, "ZCLVersion", UINT8),
        Attribute(0x0001, "ApplicationVersion", UINT8),
        Attribute(0x0002, "StackVersion", UINT8),
        Attribute(0x0003, "HWVersion", UINT8),
        Attribute(0x0004, "ManufacturerName", CHARACTER_STRING),
        Attribute(0x0005, "ModelIdentifier", CHARACTER_STRING),
        Attribute(0x0006, "DateCode", CHARACTER_STRING),
        Attribute(0x0007, "PowerSource", ENUM8),
        Attribute(0x0010, "LocationDescription", CHARACTER_STRING, READ | WRITE),
        Attribute(0x0011, "PhysicalEnvironment", ENUM8, READ | WRITE),
        Attribute(0x0012, "DeviceEnabled", BOOLEAN, READ | WRITE),
        Attribute(0x0013, "AlarmMask", BITMAP8, READ | WRITE),
        Attribute(0x0014, "DisableLocalConfig", BITMAP8, READ | WRITE),
        Attribute(0x4000, "SWBuildID", CHARACTER_STRING),
        Attribute(0xFFFD, "ClusterRevision", UINT16),
    ),
    client_to_server=(Command(0x00, "ResetToFactoryDefaults"),),
)
