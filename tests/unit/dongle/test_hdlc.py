"""HDLC-lite: what stands on the line, and what a receiver makes of a line that is not clean."""

from __future__ import annotations

import pytest

from hanbench.emulator.radio.spinel import hdlc
from hanbench.emulator.radio.spinel.hdlc import LONGEST, Decoder, encode

RESTARTED = bytes.fromhex("80060070")
"""LAST_STATUS: power-on."""


def test_a_frame_ends_with_its_crc_low_octet_first():
    # CRC-16/X-25 of "123456789" is 0x906E: the check value of every catalogue of CRCs.
    assert encode(b"123456789") == b"\x7e123456789\x6e\x90\x7e"


@pytest.mark.parametrize(
    ("octet", "escaped"),
    [(0x7E, "7d5e"), (0x7D, "7d5d"), (0x11, "7d31"), (0x13, "7d33"), (0xF8, "7dd8")],
)
def test_an_octet_with_a_meaning_is_escaped_and_flipped(octet, escaped):
    assert encode(bytes((octet,)))[1:3] == bytes.fromhex(escaped)


@pytest.mark.parametrize("octet", [0x5E, 0x5D, 0x31, 0x33, 0xD8, 0x00, 0xFF])
def test_other_octets_are_left_alone(octet):
    assert encode(bytes((octet,)))[1] == octet


def test_nothing_between_the_flags_starts_or_stops_software_flow_control():
    body = encode(bytes(range(256)))[1:-1]
    assert not {hdlc.FLAG, hdlc.XON, hdlc.XOFF, hdlc.VENDOR} & set(body)
    assert body.count(hdlc.ESCAPE) == 5


def test_a_crc_is_escaped_as_its_payload_is():
    # Among all payloads of two octets some have a CRC with an octet that must be escaped.
    decoder = Decoder()
    payloads = [number.to_bytes(2, "big") for number in range(0x2000, 0x2400)]
    lines = [encode(payload) for payload in payloads]
    assert any(hdlc.ESCAPE in line[3:-1] for line in lines)
    assert decoder.feed(b"".join(lines)) == payloads
    assert decoder.garbled == 0


def test_octets_may_come_one_at_a_time():
    decoder = Decoder()
    seen = [decoder.feed(bytes((octet,))) for octet in encode(bytes(range(256)))]
    assert seen[-1] == [bytes(range(256))]
    assert not any(seen[:-1])


def test_an_escape_and_its_octet_may_come_apart():
    decoder = Decoder()
    line = encode(b"\x7e")
    assert decoder.feed(line[:2]) == []
    assert decoder.feed(line[2:]) == [b"\x7e"]


def test_several_frames_in_one_read_come_in_order():
    assert Decoder().feed(encode(b"one") + encode(b"two") + encode(b"three")) == [b"one", b"two", b"three"]


def test_two_frames_may_share_the_flag_between_them():
    assert Decoder().feed(encode(b"one")[:-1] + encode(b"two")) == [b"one", b"two"]


def test_flags_in_a_row_are_an_idle_line_and_no_fault():
    decoder = Decoder()
    assert decoder.feed(b"\x7e" * 5 + encode(b"one") + b"\x7e" * 5) == [b"one"]
    assert decoder.garbled == 0


def test_what_stood_before_the_first_flag_is_one_garbled_stretch():
    decoder = Decoder()
    assert decoder.feed(b"U-Boot 2024.01\r\n" + encode(RESTARTED)) == [RESTARTED]
    assert decoder.garbled == 1


@pytest.mark.parametrize("at", range(1, 7))
def test_any_wrong_bit_costs_the_frame_and_not_the_next(at):
    decoder = Decoder()
    line = bytearray(encode(RESTARTED))
    line[at] ^= 0x01
    assert decoder.feed(bytes(line) + encode(b"next")) == [b"next"]
    assert decoder.garbled == 1


def test_an_escape_right_before_the_flag_aborts_a_frame_that_was_whole():
    decoder = Decoder()
    assert decoder.feed(encode(b"whole")[:-1] + b"\x7d\x7e" + encode(b"next")) == [b"next"]
    assert decoder.garbled == 1


@pytest.mark.parametrize("stretch", [b"\x00", b"\x00\x00", b"\x6e\x90"])
def test_what_is_too_short_for_a_payload_and_a_crc_is_no_frame(stretch):
    # 00 00 is the right CRC of nothing at all.
    decoder = Decoder()
    assert decoder.feed(b"\x7e" + stretch + b"\x7e") == []
    assert decoder.garbled == 1


def test_the_longest_frame_comes_through_and_one_octet_more_does_not():
    longest, longer = bytes(LONGEST - 2), bytes(LONGEST - 1)
    assert hdlc.ESCAPE not in encode(longest)
    decoder = Decoder()
    assert decoder.feed(encode(longest)) == [longest]
    assert decoder.garbled == 0
    assert decoder.feed(encode(longer)) == []
    assert decoder.garbled == 1


@pytest.mark.parametrize("chunk", [1, 100, LONGEST, 10 * LONGEST])
def test_endless_noise_is_counted_once_and_the_next_frame_comes_through(chunk):
    decoder = Decoder()
    line = b"\x55" * (5 * LONGEST) + encode(b"next")
    payloads = [payload for at in range(0, len(line), chunk) for payload in decoder.feed(line[at : at + chunk])]
    assert payloads == [b"next"]
    assert decoder.garbled == 1


def test_a_reset_forgets_half_a_frame():
    decoder = Decoder()
    line = encode(b"never whole")
    decoder.feed(line[:6])
    decoder.reset()
    assert decoder.feed(line[6:]) == []
    assert decoder.feed(encode(b"next")) == [b"next"]


def test_a_reset_forgets_that_the_line_was_noisy():
    decoder = Decoder()
    decoder.feed(b"\x55" * (2 * LONGEST))
    decoder.reset()
    assert decoder.feed(encode(b"next")[1:]) == [b"next"]
