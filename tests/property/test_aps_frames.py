"""APS frame codec: parse and build are inverse, and junk ends in RemoteProtocolError."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zigbee.aps import frames
from hanbench.emulator.zigbee.aps.frames import ApsFrame, Fragment
from hanbench.emulator.zigbee.security import KeyId, cipher

u8, u16, u32, u64 = (st.integers(0, (1 << width) - 1) for width in (8, 16, 32, 64))
payloads = st.binary(max_size=90)
key_ids = st.sampled_from((KeyId.DATA, KeyId.KEY_TRANSPORT, KeyId.KEY_LOAD))
fragments = st.none() | st.builds(Fragment, st.booleans(), st.integers(1, 255))
CIPHER = cipher(bytes(range(16)))


@st.composite
def data_fields(draw: st.DrawFn) -> dict[str, Any]:
    fragment = draw(fragments)
    return {
        "dst_endpoint": draw(u8),
        "cluster": draw(u16),
        "profile": draw(u16),
        "src_endpoint": draw(u8),
        "counter": draw(u8),
        "ack_request": draw(st.booleans()),
        "delivery": frames.UNICAST if fragment else draw(st.sampled_from((frames.UNICAST, frames.BROADCAST))),
        "fragment": fragment,
    }


def fields(frame: ApsFrame, names: Any) -> dict[str, Any]:
    return {name: getattr(frame, name) for name in names}


@given(data_fields(), payloads)
def test_data_is_parsed_as_it_was_built(wanted: dict[str, Any], payload: bytes) -> None:
    frame = frames.decode(frames.data_header(**wanted) + payload)
    assert fields(frame, wanted) == wanted
    assert (frame.type, frame.secured, frame.payload, frame.group) == (frames.DATA, False, payload, 0)


@given(u16, u16, u16, u8, u8, payloads)
def test_data_for_groups_is_parsed_as_it_was_built(
    group: int, cluster: int, profile: int, src_endpoint: int, counter: int, payload: bytes
) -> None:
    frame = frames.decode(frames.group_header(group, cluster, profile, src_endpoint, counter) + payload)
    assert (frame.delivery, frame.group, frame.cluster, frame.profile) == (frames.GROUP, group, cluster, profile)
    assert (frame.src_endpoint, frame.counter, frame.payload) == (src_endpoint, counter, payload)


@given(data_fields(), payloads, key_ids, u32, u64, st.booleans())
def test_what_is_secured_can_be_opened(
    wanted: dict[str, Any], payload: bytes, key_id: KeyId, counter: int, sender: int, extended_nonce: bool
) -> None:
    header = frames.data_header(**wanted, secured=True)
    apdu = frames.secure(header, payload, CIPHER, key_id, counter, sender, extended_nonce=extended_nonce)
    frame = frames.decode(apdu)
    frame.decrypt(CIPHER, sender)
    assert fields(frame, wanted) == wanted
    assert (frame.secured, frame.key_id, frame.frame_counter, frame.payload) == (True, key_id, counter, payload)
    assert frame.sender_ieee == (sender if extended_nonce else None)
    again = frames.data_header(**fields(frame, wanted), secured=True)
    assert frames.secure(again, payload, CIPHER, key_id, counter, sender, extended_nonce=extended_nonce) == apdu


@given(u8, st.booleans(), st.booleans(), payloads)
def test_commands_are_parsed_as_they_were_built(counter: int, ack: bool, broadcast: bool, payload: bytes) -> None:
    delivery = frames.BROADCAST if broadcast else frames.UNICAST
    frame = frames.decode(frames.command_header(counter, delivery=delivery, ack_request=ack) + payload)
    assert (frame.type, frame.counter, frame.delivery) == (frames.COMMAND, counter, delivery)
    assert (frame.ack_request, frame.payload) == (ack, payload)


@given(data_fields().filter(lambda wanted: wanted["delivery"] == frames.UNICAST), u8)
def test_an_acknowledgement_answers_its_frame(wanted: dict[str, Any], received: int) -> None:
    message = frames.decode(frames.data_header(**wanted))
    ack = frames.decode(frames.ack_header(message, received=received))
    assert (ack.type, ack.ack_format, ack.counter) == (frames.ACK, False, message.counter)
    assert (ack.dst_endpoint, ack.src_endpoint) == (message.src_endpoint, message.dst_endpoint)
    assert (ack.cluster, ack.profile) == (message.cluster, message.profile)
    fragment = message.fragment
    block = None if fragment is None else Fragment(fragment.first, 0 if fragment.first else fragment.block, received)
    assert ack.fragment == block


def attempt(apdu: bytes) -> ApsFrame | DropReason:
    """What is parsed, or the reason for which it is refused. Any other exception escapes."""
    try:
        return frames.decode(apdu)
    except RemoteProtocolError as error:
        return error.reason


controls = st.integers(0, 255).map(lambda octet: bytes((octet,)))
junk = st.binary(max_size=110) | st.builds(bytes.__add__, controls, st.binary(min_size=6, max_size=40))


@given(junk)
def test_junk_is_a_frame_or_an_error(apdu: bytes) -> None:
    frame = attempt(apdu)
    if isinstance(frame, DropReason):
        assert frame in (DropReason.MALFORMED_APS, DropReason.UNSUPPORTED)
        return
    assert all(hasattr(frame, name) for name in ApsFrame.__slots__), "every field has a value"
    if frame.secured:
        with pytest.raises(RemoteProtocolError, match=DropReason.BAD_MIC):
            frame.decrypt(CIPHER, frame.sender_ieee or 0)
        assert frame.payload == b""
    elif frame.type == frames.DATA:
        assert fields(frames.decode(data_again(frame)), FIELDS) == fields(frame, FIELDS)


FIELDS = ("delivery", "dst_endpoint", "group", "cluster", "profile", "src_endpoint", "counter", "fragment", "payload")


def data_again(frame: ApsFrame) -> bytes:
    """A data frame built anew from what was parsed."""
    if frame.delivery == frames.GROUP:
        header = frames.group_header(frame.group, frame.cluster, frame.profile, frame.src_endpoint, frame.counter)
    else:
        header = frames.data_header(
            frame.dst_endpoint,
            frame.cluster,
            frame.profile,
            frame.src_endpoint,
            frame.counter,
            ack_request=frame.ack_request,
            delivery=frame.delivery,
            fragment=frame.fragment,
        )
    return header + frame.payload


@given(data_fields(), payloads, st.data())
def test_a_secured_frame_cut_short_never_passes(wanted: dict[str, Any], payload: bytes, data: st.DataObject) -> None:
    header = frames.data_header(**wanted, secured=True)
    apdu = frames.secure(header, payload, CIPHER, KeyId.DATA, 7, 8, extended_nonce=True)
    cut = apdu[: data.draw(st.integers(0, len(apdu) - 1))]
    with pytest.raises(RemoteProtocolError, match=f"{DropReason.MALFORMED_APS}|{DropReason.BAD_MIC}"):
        frames.decode(cut).decrypt(CIPHER, 8)
