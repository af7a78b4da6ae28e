"""MAC codec: parse and build are inverse, and junk ends in RemoteProtocolError."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.mac import frames
from hanbench.emulator.mac.frames import BeaconContent, MacFrame
from hanbench.emulator.radio.fcs import fcs, fcs_ok

u8, u16, u64 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 64))
payloads = st.binary(max_size=80)


@st.composite
def mac_frames(draw: st.DrawFn) -> MacFrame:
    kind = draw(st.sampled_from((frames.BEACON, frames.DATA, frames.COMMAND)))
    modes = st.sampled_from((frames.NONE, frames.SHORT, frames.EXTENDED))
    dst_mode, src_mode = draw(modes), draw(modes)

    def address(mode: int) -> int | None:
        return {frames.NONE: None, frames.SHORT: draw(u16), frames.EXTENDED: draw(u64)}[mode]

    return MacFrame(
        kind,
        draw(u8),
        draw(payloads) or b"\x07",
        dst_pan=draw(u16) if dst_mode else None,
        dst=address(dst_mode),
        dst_mode=dst_mode,
        src_pan=draw(u16) if src_mode else None,
        src=address(src_mode),
        src_mode=src_mode,
        ack_request=draw(st.booleans()),
        frame_pending=draw(st.booleans()),
    )


@given(mac_frames())
def test_what_is_built_is_parsed(frame: MacFrame) -> None:
    assert frames.verify(frame.encode()) == frame


@given(u8, u16, u16, u16, payloads, st.booleans(), st.booleans())
def test_the_short_way_builds_the_same_octets(
    sequence: int, pan: int, dst: int, src: int, payload: bytes, ack: bool, pending: bool
) -> None:
    built = frames.data(sequence, pan, dst, src, payload, ack=ack, pending=pending)
    frame = frames.verify(built)
    assert frame.encode() == built
    assert (frame.dst, frame.src, frame.payload, frame.ack_request, frame.frame_pending) == (
        dst,
        src,
        payload,
        ack,
        pending,
    )


@given(st.binary(max_size=140))
def test_junk_is_a_frame_or_an_error(junk: bytes) -> None:
    try:
        frame = frames.decode(junk)
    except RemoteProtocolError:
        return
    assert frames.decode(frame.encode()) == frame


@given(st.booleans(), st.booleans(), payloads)
def test_beacons_keep_their_content(permit: bool, coordinator: bool, payload: bytes) -> None:
    content = BeaconContent(permit, coordinator, payload)
    assert frames.decode_beacon(content.encode()) == content


@given(st.binary(max_size=60))
def test_junk_beacons_end_in_a_value_or_an_error(junk: bytes) -> None:
    with suppress(RemoteProtocolError):
        frames.decode_beacon(junk)


@given(st.binary(min_size=1, max_size=100), st.data())
def test_any_flipped_bit_breaks_the_fcs(mpdu: bytes, data: st.DataObject) -> None:
    psdu = bytearray(mpdu + fcs(mpdu))
    assert fcs_ok(bytes(psdu))
    bit = data.draw(st.integers(0, 8 * len(psdu) - 1))
    psdu[bit // 8] ^= 1 << bit % 8
    assert not fcs_ok(bytes(psdu))


def test_the_fcs_of_the_standards_own_example() -> None:
    """IEEE 802.15.4-2006, 7.2.1.9: an acknowledgement, octets 02 00 56."""
    mpdu = bytes.fromhex("020056")
    reference = 0
    for octet in mpdu:
        reference ^= octet
        for _ in range(8):
            reference = reference >> 1 ^ (0x8408 if reference & 1 else 0)
    assert fcs(mpdu) == reference.to_bytes(2, "little")
