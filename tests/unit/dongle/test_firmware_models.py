"""What real RCP firmware does, as measured on it; the virtual dongle's models must do the same.

Sources: domain/rcp-firmware.md, and OpenThread's ot-rcp (simulation platform, source of 9 January 2025, commit
3ae741f95), driven with the same commands on 2026-11-25.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hanbench.emulator.clock import MILLISECOND, VirtualClock
from hanbench.emulator.dongle import LENIENT, MODELS, STRICT, Firmware, Rcp
from hanbench.emulator.dongle.firmware import Interruption
from hanbench.emulator.octets import le
from hanbench.emulator.radio import Air, AirRadio, RadioConfig, TxResult, TxStatus
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.radio.spinel import frames, hdlc
from hanbench.emulator.radio.spinel.frames import SpinelFrame, TransmitRequest, decode_received
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId
from hanbench.emulator.randomness import split
from hanbench.profiles.firmware_models import FirmwareModel

PAN, CHANNEL = 0x1A62, 15
SET, GET, INSERT, REMOVE = CommandId.SET, CommandId.GET, CommandId.INSERT, CommandId.REMOVE
OK, BUSY = 0, 12


class Line:
    """One RCP on an Air with a plain radio, and every frame that it wrote."""

    def __init__(self, firmware: Firmware = STRICT, seed: int = 1) -> None:
        self.clock = VirtualClock()
        self.air = Air(self.clock, split(seed, "air"))
        radio = AirRadio(self.air, self.clock, split(seed, "radio"), "rcp")
        self.said: list[SpinelFrame] = []
        self._decoder = hdlc.Decoder()
        self.rcp = Rcp(radio, self.clock, self._read, eui64=1, firmware=firmware, random=split(seed, "races"))
        self.peer = AirRadio(self.air, self.clock, split(seed, "peer"), "peer", (3.0, 0.0))
        self.peer.configure(RadioConfig(CHANNEL, PAN, 0x2222))
        self.peer.listen(True)
        self.heard: list[bytes] = []
        self.peer.receiver = lambda reception: self.heard.append(reception.psdu)

    def _read(self, octets: bytes) -> None:
        self.said += [frames.decode(payload) for payload in self._decoder.feed(octets)]

    def say(self, tid: int, command: int, what: int, value: bytes = b"") -> None:
        self.rcp.feed(hdlc.encode(SpinelFrame(tid, command, what, value).encode()))

    def ask(self, command: int, what: int, value: bytes = b"") -> tuple[int, int, str]:
        """Command, property and value of the answer."""
        self.say(9, command, what, value)
        (answer,) = self.take(9)
        return answer.command, answer.property, answer.value.hex()

    def take(self, tid: int) -> list[SpinelFrame]:
        taken = [frame for frame in self.said if frame.tid == tid]
        self.said = [frame for frame in self.said if frame.tid != tid]
        return taken

    def up(self) -> Line:
        """Switch the radio on, with address 0x0001."""
        for what, value in (
            (PropertyId.PHY_ENABLED, b"\x01"),
            (PropertyId.PHY_CHAN, bytes((CHANNEL,))),
            (PropertyId.MAC_PANID, le(PAN, 2)),
            (PropertyId.MAC_SADDR, b"\x01\x00"),
            (PropertyId.MAC_RAW_STREAM_ENABLED, b"\x01"),
        ):
            self.ask(SET, what, value)
        return self

    def transmit(self, psdu: bytes, tid: int = 1, **fields: Any) -> None:
        request = TransmitRequest(psdu, CHANNEL, rx_channel=CHANNEL, **fields)
        self.say(tid, SET, PropertyId.STREAM_RAW, request.encode())


def status(code: str) -> tuple[int, int, str]:
    return CommandId.IS, PropertyId.LAST_STATUS, code


DATA = bytes.fromhex("6188 01 621a 2222 0100") + bytes(20) + b"\x00\x00"


# --- properties: domain/rcp-firmware.md 3 -----------------------------------------------------------------------------

TABLE = {
    0x05: "050c182281044041",
    0x0C: "04",
    0x0D: "00",
    0x29: "0b0c0d0e0f101112131415161718191a",
    0x2A: "00",
    0x2C: "0000",
    0x32: "c800",
    0x35: "feff",
    0xB1: "04",
    0x804: "ff",
    0x805: "ff",
    0x120B: "7f",
    0x4001: "02",
}


@pytest.mark.parametrize(("what", "value"), TABLE.items(), ids=map(hex, TABLE))
def test_a_property_has_the_value_that_real_firmware_gives(what, value):
    assert Line().ask(GET, what) == (CommandId.IS, what, value)


def test_the_time_has_eight_octets_at_0x802_and_none_at_0xb2():
    line = Line()
    line.clock.run_for(5_000_000_000)
    assert line.ask(GET, 0x802) == (CommandId.IS, 0x802, le(5_000_000_000, 8).hex())
    assert line.ask(GET, 0xB2) == status("0d")


@pytest.mark.parametrize("what", [0x3B, 0x1304, 0x1305], ids=hex)
def test_what_firmware_cannot_be_asked_for_is_not_found_and_its_set_ends_in_ok(what):
    line = Line().up()
    assert line.ask(GET, what) == status("0d")
    assert line.ask(SET, what, b"\x01" if what == 0x3B else b"") == status("00")


def test_the_lock_is_unimplemented():
    assert Line().ask(GET, 0x09) == status("02")
    assert Line().ask(SET, 0x09, b"\x01") == status("0d")


def test_coexistence_counters_have_the_octets_of_eight_and_nine_numbers():
    """ot-rcp's own answer has 77 octets: two structures with their lengths, a truth value, a number."""
    command, what, value = Line().ask(GET, 0x120C)
    assert (command, what, len(value) // 2) == (CommandId.IS, 0x120C, 77)
    assert (value[:4], value[68:72]) == ("2000", "2400")
    assert Line().ask(GET, 0x120D) == (CommandId.IS, 0x120D, "01")


DISABLED = {0x21: "0f", 0x34: "00" * 8, 0x35: "0100", 0x36: "0100", 0x38: "00", 0x3B: "01", 0x1303: "01"}


@pytest.mark.parametrize(("what", "value"), DISABLED.items(), ids=map(hex, DISABLED))
def test_settings_of_the_mac_are_refused_while_the_phy_is_off(what, value):
    assert Line().ask(SET, what, bytes.fromhex(value)) == status("04")


@pytest.mark.parametrize(("what", "value"), [(0x25, "00"), (0x37, "01"), (0x31, "0f"), (0x120D, "01")])
def test_other_settings_are_taken_while_the_phy_is_off(what, value):
    assert Line().ask(SET, what, bytes.fromhex(value)) == (CommandId.IS, what, value)


def test_an_energy_scan_has_one_channel():
    line = Line().up()
    assert line.ask(SET, PropertyId.MAC_SCAN_STATE, b"\x02") == status("03")
    line.ask(SET, PropertyId.MAC_SCAN_MASK, b"\x0f")
    assert line.ask(SET, PropertyId.MAC_SCAN_STATE, b"\x02") == (CommandId.IS, 0x30, "02")


# --- source match: domain/rcp-firmware.md 1 ---------------------------------------------------------------------------

SHORT, EXTENDED = (0x1304, "3412"), (0x1305, "0001020304050607")
NO_ADDRESS = status("8a8001")
"""16384 (STACK_NATIVE) + 10, a packed integer."""


@pytest.mark.parametrize(("what", "address"), [SHORT, EXTENDED], ids=["short", "extended"])
def test_removing_an_absent_entry_is_answered_with_16394(what, address):
    line = Line().up()
    assert line.ask(REMOVE, what, bytes.fromhex(address)) == NO_ADDRESS
    assert frames.decode_transmit_done(bytes.fromhex(NO_ADDRESS[2])).status == 16394
    assert line.ask(INSERT, what, bytes.fromhex(address)) == (CommandId.INSERTED, what, address)
    assert line.ask(REMOVE, what, bytes.fromhex(address)) == (CommandId.REMOVED, what, address)


def test_the_build_of_january_2025_removes_an_extended_address_only_if_it_comes_reversed():
    """A right REMOVE is refused (domain/rcp-firmware.md 1); that month's ot-cli reverses it (session.txt)."""
    line = Line(MODELS["openthread-2025-01"]).up()
    for (what, address), removed in ((SHORT, (CommandId.REMOVED, *SHORT)), (EXTENDED, NO_ADDRESS)):
        line.ask(INSERT, what, bytes.fromhex(address))
        assert line.ask(REMOVE, what, bytes.fromhex(address)) == removed
    reverse = bytes.fromhex(EXTENDED[1])[::-1]
    assert line.ask(REMOVE, EXTENDED[0], reverse) == (CommandId.REMOVED, EXTENDED[0], reverse.hex())


# --- changes while a transmission is under way: domain/rcp-firmware.md 1 ----------------------------------------------

RECEIVER = PropertyId.MAC_RAW_STREAM_ENABLED


def outcomes(firmware: Firmware, what: int, value: bytes, count: int = 400) -> tuple[int, int, int]:
    """How many of `count` transmissions went unanswered, had the change refused, and went well in spite of it."""
    line = Line(firmware).up()
    lost = refused = well = 0
    for _ in range(count):
        line.transmit(DATA)
        answer = line.ask(SET, what, value)
        line.clock.run_for(500 * MILLISECOND)
        ended = line.take(1)
        if answer[1] == PropertyId.LAST_STATUS:
            assert answer == status("04")
            refused += 1
        lost += not ended
        well += bool(ended) and answer[1] != PropertyId.LAST_STATUS
        line.ask(SET, RECEIVER, b"\x01")
    return lost, refused, well


def test_switching_the_receiver_on_loses_four_transmissions_in_five():
    """32 of 40 frames unanswered."""
    lost, refused, well = outcomes(STRICT, RECEIVER, b"\x01")
    assert refused == 0
    assert 0.7 < lost / 400 < 0.9
    assert well == 400 - lost


def test_setting_the_channel_loses_as_many_as_switching_the_receiver_on():
    lost, refused, _ = outcomes(STRICT, PropertyId.PHY_CHAN, bytes((CHANNEL,)))
    assert refused == 0
    assert 0.7 < lost / 400 < 0.9


def test_switching_the_receiver_off_is_refused_one_time_in_four():
    """9 of 40 refused with status 4; the frames themselves are answered."""
    lost, refused, _ = outcomes(STRICT, RECEIVER, b"\x00")
    assert lost == 0
    assert 0.15 < refused / 400 < 0.3


def test_switching_the_phy_off_leaves_no_answer():
    """58 of 60 on ot-rcp."""
    line = Line().up()
    line.transmit(DATA)
    line.ask(SET, PropertyId.PHY_ENABLED, b"\x00")
    line.clock.run_for(500 * MILLISECOND)
    assert line.take(1) == []


@pytest.mark.parametrize("value", [b"\x00", b"\x01"])
def test_silicon_labs_radio_refuses_what_it_cannot_do_while_it_sends(value):
    assert outcomes(MODELS["efr32"], RECEIVER, value, 40) == (0, 40, 0)


@pytest.mark.parametrize("value", [b"\x00", b"\x01"])
def test_lenient_firmware_loses_nothing(value):
    assert outcomes(LENIENT, RECEIVER, value, 40) == (0, 0, 40)


@pytest.mark.parametrize(("what", "value"), [(0x35, b"\x01\x00"), (0x1304, b"\x22\x22"), (0x1303, b"\x01")])
def test_addresses_and_matches_may_change_while_a_frame_is_sent(what, value):
    """60 of 60 answered on ot-rcp."""
    line = Line().up()
    line.transmit(DATA)
    line.ask(SET, what, value)
    line.clock.run_for(500 * MILLISECOND)
    assert [frame.value[0] for frame in line.take(1)] == [OK]


def test_after_a_lost_transmission_the_next_one_is_sent():
    line = Line(replace(STRICT, interruption=Interruption(lost=1.0))).up()
    line.transmit(DATA)
    line.ask(SET, RECEIVER, b"\x01")
    line.transmit(DATA, tid=2)
    line.clock.run_for(500 * MILLISECOND)
    assert line.take(1) == []
    assert [frame.value[0] for frame in line.take(2)] == [OK]


def test_the_seed_decides_which_transmissions_are_lost():
    def run(seed: int) -> list[bool]:
        line, lost = Line(seed=seed).up(), []
        for _ in range(30):
            line.transmit(DATA)
            line.ask(SET, RECEIVER, b"\x01")
            line.clock.run_for(500 * MILLISECOND)
            lost.append(not line.take(1))
        return lost

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_a_second_transmission_is_answered_with_busy():
    line = Line().up()
    line.transmit(DATA)
    line.transmit(DATA, tid=2)
    assert [frame.value[0] for frame in line.take(2)] == [BUSY]


def test_after_a_transmission_the_receiver_is_on_whatever_the_host_had_said():
    """ot-rcp: heard asleep: nothing; after a transmission of its own: the frame, acknowledged, while 0x37 says 00."""
    line = Line().up()
    line.ask(SET, RECEIVER, b"\x00")
    assert not heard(line)
    line.transmit(DATA)
    line.clock.run_for(500 * MILLISECOND)
    assert line.ask(GET, RECEIVER) == (CommandId.IS, RECEIVER, "00")
    assert heard(line)
    line.ask(SET, RECEIVER, b"\x00")
    assert not heard(line)


def test_a_radio_without_the_capability_ignores_receiver_off_when_idle():
    line = Line().up()
    assert line.ask(SET, PropertyId.MAC_RX_ON_WHEN_IDLE, b"\x00") == status("00")
    assert heard(line)


def heard(line: Line) -> bool:
    """Whether the RCP acknowledges a frame of the peer's and hands it to the host."""
    mpdu, results = bytes.fromhex(f"6188 {HEAD} {SHORT_SOURCE} 0102"), list[TxResult]()
    line.peer.transmit(mpdu + fcs(mpdu), results.append, retries=0)
    line.clock.run_for(500 * MILLISECOND)
    received = [frame for frame in line.take(0) if frame.property == PropertyId.STREAM_RAW]
    assert (results[0].status is TxStatus.ACKED) is bool(received)
    return bool(received)


# --- power: domain/rcp-firmware.md 2 ----------------------------------------------------------------------------------


def test_power_127_is_the_radio_s_own_by_property_and_by_request():
    line = Line().up()
    own = line.rcp.radio.tx_power
    for fields, property_value in (({"tx_power": 127}, None), ({}, b"\x7f")):
        if property_value is not None:
            assert line.ask(SET, PropertyId.PHY_TX_POWER, property_value) == (CommandId.IS, 0x25, "7f")
        line.transmit(DATA, **fields)
        line.clock.run_for(500 * MILLISECOND)
        assert line.rcp.radio.tx_power == own < 20


def test_no_radio_is_louder_than_20_dbm():
    line = Line().up()
    line.ask(SET, PropertyId.PHY_TX_POWER, b"\x64")
    assert line.rcp.radio.tx_power == 20


# --- frame-pending: domain/rcp-firmware.md 1 and 2 --------------------------------------------------------------------

HEAD = "2a 621a 0100"
"""Sequence number, PAN ID, and the RCP's address."""
SHORT_SOURCE = "2222"
POLLS = {
    "plain": f"6388 {HEAD} {SHORT_SOURCE} 04",
    "plain, 2006": f"6398 {HEAD} {SHORT_SOURCE} 04",
    "secured": f"6b98 {HEAD} {SHORT_SOURCE} 0d 04030201 05 04 a1b2c3d4",
    "secured, key source of eight octets": f"6b98 {HEAD} {SHORT_SOURCE} 1d 04030201 0001020304050607 05 04 a1b2c3d4",
    "2015, enciphered": f"6ba8 {HEAD} {SHORT_SOURCE} 0d 04030201 05 d8 a1b2c3d4",
    "2015, with an IE": f"6baa {HEAD} {SHORT_SOURCE} 0d 04030201 05 040d11223344 803f 72 a1b2c3d4",
    "2015, in clear, with an IE": f"63aa {HEAD} {SHORT_SOURCE} 040d11223344 803f 04",
    "no compression": f"2388 {HEAD} 621a {SHORT_SOURCE} 04",
}
OTHERS = {
    "data": f"6188 {HEAD} {SHORT_SOURCE} 0102",
    "secured data": f"6998 {HEAD} {SHORT_SOURCE} 0d 04030201 05 0102 a1b2c3d4",
}


def pending(line: Line, text: str) -> bool:
    """Whether the acknowledgement of a frame of the peer's, and the report of its reception, promise more."""
    mpdu, results = bytes.fromhex(text), list[TxResult]()
    line.peer.transmit(mpdu + fcs(mpdu), results.append)
    line.clock.run_for(500 * MILLISECOND)
    (received,) = (decode_received(frame.value) for frame in line.take(0) if frame.property == PropertyId.STREAM_RAW)
    assert bool(received.flags & 0x10) is results[0].frame_pending
    return results[0].frame_pending


@pytest.mark.parametrize("text", {**POLLS, **OTHERS}.values(), ids=[*POLLS, *OTHERS])
def test_the_source_match_table_decides_on_every_poll_and_on_data(text):
    line = Line().up()
    assert pending(line, text), "a disabled table promises frames to all"
    line.ask(SET, PropertyId.MAC_SRC_MATCH_ENABLED, b"\x01")
    assert not pending(line, text)
    line.ask(INSERT, PropertyId.MAC_SRC_MATCH_SHORT, b"\x22\x22")
    assert pending(line, text)


def test_an_extended_source_is_looked_for_among_extended_addresses():
    line = Line().up()
    text = f"63c8 {HEAD} 7766554433221100 04"
    line.peer.configure(RadioConfig(CHANNEL, PAN, 0x2222, 0x0011223344556677))
    line.ask(SET, PropertyId.MAC_SRC_MATCH_ENABLED, b"\x01")
    assert not pending(line, text)
    line.ask(INSERT, PropertyId.MAC_SRC_MATCH_EXTENDED, bytes.fromhex("0011223344556677"))
    assert pending(line, text)


def test_lenient_firmware_promises_frames_to_polls_only():
    line = Line(LENIENT).up()
    assert all(pending(line, text) for text in POLLS.values())
    assert not any(pending(line, text) for text in OTHERS.values())


@pytest.mark.parametrize("text", [f"6388 {HEAD} {SHORT_SOURCE} 01", f"6b98 {HEAD} {SHORT_SOURCE} 0d 04030201 05 01"])
def test_another_command_promises_nothing(text):
    assert not pending(Line().up(), text)


def test_bench_files_know_exactly_these_models():
    assert [model.value for model in FirmwareModel] == list(MODELS)
