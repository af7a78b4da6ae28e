"""The Zigbee Cluster Library: data types, general commands, cluster tables, and endpoints that speak them."""

from hanbench.emulator.zcl.client import DEFAULT_TIMEOUT, Client, Done
from hanbench.emulator.zcl.cluster import READ, REPORT, WRITE, Access, Attribute, Cluster, ClusterCommand, Command
from hanbench.emulator.zcl.cluster_instance import ClusterClient, ClusterServer, CommandAnswer, Handler, Response, on
from hanbench.emulator.zcl.endpoint import Endpoint
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER, ZclFrame
from hanbench.emulator.zcl.records import ReportingConfiguration
from hanbench.emulator.zcl.reply import Reply, ReplyOutcome
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.transport import Indication

__all__ = [
    "DEFAULT_TIMEOUT",
    "READ",
    "REPORT",
    "TO_CLIENT",
    "TO_SERVER",
    "WRITE",
    "Access",
    "Attribute",
    "Client",
    "Cluster",
    "ClusterClient",
    "ClusterCommand",
    "ClusterServer",
    "Command",
    "CommandAnswer",
    "Done",
    "Endpoint",
    "Handler",
    "Indication",
    "Reply",
    "ReplyOutcome",
    "ReportingConfiguration",
    "Response",
    "Status",
    "ZclFrame",
    "on",
]
