"""Spinel: whatever octets come, they end in a value or in RemoteProtocolError, and what goes in comes out."""

from __future__ import annotations

import contextlib

from hypothesis import assume, given
from hypothesis import strategies as st

from hanbench.emulator.clock import SECOND, VirtualClock
from hanbench.emulator.dongle import Rcp
from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.radio import Air, AirRadio
from hanbench.emulator.radio.fcs import crc16_x25
from hanbench.emulator.radio.spinel import frames, hdlc
from hanbench.emulator.radio.spinel.frames import Received, SpinelFrame, TransmitDone, TransmitRequest
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId
from hanbench.emulator.randomness import split
from hanbench.hardware.transactions import Transactions

octets = st.binary(max_size=200)
payloads = st.binary(min_size=1, max_size=300)
u8 = st.integers(0, 255)
signed = st.integers(-128, 127)
received = st.builds(
    Received, octets, signed, st.integers(0, 0xFFFF), u8, u8, st.integers(0, 2**64 - 1), st.integers(0, 2**21 - 1)
)
requests = st.builds(
    TransmitRequest,
    octets,
    u8,
    u8,
    u8,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    u8,
    st.none() | signed,
)


@given(st.lists(payloads, max_size=8), st.lists(st.integers(1, 40), min_size=1), st.binary(max_size=20))
def test_frames_survive_any_cutting_and_any_noise_between_them(sent, cuts, noise):
    noise = noise.replace(b"\x7e", b"")
    # Four octets 0xFF are a frame of two, with its CRC: such noise is a frame that was sent.
    assume(not hdlc.Decoder().feed(b"\x7e" + noise + b"\x7e"))
    line = b"".join(noise + hdlc.encode(payload) for payload in sent)
    decoder, got, at, turn = hdlc.Decoder(), [], 0, 0
    while at < len(line):
        step = cuts[turn % len(cuts)]
        got += decoder.feed(line[at : at + step])
        at, turn = at + step, turn + 1
    assert [payload for payload in got if payload in sent] == sent


@given(payloads, st.data())
def test_a_single_wrong_bit_is_found(payload, drawn):
    frame = bytearray(payload + crc16_x25(payload))
    bit = drawn.draw(st.integers(0, 8 * len(frame) - 1))
    frame[bit // 8] ^= 1 << bit % 8
    assert crc16_x25(bytes(frame[:-2])) != bytes(frame[-2:])


@given(st.lists(st.binary(max_size=3000), max_size=4))
def test_a_decoder_keeps_no_more_than_a_frame_of_what_it_is_fed(chunks):
    decoder = hdlc.Decoder()
    for chunk in chunks:
        decoder.feed(chunk)
        assert len(decoder._partial) <= hdlc.LONGEST
    assert decoder.feed(b"\x7e" + hdlc.encode(b"after all"))[-1:] == [b"after all"]


@given(octets)
def test_parsers_end_in_a_value_or_their_error(value):
    for parse in (frames.decode, frames.decode_received, frames.decode_transmit_request, frames.decode_transmit_done):
        with contextlib.suppress(RemoteProtocolError):
            parse(value)


@given(received)
def test_a_received_frame_comes_out_as_it_went_in(frame):
    assert frames.decode_received(frame.encode()) == frame


@given(requests)
def test_a_transmit_request_comes_out_as_it_went_in(request):
    assert frames.decode_transmit_request(request.encode()) == request


@given(requests, st.integers(0, 18))
def test_a_transmit_request_may_be_cut_short_after_the_channel(request, kept):
    value = request.encode()
    cut = value[: 2 + len(request.psdu) + 1 + kept]
    parsed = frames.decode_transmit_request(cut)
    assert (parsed.psdu, parsed.channel) == (request.psdu, request.channel)


@given(st.integers(1, 20), st.booleans(), st.booleans(), received)
def test_the_end_of_a_transmission_comes_out_as_it_went_in(status, pending, updated, acknowledgement):
    failed = TransmitDone(status, pending, updated)
    assert frames.decode_transmit_done(failed.encode()) == failed
    acked = TransmitDone(0, pending, updated, acknowledgement)
    assert frames.decode_transmit_done(acked.encode()) == acked


def rcp(send=lambda octets: None) -> tuple[Rcp, VirtualClock]:
    clock = VirtualClock()
    radio = AirRadio(Air(clock, split(1, "air")), clock, split(1, "rcp"), "rcp")
    return Rcp(radio, clock, send, eui64=1), clock


commands = st.builds(
    SpinelFrame,
    st.integers(0, 15),
    st.sampled_from(CommandId) | st.integers(0, 100),
    st.sampled_from(PropertyId),
    octets,
    st.integers(0, 3),
)


@given(st.lists(commands | st.builds(lambda b: b, octets), max_size=20))
def test_an_rcp_survives_whatever_a_host_writes(written):
    sent: list[bytes] = []
    device, clock = rcp(sent.append)
    for each in written:
        device.feed(hdlc.encode(each.encode()) if isinstance(each, SpinelFrame) else each)
        clock.run_for(SECOND)
    device.restart()
    sent.clear()
    device.feed(b"\x7e" + hdlc.encode(SpinelFrame(1, CommandId.GET, PropertyId.PROTOCOL_VERSION).encode()))
    (answer,) = hdlc.Decoder().feed(b"".join(sent))
    assert frames.decode(answer).value == bytes((4, 3))


@given(st.lists(octets, max_size=10))
def test_a_host_survives_whatever_a_dongle_says(chunks):
    line = Transactions(VirtualClock(), lambda octets: None)
    answers: list[SpinelFrame | None] = []
    line.ask(CommandId.GET, PropertyId.CAPS, b"", answers.append, SECOND)
    for chunk in chunks:
        line.feed(chunk)
        line.feed(hdlc.encode(chunk) if chunk else b"")
    line.abandon()
    assert len(answers) == 1
