"""NWK frame codec: parse and build are inverse, security is kept by relays, junk ends in RemoteProtocolError."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zigbee.nwk import frames
from hanbench.emulator.zigbee.nwk.frames import FrameSecurity, NwkFrame
from hanbench.emulator.zigbee.security import cipher

u8, u16, u32, u64 = (st.integers(0, (1 << width) - 1) for width in (8, 16, 32, 64))
payloads = st.binary(max_size=90)
CIPHER = cipher(bytes(range(16)))


@st.composite
def headers(draw: st.DrawFn) -> dict[str, Any]:
    relays = tuple(draw(st.lists(u16, max_size=5)))
    indices = st.integers(0, max(len(relays) - 1, 0))
    return {
        "type": draw(st.sampled_from((frames.DATA, frames.COMMAND))),
        "dst": draw(u16),
        "src": draw(u16),
        "sequence": draw(u8),
        "radius": draw(u8),
        "src_ieee": draw(st.none() | u64),
        "dst_ieee": draw(st.none() | u64),
        "relays": relays,
        "relay_index": draw(indices if relays else st.none() | indices),
        "discover_route": draw(st.integers(0, 1)),
        "end_device_initiator": draw(st.booleans()),
    }


def fields(frame: NwkFrame, *names: str) -> dict[str, Any]:
    return {name: getattr(frame, name) for name in names}


def attempt(npdu: bytes) -> NwkFrame | DropReason:
    """What is parsed, or the reason for which it is refused. Any other exception escapes."""
    try:
        return frames.decode(npdu)
    except RemoteProtocolError as error:
        return error.reason


def rebuilt(frame: NwkFrame) -> bytes:
    """The header built anew from what was parsed."""
    names = ("type", "dst", "src", "sequence", "radius", "secured", "src_ieee", "dst_ieee", "relays", "relay_index")
    return frames.header(**fields(frame, *names, "discover_route", "end_device_initiator"))


@given(headers(), payloads)
def test_an_unsecured_frame_is_parsed_as_it_was_built(header: dict[str, Any], payload: bytes) -> None:
    frame = frames.decode(frames.header(**header, secured=False) + payload)
    assert fields(frame, *header) == header
    assert (frame.secured, frame.payload) == (False, payload)


@given(headers(), payloads, u32, u8, u64)
def test_a_secured_frame_is_opened_as_it_was_sealed(
    header: dict[str, Any], payload: bytes, counter: int, key_sequence: int, sender: int
) -> None:
    npdu = frames.seal(
        frames.header(**header, secured=True), payload, FrameSecurity(CIPHER, counter, key_sequence, sender)
    )
    frame = frames.decode(npdu)
    assert fields(frame, *header) == header
    assert (frame.counter, frame.key_sequence, frame.sender_ieee) == (counter, key_sequence, sender)
    frame.decrypt(CIPHER)
    assert frame.payload == payload
    again = frames.seal(
        rebuilt(frame), payload, FrameSecurity(CIPHER, frame.counter, frame.key_sequence, frame.sender_ieee)
    )
    assert again == npdu


@given(u16, u16, u8, payloads, u32, u8, u64, u8)
def test_the_short_way_is_the_long_way(
    dst: int, src: int, sequence: int, payload: bytes, counter: int, key_sequence: int, sender: int, radius: int
) -> None:
    header = frames.header(frames.DATA, dst, src, sequence, radius=radius, secured=True)
    long_way = frames.seal(header, payload, FrameSecurity(CIPHER, counter, key_sequence, sender))
    short_way = frames.secured_data(
        dst, src, sequence, payload, FrameSecurity(CIPHER, counter, key_sequence, sender), radius
    )
    assert short_way == long_way


@given(headers(), payloads, st.lists(st.tuples(u32, u8, u64), min_size=1, max_size=4))
def test_every_relay_secures_anew_and_changes_nothing_but_the_radius(
    header: dict[str, Any], payload: bytes, hops: list[tuple[int, int, int]]
) -> None:
    header["radius"] = 30
    npdu = frames.seal(frames.header(**header, secured=True), payload, FrameSecurity(CIPHER, 1, 0, 2))
    for hop, relay in enumerate(hops, start=1):
        frame = frames.decode(npdu)
        frame.decrypt(CIPHER)
        npdu = frame.reseal(FrameSecurity(CIPHER, *relay))
        relayed = frames.decode(npdu)
        relayed.decrypt(CIPHER)
        assert fields(relayed, *header) == header | {"radius": 30 - hop}
        assert (relayed.counter, relayed.key_sequence, relayed.sender_ieee) == relay
        assert relayed.payload == payload


frame_controls = st.builds(
    lambda flags, kind: (kind | 2 << 2 | flags).to_bytes(2, "little"),
    st.sampled_from((0, 0x40, 0x200, 0x400, 0x800, 0x1000, 0x1A00, 0x1C00, 0x1E00, 0x2200)),
    st.integers(0, 1),
)
junk = st.binary(max_size=127) | st.builds(bytes.__add__, frame_controls, st.binary(max_size=125))


@given(junk)
def test_junk_is_a_frame_or_an_error(npdu: bytes) -> None:
    frame = attempt(npdu)
    if isinstance(frame, DropReason):
        assert frame in (DropReason.MALFORMED_NWK, DropReason.UNSUPPORTED)
        return
    assert rebuilt(frame) == frame.header
    assert npdu == frame.header + (frame.sealed if frame.secured else frame.payload)


@given(st.binary(min_size=18, max_size=100), st.booleans())
def test_junk_under_a_good_header_is_a_bad_integrity_code(sealed: bytes, discover: bool) -> None:
    header = frames.header(frames.DATA, 0, 1, 2, radius=3, secured=True, discover_route=discover)
    frame = frames.decode(header + bytes((frames.ON_AIR,)) + sealed[1:])
    with pytest.raises(RemoteProtocolError, match=DropReason.BAD_MIC):
        frame.decrypt(CIPHER)
    assert frame.payload == b""


@given(headers(), payloads, st.data())
def test_a_frame_cut_short_never_passes(header: dict[str, Any], payload: bytes, data: st.DataObject) -> None:
    npdu = frames.seal(frames.header(**header, secured=True), payload, FrameSecurity(CIPHER, 1, 0, 2))
    cut = npdu[: data.draw(st.integers(0, len(npdu) - 1))]
    with pytest.raises(RemoteProtocolError, match=f"{DropReason.MALFORMED_NWK}|{DropReason.BAD_MIC}"):
        frames.decode(cut).decrypt(CIPHER)
