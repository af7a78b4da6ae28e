"""Basic, 0x0000 (ZCL r8, 3.2), with what a Smart Energy hub says of mirrors in PhysicalEnvironment."""

from __future__ import annotations

from hanbench.emulator.zcl.cluster import READ, WRITE, Attribute, AttributeSet, Cluster, ClusterCommand, Command
from hanbench.emulator.zcl.types import BITMAP8, BOOLEAN, CHARACTER_STRING, ENUM8, UINT8, UINT16

MIRROR_CAPABLE = 0x01
"""PhysicalEnvironment of a Smart Energy hub that offers mirrors: any value but zero says so."""

POWER_SOURCE_MAINS = 0x01
POWER_SOURCE_BATTERY = 0x03


class BasicAttributes(AttributeSet):
    """Attributes of the server."""

    ZCLVersion = Attribute(0x0000, UINT8)
    ApplicationVersion = Attribute(0x0001, UINT8)
    StackVersion = Attribute(0x0002, UINT8)
    HWVersion = Attribute(0x0003, UINT8)
    ManufacturerName = Attribute(0x0004, CHARACTER_STRING)
    ModelIdentifier = Attribute(0x0005, CHARACTER_STRING)
    DateCode = Attribute(0x0006, CHARACTER_STRING)
    PowerSource = Attribute(0x0007, ENUM8)
    LocationDescription = Attribute(0x0010, CHARACTER_STRING, READ | WRITE)
    PhysicalEnvironment = Attribute(0x0011, ENUM8, READ | WRITE)
    DeviceEnabled = Attribute(0x0012, BOOLEAN, READ | WRITE)
    AlarmMask = Attribute(0x0013, BITMAP8, READ | WRITE)
    DisableLocalConfig = Attribute(0x0014, BITMAP8, READ | WRITE)
    SWBuildID = Attribute(0x4000, CHARACTER_STRING)
    ClusterRevision = Attribute(0xFFFD, UINT16)


class ResetToFactoryDefaults(ClusterCommand):
    """Reset all attributes of all clusters to their factory defaults."""


CLUSTER = Cluster(
    0x0000,
    "Basic",
    attributes=BasicAttributes.rows,
    client_to_server=(Command(0x00, ResetToFactoryDefaults),),
)
