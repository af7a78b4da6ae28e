"""Messaging: commands by hand from SE 1.4a, annex D.5."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zcl.clusters import MESSAGING
from hanbench.emulator.zcl.clusters.messaging import (
    UNTIL_CHANGED,
    ExtendedMessageControl,
    Importance,
    MessageControl,
    MessageTransmission,
    message_control,
)
from hanbench.emulator.zcl.frame import TO_CLIENT, TO_SERVER

TEXT = {
    "message_id": 0x01020304,
    "message_control": 0x8C,
    "start_time": 0,
    "duration": UNTIL_CHANGED,
    "message": "Gas off",
}
AS_OCTETS = "04030201" + "8c" + "00000000" + "ffff" + "07476173206f6666"
CONFIRMATION = {"message_id": 7, "confirmation_time": 0x11223344}


@pytest.mark.parametrize(
    ("name", "direction", "id", "values", "octets"),
    [
        ("GetLastMessage", TO_SERVER, 0x00, {}, ""),
        (
            "MessageConfirmation",
            TO_SERVER,
            0x01,
            CONFIRMATION | {"message_confirmation_control": 1, "message_response": b"OK"},
            "07000000" + "44332211" + "01" + "024f4b",
        ),
        ("GetMessageCancellation", TO_SERVER, 0x02, {"earliest_implementation_time": 1}, "01000000"),
        ("DisplayMessage", TO_CLIENT, 0x00, TEXT | {"extended_message_control": 1}, AS_OCTETS + "01"),
        ("CancelMessage", TO_CLIENT, 0x01, {"message_id": 7, "message_control": 0}, "07000000" + "00"),
        (
            "DisplayProtectedMessage",
            TO_CLIENT,
            0x02,
            TEXT | {"extended_message_control": ExtendedMessageControl.CONFIRMED},
            AS_OCTETS + "01",
        ),
        ("CancelAllMessages", TO_CLIENT, 0x03, {"implementation_time": 0x11223344}, "44332211"),
    ],
)
def test_a_command_lies_on_the_air_as_smart_energy_says(
    name: str, direction: int, id: int, values: dict[str, object], octets: str
) -> None:
    found, row = MESSAGING.command(name)
    assert (found, row.id) == (direction, id)
    assert row.encode(**values).hex() == octets
    assert row.decode(bytes.fromhex(octets)) == values


def test_devices_before_1_2_leave_out_the_fields_at_the_end() -> None:
    display = MESSAGING.command("DisplayMessage")[1]
    assert display.encode(**TEXT).hex() == AS_OCTETS
    assert display.decode(bytes.fromhex(AS_OCTETS)) == TEXT | {"extended_message_control": None}
    confirmation = MESSAGING.command("MessageConfirmation")[1]
    assert confirmation.encode(**CONFIRMATION).hex() == "0700000044332211"
    assert confirmation.decode(bytes.fromhex("0700000044332211"))["message_response"] is None


def test_a_response_cannot_be_without_its_control() -> None:
    with pytest.raises(LocalProtocolError):
        MESSAGING.command("MessageConfirmation")[1].encode(**CONFIRMATION, message_response=b"OK")


def test_message_control_is_one_octet_of_four_parts() -> None:
    flags = MessageControl.CONFIRMATION_REQUIRED | MessageControl.ENHANCED_CONFIRMATION_REQUIRED
    assert message_control(MessageTransmission.INTER_PAN, Importance.MEDIUM, flags) == 0b1010_0110
    assert message_control(MessageTransmission.NORMAL, Importance.CRITICAL) == 0b0000_1100


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("DisplayMessage", AS_OCTETS[:-2]),
        ("DisplayMessage", "04030201" + "8c" + "00000000" + "ffff"),
        ("MessageConfirmation", "07000000" + "44332211" + "01" + "034f4b"),
        ("CancelAllMessages", "443322"),
    ],
    ids=["text cut short", "no text", "response cut short", "time cut short"],
)
def test_a_malformed_command_is_the_peers_mistake(name: str, octets: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        MESSAGING.command(name)[1].decode(bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_ZCL
