"""Key Establishment, 0x0800 (SE 1.4a, annex C.3): how two devices agree a link key by certificate.

What the messages carry depends on the suite, and a peer may send anything: certificate, point and code are octets
here, and `hanbench.emulator.devices.key_establishment` looks at them.
"""

from __future__ import annotations

from enum import IntEnum

from hanbench.emulator.zcl.cluster import Attribute, Cluster, Command, Field, Rest
from hanbench.emulator.zcl.types import BITMAP16, ENUM8, ENUM16, UINT8, UINT16

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


_INITIATE = (
    Field("key_establishment_suite", UINT16),
    Field("ephemeral_data_generate_time", UINT8),
    Field("confirm_key_generate_time", UINT8),
    Field("identity", Rest()),
)
"""Times in seconds; 0xFF is the longest."""
_EPHEMERAL = (Field("ephemeral_data", Rest()),)
_CONFIRM = (Field("secure_message_authentication_code", Rest()),)
_TERMINATE = (
    Field("status_code", ENUM8),
    Field("wait_time", UINT8),
    Field("key_establishment_suite", BITMAP16),
)

CLUSTER = Cluster(
    0x0800,
    "Key Establishment",
    attributes=(Attribute(0x0000, "KeyEstablishmentSuite", ENUM16),),
    client_attributes=(Attribute(0x0000, "KeyEstablishmentSuite", ENUM16),),
    client_to_server=(
        Command(0x00, "InitiateKeyEstablishmentRequest", _INITIATE, response="InitiateKeyEstablishmentResponse"),
        Command(0x01, "EphemeralDataRequest", _EPHEMERAL, response="EphemeralDataResponse"),
        Command(0x02, "ConfirmKeyDataRequest", _CONFIRM, response="ConfirmKeyDataResponse"),
        Command(0x03, "TerminateKeyEstablishment", _TERMINATE),
    ),
    server_to_client=(
        Command(0x00, "InitiateKeyEstablishmentResponse", _INITIATE),
        Command(0x01, "EphemeralDataResponse", _EPHEMERAL),
        Command(0x02, "ConfirmKeyDataResponse", _CONFIRM),
        Command(0x03, "ServerTerminateKeyEstablishment", _TERMINATE),
    ),
)
