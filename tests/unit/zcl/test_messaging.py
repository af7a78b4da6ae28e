"""Messaging: commands by hand from SE 1.4a, annex D.5."""

from __future__ import annotations

from typing import Any

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zcl.cluster import ClusterCommand
from hanbench.emulator.zcl.clusters import MESSAGING, messaging
from hanbench.emulator.zcl.clusters.messaging import (
    UNTIL_CHANGED,
    ExtendedMessageControl,
    Importance,
    MessageControl,
    MessageTransmission,
    message_control,
)
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER

TEXT: dict[str, Any] = {
    "message_id": 0x01020304,
    "message_control": 0x8C,
    "start_time": 0,
    "duration": UNTIL_CHANGED,
    "message": "Gas off",
}
AS_OCTETS = "04030201" + "8c" + "00000000" + "ffff" + "07476173206f6666"
CONFIRMATION: dict[str, Any] = {"message_id": 7, "confirmation_time": 0x11223344}


@pytest.mark.parametrize(
    ("message", "direction", "id", "octets"),
    [
        (messaging.GetLastMessage(), TO_SERVER, 0x00, ""),
        (
            messaging.MessageConfirmation(**CONFIRMATION, message_confirmation_control=1, message_response=b"OK"),
            TO_SERVER,
            0x01,
            "07000000" + "44332211" + "01" + "024f4b",
        ),
        (messaging.GetMessageCancellation(earliest_implementation_time=1), TO_SERVER, 0x02, "01000000"),
        (messaging.DisplayMessage(**TEXT, extended_message_control=1), TO_CLIENT, 0x00, AS_OCTETS + "01"),
        (messaging.CancelMessage(message_id=7, message_control=0), TO_CLIENT, 0x01, "07000000" + "00"),
        (
            messaging.DisplayProtectedMessage(**TEXT, extended_message_control=ExtendedMessageControl.CONFIRMED),
            TO_CLIENT,
            0x02,
            AS_OCTETS + "01",
        ),
        (messaging.CancelAllMessages(implementation_time=0x11223344), TO_CLIENT, 0x03, "44332211"),
    ],
)
def test_a_command_lies_on_the_air_as_smart_energy_says(
    message: ClusterCommand, direction: int, id: int, octets: str
) -> None:
    found, row = MESSAGING.command(type(message))
    assert (found, row.id) == (direction, id)
    assert row.encode(message).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == message


def test_devices_before_1_2_leave_out_the_fields_at_the_end() -> None:
    display = MESSAGING.command(messaging.DisplayMessage)[1]
    message = messaging.DisplayMessage(**TEXT)
    assert display.encode(message).hex() == AS_OCTETS
    assert display.decode(bytes.fromhex(AS_OCTETS)) == message
    assert message.extended_message_control is None
    confirmation = MESSAGING.command(messaging.MessageConfirmation)[1]
    assert confirmation.encode(messaging.MessageConfirmation(**CONFIRMATION)).hex() == "0700000044332211"
    early = confirmation.decode(bytes.fromhex("0700000044332211"))
    assert isinstance(early, messaging.MessageConfirmation)
    assert early.message_response is None


def test_a_response_cannot_be_without_its_control() -> None:
    with pytest.raises(LocalProtocolError):
        MESSAGING.command(messaging.MessageConfirmation)[1].encode(
            messaging.MessageConfirmation(**CONFIRMATION, message_response=b"OK")
        )


def test_message_control_is_one_octet_of_four_parts() -> None:
    flags = MessageControl.CONFIRMATION_REQUIRED | MessageControl.ENHANCED_CONFIRMATION_REQUIRED
    assert message_control(MessageTransmission.INTER_PAN, Importance.MEDIUM, flags) == 0b1010_0110
    assert message_control(MessageTransmission.NORMAL, Importance.CRITICAL) == 0b0000_1100


@pytest.mark.parametrize(
    ("command", "octets"),
    [
        (messaging.DisplayMessage, AS_OCTETS[:-2]),
        (messaging.DisplayMessage, "04030201" + "8c" + "00000000" + "ffff"),
        (messaging.MessageConfirmation, "07000000" + "44332211" + "01" + "034f4b"),
        (messaging.CancelAllMessages, "443322"),
    ],
    ids=["text cut short", "no text", "response cut short", "time cut short"],
)
def test_a_malformed_command_is_the_peers_mistake(command: type[ClusterCommand], octets: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        MESSAGING.command(command)[1].decode(bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_ZCL
