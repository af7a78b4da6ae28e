"""NWK frames against octets written by hand from Zigbee PRO R22, 3.3 and 4.3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.zigbee.nwk import frames
from hanbench.emulator.zigbee.nwk.frames import FrameSecurity, NwkFrame
from hanbench.emulator.zigbee.security import cipher

KEY = bytes(range(16))
CIPHER = cipher(KEY)
METER, RELAY = 0x00124B0001020304, 0x00124B00AABBCCDD
METER_OCTETS = "04030201004b1200"
PAYLOAD = bytes.fromhex("4001020709010107") + b"ZCL"


def secured_frame(**options: Any) -> bytes:
    header = frames.header(frames.DATA, 0x0000, 0x1234, 7, radius=30, secured=True, **options)
    return frames.seal(header, PAYLOAD, FrameSecurity(CIPHER, 0x01020304, 9, METER))


def reason_of(npdu: bytes) -> DropReason:
    with pytest.raises(RemoteProtocolError) as caught:
        frames.decode(npdu)
    return caught.value.reason


# --- header ---------------------------------------------------------------------------------------------------------

HEADERS: list[tuple[str, dict[str, Any]]] = [
    ("0800 0000 3412 1e 07", {}),
    ("0900 0000 3412 1e 07", {"type": frames.COMMAND}),
    ("4800 0000 3412 1e 07", {"discover_route": 1}),
    ("0820 0000 3412 1e 07", {"end_device_initiator": True}),
    (f"0810 0000 3412 1e 07 {METER_OCTETS}", {"src_ieee": METER}),
    (f"0808 0000 3412 1e 07 {METER_OCTETS}", {"dst_ieee": METER}),
    ("0818 0000 3412 1e 07 ddccbbaa004b1200" + METER_OCTETS, {"dst_ieee": RELAY, "src_ieee": METER}),
    ("0804 0000 3412 1e 07 02 01 1111 2222", {"relays": (0x1111, 0x2222)}),
    ("0804 0000 3412 1e 07 02 00 1111 2222", {"relays": (0x1111, 0x2222), "relay_index": 0}),
    ("0804 0000 3412 1e 07 00 00", {"relay_index": 0}),
]
each_header = pytest.mark.parametrize(("octets", "options"), HEADERS)
DEFAULTS = {
    "type": frames.DATA,
    "discover_route": 0,
    "end_device_initiator": False,
    "dst_ieee": None,
    "src_ieee": None,
    "relays": (),
    "relay_index": None,
}


@each_header
def test_headers_are_built_as_written_by_hand(octets: str, options: dict[str, Any]) -> None:
    kind = options.get("type", frames.DATA)
    rest = {name: value for name, value in options.items() if name != "type"}
    assert frames.header(kind, 0x0000, 0x1234, 7, radius=30, secured=False, **rest) == bytes.fromhex(octets)


@each_header
def test_headers_are_read_as_written_by_hand(octets: str, options: dict[str, Any]) -> None:
    frame = frames.decode(bytes.fromhex(octets) + PAYLOAD)
    expected = DEFAULTS | ({"relay_index": 1} if "relays" in options else {}) | options
    assert {name: getattr(frame, name) for name in expected} == expected
    assert (frame.dst, frame.src, frame.radius, frame.sequence) == (0x0000, 0x1234, 30, 7)
    assert (frame.secured, frame.payload, frame.header) == (False, PAYLOAD, bytes.fromhex(octets))


@pytest.mark.parametrize(
    ("octets", "reason"),
    [
        ("", DropReason.MALFORMED_NWK),
        ("0800 0000 3412 1e", DropReason.MALFORMED_NWK),
        ("0400 0000 3412 1e 07", DropReason.UNSUPPORTED),  # Zigbee 2004
        ("0c00 0000 3412 1e 07", DropReason.UNSUPPORTED),  # Green Power
        ("0a00 0000 3412 1e 07", DropReason.UNSUPPORTED),  # reserved frame type
        ("0b00 0000 3412 1e 07", DropReason.UNSUPPORTED),  # inter-PAN
        ("0801 0000 3412 1e 07 00", DropReason.UNSUPPORTED),  # multicast
        ("0810 0000 3412 1e 07 04030201004b12", DropReason.MALFORMED_NWK),
        ("0808 0000 3412 1e 07 04030201004b12", DropReason.MALFORMED_NWK),
        ("0804 0000 3412 1e 07", DropReason.MALFORMED_NWK),
        ("0804 0000 3412 1e 07 01", DropReason.MALFORMED_NWK),
        ("0804 0000 3412 1e 07 02 01 1111 22", DropReason.MALFORMED_NWK),
        ("0802 0000 3412 1e 07 28 04030201" + METER_OCTETS + "09 000000", DropReason.MALFORMED_NWK),  # 3 octets of MIC
        ("0802 0000 3412 1e 07 20 04030201" + METER_OCTETS + "09 00000000", DropReason.MALFORMED_NWK),  # link key
        (
            "0802 0000 3412 1e 07 08 04030201" + METER_OCTETS + "09 00000000",
            DropReason.MALFORMED_NWK,
        ),  # no extended nonce
    ],
)
def test_what_no_standard_allows_is_dropped_by_its_reason(octets: str, reason: DropReason) -> None:
    assert reason_of(bytes.fromhex(octets)) is reason


@pytest.mark.parametrize(
    "octets", ["8800", "0840", "0880", "48c0"], ids=["discover route 2", "bit 14", "bit 15", "both"]
)
def test_reserved_bits_of_the_frame_control_are_ignored(octets: str) -> None:
    """R22, 3.3.1.1: reserved sub-fields are ignored on reception."""
    frame = frames.decode(bytes.fromhex(octets + "0000 3412 1e 07") + PAYLOAD)
    assert (frame.type, frame.dst, frame.src, frame.payload) == (frames.DATA, 0x0000, 0x1234, PAYLOAD)


@pytest.mark.parametrize("route", ["02 ff 1111 2222", "02 02 1111 2222", "00 01", "00 ff"])
def test_the_relay_index_matters_to_relays_alone(route: str) -> None:
    """Frames 13, 23 and 27 of killerbee's control4-sample.pcap: the last relay sends on with index 255."""
    frame = frames.decode(bytes.fromhex("0804 0000 3412 1e 07" + route) + PAYLOAD)
    octets = bytes.fromhex(route)
    assert (frame.relay_index, len(frame.relays), frame.payload) == (octets[1], octets[0], PAYLOAD)


@pytest.mark.parametrize("bits", [0x40, 0x80, 0xC0])
def test_reserved_bits_of_the_security_control_are_authenticated(
    bits: int, reference_ccm: Callable[..., bytes]
) -> None:
    """R22, 4.5.1.1: bits 6 and 7; R23 gives bit 6 a meaning. CCM takes the octet with the level as it is (4.3.1.1)."""
    header = bytes.fromhex("0802 0000 3412 1e 07")
    tail = bytes.fromhex("04030201" + METER_OCTETS + "09")
    octet = bytes((0x2D | bits,))
    nonce = bytes.fromhex(METER_OCTETS + "04030201") + octet
    sealed = reference_ccm(KEY, nonce, header + octet + tail, PAYLOAD)
    assert opened(header + bytes((0x28 | bits,)) + tail + sealed).payload == PAYLOAD


@pytest.mark.parametrize(
    "wrong",
    [{"dst": 0x10000}, {"src": -1}, {"radius": 256}, {"sequence": 256}, {"src_ieee": 1 << 64}, {"dst_ieee": -1},
     {"discover_route": 2}, {"relays": (0x10000,)}, {"relays": (1,) * 256}],
)  # fmt: skip
def test_a_header_that_does_not_fit_is_our_error(wrong: dict[str, Any]) -> None:
    fields = {"dst": 0, "src": 0x1234, "sequence": 7, "radius": 30} | wrong
    with pytest.raises(LocalProtocolError):
        frames.header(frames.DATA, secured=False, **fields)


# --- security -------------------------------------------------------------------------------------------------------


def test_a_secured_frame_is_what_the_standard_says_it_is(reference_ccm: Callable[..., bytes]) -> None:
    """Level 0 on the air, 5 in the nonce and in the authenticated header (R22, 4.3.1.1)."""
    header = bytes.fromhex("0802 0000 3412 1e 07")
    tail = bytes.fromhex("04030201" + METER_OCTETS + "09")
    nonce = bytes.fromhex(METER_OCTETS + "04030201 2d")
    sealed = reference_ccm(KEY, nonce, header + b"\x2d" + tail, PAYLOAD)
    assert secured_frame() == header + b"\x28" + tail + sealed


def test_the_short_way_builds_the_same_octets() -> None:
    assert (
        frames.secured_data(0, 0x1234, 7, PAYLOAD, FrameSecurity(CIPHER, 0x01020304, 9, METER), 30) == secured_frame()
    )


def test_parsing_shows_the_auxiliary_header_and_decrypting_the_payload() -> None:
    frame = frames.decode(secured_frame())
    assert (frame.secured, frame.counter, frame.sender_ieee, frame.key_sequence) == (True, 0x01020304, METER, 9)
    assert frame.payload == b""
    frame.decrypt(CIPHER)
    assert frame.payload == PAYLOAD


@pytest.mark.parametrize(
    "options",
    [{}, {"src_ieee": METER, "dst_ieee": RELAY}, {"relays": (0x1111, 0x2222)}, {"end_device_initiator": True}],
)
def test_every_bit_but_the_level_on_the_air_is_protected(options: dict[str, Any]) -> None:
    """The level is not sent (R22, 4.3.1.1), so that its three bits are the only ones that may change unseen."""
    npdu = secured_frame(**options)
    control_at = len(frames.decode(npdu).header)
    unprotected = {8 * control_at + bit for bit in range(3)}
    for bit in range(8 * len(npdu)):
        flipped = bytearray(npdu)
        flipped[bit // 8] ^= 1 << bit % 8
        reason = outcome(bytes(flipped))
        if bit in unprotected:
            assert reason is None
        elif 16 <= bit < 64 or bit >= 8 * (control_at + 1):
            assert reason is DropReason.BAD_MIC, f"bit {bit}"
        else:
            assert reason in (
                DropReason.BAD_MIC,
                DropReason.MALFORMED_NWK,
                DropReason.UNSUPPORTED,
                DropReason.UNSECURED,
            ), f"bit {bit}"


def outcome(npdu: bytes) -> DropReason | None:
    """Why a receiver that insists on security drops `npdu`; None if it does not."""
    try:
        frame = frames.decode(npdu)
        if not frame.secured:
            return DropReason.UNSECURED
        frame.decrypt(CIPHER)
    except RemoteProtocolError as error:
        return error.reason
    return None


def test_another_key_is_a_bad_integrity_code() -> None:
    frame = frames.decode(secured_frame())
    with pytest.raises(RemoteProtocolError) as caught:
        frame.decrypt(cipher(bytes(16)))
    assert caught.value.reason is DropReason.BAD_MIC
    assert frame.payload == b""


def test_an_empty_payload_can_be_sealed() -> None:
    header = frames.header(frames.DATA, 0, 1, 0, radius=1, secured=True)
    frame = frames.decode(frames.seal(header, b"", FrameSecurity(CIPHER, 0, 0, METER)))
    frame.decrypt(CIPHER)
    assert frame.payload == b""


# --- relaying -------------------------------------------------------------------------------------------------------


def opened(npdu: bytes) -> NwkFrame:
    frame = frames.decode(npdu)
    frame.decrypt(CIPHER)
    return frame


@pytest.mark.parametrize("options", [{}, {"src_ieee": METER, "discover_route": 1}])
def test_a_relay_changes_radius_and_auxiliary_header_only(options: dict[str, Any]) -> None:
    npdu = secured_frame(**options)
    relayed = opened(opened(npdu).reseal(FrameSecurity(CIPHER, 77, 9, RELAY)))
    original = frames.decode(npdu)
    assert relayed.header == original.header[:6] + b"\x1d" + original.header[7:]
    assert (relayed.counter, relayed.key_sequence, relayed.sender_ieee) == (77, 9, RELAY)
    assert (relayed.radius, relayed.payload) == (29, PAYLOAD)


def test_a_relay_may_use_a_newer_key() -> None:
    newer = cipher(bytes(range(1, 17)))
    frame = frames.decode(opened(secured_frame()).reseal(FrameSecurity(newer, 0, 10, RELAY)))
    frame.decrypt(newer)
    assert (frame.key_sequence, frame.payload) == (10, PAYLOAD)


def test_a_frame_without_radius_left_is_not_relayed() -> None:
    header = frames.header(frames.DATA, 0, 1, 0, radius=0, secured=True)
    with pytest.raises(LocalProtocolError):
        opened(frames.seal(header, b"", FrameSecurity(CIPHER, 0, 0, METER))).reseal(FrameSecurity(CIPHER, 1, 0, RELAY))


def test_a_used_up_frame_counter_is_our_error() -> None:
    """R22, 4.3.1.1: at 0xFFFFFFFF nothing more may be sent under this key; the field cannot say more anyway."""
    header = frames.header(frames.DATA, 0, 1, 0, radius=1, secured=True)
    with pytest.raises(LocalProtocolError):
        frames.seal(header, b"", FrameSecurity(CIPHER, 1 << 32, 0, METER))
    with pytest.raises(LocalProtocolError):
        frames.secured_data(0, 1, 0, b"", FrameSecurity(CIPHER, 1 << 32, 0, METER), 30)
