"""Spinel frames and the values of STREAM_RAW: octet by octet, as the draft and OpenThread lay them out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.octets import Reader
from hanbench.emulator.radio.spinel import frames
from hanbench.emulator.radio.spinel.frames import Received, SpinelFrame, TransmitDone, TransmitRequest
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId, SpinelStatus

PACKED = {
    0: "00",
    127: "7f",
    128: "8001",
    513: "8104",
    0x120B: "8b24",
    16_383: "ff7f",
    16_384: "808001",
    2_097_151: "ffff7f",
}
FRAMES = {
    "80 01 02": SpinelFrame(0, CommandId.RESET, 0, b"\x02"),
    "85 00": SpinelFrame(5, CommandId.NOOP),
    "83 02 21": SpinelFrame(3, CommandId.GET, PropertyId.PHY_CHAN),
    "81 03 21 0f": SpinelFrame(1, CommandId.SET, PropertyId.PHY_CHAN, b"\x0f"),
    "8f 02 8b24": SpinelFrame(15, CommandId.GET, PropertyId.RADIO_CAPS),
    "84 04 8426 3412": SpinelFrame(4, CommandId.INSERT, PropertyId.MAC_SRC_MATCH_SHORT, b"\x34\x12"),
    "b2 06 00 06": SpinelFrame(2, CommandId.IS, PropertyId.LAST_STATUS, b"\x06", interface=3),
}
RECEIVED = Received(bytes.fromhex("020007aabb"), -40, 0x0010, 15, 254, 0x0102030405060708, 300)
RECEIVED_OCTETS = bytes.fromhex(
    "0500 020007aabb"  # PSDU, and its length before it
    "d8 80 1000"  # RSSI, noise floor unknown, flags
    "0a00 0f fe 0807060504030201"  # PHY: channel, LQI, timestamp
    "0200 ac02"  # vendor: error 300, packed
    "0500 0000000000"  # MAC: key identifier and frame counter of a secured acknowledgement
)
REQUEST = TransmitRequest(
    b"\x01\x02\x03\x00\x00",
    20,
    backoffs=5,
    retries=7,
    csma=False,
    header_updated=True,
    retransmission=True,
    security_processed=True,
    delay=0x01020304,
    delay_base=0x05060708,
    rx_channel=25,
    tx_power=-4,
)
OPTIONAL = (
    "backoffs",
    "retries",
    "csma",
    "header_updated",
    "retransmission",
    "security_processed",
    "delay",
    "delay_base",
    "rx_channel",
    "tx_power",
)
REQUEST_OCTETS = bytes.fromhex("0500 0102030000 14 05 07 00 01 01 01 04030201 08070605 19 fc")


@pytest.mark.parametrize(("value", "octets"), PACKED.items())
def test_a_packed_integer_has_seven_bits_an_octet_the_lowest_first(value, octets):
    assert frames.packed(value).hex() == octets
    reader = Reader(bytes.fromhex(octets) + b"\x55", DropReason.MALFORMED_SPINEL)
    assert frames.decode_packed(reader) == value
    assert reader.rest() == b"\x55"


@pytest.mark.parametrize("octets", ["", "80", "8080", "80808001", "ffffffffffffffff"])
def test_a_packed_integer_that_does_not_end_in_three_octets_is_refused(octets):
    with pytest.raises(RemoteProtocolError) as caught:
        frames.decode_packed(Reader(bytes.fromhex(octets), DropReason.MALFORMED_SPINEL))
    assert caught.value.reason is DropReason.MALFORMED_SPINEL


@pytest.mark.parametrize(("octets", "frame"), FRAMES.items())
def test_a_frame_is_header_command_property_and_value(octets, frame):
    assert frame.encode() == bytes.fromhex(octets)
    assert frames.decode(bytes.fromhex(octets)) == frame


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        ("", "nothing"),
        ("81", "no command"),
        ("81 02", "no property"),
        ("81 02 80", "half a property"),
        ("81 80808001 00", "a command of 28 bits"),
        ("01 02 21", "bits 00 in front"),
        ("41 02 21", "bits 01 in front"),
        ("c1 02 21", "bits 11 in front"),
    ],
)
def test_what_is_no_frame_is_refused(octets, why):
    with pytest.raises(RemoteProtocolError) as caught:
        frames.decode(bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_SPINEL, why


def test_the_draft_s_tids_leave_out_that_of_what_nobody_asked_for():
    assert list(frames.TIDS) == list(range(1, 16))
    assert frames.UNSOLICITED not in frames.TIDS


def test_last_status_alone_is_a_packed_number():
    assert frames.last_status(0, SpinelStatus.RESET_POWER_ON).encode() == bytes.fromhex("80060070")
    assert frames.last_status(9, SpinelStatus.BUSY).encode() == bytes.fromhex("8906000c")


# --- STREAM_RAW ---------------------------------------------------------------------------------------------------


def test_a_transmit_request_has_its_fields_in_the_fixed_order():
    assert REQUEST.encode() == REQUEST_OCTETS
    assert frames.decode_transmit_request(REQUEST_OCTETS) == REQUEST


def test_a_transmit_request_needs_no_more_than_psdu_and_channel():
    assert frames.decode_transmit_request(bytes.fromhex("0300 aabbcc 0b")) == TransmitRequest(b"\xaa\xbb\xcc", 11)


def test_a_transmit_request_without_a_later_channel_stays_on_its_own():
    assert frames.decode_transmit_request(TransmitRequest(b"\xaa\xbb\xcc", 17).encode()).rx_channel == 17


@pytest.mark.parametrize(
    ("length", "first_left_out"),
    [
        (9, "retries"),
        (10, "csma"),
        (11, "header_updated"),
        (12, "retransmission"),
        (13, "security_processed"),
        (14, "delay"),
        (17, "delay"),  # three of its four octets
        (18, "delay_base"),
        (22, "rx_channel"),
        (23, "tx_power"),
    ],
)
def test_fields_left_out_at_the_end_have_their_defaults(length, first_left_out):
    given = {}
    for name in OPTIONAL:
        if name == first_left_out:
            break
        given[name] = getattr(REQUEST, name)
    expected = replace(TransmitRequest(REQUEST.psdu, REQUEST.channel), **given)
    assert frames.decode_transmit_request(REQUEST_OCTETS[:length]) == expected


@pytest.mark.parametrize("octets", ["", "05", "0500", "0500 01020304", "0500 0102030405", "ffff 0102030405 0b"])
def test_a_transmit_request_without_a_whole_psdu_and_a_channel_is_refused(octets):
    with pytest.raises(RemoteProtocolError) as caught:
        frames.decode_transmit_request(bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_SPINEL


def test_a_received_frame_has_its_structures_in_the_fixed_order():
    assert RECEIVED.encode() == RECEIVED_OCTETS
    assert frames.decode_received(RECEIVED_OCTETS) == RECEIVED


@pytest.mark.parametrize(
    ("length", "known"),
    [
        (7, {}),
        (8, {}),  # an RSSI alone: not the fixed part
        (11, {"rssi": -40, "flags": 0x10}),
        (23, {"rssi": -40, "flags": 0x10, "channel": 15, "lqi": 254, "timestamp": 0x0102030405060708}),
        (27, RECEIVED._asdict()),
    ],
)
def test_firmware_may_leave_out_what_stands_at_the_end_of_a_received_frame(length, known):
    assert frames.decode_received(RECEIVED_OCTETS[:length]) == Received(RECEIVED.psdu)._replace(**known)


def test_structures_may_grow_at_their_ends():
    grown = RECEIVED_OCTETS.replace(
        bytes.fromhex("0a000ffe0807060504030201"), bytes.fromhex("0c000ffe0807060504030201eeee")
    )
    assert grown != RECEIVED_OCTETS
    assert frames.decode_received(grown) == RECEIVED


@pytest.mark.parametrize(
    "octets", ["", "05", "0500 01", "0100 aa d8 80 1000 0a00 0f", "0100 aa d8 80 1000 0000 0100 80"]
)
def test_a_received_frame_that_ends_within_a_structure_is_refused(octets):
    with pytest.raises(RemoteProtocolError) as caught:
        frames.decode_received(bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_SPINEL


def test_a_transmission_ends_with_status_flags_and_acknowledgement():
    done = TransmitDone(SpinelStatus.OK, True, True, RECEIVED)
    assert done.encode() == bytes.fromhex("00 01 01") + RECEIVED_OCTETS
    assert frames.decode_transmit_done(done.encode()) == done


def test_a_transmission_that_failed_has_no_acknowledgement():
    assert TransmitDone(SpinelStatus.NO_ACK, False, True).encode() == bytes.fromhex("11 00 01")
    assert TransmitDone(SpinelStatus.CCA_FAILURE, False, False, RECEIVED).encode() == bytes.fromhex("12 00 00")
    assert frames.decode_transmit_done(bytes.fromhex("11 00 01")) == TransmitDone(SpinelStatus.NO_ACK, False, True)


def test_a_transmission_without_acknowledgement_carries_an_empty_frame():
    octets = TransmitDone(SpinelStatus.OK).encode()
    assert octets[:5] == bytes.fromhex("00 00 00 0000")
    assert frames.decode_transmit_done(octets).acknowledgement == Received(b"")


@pytest.mark.parametrize(
    ("octets", "done"),
    [
        ("0c", TransmitDone(SpinelStatus.BUSY)),
        ("00 01", TransmitDone(SpinelStatus.OK)),
        ("00 01 00", TransmitDone(SpinelStatus.OK, True)),
        ("00 01 00 0300 020107", TransmitDone(SpinelStatus.OK, True, False, Received(b"\x02\x01\x07"))),
    ],
)
def test_firmware_may_leave_out_what_stands_at_the_end_of_a_transmission(octets, done):
    assert frames.decode_transmit_done(bytes.fromhex(octets)) == done


@pytest.mark.parametrize("octets", ["", "80", "00 00 00 0500 01"])
def test_an_end_of_a_transmission_that_makes_no_sense_is_refused(octets):
    with pytest.raises(RemoteProtocolError) as caught:
        frames.decode_transmit_done(bytes.fromhex(octets))
    assert caught.value.reason is DropReason.MALFORMED_SPINEL
