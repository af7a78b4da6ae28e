"""Messaging, 0x0703 (SE 1.4a, annex D.5): text that the supplier has displays show, and their confirmations.

Fields that SE 1.2 put at the end (extended message control, confirmation control and response) may be left out,
which is how devices of the time before build these commands.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag

from hanbench.emulator.zcl.cluster import Attribute, Cluster, Command, Field, Trailing
from hanbench.emulator.zcl.types import BITMAP8, CHARACTER_STRING, OCTET_STRING, UINT16, UINT32, UTC_TIME

UNTIL_CHANGED = 0xFFFF
"""Duration, in minutes, of a message that stays until it is cancelled or replaced."""
NOW = 0x00000000
"""Start or implementation time: at once."""


class MessageTransmission(IntEnum):
    """Bits 0 and 1 of MessageControl."""

    NORMAL = 0
    NORMAL_AND_INTER_PAN = 1
    INTER_PAN = 2


class Importance(IntEnum):
    """Bits 2 and 3 of MessageControl."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2
    CRITICAL = 3


class MessageControl(IntFlag):
    """The other bits of MessageControl; `message_control` puts them all together."""

    ENHANCED_CONFIRMATION_REQUIRED = 0x20
    CONFIRMATION_REQUIRED = 0x80


class ExtendedMessageControl(IntFlag):
    """What a hub knows of a message that it sends again."""

    CONFIRMED = 0x01


def message_control(transmission: MessageTransmission, importance: Importance, flags: int = 0) -> int:
    """The octet MessageControl."""
    return transmission | importance << 2 | flags


_MESSAGE = (
    Field("message_id", UINT32),
    Field("message_control", BITMAP8),
    Field("start_time", UTC_TIME),
    Field("duration", UINT16),
    Field("message", CHARACTER_STRING),
    Field("extended_message_control", Trailing(BITMAP8)),
)

CLUSTER = Cluster(
    0x0703,
    "Messaging",
    attributes=(Attribute(0xFFFD, "ClusterRevision", UINT16),),
    client_to_server=(
        Command(0x00, "GetLastMessage", response="DisplayMessage"),
        Command(
            0x01,
            "MessageConfirmation",
            (
                Field("message_id", UINT32),
                Field("confirmation_time", UTC_TIME),
                Field("message_confirmation_control", Trailing(BITMAP8)),
                Field("message_response", Trailing(OCTET_STRING)),
            ),
        ),
        Command(
            0x02,
            "GetMessageCancellation",
            (Field("earliest_implementation_time", UTC_TIME),),
            response="CancelAllMessages",
        ),
    ),
    server_to_client=(
        Command(0x00, "DisplayMessage", _MESSAGE),
        Command(0x01, "CancelMessage", (Field("message_id", UINT32), Field("message_control", BITMAP8))),
        Command(0x02, "DisplayProtectedMessage", _MESSAGE),
        Command(0x03, "CancelAllMessages", (Field("implementation_time", UTC_TIME),)),
    ),
)
