"""APS frames against octets written by hand from Zigbee PRO R22, 2.2.5 and 4.4."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zigbee.aps import frames
from hanbench.emulator.zigbee.aps.frames import ApsFrame, Fragment
from hanbench.emulator.zigbee.security import KeyId, cipher

KEY = bytes(range(16))
CIPHER = cipher(KEY)
HUB = 0x00124B0001020304
HUB_OCTETS = "04030201004b1200"
PLAIN = b"Read Attributes"
NO_SECURITY = {"secured": False, "key_id": 0, "frame_counter": 0, "sender_ieee": None}


def data_header(**options: Any) -> bytes:
    return frames.data_header(1, 0x0702, 0x0109, 2, 0x55, **{"ack_request": True, **options})


def reason_of(apdu: bytes) -> DropReason:
    with pytest.raises(RemoteProtocolError) as caught:
        frames.decode(apdu)
    return caught.value.reason


# --- headers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "options"),
    [
        ("40 01 0207 0901 02 55", {}),
        ("00 01 0207 0901 02 55", {"ack_request": False}),
        ("08 01 0207 0901 02 55", {"ack_request": False, "delivery": frames.BROADCAST}),
        ("c0 01 0207 0901 02 55 01 03", {"fragment": Fragment(True, 3)}),
        ("c0 01 0207 0901 02 55 02 01", {"fragment": Fragment(False, 1)}),
    ],
)
def test_data_headers_are_as_written_by_hand(octets: str, options: dict[str, Any]) -> None:
    assert data_header(**options) == bytes.fromhex(octets)
    expected = {"ack_request": True, "delivery": frames.UNICAST, "fragment": None} | options | NO_SECURITY
    frame = frames.decode(bytes.fromhex(octets) + PLAIN)
    assert {name: getattr(frame, name) for name in expected} == expected
    assert (frame.type, frame.payload, frame.ack_format, frame.group) == (frames.DATA, PLAIN, False, 0)
    assert (frame.dst_endpoint, frame.cluster, frame.profile, frame.src_endpoint) == (1, 0x0702, 0x0109, 2)
    assert frame.counter == 0x55


def test_a_group_has_an_address_and_no_endpoint() -> None:
    octets = bytes.fromhex("0c 3412 0207 0901 02 55")
    assert frames.group_header(0x1234, 0x0702, 0x0109, 2, 0x55) == octets
    frame = frames.decode(octets + PLAIN)
    assert (frame.delivery, frame.group, frame.dst_endpoint) == (frames.GROUP, 0x1234, 0)
    assert (frame.cluster, frame.profile, frame.src_endpoint, frame.counter) == (0x0702, 0x0109, 2, 0x55)
    assert frame.payload == PLAIN


@pytest.mark.parametrize(
    ("octets", "options"),
    [("01 2a", {}), ("41 2a", {"ack_request": True}), ("09 2a", {"delivery": frames.BROADCAST})],
)
def test_command_headers_are_as_written_by_hand(octets: str, options: dict[str, Any]) -> None:
    assert frames.command_header(0x2A, **options) == bytes.fromhex(octets)
    frame = frames.decode(bytes.fromhex(octets) + b"\x09\x01")
    assert (frame.type, frame.counter, frame.payload) == (frames.COMMAND, 0x2A, b"\x09\x01")
    assert (frame.cluster, frame.dst_endpoint, frame.fragment) == (0, 0, None)


@pytest.mark.parametrize(
    ("received", "acknowledgement"),
    [
        ("40 01 0207 0901 02 55", "02 02 0207 0901 01 55"),
        ("41 2a", "12 2a"),
        ("c0 01 0207 0901 02 55 01 03", "82 02 0207 0901 01 55 01 00 ff"),
        ("c0 01 0207 0901 02 55 02 02", "82 02 0207 0901 01 55 02 02 ff"),
    ],
    ids=["data", "command", "first-fragment", "later-fragment"],
)
def test_acknowledgements_turn_the_endpoints_round(received: str, acknowledgement: str) -> None:
    built = frames.ack_header(frames.decode(bytes.fromhex(received) + PLAIN))
    assert built == bytes.fromhex(acknowledgement)
    frame = frames.decode(built)
    assert (frame.type, frame.ack_format, frame.payload) == (frames.ACK, received.startswith("41"), b"")


def test_an_acknowledgement_says_which_blocks_came() -> None:
    """Bits beyond the window are set; here the second block of a window is missing (TP/PRO/BV-43, step 15)."""
    fragment = frames.decode(data_header(fragment=Fragment(True, 8)) + PLAIN)
    frame = frames.decode(frames.ack_header(fragment, received=0xFD))
    assert frame.fragment == Fragment(True, 0, 0xFD)


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        ("", DropReason.MALFORMED_APS),
        ("40", DropReason.MALFORMED_APS),
        ("40 01 0207 0901 02", DropReason.MALFORMED_APS),
        ("0c 3412 0207 0901 02", DropReason.MALFORMED_APS),
        ("01", DropReason.MALFORMED_APS),
        ("43 01 0207 0901 02 55", DropReason.UNSUPPORTED),  # inter-PAN
        ("44 01 0207 0901 02 55", DropReason.UNSUPPORTED),  # indirect delivery, gone since Zigbee PRO
        ("0d 2a 09 01", DropReason.MALFORMED_APS),  # a command to a group
        ("0a 02 0207 0901 01 55", DropReason.MALFORMED_APS),  # an acknowledgement to everybody
        ("0e 3412 0207 0901 01 55", DropReason.MALFORMED_APS),
        ("02 02 0207 0901 01 55 00", DropReason.MALFORMED_APS),  # an acknowledgement with content
        ("12 2a 00", DropReason.MALFORMED_APS),
        ("c0 01 0207 0901 02 55", DropReason.MALFORMED_APS),
        ("c0 01 0207 0901 02 55 01", DropReason.MALFORMED_APS),
        ("c0 01 0207 0901 02 55 03 01", DropReason.MALFORMED_APS),  # reserved kind of fragmentation
        ("c0 01 0207 0901 02 55 01 00", DropReason.MALFORMED_APS),  # first of 0 blocks
        ("c0 01 0207 0901 02 55 02 00", DropReason.MALFORMED_APS),  # block 0 says that it is not the first
        ("88 01 0207 0901 02 55 01 02", DropReason.MALFORMED_APS),  # a fragment to everybody
        ("81 2a 01 02 09 01", DropReason.MALFORMED_APS),  # a fragment of a command
        ("82 02 0207 0901 01 55 01 00", DropReason.MALFORMED_APS),  # acknowledgement without its bit field
        ("20 01 0207 0901 02 55 00 04030201 000000", DropReason.MALFORMED_APS),  # 3 octets of integrity code
        ("20 01 0207 0901 02 55 20 04030201 04030201004b12", DropReason.MALFORMED_APS),
        ("20 01 0207 0901 02 55 08 04030201 00 00000000", DropReason.UNSUPPORTED),  # the network key
    ],
)
def test_what_no_standard_allows_is_dropped_by_its_reason(octets: str, reason: DropReason) -> None:
    assert reason_of(bytes.fromhex(octets)) is reason


@pytest.mark.parametrize("octets", ["50 01 0207 0901 02 55", "18 01 0207 0901 02 55", "11 2a 09 01"])
def test_only_acknowledgements_have_an_acknowledgement_format(octets: str) -> None:
    """R22, 2.2.5.1.1.3: the bit means nothing in other frames."""
    assert not frames.decode(bytes.fromhex(octets)).ack_format


def test_an_extended_header_need_not_speak_of_fragments() -> None:
    frame = frames.decode(bytes.fromhex("c0 01 0207 0901 02 55 00") + PLAIN)
    assert (frame.fragment, frame.payload) == (None, PLAIN)


@pytest.mark.parametrize(
    "build",
    [
        lambda: frames.data_header(256, 0, 0, 0, 0, ack_request=True),
        lambda: frames.data_header(0, 0x10000, 0, 0, 0, ack_request=True),
        lambda: frames.data_header(0, 0, 0, 0, 256, ack_request=True),
        lambda: frames.data_header(0, 0, 0, 0, 0, ack_request=True, fragment=Fragment(True, 256)),
        lambda: frames.group_header(0x10000, 0, 0, 0, 0),
        lambda: frames.command_header(256),
        lambda: frames.ack_header(frames.decode(data_header(fragment=Fragment(True, 2))), received=256),
        lambda: frames.secure(b"", b"", CIPHER, KeyId.DATA, 1 << 32, HUB, extended_nonce=False),
    ],
)
def test_a_frame_that_does_not_fit_is_our_error(build: Callable[[], bytes]) -> None:
    with pytest.raises(LocalProtocolError):
        build()


# --- security -------------------------------------------------------------------------------------------------------

KEYS = [
    # key, extended nonce, control on the air, control as authenticated
    (KeyId.DATA, False, "00", "05"),
    (KeyId.DATA, True, "20", "25"),
    (KeyId.KEY_TRANSPORT, True, "30", "35"),
    (KeyId.KEY_LOAD, True, "38", "3d"),
    (KeyId.KEY_LOAD, False, "18", "1d"),
]
each_key = pytest.mark.parametrize(("key_id", "extended_nonce", "on_air", "authenticated"), KEYS)


def secured(key_id: KeyId = KeyId.DATA, *, extended_nonce: bool = True) -> bytes:
    header = frames.command_header(0x2A, secured=True)
    return frames.secure(header, PLAIN, CIPHER, key_id, 0x01020304, HUB, extended_nonce=extended_nonce)


@each_key
def test_a_secured_frame_is_what_the_standard_says_it_is(
    key_id: KeyId, extended_nonce: bool, on_air: str, authenticated: str, reference_ccm: Callable[..., bytes]
) -> None:
    """Level 0 on the air, 5 in the nonce and in the authenticated header (R22, 4.4.1.1)."""
    header = bytes.fromhex("21 2a")
    tail = bytes.fromhex("04030201" + (HUB_OCTETS if extended_nonce else ""))
    nonce = bytes.fromhex(HUB_OCTETS + "04030201" + authenticated)
    sealed = reference_ccm(KEY, nonce, header + bytes.fromhex(authenticated) + tail, PLAIN)
    assert secured(key_id, extended_nonce=extended_nonce) == header + bytes.fromhex(on_air) + tail + sealed


@each_key
def test_a_secured_frame_can_be_read(key_id: KeyId, extended_nonce: bool, on_air: str, authenticated: str) -> None:
    frame = frames.decode(secured(key_id, extended_nonce=extended_nonce))
    assert (frame.secured, frame.key_id, frame.frame_counter) == (True, key_id, 0x01020304)
    assert frame.sender_ieee == (HUB if extended_nonce else None)
    assert frame.payload == b""
    frame.decrypt(CIPHER, HUB)
    assert frame.payload == PLAIN


def outcome(apdu: bytes) -> DropReason | None:
    """Why a receiver that insists on security drops `apdu`; None if it does not."""
    try:
        frame = frames.decode(apdu)
        if not frame.secured:
            return DropReason.UNSECURED
        frame.decrypt(CIPHER, HUB if frame.sender_ieee is None else frame.sender_ieee)
    except RemoteProtocolError as error:
        return error.reason
    return None


@each_key
def test_every_bit_but_the_level_on_the_air_is_protected(
    key_id: KeyId, extended_nonce: bool, on_air: str, authenticated: str
) -> None:
    """The level is not sent (R22, 4.4.1.1), so that its three bits are the only ones that may change unseen."""
    apdu = secured(key_id, extended_nonce=extended_nonce)
    unprotected = {8 * 2 + bit for bit in range(3)}
    for bit in range(8 * len(apdu)):
        flipped = bytearray(apdu)
        flipped[bit // 8] ^= 1 << bit % 8
        reason = outcome(bytes(flipped))
        if bit in unprotected:
            assert reason is None
        elif 8 <= bit < 16 or bit >= 24:
            assert reason is DropReason.BAD_MIC, f"bit {bit}"
        else:
            assert reason in (
                DropReason.BAD_MIC,
                DropReason.MALFORMED_APS,
                DropReason.UNSUPPORTED,
                DropReason.UNSECURED,
            ), f"bit {bit}"


def test_without_extended_nonce_the_sender_must_be_known() -> None:
    frame = frames.decode(secured(extended_nonce=False))
    with pytest.raises(RemoteProtocolError) as caught:
        frame.decrypt(CIPHER, HUB + 1)
    assert caught.value.reason is DropReason.BAD_MIC
    frame.decrypt(CIPHER, HUB)
    assert frame.payload == PLAIN


def test_secured_data_and_fragments_keep_their_header() -> None:
    for fragment in (None, Fragment(True, 2), Fragment(False, 1)):
        header = data_header(secured=True, fragment=fragment)
        frame = frames.decode(frames.secure(header, PLAIN, CIPHER, KeyId.DATA, 1, HUB, extended_nonce=False))
        frame.decrypt(CIPHER, HUB)
        assert (frame.fragment, frame.cluster, frame.payload) == (fragment, 0x0702, PLAIN)


def secured_ack(content: bytes) -> ApsFrame:
    header = frames.ack_header(frames.decode(data_header() + PLAIN), secured=True)
    return frames.decode(frames.secure(header, content, CIPHER, KeyId.DATA, 1, HUB, extended_nonce=False))


def test_a_secured_acknowledgement_is_empty() -> None:
    acknowledgement = secured_ack(b"")
    acknowledgement.decrypt(CIPHER, HUB)
    assert (acknowledgement.type, acknowledgement.payload) == (frames.ACK, b"")
    with pytest.raises(RemoteProtocolError) as caught:
        secured_ack(b"x").decrypt(CIPHER, HUB)
    assert caught.value.reason is DropReason.MALFORMED_APS
