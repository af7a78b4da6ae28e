"""MAC security by the radio: octets that OpenThread's own firmware put on the air, and the virtual dongle must too.

Source of every vector: ot-rcp (OpenThread, simulation platform, source of 9 January 2025, commit 3ae741f95), driven
with these commands on 2026-11-25; a second ot-rcp heard the frames. Keys, address and counter are those set below.
"""

from __future__ import annotations

from typing import Any

import pytest

from hanbench.emulator.clock import MILLISECOND, VirtualClock
from hanbench.emulator.dongle import Rcp
from hanbench.emulator.octets import le
from hanbench.emulator.radio import Air, AirRadio, RadioConfig
from hanbench.emulator.radio.spinel import frames, hdlc
from hanbench.emulator.radio.spinel.frames import SpinelFrame, TransmitRequest
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId
from hanbench.emulator.randomness import split

KEYS = b"".join(le(16, 2) + bytes([octet]) * 16 for octet in (0xA1, 0xB2, 0xC3))
KEY_ID, COUNTER = 5, 0x01020304
HEAD = "2a621a22220100"
VECTORS = {
    "data, level 5": (
        f"6998{HEAD}0d000000000068656c6c6f20746872656164000000000000",
        f"6998{HEAD}0d04030201059021746d3a0d0d316f570ca9ba80d9019467",
    ),
    "data, level 6": (
        f"6998{HEAD}0e000000000068656c6c6f2074687265616400000000000000000000",
        f"6998{HEAD}0e0503020105581725b3ff40d2a5fa1c10b64a0df55f6b1ad7060165",
    ),
    "data, level 7": (
        f"6998{HEAD}0f000000000068656c6c6f20746872656164000000000000000000000000000000000000",
        f"6998{HEAD}0f06030201057821d7dbf24b30b524d8dc153963bdf4ec27d9ff5f74a8705805eef3ccb9",
    ),
    "data, level 1: OpenThread enciphers what the standard only authenticates": (
        f"6998{HEAD}09000000000068656c6c6f20746872656164000000000000",
        f"6998{HEAD}0907030201056cdf0bbb4ae1d6b72d7b619df6650ec87821",
    ),
    "data request of 2006: the command identifier stays in clear": (
        f"6b98{HEAD}0d000000000004000000000000",
        f"6b98{HEAD}0d08030201050470a870fbaad3",
    ),
    "data of 2015": (
        f"69a8{HEAD}0d000000000068656c6c6f20746872656164000000000000",
        f"69a8{HEAD}0d0903020105d706b7e7c48ab87bf013928321961809df63",
    ),
    "command of 2015": (
        f"6ba8{HEAD}0d000000000004000000000000",
        f"6ba8{HEAD}0d0a03020105d8ae9a1b09b4b7",
    ),
    "command of 2015 with an IE": (
        f"6baa{HEAD}0d0000000000040d11223344803f04000000000000",
        f"6baa{HEAD}0d0b03020105040d11223344803f72dfa84ff03e87",
    ),
    "extended source": (
        "69d82a621a222277665544332211000d000000000068656c6c6f20746872656164000000000000",
        "69d82a621a222277665544332211000d0c03020105a23f4f0a604e4cbeb22b0f5a9141dc94f852",
    ),
}
"""What the host wrote, and what was on the air, in the order of sending: the counter counts."""


class Line:
    """An RCP with keys, and a radio with the address that the frames go to."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.air = Air(self.clock, split(1, "air"))
        self.on_air: list[bytes] = []
        self.air.observers.append(lambda each: self.on_air.append(each.psdu))
        self.said: list[SpinelFrame] = []
        self._decoder = hdlc.Decoder()
        radio = AirRadio(self.air, self.clock, split(1, "rcp"), "rcp")
        self.rcp = Rcp(radio, self.clock, self._read, eui64=1)
        self.peer = AirRadio(self.air, self.clock, split(1, "peer"), "peer", (3.0, 0.0))
        self.peer.configure(RadioConfig(15, 0x1A62, 0x2222))
        self.peer.listen(True)
        for what, value in (
            (PropertyId.PHY_ENABLED, b"\x01"),
            (PropertyId.MAC_PANID, le(0x1A62, 2)),
            (PropertyId.MAC_SADDR, le(1, 2)),
            (PropertyId.MAC_LADDR, bytes.fromhex("0011223344556677")),
        ):
            self.set(what, value)

    def _read(self, octets: bytes) -> None:
        self.said += [frames.decode(payload) for payload in self._decoder.feed(octets)]

    def set(self, what: int, value: bytes) -> SpinelFrame:
        """Write a property; the answer."""
        self.said.clear()
        self.rcp.feed(hdlc.encode(SpinelFrame(3, CommandId.SET, what, value).encode()))
        return self.said[-1]

    def with_keys(self) -> Line:
        assert self.set(PropertyId.RCP_MAC_KEY, bytes((8, KEY_ID)) + KEYS)[2:4] == (0, b"\x00")
        assert self.set(PropertyId.RCP_MAC_FRAME_COUNTER, le(COUNTER, 4))[2:4] == (0, b"\x00")
        return self

    def send(self, psdu: str, **fields: Any) -> tuple[bytes, bytes]:
        """The frame on the air, and the value of the answer."""
        self.said.clear()
        self.on_air.clear()
        request = TransmitRequest(bytes.fromhex(psdu), 15, rx_channel=15, **fields).encode()
        self.rcp.feed(hdlc.encode(SpinelFrame(4, CommandId.SET, PropertyId.STREAM_RAW, request).encode()))
        self.clock.run_for(500 * MILLISECOND)
        (answer,) = (frame for frame in self.said if frame.tid == 4)
        return (self.on_air or [b""])[0], answer.value


def test_frames_are_secured_as_by_real_firmware():
    line = Line().with_keys()
    for number, (name, (written, expected)) in enumerate(VECTORS.items()):
        on_air, answer = line.send(written)
        assert on_air.hex() == expected, name
        # Status, frame-pending, header updated ... key identifier and counter.
        assert answer[0::2][:2] == b"\x00\x01"
        assert answer[-5:] == bytes((KEY_ID,)) + le(COUNTER + number, 4)


def test_a_header_that_the_host_filled_in_keeps_its_counter():
    line = Line().with_keys()
    written = f"6998{HEAD}0d990000000568656c6c6f20746872656164000000000000"
    expected = f"6998{HEAD}0d990000000508ced3715f3acc6e63da564abb6868198b10"
    for retransmission in (False, True):
        on_air, answer = line.send(written, header_updated=True, retransmission=retransmission)
        assert on_air.hex() == expected
        assert answer[-5:].hex() == "0599000000"
    assert line.send(VECTORS["data, level 5"][0])[0].hex() == VECTORS["data, level 5"][1]


def test_a_frame_that_the_host_has_secured_is_left_alone():
    line = Line().with_keys()
    on_air, answer = line.send(f"6998{HEAD}0d990000000568656c6c6f20746872656164000000000000", security_processed=True)
    assert on_air.hex() == f"6998{HEAD}0d990000000568656c6c6f2074687265616400000000c67c"
    assert answer[0::2][:2] == b"\x00\x00"


def test_a_counter_with_a_flag_is_only_raised():
    # `SubMac::SetFrameCounter` with `aSetIfLarger`; ot-rcp's simulation platform forgets the flag.
    line = Line().with_keys()
    assert line.set(PropertyId.RCP_MAC_FRAME_COUNTER, le(5, 4) + b"\x01").value == b"\x00"
    assert line.send(VECTORS["data, level 5"][0])[0].hex() == VECTORS["data, level 5"][1]
    line.set(PropertyId.RCP_MAC_FRAME_COUNTER, le(COUNTER + 9, 4) + b"\x01")
    assert line.send(VECTORS["data, level 5"][0])[1][-4:] == le(COUNTER + 9, 4)


@pytest.mark.parametrize("value", [b"\x00\x05" + KEYS, b"\x10\x05" + KEYS, b"\x08\x05" + b"\x08\x00" + bytes(8)])
def test_other_key_modes_and_lengths_are_invalid_arguments(value):
    assert Line().set(PropertyId.RCP_MAC_KEY, value)[2:4] == (PropertyId.LAST_STATUS, b"\x03")


@pytest.mark.parametrize("octets", range(3, 24))
def test_a_secured_frame_that_ends_early_is_refused(octets):
    whole = bytes.fromhex(VECTORS["data, level 5"][0])
    on_air, answer = Line().with_keys().send(whole[:octets].hex())
    if not on_air:
        assert answer == b"\x03"
