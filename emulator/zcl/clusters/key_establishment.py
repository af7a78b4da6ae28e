"""Key Establishment, 0x0800 (SE 1.4a, annex C.3): two devices agree a link key by certificate.

The suite decides what certificate, point and code are, and a peer may send anything: they are octets here, and
`hanbench.emulator.devices.key_establishment` checks them.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated

from hanbench.emulator.layout import Rest
from hanbench.emulator.zcl.cluster import Attribute, AttributeSet, Cluster, ClusterCommand, Command
from hanbench.emulator.zcl.fields import Bitmap16, Enum8, Uint8, Uint16
from hanbench.emulator.zcl.types import ENUM16

SUITE_1 = 0x0001
"""ECMQV with implicit certificates on sect163k1, AES-MMO."""


class TerminateStatus(IntEnum):
    """Why key establishment ended early (annex C.3.1.3.3.4)."""

    UNKNOWN_ISSUER = 1
    BAD_KEY_CONFIRM = 2
    BAD_MESSAGE = 3
    NO_RESOURCES = 4
    UNSUPPORTED_SUITE = 5
    INVALID_CERTIFICATE = 6


class KeyEstablishmentAttributes(AttributeSet):
    """Attributes of the server."""

    KeyEstablishmentSuite = Attribute(0x0000, ENUM16)


class KeyEstablishmentClientAttributes(AttributeSet):
    """Attributes of the client."""

    KeyEstablishmentSuite = Attribute(0x0000, ENUM16)


# --- client to server ---------------------------------------------------------------------------------------------


class InitiateKeyEstablishmentRequest(ClusterCommand):
    """The initiator's certificate; seconds that it needs for each of its steps."""

    key_establishment_suite: Uint16
    ephemeral_data_generate_time: Uint8
    confirm_key_generate_time: Uint8
    identity: Annotated[bytes, Rest()]


class EphemeralDataRequest(ClusterCommand):
    """The initiator's ephemeral point."""

    ephemeral_data: Annotated[bytes, Rest()]


class ConfirmKeyDataRequest(ClusterCommand):
    """The initiator's message authentication code."""

    secure_message_authentication_code: Annotated[bytes, Rest()]


class TerminateKeyEstablishment(ClusterCommand):
    """The initiator ends the session."""

    status_code: Enum8
    wait_time: Uint8
    key_establishment_suite: Bitmap16


# --- server to client ---------------------------------------------------------------------------------------------


class InitiateKeyEstablishmentResponse(ClusterCommand):
    """The responder's certificate; seconds that it needs for each of its steps."""

    key_establishment_suite: Uint16
    ephemeral_data_generate_time: Uint8
    confirm_key_generate_time: Uint8
    identity: Annotated[bytes, Rest()]


class EphemeralDataResponse(ClusterCommand):
    """The responder's ephemeral point."""

    ephemeral_data: Annotated[bytes, Rest()]


class ConfirmKeyDataResponse(ClusterCommand):
    """The responder's message authentication code."""

    secure_message_authentication_code: Annotated[bytes, Rest()]


class ServerTerminateKeyEstablishment(ClusterCommand):
    """The responder ends the session."""

    status_code: Enum8
    wait_time: Uint8
    key_establishment_suite: Bitmap16


CLUSTER = Cluster(
    0x0800,
    "Key Establishment",
    attributes=KeyEstablishmentAttributes.rows,
    client_attributes=KeyEstablishmentClientAttributes.rows,
    client_to_server=(
        Command(0x00, InitiateKeyEstablishmentRequest, response=InitiateKeyEstablishmentResponse),
        Command(0x01, EphemeralDataRequest, response=EphemeralDataResponse),
        Command(0x02, ConfirmKeyDataRequest, response=ConfirmKeyDataResponse),
        Command(0x03, TerminateKeyEstablishment),
    ),
    server_to_client=(
        Command(0x00, InitiateKeyEstablishmentResponse),
        Command(0x01, EphemeralDataResponse),
        Command(0x02, ConfirmKeyDataResponse),
        Command(0x03, ServerTerminateKeyEstablishment),
    ),
)
