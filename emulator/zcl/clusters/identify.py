"""Identify, 0x0003 (ZCL r8, 3.5). Times are seconds."""

from __future__ import annotations

from hanbench.emulator.zcl.cluster import READ, WRITE, Attribute, AttributeSet, Cluster, ClusterCommand, Command
from hanbench.emulator.zcl.fields import Enum8, Uint16
from hanbench.emulator.zcl.types import UINT16


class IdentifyAttributes(AttributeSet):
    """Attributes of the server."""

    IdentifyTime = Attribute(0x0000, UINT16, READ | WRITE)
    ClusterRevision = Attribute(0xFFFD, UINT16)


class Identify(ClusterCommand):
    """Identify for so long; 0: stop."""

    identify_time: Uint16


class IdentifyQuery(ClusterCommand):
    """Ask whether the device is identifying."""


class TriggerEffect(ClusterCommand):
    """Identify by an effect of light."""

    effect_identifier: Enum8
    effect_variant: Enum8


class IdentifyQueryResponse(ClusterCommand):
    """The device is identifying for so long yet."""

    timeout: Uint16


CLUSTER = Cluster(
    0x0003,
    "Identify",
    attributes=IdentifyAttributes.rows,
    client_to_server=(
        Command(0x00, Identify),
        Command(0x01, IdentifyQuery, response=IdentifyQueryResponse),
        Command(0x40, TriggerEffect),
    ),
    server_to_client=(Command(0x00, IdentifyQueryResponse),),
)
