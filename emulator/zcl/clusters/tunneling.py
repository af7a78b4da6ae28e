"""Tunneling, 0x0704 (SE 1.4a, annex D.6; ZCL r8, 10.6): octets of another protocol between two devices.

The client asks for a tunnel and the server gives it an identifier; from then on both send TransferData, whose
identifier differs with the direction (0x02 to the server, 0x01 to the client), as do the three commands after it.
The octets are those of the protocol that the tunnel was requested for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

from hanbench.emulator.layout import Counted, RecordType, Rest
from hanbench.emulator.zcl.cluster import Attribute, AttributeSet, Cluster, ClusterCommand, Command
from hanbench.emulator.zcl.fields import Bool, Enum8, Uint8, Uint16
from hanbench.emulator.zcl.types import ENUM8, UINT16

NO_TUNNEL = 0xFFFF
"""TunnelID in RequestTunnelResponse if the request was refused."""

STANDARD_PROTOCOL = 0xFFFF
"""Manufacturer code of a protocol that belongs to no manufacturer."""

NO_TIMEOUT = 0xFFFF
"""CloseTunnelTimeout, in seconds: an idle tunnel is never closed."""

DEFAULT_TRANSFER_SIZE = 1500
"""Octets of MaximumIncomingTransferSize unless a device has less room."""


class ProtocolId(IntEnum):
    """Protocol of a tunnel (table D-124); from 200 on the manufacturer code says more."""

    DLMS_COSEM = 0
    IEC_61107 = 1
    ANSI_C12 = 2
    M_BUS = 3
    SML = 4
    CLIMATE_TALK = 5
    GB_HRGP = 6
    MANUFACTURER_DEFINED = 200


class TunnelStatus(IntEnum):
    """Result of RequestTunnel (table D-127)."""

    SUCCESS = 0x00
    BUSY = 0x01
    NO_MORE_TUNNEL_IDS = 0x02
    PROTOCOL_NOT_SUPPORTED = 0x03
    FLOW_CONTROL_NOT_SUPPORTED = 0x04


class TransferDataStatus(IntEnum):
    """Reason for which TransferData was refused (table D-125)."""

    NO_SUCH_TUNNEL = 0x00
    WRONG_DEVICE = 0x01
    DATA_OVERFLOW = 0x02


@dataclass(frozen=True, slots=True)
class Protocol:
    """One entry of SupportedTunnelProtocolsResponse."""

    manufacturer_code: Uint16
    protocol_id: Enum8


class TunnelingAttributes(AttributeSet):
    """Attributes of the server."""

    CloseTunnelTimeout = Attribute(0x0000, UINT16)
    ClusterRevision = Attribute(0xFFFD, UINT16)
    AttributeReportingStatus = Attribute(0xFFFE, ENUM8)


# --- client to server ---------------------------------------------------------------------------------------------


class RequestTunnel(ClusterCommand):
    """Ask for a tunnel."""

    protocol_id: Enum8
    manufacturer_code: Uint16
    flow_control_support: Bool
    maximum_incoming_transfer_size: Uint16


class CloseTunnel(ClusterCommand):
    """Close a tunnel."""

    tunnel_id: Uint16


class TransferData(ClusterCommand):
    """Octets from the client."""

    tunnel_id: Uint16
    data: Annotated[bytes, Rest()]


class TransferDataError(ClusterCommand):
    """The client refuses octets of the server."""

    tunnel_id: Uint16
    transfer_data_status: Enum8


class AckTransferData(ClusterCommand):
    """The client has received octets, and can take so many more; 0: none until ReadyData."""

    tunnel_id: Uint16
    number_of_octets_left: Uint16


class ReadyData(ClusterCommand):
    """The client can take so many octets again."""

    tunnel_id: Uint16
    number_of_octets_left: Uint16


class GetSupportedTunnelProtocols(ClusterCommand):
    """Ask which protocols the server speaks."""

    protocol_offset: Uint8


# --- server to client ---------------------------------------------------------------------------------------------


class RequestTunnelResponse(ClusterCommand):
    """The tunnel, or why there is none."""

    tunnel_id: Uint16
    tunnel_status: Enum8
    maximum_incoming_transfer_size: Uint16


class ServerTransferData(ClusterCommand):
    """Octets from the server."""

    tunnel_id: Uint16
    data: Annotated[bytes, Rest()]


class ServerTransferDataError(ClusterCommand):
    """The server refuses octets of the client."""

    tunnel_id: Uint16
    transfer_data_status: Enum8


class ServerAckTransferData(ClusterCommand):
    """The server has received octets, and can take so many more; 0: none until ServerReadyData."""

    tunnel_id: Uint16
    number_of_octets_left: Uint16


class ServerReadyData(ClusterCommand):
    """The server can take so many octets again."""

    tunnel_id: Uint16
    number_of_octets_left: Uint16


class SupportedTunnelProtocolsResponse(ClusterCommand):
    """Protocols that the server speaks."""

    protocol_list_complete: Bool
    protocols: Annotated[tuple[Protocol, ...], Counted(RecordType(Protocol))]


class TunnelClosureNotification(ClusterCommand):
    """The server has closed a tunnel that was idle."""

    tunnel_id: Uint16


CLUSTER = Cluster(
    0x0704,
    "Tunneling",
    attributes=TunnelingAttributes.rows,
    client_to_server=(
        Command(0x00, RequestTunnel, response=RequestTunnelResponse),
        Command(0x01, CloseTunnel),
        Command(0x02, TransferData),
        Command(0x03, TransferDataError),
        Command(0x04, AckTransferData),
        Command(0x05, ReadyData),
        Command(0x06, GetSupportedTunnelProtocols, response=SupportedTunnelProtocolsResponse),
    ),
    server_to_client=(
        Command(0x00, RequestTunnelResponse),
        Command(0x01, ServerTransferData),
        Command(0x02, ServerTransferDataError),
        Command(0x03, ServerAckTransferData),
        Command(0x04, ServerReadyData),
        Command(0x05, SupportedTunnelProtocolsResponse),
        Command(0x06, TunnelClosureNotification),
    ),
)
