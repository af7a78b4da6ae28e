"""Messaging, 0x0703 (SE 1.4a, annex D.5): texts of the supplier for displays, and their confirmations.

Fields that SE 1.2 put at the end (extended message control, confirmation control and response) may be left out,
as earlier devices do.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag

from hanbench.emulator.zcl.cluster import Attribute, AttributeSet, Cluster, ClusterCommand, Command
from hanbench.emulator.zcl.fields import Bitmap8, OptionalBitmap8, OptionalOctstr, String, Uint16, Uint32, UtcTime
from hanbench.emulator.zcl.types import UINT16

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
    """State of a message that a hub sends again."""

    CONFIRMED = 0x01


def message_control(transmission: MessageTransmission, importance: Importance, flags: int = 0) -> int:
    """The octet MessageControl."""
    return transmission | importance << 2 | flags


class MessagingAttributes(AttributeSet):
    """Attributes of the server."""

    ClusterRevision = Attribute(0xFFFD, UINT16)


# --- client to server ---------------------------------------------------------------------------------------------


class GetLastMessage(ClusterCommand):
    """Ask for the last message."""


class MessageConfirmation(ClusterCommand):
    """The customer has confirmed a message, or the display has."""

    message_id: Uint32
    confirmation_time: UtcTime
    message_confirmation_control: OptionalBitmap8 = None
    message_response: OptionalOctstr = None


class GetMessageCancellation(ClusterCommand):
    """Ask for a cancellation of all messages."""

    earliest_implementation_time: UtcTime


# --- server to client ---------------------------------------------------------------------------------------------


class DisplayMessage(ClusterCommand):
    """A message to show."""

    message_id: Uint32
    message_control: Bitmap8
    start_time: UtcTime
    duration: Uint16
    message: String
    extended_message_control: OptionalBitmap8 = None


class CancelMessage(ClusterCommand):
    """A message is cancelled."""

    message_id: Uint32
    message_control: Bitmap8


class DisplayProtectedMessage(ClusterCommand):
    """A message to show once the customer has given a password."""

    message_id: Uint32
    message_control: Bitmap8
    start_time: UtcTime
    duration: Uint16
    message: String
    extended_message_control: OptionalBitmap8 = None


class CancelAllMessages(ClusterCommand):
    """All messages are cancelled."""

    implementation_time: UtcTime


CLUSTER = Cluster(
    0x0703,
    "Messaging",
    attributes=MessagingAttributes.rows,
    client_to_server=(
        Command(0x00, GetLastMessage, response=DisplayMessage),
        Command(0x01, MessageConfirmation),
        Command(0x02, GetMessageCancellation, response=CancelAllMessages),
    ),
    server_to_client=(
        Command(0x00, DisplayMessage),
        Command(0x01, CancelMessage),
        Command(0x02, DisplayProtectedMessage),
        Command(0x03, CancelAllMessages),
    ),
)
