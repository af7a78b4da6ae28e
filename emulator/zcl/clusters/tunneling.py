"""Tunneling, 0x0704 (SE 1.4a, annex D.6; ZCL r8, 10.6): another protocol's octets between two devices.

The client asks for a tunnel and the server gives it an identifier; from then on both send TransferData, whose
identifier differs with the direction (0x02 to the server, 0x01 to the client), as do the three commands after it.
Which octets travel is the business of the protocol that the tunnel was asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

from hanbench.emulator.layout import RecordType
from hanbench.emulator.zcl.cluster import Attribute, Cluster, Command, Counted, Field, Rest
from hanbench.emulator.zcl.types import BOOLEAN, ENUM8, UINT8, UINT16

NO_TUNNEL = 0xFFFF
"""TunnelID in RequestTunnelResponse when there is none to give."""

STANDARD_PROTOCOL = 0xFFFF
"""Manufacturer code of a protocol that belongs to no manufacturer."""

NO_TIMEOUT = 0xFFFF
"""CloseTunnelTimeout, in seconds, of a server that was told nothing else."""

DEFAULT_TRANSFER_SIZE = 1500
"""Octets of MaximumIncomingTransferSize unless a device has less room."""


class ProtocolId(IntEnum):
    """What a tunnel carries (table D-124); from 200 on the manufacturer code says more."""

    DLMS_COSEM = 0
    IEC_61107 = 1
    ANSI_C12 = 2
    M_BUS = 3
    SML = 4
    CLIMATE_TALK = 5
    GB_HRGP = 6
    MANUFACTURER_DEFINED = 200


class TunnelStatus(IntEnum):
    """How the server answers RequestTunnel (table D-127)."""

    SUCCESS = 0x00
    BUSY = 0x01
    NO_MORE_TUNNEL_IDS = 0x02
    PROTOCOL_NOT_SUPPORTED = 0x03
    FLOW_CONTROL_NOT_SUPPORTED = 0x04


class TransferDataStatus(IntEnum):
    """Why TransferData was refused (table D-125)."""

    NO_SUCH_TUNNEL = 0x00
    WRONG_DEVICE = 0x01
    DATA_OVERFLOW = 0x02


@dataclass(frozen=True, slots=True)
class Protocol:
    """One entry of SupportedTunnelProtocolsResponse."""

    manufacturer_code: Annotated[int, UINT16]
    protocol_id: Annotated[int, ENUM8]


_TUNNEL = Field("tunnel_id", UINT16)
_TRANSFER = (_TUNNEL, Field("data", Rest()))
_TRANSFER_ERROR = (_TUNNEL, Field("transfer_data_status", ENUM8))
_OCTETS_LEFT = (_TUNNEL, Field("number_of_octets_left", UINT16))
"""What the sender of the command can still take; 0 asks for silence until ReadyData."""

CLUSTER = Cluster(
    0x0704,
    "Tunneling",
    attributes=(
        Attribute(0x0000, "CloseTunnelTimeout", UINT16),
        Attribute(0xFFFD, "ClusterRevision", UINT16),
        Attribute(0xFFFE, "AttributeReportingStatus", ENUM8),
    ),
    client_to_server=(
        Command(
            0x00,
            "RequestTunnel",
            (
                Field("protocol_id", ENUM8),
                Field("manufacturer_code", UINT16),
                Field("flow_control_support", BOOLEAN),
                Field("maximum_incoming_transfer_size", UINT16),
            ),
            response="RequestTunnelResponse",
        ),
        Command(0x01, "CloseTunnel", (_TUNNEL,)),
        Command(0x02, "TransferData", _TRANSFER),
        Command(0x03, "TransferDataError", _TRANSFER_ERROR),
        Command(0x04, "AckTransferData", _OCTETS_LEFT),
        Command(0x05, "ReadyData", _OCTETS_LEFT),
        Command(
            0x06,
            "GetSupportedTunnelProtocols",
            (Field("protocol_offset", UINT8),),
            response="SupportedTunnelProtocolsResponse",
        ),
    ),
    server_to_client=(
        Command(
            0x00,
            "RequestTunnelResponse",
            (_TUNNEL, Field("tunnel_status", ENUM8), Field("maximum_incoming_transfer_size", UINT16)),
        ),
        Command(0x01, "ServerTransferData", _TRANSFER),
        Command(0x02, "ServerTransferDataError", _TRANSFER_ERROR),
        Command(0x03, "ServerAckTransferData", _OCTETS_LEFT),
        Command(0x04, "ServerReadyData", _OCTETS_LEFT),
        Command(
            0x05,
            "SupportedTunnelProtocolsResponse",
            (Field("protocol_list_complete", BOOLEAN), Field("protocols", Counted(RecordType(Protocol)))),
        ),
        Command(0x06, "TunnelClosureNotification", (_TUNNEL,)),
    ),
)
