"""The Zigbee Cluster Library: data types, general commands, cluster tables, and endpoints that speak them."""

from emulator.zcl.client import DEFAULT_TIMEOUT, Client, Done
from emulator.zcl.cluster import READ, REPORT, WRITE, Access, Attribute, Cluster, Command, Field
from emulator.zcl.endpoint import Endpoint
from emulator.zcl.frame import TO_CLIENT, TO_SERVER, ZclFrame
from emulator.zcl.records import ReportingConfiguration
from emulator.zcl.reply import Outcome, Reply
from emulator.zcl.sides import Answer, ClusterClient, ClusterServer, Handler, Response
from emulator.zcl.status import Status
from emulator.zcl.transport import Indication, Transport

__all__ = [
    "DEFAULT_TIMEOUT",
    "READ",
    "REPORT",
    "TO_CLIENT",
    "TO_SERVER",
    "WRITE",
    "Access",
    "Answer",
    "Attribute",
    "Client",
    "Cluster",
    "ClusterClient",
    "ClusterServer",
    "Command",
    "Done",
    "Endpoint",
    "Field",
    "Handler",
    "Indication",
    "Outcome",
    "Reply",
    "ReportingConfiguration",
    "Response",
    "Status",
    "Transport",
    "ZclFrame",
]
