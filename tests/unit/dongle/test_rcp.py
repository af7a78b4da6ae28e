"""A radio co-processor as its host sees it: octets in, octets out, and an Air behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import pytest

from hanbench.emulator.clock import MILLISECOND, SECOND, VirtualClock
from hanbench.emulator.dongle import LENIENT, STRICT, Firmware, Rcp
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.mac.frames import MacFrame
from hanbench.emulator.octets import le
from hanbench.emulator.radio import Air, AirRadio, Jammer, RadioConfig, Reception, TxResult, TxStatus
from hanbench.emulator.radio.fcs import fcs, fcs_ok
from hanbench.emulator.radio.spinel import frames, hdlc
from hanbench.emulator.radio.spinel.frames import (
    ACKED_WITH_FRAME_PENDING,
    UNSOLICITED,
    Received,
    SpinelFrame,
    TransmitDone,
    TransmitRequest,
)
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId, SpinelStatus
from hanbench.emulator.radio.transmission import Transmission
from hanbench.emulator.randomness import split

CHANNEL, PAN, HUB, CHILD, STRANGER = 15, 0x1A62, 0x0000, 0x2222, 0x7777
EUI64, CHILD_EUI64 = bytes.fromhex("f4ce360000000001"), 0x00124B0000000003
EVERYWHERE = frozenset(range(11, 27))

FACTS = {
    PropertyId.LAST_STATUS: "70",
    PropertyId.PROTOCOL_VERSION: "04 03",
    PropertyId.NCP_VERSION: b"HANBENCH-RCP/1.0; VIRTUAL; hanbench\x00".hex(),
    PropertyId.INTERFACE_TYPE: "03",
    PropertyId.INTERFACE_VENDOR_ID: "00",
    PropertyId.CAPS: "05 0c 18 22 8104 40 41",
    PropertyId.INTERFACE_COUNT: "01",
    PropertyId.POWER_STATE: "04",
    PropertyId.HWADDR: "f4ce360000000001",
    PropertyId.MCU_POWER_STATE: "00",
    PropertyId.PHY_CHAN_SUPPORTED: "0b0c0d0e0f101112131415161718191a",
    PropertyId.PHY_CHAN_PREFERRED: "0b0c0d0e0f101112131415161718191a",
    PropertyId.PHY_FREQ: "88b22400",  # 2,405,000 kHz
    PropertyId.PHY_CCA_THRESHOLD: "b5",  # -75 dBm
    PropertyId.PHY_RSSI: "9c",  # -100 dBm, the noise floor
    PropertyId.PHY_RX_SENSITIVITY: "9c",
    PropertyId.RCP_API_VERSION: "0b",
    PropertyId.RCP_MIN_HOST_API_VERSION: "04",
    PropertyId.RCP_TIMESTAMP: "0000000000000000",
    PropertyId.RCP_CSL_ACCURACY: "ff",
    PropertyId.RCP_CSL_UNCERTAINTY: "ff",
    PropertyId.RADIO_CAPS: "7f",
    PropertyId.RADIO_COEX_METRICS: f"2000{'00' * 32}2400{'00' * 36}00{'00' * 4}",
}
"""Properties that can only be read, and what a radio that has just got power says. CAPS, versions and all that belongs
to OpenThread: domain/rcp-firmware.md 3. Identity, energy and sensitivity are those of the Air."""

SETTINGS = {
    PropertyId.HOST_POWER_STATE: ("04", "01"),
    PropertyId.PHY_ENABLED: ("00", "01"),
    PropertyId.PHY_CHAN: ("0b", "1a"),
    PropertyId.PHY_TX_POWER: ("03", "f6"),
    PropertyId.PHY_FEM_LNA_GAIN: ("00", "05"),
    PropertyId.PHY_REGION_CODE: ("0000", "4742"),
    PropertyId.MAC_SCAN_MASK: ("0b0c0d0e0f101112131415161718191a", "0b1a"),
    PropertyId.MAC_SCAN_PERIOD: ("c800", "2c01"),
    PropertyId.MAC_LADDR: ("0000000000000000", "00124b00deadbeef"),
    PropertyId.MAC_SADDR: ("feff", "3412"),
    PropertyId.MAC_PANID: ("ffff", "621a"),
    PropertyId.MAC_RAW_STREAM_ENABLED: ("00", "01"),
    PropertyId.MAC_PROMISCUOUS_MODE: ("00", "02"),
    PropertyId.MAC_SRC_MATCH_ENABLED: ("00", "01"),
    PropertyId.RADIO_COEX_ENABLE: ("01", "00"),
    PropertyId.DEBUG_LOG_LEVEL: ("02", "05"),
}
"""Properties that can be written: their values after a restart (domain/rcp-firmware.md 3), and others."""

UNREADABLE = {
    PropertyId.MAC_RX_ON_WHEN_IDLE: ("01", "00"),
    PropertyId.MAC_SRC_MATCH_SHORT: ("", "34127856"),
    PropertyId.MAC_SRC_MATCH_EXTENDED: ("", "00124b000000000300124b0000000004"),
}
"""Properties that firmware lets a host write and not read (domain/rcp-firmware.md 3)."""


class Host:
    """One RCP, and the host that reads and writes its line."""

    def __init__(self, clock: VirtualClock, radio: AirRadio, firmware: Firmware) -> None:
        self.said: list[SpinelFrame] = []
        """All that the RCP wrote and nobody has taken."""
        self._decoder = hdlc.Decoder()
        self._tids: Iterator[int] = cycle(frames.TIDS)
        self.rcp = Rcp(radio, clock, self._read, eui64=int.from_bytes(EUI64, "big"), firmware=firmware)

    def _read(self, octets: bytes) -> None:
        self.said += [frames.decode(payload) for payload in self._decoder.feed(octets)]
        assert self._decoder.garbled == 0

    def write(self, frame: SpinelFrame) -> None:
        self.rcp.feed(hdlc.encode(frame.encode()))

    def take(self, tid: int) -> list[SpinelFrame]:
        """What was said under a transaction identifier, in order; it is not said again."""
        taken = [frame for frame in self.said if frame.tid == tid]
        self.said = [frame for frame in self.said if frame.tid != tid]
        return taken

    def ask(self, command: int, what: int, value: bytes = b"") -> SpinelFrame:
        """The one answer to a command that is answered at once."""
        tid = next(self._tids)
        self.write(SpinelFrame(tid, command, what, value))
        (answer,) = self.take(tid)
        return answer

    def get(self, what: PropertyId) -> bytes:
        answer = self.ask(CommandId.GET, what)
        assert (answer.command, answer.property) == (CommandId.IS, what)
        return answer.value

    def set(self, what: PropertyId, value: bytes) -> None:
        """Write a property; the RCP says that it has that value now, or that all is well if none can read it."""
        expected = (CommandId.IS, what, value)
        if what in self.rcp.firmware.unreadable:
            expected = (CommandId.IS, PropertyId.LAST_STATUS, b"\x00")
        assert self.ask(CommandId.SET, what, value)[1:4] == expected

    def status(self, command: int, what: int, value: bytes = b"") -> int:
        """LAST_STATUS, the answer to a command that is refused."""
        answer = self.ask(command, what, value)
        assert (answer.command, answer.property) == (CommandId.IS, PropertyId.LAST_STATUS)
        return frames.decode_transmit_done(answer.value).status

    def up(self, short: int) -> None:
        """Switch the radio on, with an address."""
        self.set(PropertyId.PHY_ENABLED, b"\x01")
        self.set(PropertyId.PHY_CHAN, bytes((CHANNEL,)))
        self.set(PropertyId.MAC_PANID, le(PAN, 2))
        self.set(PropertyId.MAC_SADDR, le(short, 2))
        self.set(PropertyId.MAC_RAW_STREAM_ENABLED, b"\x01")

    def transmit(self, psdu: bytes, channel: int = CHANNEL, **fields: Any) -> int:
        """SET STREAM_RAW; the transaction identifier under which it will be answered."""
        tid = next(self._tids)
        self.write(
            SpinelFrame(tid, CommandId.SET, PropertyId.STREAM_RAW, TransmitRequest(psdu, channel, **fields).encode())
        )
        return tid

    def ended(self, tid: int) -> TransmitDone:
        """The one answer to a transmission."""
        (answer,) = self.take(tid)
        assert (answer.command, answer.property) == (CommandId.IS, PropertyId.LAST_STATUS)
        return frames.decode_transmit_done(answer.value)

    def received(self) -> list[Received]:
        """Frames from the air so far; they are not handed over again."""
        unasked = self.take(UNSOLICITED)
        assert {(frame.command, frame.property) for frame in unasked} <= {(CommandId.IS, PropertyId.STREAM_RAW)}
        return [frames.decode_received(frame.value) for frame in unasked]


class Bench:
    """An Air with hosts' radios and plain ones, three metres apart, and all that was on the Air."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.air = Air(self.clock, split(1, "air"))
        self.log: list[Transmission] = []
        self.air.observers.append(self.log.append)
        self._placed = 0

    def _radio(self) -> AirRadio:
        self._placed += 1
        name = f"radio {self._placed}"
        return AirRadio(self.air, self.clock, split(1, name), name, (3.0 * self._placed, 0.0))

    def host(self, firmware: Firmware = STRICT) -> Host:
        return Host(self.clock, self._radio(), firmware)

    def radio(self, short: int, *, channel: int = CHANNEL, extended: int = 0) -> tuple[AirRadio, list[Reception]]:
        """A radio that is no dongle's, listening, and what it hears."""
        radio = self._radio()
        heard: list[Reception] = []
        radio.configure(RadioConfig(channel, PAN, short, extended))
        radio.listen(True)
        radio.receiver = heard.append
        return radio, heard

    def run(self, duration: int = SECOND) -> None:
        self.clock.run_for(duration)

    def sent_by(self, host: Host) -> list[Transmission]:
        return [transmission for transmission in self.log if transmission.sender is host.rcp.radio]


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def host(bench: Bench) -> Host:
    """A host whose RCP has just got power."""
    return bench.host()


@pytest.fixture
def ready(host: Any) -> Any:
    """A host whose radio is on and has no address: firmware refuses most settings while it is off."""
    host.set(PropertyId.PHY_ENABLED, b"\x01")
    return host


@pytest.fixture
def lenient(bench: Any) -> Any:
    """A host whose firmware can be asked for what it was told."""
    host = bench.host(LENIENT)
    host.up(HUB)
    return host


def frame(dst: int = CHILD, src: int = HUB, payload: bytes = b"reading", *, ack: bool = True) -> bytes:
    """A data frame with two octets where the FCS goes, as hosts write it."""
    return mac.data(7, PAN, dst, src, payload, ack=ack)[:-2] + b"\x00\x00"


def data_request(*, extended: bool = False) -> bytes:
    """The poll of a child, short or extended source address."""
    return MacFrame(
        mac.COMMAND,
        9,
        b"\x04",
        dst_pan=PAN,
        dst=HUB,
        dst_mode=mac.SHORT,
        src_pan=PAN,
        src=CHILD_EUI64 if extended else CHILD,
        src_mode=mac.EXTENDED if extended else mac.SHORT,
        ack_request=True,
    ).encode()


@pytest.fixture
def hub(host: Any) -> Any:
    """A host whose radio is on, with the address of a coordinator."""
    host.up(HUB)
    return host


@pytest.fixture
def poll(bench: Any, hub: Any) -> Any:
    """`poll(extended=False)`: whether the acknowledgement of a child's poll promises a frame."""
    child, _ = bench.radio(CHILD, extended=CHILD_EUI64)

    def polled(*, extended: bool = False) -> bool:
        results: list[TxResult] = []
        child.transmit(data_request(extended=extended), results.append)
        bench.run()
        (result,) = results
        assert result.status is TxStatus.ACKED
        (received,) = hub.received()
        assert bool(received.flags & ACKED_WITH_FRAME_PENDING) is result.frame_pending
        return result.frame_pending

    return polled


# --- restarting -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [b"", b"\x01", b"\x02"])
def test_a_reset_is_announced_by_power_on_and_not_answered(host, reason):
    host.write(SpinelFrame(5, CommandId.RESET, 0, reason))
    assert host.said == [SpinelFrame(UNSOLICITED, CommandId.IS, PropertyId.LAST_STATUS, b"\x70")]


def test_firmware_may_announce_a_software_reset_instead(bench):
    host = bench.host(Firmware(reset_status=SpinelStatus.RESET_SOFTWARE))
    host.write(SpinelFrame(0, CommandId.RESET, 0, b"\x02"))
    assert host.said == [SpinelFrame(UNSOLICITED, CommandId.IS, PropertyId.LAST_STATUS, b"\x72")]
    assert host.get(PropertyId.LAST_STATUS) == b"\x72"


def test_a_watchdog_s_restart_is_announced_as_a_fault(host):
    host.rcp.restart(SpinelStatus.RESET_FAULT)
    assert host.said == [SpinelFrame(UNSOLICITED, CommandId.IS, PropertyId.LAST_STATUS, b"\x73")]


def test_there_is_no_bootloader_to_go_to(ready):
    ready.set(PropertyId.PHY_CHAN, b"\x14")
    ready.write(SpinelFrame(5, CommandId.RESET, 0, b"\x03"))
    assert ready.said == [SpinelFrame(5, CommandId.IS, PropertyId.LAST_STATUS, bytes((SpinelStatus.UNIMPLEMENTED,)))]
    assert ready.get(PropertyId.PHY_CHAN) == b"\x14"


def test_a_reset_brings_every_setting_back(ready):
    for what, (_, other) in SETTINGS.items():
        ready.set(what, bytes.fromhex(other))
    ready.write(SpinelFrame(0, CommandId.RESET, 0, b"\x02"))
    ready.said.clear()
    for what, (first, _) in SETTINGS.items():
        assert ready.get(what).hex() == first, what.name


def test_a_reset_forgets_half_a_frame_from_the_host(host):
    half = hdlc.encode(SpinelFrame(1, CommandId.SET, PropertyId.PHY_CHAN, b"\x14").encode())
    host.rcp.feed(half[:4])
    host.rcp.restart()
    host.said.clear()
    host.rcp.feed(half[4:])
    assert host.said == []
    assert host.get(PropertyId.PHY_CHAN) == b"\x0b"


def test_a_halted_radio_says_nothing_of_what_was_under_way(bench, hub):
    bench.radio(CHILD)
    hub.transmit(frame())
    hub.rcp.halt()
    bench.run()
    assert hub.said == []


# --- properties -------------------------------------------------------------------------------------------------------


def test_every_property_stands_in_one_of_the_tables():
    elsewhere = {
        PropertyId.LOCK,
        PropertyId.MAC_SCAN_STATE,
        PropertyId.MAC_ENERGY_SCAN_RESULT,
        PropertyId.STREAM_RAW,
        PropertyId.LOCKSTEP,
        PropertyId.RCP_MAC_KEY,
        PropertyId.RCP_MAC_FRAME_COUNTER,
    }
    assert set(FACTS) | set(SETTINGS) | set(UNREADABLE) | elsewhere == set(PropertyId)


@pytest.mark.parametrize(("what", "value"), FACTS.items())
def test_a_fact_can_be_read_and_not_written(host, what, value):
    assert host.get(what) == bytes.fromhex(value)
    # ot-rcp of January 2025 has no handler for such a SET; POWER_STATE it knows and leaves undone.
    refusal = SpinelStatus.UNIMPLEMENTED if what is PropertyId.POWER_STATE else SpinelStatus.PROP_NOT_FOUND
    assert host.status(CommandId.SET, what, bytes.fromhex(value)) == refusal


@pytest.mark.parametrize(("what", "first", "other"), [(what, *values) for what, values in SETTINGS.items()])
def test_a_setting_is_read_back_as_written(host, what, first, other):
    assert host.get(what).hex() == first
    host.set(PropertyId.PHY_ENABLED, b"\x01")
    host.set(what, bytes.fromhex(other))
    assert host.get(what).hex() == other


@pytest.mark.parametrize(("what", "first", "other"), [(what, *values) for what, values in UNREADABLE.items()])
def test_lenient_firmware_reads_back_what_others_keep_to_themselves(bench, lenient, what, first, other):
    assert bench.host(LENIENT).get(what).hex() == first
    lenient.set(what, bytes.fromhex(other))
    assert lenient.get(what).hex() == other


@pytest.mark.parametrize("what", SETTINGS)
@pytest.mark.parametrize("command", [CommandId.INSERT, CommandId.REMOVE])
def test_what_is_no_table_has_no_entries(ready, command, what):
    # ot-rcp of January 2025: INSERT of 0x20 and REMOVE of 0x3B are answered with 13.
    assert ready.status(command, what, b"\x01") == SpinelStatus.PROP_NOT_FOUND


@pytest.mark.parametrize("what", SETTINGS)
def test_a_value_that_is_too_short_is_a_parse_error_and_changes_nothing(ready, what):
    first, other = SETTINGS[what]
    first = "01" if what is PropertyId.PHY_ENABLED else first
    refusal = SpinelStatus.INVALID_ARGUMENT if what is PropertyId.MAC_SCAN_MASK else SpinelStatus.PARSE_ERROR
    short = b"" if what is PropertyId.MAC_SCAN_MASK else bytes.fromhex(other)[:-1]
    assert ready.status(CommandId.SET, what, short) == refusal
    assert ready.get(what).hex() == first


@pytest.mark.parametrize(
    ("what", "value"),
    [
        (PropertyId.PHY_CHAN, b"\x0a"),
        (PropertyId.PHY_CHAN, b"\x1b"),
        (PropertyId.MAC_SCAN_MASK, b"\x0b\x1b"),
        (PropertyId.MAC_PROMISCUOUS_MODE, b"\x03"),
        (PropertyId.MAC_SCAN_STATE, b"\x04"),
    ],
)
def test_a_value_that_no_radio_can_have_is_refused_and_changes_nothing(ready, what, value):
    before = ready.get(what)
    assert ready.status(CommandId.SET, what, value) == SpinelStatus.INVALID_ARGUMENT
    assert ready.get(what) == before


@pytest.mark.parametrize("state", [b"\x01", b"\x03"], ids=["beacons", "discovery"])
def test_an_rcp_scans_for_energy_only(ready, state):
    # ot-rcp of January 2025 answers a beacon scan with 2.
    assert ready.status(CommandId.SET, PropertyId.MAC_SCAN_STATE, state) == SpinelStatus.UNIMPLEMENTED
    assert ready.get(PropertyId.MAC_SCAN_STATE) == b"\x00"


def test_the_frequency_is_that_of_the_channel(ready):
    ready.set(PropertyId.PHY_CHAN, b"\x1a")
    assert ready.get(PropertyId.PHY_FREQ) == le(2_480_000, 4)


def test_the_timestamp_is_the_radio_s_clock(bench, host):
    bench.run(5_000_000_000)
    assert host.get(PropertyId.RCP_TIMESTAMP) == le(5_000_000_000, 8)


@pytest.mark.parametrize("what", [0x28, 0x3A, 0x72, 0xB2, 0x1306, 0x1FFFFF])
@pytest.mark.parametrize("command", [CommandId.GET, CommandId.SET, CommandId.INSERT, CommandId.REMOVE])
def test_an_unknown_property_is_not_found(host, command, what):
    assert host.status(command, what, b"\x00") == SpinelStatus.PROP_NOT_FOUND


@pytest.mark.parametrize("command", [CommandId.GET, CommandId.SET])
def test_a_build_does_not_know_what_it_is_said_to_lack(bench, command):
    host = bench.host(Firmware(missing=frozenset({PropertyId.PHY_CCA_THRESHOLD, PropertyId.PHY_CHAN})))
    assert host.status(command, PropertyId.PHY_CCA_THRESHOLD, b"\xb5") == SpinelStatus.PROP_NOT_FOUND
    assert host.status(command, PropertyId.PHY_CHAN, b"\x0b") == SpinelStatus.PROP_NOT_FOUND
    assert host.get(PropertyId.PHY_TX_POWER) == b"\x03"


def test_a_transmission_can_only_be_asked_for(host):
    assert host.status(CommandId.GET, PropertyId.STREAM_RAW) == SpinelStatus.PROP_NOT_FOUND


@pytest.mark.parametrize("command", [CommandId.IS, CommandId.INSERTED, CommandId.REMOVED, 9, 0x1FFFFF])
def test_what_no_host_says_is_an_invalid_command(host, command):
    assert host.status(command, PropertyId.PHY_CHAN, b"\x0b") == SpinelStatus.INVALID_COMMAND


@pytest.mark.parametrize("interface", [1, 2, 3])
def test_there_is_one_interface(host, interface):
    host.write(SpinelFrame(4, CommandId.SET, PropertyId.PHY_CHAN, b"\x14", interface))
    (answer,) = host.take(4)
    assert answer.value == bytes((SpinelStatus.INVALID_INTERFACE,))
    assert answer.interface == interface
    assert host.get(PropertyId.PHY_CHAN) == b"\x0b"


def test_an_answer_has_the_header_of_its_command(host):
    """ot-rcp of OpenThread, simulation, January 2025, answers 95 02 01 with the header 95."""
    said: list[bytes] = []
    decoder = hdlc.Decoder()
    host.rcp._send = lambda octets: said.extend(decoder.feed(octets))
    host.rcp.feed(hdlc.encode(bytes.fromhex("950201")))
    assert [answer[:3].hex() for answer in said] == ["950600"]


def test_doing_nothing_succeeds(host):
    host.write(SpinelFrame(6, CommandId.NOOP))
    assert host.said == [SpinelFrame(6, CommandId.IS, PropertyId.LAST_STATUS, b"\x00")]


def test_the_last_status_can_be_asked_for_after_a_refusal(host):
    assert host.status(CommandId.GET, 0x28) == SpinelStatus.PROP_NOT_FOUND
    assert host.get(PropertyId.LAST_STATUS) == bytes((SpinelStatus.PROP_NOT_FOUND,))


def test_refusals_are_counted_and_told_in_words(host):
    told: list[str] = []
    host.rcp.on_refusal = told.append
    host.status(CommandId.GET, 0x28)
    host.status(CommandId.SET, PropertyId.NCP_VERSION, b"x")
    assert host.rcp.refused == {SpinelStatus.PROP_NOT_FOUND: 2}
    assert told == ["refused GET 0x28: PROP_NOT_FOUND", "refused SET NCP_VERSION: PROP_NOT_FOUND"]


def test_what_is_no_frame_is_counted_and_the_next_command_is_obeyed(host):
    host.rcp.feed(b"AT+CGMI\r\n" + hdlc.encode(bytes.fromhex("41 02 21")))
    assert host.rcp.garbled == 1
    assert host.rcp.refused == {SpinelStatus.PARSE_ERROR: 1}
    assert host.said == []
    assert host.get(PropertyId.PHY_CHAN) == b"\x0b"


# --- sending ----------------------------------------------------------------------------------------------------------


def test_nothing_is_sent_while_the_radio_is_off(bench, host):
    host.up(HUB)
    host.set(PropertyId.PHY_ENABLED, b"\x00")
    assert host.ended(host.transmit(frame())) == TransmitDone(SpinelStatus.INVALID_STATE)
    bench.run()
    assert bench.log == []


def test_a_transmission_is_answered_when_it_has_ended_on_the_air(bench, hub):
    _, heard = bench.radio(CHILD)
    tid = hub.transmit(frame())
    while not bench.log[1:]:
        assert hub.take(tid) == []
        assert bench.clock.step()
    sent, ack = bench.log
    assert bench.clock.now == ack.end
    assert len(heard) == 1
    done = hub.ended(tid)
    assert (done.status, done.frame_pending, done.header_updated) == (SpinelStatus.OK, False, False)
    assert done.acknowledgement.psdu == ack.psdu
    assert done.acknowledgement.channel == sent.channel == CHANNEL


def test_the_radio_fills_in_the_fcs(bench, hub):
    hub.transmit(frame(payload=b"sealed", ack=False)[:-2] + b"\xde\xad")
    bench.run()
    (sent,) = bench.log
    assert sent.psdu == mac.data(7, PAN, CHILD, HUB, b"sealed", ack=False)
    assert fcs_ok(sent.psdu)


def test_a_frame_pending_bit_is_handed_on(bench, hub):
    other = bench.host()
    other.up(CHILD)
    poll = MacFrame(
        mac.COMMAND,
        9,
        b"\x04",
        dst_pan=PAN,
        dst=CHILD,
        dst_mode=mac.SHORT,
        src_pan=PAN,
        src=HUB,
        src_mode=mac.SHORT,
        ack_request=True,
    ).encode()
    tid = hub.transmit(poll)
    bench.run()
    done = hub.ended(tid)
    assert done.frame_pending
    assert done.acknowledgement.psdu[0] & 0x10


def test_a_frame_that_asks_for_no_acknowledgement_gets_none(bench, hub):
    tid = hub.transmit(frame(dst=0xFFFF, ack=False))
    bench.run()
    assert hub.ended(tid) == TransmitDone(SpinelStatus.OK, acknowledgement=Received(b""))


def test_an_unanswered_frame_ends_in_no_ack(bench, hub):
    tid = hub.transmit(frame(dst=STRANGER), header_updated=True)
    bench.run()
    assert hub.ended(tid) == TransmitDone(SpinelStatus.NO_ACK, header_updated=True)
    assert hub.get(PropertyId.LAST_STATUS) == bytes((SpinelStatus.NO_ACK,))


@pytest.mark.parametrize("retries", [0, 1, 15])
def test_a_frame_is_repeated_as_often_as_the_host_allows(bench, hub, retries):
    tid = hub.transmit(frame(dst=STRANGER), retries=retries)
    bench.run()
    assert len(bench.log) == 1 + retries
    assert hub.ended(tid).status == SpinelStatus.NO_ACK


@pytest.mark.parametrize("backoffs", [0, 1, 4])
def test_a_busy_channel_is_tried_as_often_as_the_host_allows(bench, hub, backoffs, monkeypatch):
    tries: list[bool] = []

    def clear(listener: AirRadio, assess: Callable[[AirRadio], bool] = bench.air.clear) -> bool:
        tries.append(assess(listener))
        return tries[-1]

    monkeypatch.setattr(bench.air, "clear", clear)
    bench.air.add_jammer(Jammer(EVERYWHERE, -30.0))
    tid = hub.transmit(frame(), backoffs=backoffs)
    bench.run()
    assert hub.ended(tid) == TransmitDone(SpinelStatus.CCA_FAILURE)
    assert tries == [False] * (1 + backoffs)
    assert bench.log == []


def test_without_csma_a_busy_channel_is_no_obstacle(bench, hub):
    bench.air.add_jammer(Jammer(EVERYWHERE, -30.0))
    tid = hub.transmit(frame(ack=False), csma=False)
    bench.run()
    assert hub.ended(tid).status == SpinelStatus.OK
    assert len(bench.log) == 1


def test_one_transmission_is_in_flight_at_a_time(bench, hub):
    _, heard = bench.radio(CHILD)
    first, second = hub.transmit(frame()), hub.transmit(frame())
    assert hub.ended(second) == TransmitDone(SpinelStatus.BUSY)
    bench.run()
    assert hub.ended(first).status == SpinelStatus.OK
    assert len(heard) == 1
    third = hub.transmit(frame())
    bench.run()
    assert hub.ended(third).status == SpinelStatus.OK
    assert len(heard) == 2


def test_a_build_with_a_queue_sends_what_waits_in_turn(bench):
    host = bench.host(Firmware(transmit_queue=1))
    host.up(HUB)
    _, heard = bench.radio(CHILD)
    first, second, third = (host.transmit(frame(payload=bytes((number,)))) for number in range(3))
    assert host.ended(third) == TransmitDone(SpinelStatus.BUSY)
    bench.run()
    assert [answer.tid for answer in host.said] == [first, second]
    assert host.ended(first).status == host.ended(second).status == SpinelStatus.OK
    assert [reception.psdu[9] for reception in heard] == [0, 1]


def test_a_reset_empties_the_queue(bench):
    host = bench.host(Firmware(transmit_queue=5))
    host.up(HUB)
    for _ in range(3):
        host.transmit(frame(payload=b"stale", ack=False))
    host.rcp.restart()
    host.said.clear()
    host.up(HUB)
    fresh = host.transmit(frame(payload=b"fresh", ack=False))
    bench.run()
    assert [answer.tid for answer in host.said] == [fresh]
    assert [each.psdu[9:14] for each in bench.log] == [b"fresh"]


def test_a_transmission_that_nobody_identified_is_not_answered(bench, hub):
    _, heard = bench.radio(CHILD)
    value = le(len(frame()), 2) + frame() + bytes((CHANNEL,))
    hub.write(SpinelFrame(UNSOLICITED, CommandId.SET, PropertyId.STREAM_RAW, value))
    bench.run()
    assert len(heard) == 1
    assert hub.said == []


@pytest.mark.parametrize(
    ("octets", "status"),
    [(0, SpinelStatus.INVALID_ARGUMENT), (2, SpinelStatus.INVALID_ARGUMENT), (128, SpinelStatus.PARSE_ERROR)],
)
def test_what_is_no_psdu_is_not_sent(bench, hub, octets, status):
    """128 octets: status 9, as ot-rcp of OpenThread, simulation, January 2025, answers."""
    assert hub.ended(hub.transmit(bytes(octets))) == TransmitDone(status)
    bench.run()
    assert bench.log == []


@pytest.mark.parametrize("octets", [3, 127])
def test_the_shortest_and_the_longest_psdu_are_sent(bench, hub, octets):
    tid = hub.transmit(bytes(octets))
    bench.run()
    assert hub.ended(tid).status == SpinelStatus.OK
    assert [len(each.psdu) for each in bench.log] == [octets]


@pytest.mark.parametrize(("channel", "afterwards"), [(10, 15), (27, 15), (15, 10), (15, 27)])
def test_there_are_no_other_channels_to_send_or_listen_on(bench, hub, channel, afterwards):
    tid = hub.transmit(frame(), channel, rx_channel=afterwards)
    assert hub.ended(tid) == TransmitDone(SpinelStatus.INVALID_ARGUMENT)
    assert hub.get(PropertyId.PHY_CHAN) == bytes((CHANNEL,))


@pytest.mark.parametrize("value", [b"", b"\x05\x00", b"\x05\x00abcde"])
def test_a_transmission_without_frame_or_channel_is_a_parse_error(bench, hub, value):
    assert hub.status(CommandId.SET, PropertyId.STREAM_RAW, value) == SpinelStatus.PARSE_ERROR
    bench.run()
    assert bench.log == []


def test_a_frame_may_go_to_another_channel_and_the_radio_come_back(bench, hub):
    _, there = bench.radio(CHILD, channel=20)
    home, _ = bench.radio(CHILD)
    tid = hub.transmit(frame(), 20, rx_channel=CHANNEL)
    bench.run()
    assert hub.ended(tid).status == SpinelStatus.OK
    assert len(there) == 1
    assert hub.get(PropertyId.PHY_CHAN) == bytes((CHANNEL,))
    home.transmit(frame(HUB, CHILD)[:-2] + fcs(frame(HUB, CHILD)[:-2]), lambda result: None)
    bench.run()
    assert len(hub.received()) == 1


def test_a_radio_that_is_sent_elsewhere_stays_until_it_is_called_back(bench, hub):
    child, heard = bench.radio(CHILD, channel=20)
    tid = hub.transmit(frame(), 20)
    bench.run()
    assert hub.ended(tid).status == SpinelStatus.OK
    assert hub.get(PropertyId.PHY_CHAN) == b"\x14"
    child.transmit(frame(HUB, CHILD)[:-2] + fcs(frame(HUB, CHILD)[:-2]), lambda result: None)
    bench.run()
    assert (len(heard), len(hub.received())) == (1, 1)


def test_a_setting_changed_in_mid_transmission_holds_after_it(bench, lenient):
    tid = lenient.transmit(frame(dst=STRANGER))
    bench.run(2 * MILLISECOND)
    lenient.set(PropertyId.PHY_CHAN, b"\x14")
    bench.run()
    assert lenient.ended(tid).status == SpinelStatus.NO_ACK
    assert {each.channel for each in bench.log} == {CHANNEL}
    assert lenient.rcp.radio.config.channel == 20


def test_power_is_the_property_s_unless_the_request_names_its_own(bench, hub):
    _, heard = bench.radio(CHILD)
    hub.set(PropertyId.PHY_TX_POWER, b"\xfb")  # -5 dBm
    for fields in ({}, {"tx_power": 5}, {}):
        hub.transmit(frame(), **fields)
        bench.run()
    first, louder, last = (reception.rssi for reception in heard)
    assert louder - first == 10
    assert last == first
    assert hub.get(PropertyId.PHY_TX_POWER) == b"\xfb"


def test_a_reset_in_mid_transmission_leaves_no_answer_and_a_working_radio(bench, hub):
    _, heard = bench.radio(CHILD)
    stale = hub.transmit(frame(dst=STRANGER))
    while not bench.log:
        assert bench.clock.step()
    hub.write(SpinelFrame(0, CommandId.RESET, 0, b"\x02"))
    assert hub.said == [SpinelFrame(UNSOLICITED, CommandId.IS, PropertyId.LAST_STATUS, b"\x70")]
    hub.said.clear()
    hub.up(HUB)
    fresh = hub.transmit(frame())
    bench.run()
    assert hub.take(stale) == []
    assert hub.ended(fresh).status == SpinelStatus.OK
    assert len(heard) == 1
    assert hub.said == []
    assert len([each for each in bench.sent_by(hub) if each.psdu[5:7] == le(STRANGER, 2)]) == 1


# --- receiving --------------------------------------------------------------------------------------------------------


def sent(bench: Any, radio: Any, dst: int = HUB, *, ack: bool = True, pan: int = PAN) -> TxResult:
    """What came of one frame of a plain radio."""
    results: list[TxResult] = []
    radio.transmit(mac.data(3, pan, dst, CHILD, b"report", ack=ack), results.append, retries=0)
    bench.run()
    return results[0]


def test_a_frame_for_the_radio_is_acknowledged_and_handed_to_the_host(bench, lenient):
    child, _ = bench.radio(CHILD)
    assert sent(bench, child) == TxResult(TxStatus.ACKED, False)
    data, ack = bench.log
    assert ack.sender is lenient.rcp.radio
    link = bench.air.link(child, lenient.rcp.radio)
    assert lenient.received() == [Received(data.psdu, link.rssi_dbm, 0, CHANNEL, link.lqi, data.end)]


def test_a_received_frame_bears_the_time_of_its_end(bench, hub):
    child, _ = bench.radio(CHILD)
    bench.run(7 * SECOND)
    for _ in range(3):
        sent(bench, child)
    ends = [each.end for each in bench.log if each.sender is child]
    assert ends[0] > 7 * SECOND
    assert [received.timestamp for received in hub.received()] == ends


@pytest.mark.parametrize(("dst", "pan"), [(STRANGER, PAN), (HUB, 0x0BAD)])
def test_a_frame_for_others_is_neither_acknowledged_nor_handed_over(bench, hub, dst, pan):
    child, _ = bench.radio(CHILD)
    assert sent(bench, child, dst, pan=pan).status is TxStatus.NO_ACK
    assert hub.received() == []


def test_a_broadcast_is_handed_over_and_not_acknowledged(bench, hub):
    child, _ = bench.radio(CHILD)
    assert sent(bench, child, 0xFFFF, ack=False).status is TxStatus.SENT
    assert len(hub.received()) == 1
    assert len(bench.log) == 1


def test_a_frame_for_the_extended_address_is_for_the_radio(bench, hub):
    hub.set(PropertyId.MAC_LADDR, EUI64)
    child, _ = bench.radio(CHILD)
    psdu = MacFrame(
        mac.DATA,
        1,
        b"x",
        dst_pan=PAN,
        dst=int.from_bytes(EUI64, "big"),
        dst_mode=mac.EXTENDED,
        src_pan=PAN,
        src=CHILD,
        src_mode=mac.SHORT,
        ack_request=True,
    ).encode()
    for expected in (TxStatus.ACKED, TxStatus.NO_ACK):
        results: list[TxResult] = []
        child.transmit(psdu, results.append, retries=0)
        bench.run()
        assert results[0].status is expected
        hub.set(PropertyId.MAC_LADDR, bytes.fromhex("00124b00deadbeef"))
    assert [received.psdu for received in hub.received()] == [psdu]


@pytest.mark.parametrize("mode", [1, 2])
def test_a_promiscuous_radio_hands_over_all_and_acknowledges_nothing(bench, hub, mode):
    child, _ = bench.radio(CHILD)
    hub.set(PropertyId.MAC_PROMISCUOUS_MODE, bytes((mode,)))
    for dst, pan in ((HUB, PAN), (STRANGER, PAN), (HUB, 0x0BAD)):
        assert sent(bench, child, dst, pan=pan).status is TxStatus.NO_ACK
    assert [received.psdu[3:7] for received in hub.received()] == [
        le(PAN, 2) + le(HUB, 2),
        le(PAN, 2) + le(STRANGER, 2),
        le(0x0BAD, 2) + le(HUB, 2),
    ]
    assert bench.sent_by(hub) == []


@pytest.mark.parametrize(
    "what",
    [PropertyId.PHY_ENABLED, PropertyId.MAC_RAW_STREAM_ENABLED, PropertyId.MAC_RX_ON_WHEN_IDLE],
    ids=lambda p: p.name,
)
def test_a_radio_hears_and_acknowledges_only_while_it_listens(bench, lenient, what):
    child, _ = bench.radio(CHILD)
    lenient.set(what, b"\x00")
    assert sent(bench, child).status is TxStatus.NO_ACK
    assert lenient.received() == []
    lenient.set(what, b"\x01")
    assert sent(bench, child).status is TxStatus.ACKED
    assert len(lenient.received()) == 1


def test_a_sleepy_radio_hears_the_acknowledgement_of_its_own_frame(bench, lenient):
    bench.radio(CHILD)
    lenient.set(PropertyId.MAC_RX_ON_WHEN_IDLE, b"\x00")
    tid = lenient.transmit(frame())
    bench.run()
    assert lenient.ended(tid).status == SpinelStatus.OK


def test_frames_are_dropped_and_counted_while_the_host_does_not_read(bench, hub):
    child, _ = bench.radio(CHILD)
    hub.rcp.has_room = lambda: False
    sent(bench, child)
    sent(bench, child)
    assert (hub.received(), hub.rcp.dropped) == ([], 2)
    hub.rcp.has_room = lambda: True
    sent(bench, child)
    assert (len(hub.received()), hub.rcp.dropped) == (1, 2)


# --- source match -----------------------------------------------------------------------------------------------------

ADDRESS = {False: le(CHILD, 2), True: CHILD_EUI64.to_bytes(8, "big")}
TABLE = {False: PropertyId.MAC_SRC_MATCH_SHORT, True: PropertyId.MAC_SRC_MATCH_EXTENDED}
both = pytest.mark.parametrize("extended", [False, True], ids=["short", "extended"])


@both
def test_with_source_match_off_every_poll_is_promised_a_frame(poll, extended):
    assert poll(extended=extended)


@both
def test_with_source_match_on_the_table_decides(hub, poll, extended):
    hub.set(PropertyId.MAC_SRC_MATCH_ENABLED, b"\x01")
    assert not poll(extended=extended)
    inserted = hub.ask(CommandId.INSERT, TABLE[extended], ADDRESS[extended])
    assert inserted[1:4] == (CommandId.INSERTED, TABLE[extended], ADDRESS[extended])
    assert poll(extended=extended)
    assert not poll(extended=not extended)
    removed = hub.ask(CommandId.REMOVE, TABLE[extended], ADDRESS[extended])
    assert removed[1:4] == (CommandId.REMOVED, TABLE[extended], ADDRESS[extended])
    assert not poll(extended=extended)


def test_only_a_poll_is_promised_a_frame_by_firmware_before_thread_1_2(bench, lenient):
    child, _ = bench.radio(CHILD)
    assert sent(bench, child) == TxResult(TxStatus.ACKED, False)


@both
def test_a_table_may_be_filled_before_it_is_used_and_outlives_the_switch(hub, poll, extended):
    hub.ask(CommandId.INSERT, TABLE[extended], ADDRESS[extended])
    for _ in range(2):
        hub.set(PropertyId.MAC_SRC_MATCH_ENABLED, b"\x01")
        assert poll(extended=extended)
        assert not poll(extended=not extended)
        hub.set(PropertyId.MAC_SRC_MATCH_ENABLED, b"\x00")
        assert poll(extended=not extended)


@both
def test_a_table_may_be_replaced_as_a_whole(hub, poll, extended):
    hub.set(PropertyId.MAC_SRC_MATCH_ENABLED, b"\x01")
    hub.set(TABLE[extended], bytes(len(ADDRESS[extended])) + ADDRESS[extended])
    assert poll(extended=extended)
    hub.set(TABLE[extended], b"")
    assert not poll(extended=extended)


@both
def test_a_table_is_listed_as_it_was_filled_and_each_address_once(lenient, extended):
    other = bytes(len(ADDRESS[extended]))
    for address in (ADDRESS[extended], other, ADDRESS[extended]):
        lenient.ask(CommandId.INSERT, TABLE[extended], address)
    assert lenient.get(TABLE[extended]) == ADDRESS[extended] + other
    lenient.ask(CommandId.REMOVE, TABLE[extended], ADDRESS[extended])
    assert lenient.get(TABLE[extended]) == other
    answer = lenient.ask(CommandId.SET, TABLE[extended], 2 * other)
    assert answer.value == other


@both
def test_lenient_firmware_lets_a_host_remove_what_is_not_there(lenient, extended):
    answer = lenient.ask(CommandId.REMOVE, TABLE[extended], ADDRESS[extended])
    assert answer.command == CommandId.REMOVED


@both
def test_a_full_table_takes_no_more_and_forgets_nothing(hub, poll, extended):
    width = len(ADDRESS[extended])
    hub.set(PropertyId.MAC_SRC_MATCH_ENABLED, b"\x01")
    full = b"".join((0x4000 + number).to_bytes(width, "big") for number in range(64))
    hub.set(TABLE[extended], full)
    assert hub.status(CommandId.INSERT, TABLE[extended], ADDRESS[extended]) == SpinelStatus.NOMEM
    assert hub.status(CommandId.SET, TABLE[extended], full + ADDRESS[extended]) == SpinelStatus.NOMEM
    assert hub.ask(CommandId.INSERT, TABLE[extended], full[:width]).command == CommandId.INSERTED
    assert not poll(extended=extended)
    hub.ask(CommandId.REMOVE, TABLE[extended], full[:width])
    assert hub.ask(CommandId.INSERT, TABLE[extended], ADDRESS[extended]).command == CommandId.INSERTED
    assert poll(extended=extended)


@both
@pytest.mark.parametrize("command", [CommandId.INSERT, CommandId.REMOVE, CommandId.SET])
def test_half_an_address_is_a_parse_error_and_changes_nothing(lenient, command, extended):
    lenient.set(TABLE[extended], ADDRESS[extended])
    assert lenient.status(command, TABLE[extended], ADDRESS[extended][:-1]) == SpinelStatus.PARSE_ERROR
    assert lenient.get(TABLE[extended]) == ADDRESS[extended]


def test_some_firmware_promises_no_frame_once_source_match_is_off(bench):
    host = bench.host(Firmware(never_pending_unmatched=True))
    host.up(HUB)
    child, _ = bench.radio(CHILD)

    def polled() -> bool:
        results: list[TxResult] = []
        child.transmit(data_request(), results.append)
        bench.run()
        return results[0].frame_pending

    host.ask(CommandId.INSERT, PropertyId.MAC_SRC_MATCH_SHORT, ADDRESS[False])
    host.set(PropertyId.MAC_SRC_MATCH_ENABLED, b"\x01")
    assert polled()
    host.set(PropertyId.MAC_SRC_MATCH_ENABLED, b"\x00")
    assert not polled()


# --- energy -----------------------------------------------------------------------------------------------------------

IDLE, SCANNING = b"\x00", b"\x02"


def results(host: Any) -> list[tuple[int, int]]:
    """Channel and dBm of a scan's results; it says at the end that it is idle, and nothing else."""
    *measured, end = host.take(UNSOLICITED)
    assert end == SpinelFrame(UNSOLICITED, CommandId.IS, PropertyId.MAC_SCAN_STATE, IDLE)
    assert {(each.command, each.property) for each in measured} <= {(CommandId.IS, PropertyId.MAC_ENERGY_SCAN_RESULT)}
    return [(each.value[0], int.from_bytes(each.value[1:], "little", signed=True)) for each in measured]


def test_the_rssi_is_what_is_on_the_channel_now(bench, hub):
    assert hub.get(PropertyId.PHY_RSSI) == b"\x9c"
    bench.air.add_jammer(Jammer(frozenset({CHANNEL}), -50.0))
    assert hub.get(PropertyId.PHY_RSSI) == b"\xce"
    hub.set(PropertyId.PHY_CHAN, b"\x14")
    assert hub.get(PropertyId.PHY_RSSI) == b"\x9c"


def test_an_energy_scan_measures_each_channel_and_then_is_idle(bench, lenient):
    bench.air.add_jammer(Jammer(frozenset({20}), -42.0))
    lenient.set(PropertyId.MAC_SCAN_MASK, bytes((20, 11)))
    lenient.set(PropertyId.MAC_SCAN_PERIOD, le(200, 2))
    lenient.set(PropertyId.MAC_SCAN_STATE, SCANNING)
    bench.run(199 * MILLISECOND)
    assert lenient.said == []
    assert lenient.get(PropertyId.MAC_SCAN_STATE) == SCANNING
    bench.run(1 * MILLISECOND)
    assert [each.value[0] for each in lenient.said] == [20]
    bench.run(200 * MILLISECOND)
    assert results(lenient) == [(20, -42), (11, -100)]
    assert lenient.get(PropertyId.MAC_SCAN_STATE) == IDLE


def test_a_scan_without_mask_is_one_of_all_channels(bench, lenient):
    lenient.set(PropertyId.MAC_SCAN_STATE, SCANNING)
    bench.run(3_200 * MILLISECOND)
    assert results(lenient) == [(channel, -100) for channel in range(11, 27)]


def test_a_radio_that_scans_neither_sends_nor_scans_anew(bench, lenient):
    lenient.set(PropertyId.MAC_SCAN_STATE, SCANNING)
    assert lenient.ended(lenient.transmit(frame())) == TransmitDone(SpinelStatus.BUSY)
    assert lenient.status(CommandId.SET, PropertyId.MAC_SCAN_STATE, SCANNING) == SpinelStatus.INVALID_STATE
    bench.run(4 * SECOND)
    assert len(results(lenient)) == 16


def test_a_radio_that_sends_or_is_off_does_not_scan(hub):
    hub.transmit(frame())
    assert hub.status(CommandId.SET, PropertyId.MAC_SCAN_STATE, SCANNING) == SpinelStatus.INVALID_STATE
    hub.write(SpinelFrame(0, CommandId.RESET, 0, b"\x02"))
    assert hub.status(CommandId.SET, PropertyId.MAC_SCAN_STATE, SCANNING) == SpinelStatus.INVALID_STATE


def test_after_a_scan_the_radio_is_back_on_its_channel_and_works(bench, lenient):
    child, heard = bench.radio(CHILD)
    lenient.set(PropertyId.MAC_SCAN_STATE, SCANNING)
    bench.run(4 * SECOND)
    results(lenient)
    assert sent(bench, child).status is TxStatus.ACKED
    assert len(lenient.received()) == 1
    tid = lenient.transmit(frame())
    bench.run()
    assert lenient.ended(tid).status == SpinelStatus.OK
    assert len(heard) == 1


def test_a_setting_that_changes_in_mid_scan_holds_when_it_is_over(bench, lenient):
    child, _ = bench.radio(CHILD, channel=20)
    lenient.set(PropertyId.MAC_SCAN_STATE, SCANNING)
    bench.run(250 * MILLISECOND)
    lenient.set(PropertyId.PHY_CHAN, b"\x14")
    bench.run(4 * SECOND)
    assert len(results(lenient)) == 16
    assert sent(bench, child).status is TxStatus.ACKED


def test_a_scan_that_is_called_off_reports_no_more(bench, lenient):
    lenient.set(PropertyId.MAC_SCAN_STATE, SCANNING)
    bench.run(450 * MILLISECOND)
    assert [each.value[0] for each in lenient.take(UNSOLICITED)] == [11, 12]
    lenient.set(PropertyId.MAC_SCAN_STATE, IDLE)
    bench.run(2 * SECOND)
    assert lenient.said == []


def test_a_reset_in_mid_scan_leaves_no_result_and_a_working_radio(bench, lenient):
    child, _ = bench.radio(CHILD)
    lenient.set(PropertyId.MAC_SCAN_STATE, SCANNING)
    bench.run(50 * MILLISECOND)
    lenient.write(SpinelFrame(0, CommandId.RESET, 0, b"\x02"))
    assert lenient.said == [SpinelFrame(UNSOLICITED, CommandId.IS, PropertyId.LAST_STATUS, b"\x70")]
    lenient.said.clear()
    lenient.up(HUB)
    bench.run(2 * SECOND)
    assert lenient.said == []
    assert sent(bench, child).status is TxStatus.ACKED
    assert lenient.rcp.radio.config == RadioConfig(CHANNEL, PAN, HUB, 0)


# --- scans and queues that are called off ---------------------------------------------------------------------------

BACK_TO_IDLE = b"\x00"


def test_a_scan_that_is_called_off_leaves_the_channel_to_the_host(bench):
    hub = bench.host(LENIENT)
    hub.up(HUB)
    child, _ = bench.radio(CHILD, channel=20)
    hub.set(PropertyId.MAC_SCAN_STATE, b"\x02")
    bench.run(50 * MILLISECOND)
    hub.set(PropertyId.MAC_SCAN_STATE, BACK_TO_IDLE)
    hub.set(PropertyId.PHY_CHAN, b"\x14")
    bench.run()
    assert hub.rcp.radio.config.channel == 20
    assert sent(bench, child).status is TxStatus.ACKED


def test_a_transmission_after_a_cancelled_scan_goes_to_its_channel(bench):
    hub = bench.host(LENIENT)
    hub.up(HUB)
    hub.set(PropertyId.MAC_SCAN_STATE, b"\x02")
    bench.run(99 * MILLISECOND)
    hub.set(PropertyId.MAC_SCAN_STATE, BACK_TO_IDLE)
    hub.transmit(frame(dst=0x7777), 20, rx_channel=15)
    bench.run()
    assert {transmission.channel for transmission in bench.log} == {20}


def test_a_scan_of_no_time_over_a_long_mask_ends(bench):
    hub = bench.host()
    hub.up(HUB)
    hub.set(PropertyId.MAC_SCAN_PERIOD, b"\x00\x00")
    hub.write(SpinelFrame(1, CommandId.SET, PropertyId.MAC_SCAN_MASK, bytes([11]) * 1000))
    assert hub.get(PropertyId.MAC_SCAN_MASK) == b"\x0b"
    hub.set(PropertyId.MAC_SCAN_STATE, b"\x02")
    bench.run()
    assert hub.get(PropertyId.MAC_SCAN_STATE) == BACK_TO_IDLE


def test_switching_the_radio_off_ends_a_scan_and_what_waits_to_be_sent(bench):
    hub = bench.host(Firmware(transmit_queue=1))
    hub.up(HUB)
    hub.transmit(frame(dst=0xFFFF, ack=False))
    hub.transmit(frame(dst=0xFFFF, ack=False))
    hub.set(PropertyId.PHY_ENABLED, b"\x00")
    bench.run()
    assert len(bench.log) <= 1
    hub.up(HUB)
    hub.set(PropertyId.MAC_SCAN_MASK, b"\x0b")
    hub.set(PropertyId.MAC_SCAN_STATE, b"\x02")
    bench.run(50 * MILLISECOND)
    hub.set(PropertyId.PHY_ENABLED, b"\x00")
    hub.said.clear()
    bench.run()
    assert hub.said == []


@pytest.mark.parametrize("restart", [False, True], ids=["from the start", "after a reset"])
def test_firmware_that_promises_nothing_unasked_needs_no_table_for_it(bench, restart):
    hub = bench.host(Firmware(never_pending_unmatched=True))
    if restart:
        hub.write(SpinelFrame(0, CommandId.RESET, 0, b"\x02"))
    hub.up(HUB)
    child, _ = bench.radio(CHILD)
    results: list[Any] = []
    child.transmit(data_request(), results.append)
    bench.run()
    assert [result.frame_pending for result in results] == [False]


def test_noise_beyond_measure_is_measured_as_far_as_it_goes(bench):
    hub = bench.host()
    hub.up(HUB)
    bench.air.add_jammer(Jammer(frozenset(range(11, 27)), 130.0))
    assert hub.get(PropertyId.PHY_RSSI) == b"\x7f"
