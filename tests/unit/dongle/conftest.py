"""An RCP on an Air of its own, driven by octets, and radios around it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from emulator.clock import SECOND, VirtualClock
from emulator.dongle import Firmware, Rcp
from emulator.errors import Drop
from emulator.octets import Reader
from emulator.radio import Air, AirRadio, RadioConfig
from emulator.radio.spinel import frames, hdlc
from emulator.radio.spinel.frames import Frame, TransmitRequest
from emulator.radio.spinel.ids import Command, Property
from emulator.randomness import split

PAN, CHANNEL = 0x1A62, 15


class Driver:
    """The host's side, octet by octet."""

    def __init__(self, firmware: Firmware | None = None) -> None:
        self.clock = VirtualClock()
        self.air = Air(self.clock, split(1, "air"))
        self.radio = AirRadio(self.air, self.clock, split(1, "rcp"), "rcp")
        self.heard: list[Frame] = []
        self._decoder = hdlc.Decoder()
        self.rcp = Rcp(self.radio, self.clock, self._take, eui64=0x0102030405060708, firmware=firmware)

    def _take(self, octets: bytes) -> None:
        self.heard += [frames.parse(payload) for payload in self._decoder.feed(octets)]

    def station(self, name: str, short: int, place: tuple[float, float] = (3.0, 0.0), **config) -> AirRadio:
        """Another radio, that listens on the RCP's channel."""
        radio = AirRadio(self.air, self.clock, split(1, name), name, place)
        radio.configure(RadioConfig(**({"channel": CHANNEL, "pan_id": PAN, "short_address": short} | config)))
        radio.listen(True)
        return radio

    def send(self, frame: Frame) -> None:
        self.rcp.feed(hdlc.encode(frame.encode()))

    def ask(self, command: Command, what: int, value: bytes = b"", tid: int = 3) -> Frame:
        """The answer to a command that is answered at once."""
        self.heard.clear()
        self.send(Frame(tid, command, what, value))
        answers = [frame for frame in self.heard if frame.tid == tid]
        assert len(answers) == 1, self.heard
        return answers[0]

    def get(self, what: int) -> bytes:
        answer = self.ask(Command.GET, what)
        assert (answer.command, answer.property) == (Command.IS, what)
        return answer.value

    def set(self, what: int, value: bytes) -> None:
        answer = self.ask(Command.SET, what, value)
        assert (answer.command, answer.property, answer.value) == (Command.IS, what, value)

    def status(self, command: Command, what: int, value: bytes = b"") -> int:
        """The LAST_STATUS with which a command is answered."""
        answer = self.ask(command, what, value)
        assert (answer.command, answer.property) == (Command.IS, Property.LAST_STATUS)
        return frames.read_packed(Reader(answer.value, Drop.MALFORMED_SPINEL))

    def up(self, short: int = 0x0000, pan: int = PAN) -> None:
        """On the channel, with an address, receiving."""
        self.set(Property.PHY_ENABLED, b"\x01")
        self.set(Property.PHY_CHAN, bytes((CHANNEL,)))
        self.set(Property.MAC_PANID, pan.to_bytes(2, "little"))
        self.set(Property.MAC_SADDR, short.to_bytes(2, "little"))
        self.set(Property.MAC_RAW_STREAM_ENABLED, b"\x01")
        self.heard.clear()

    def transmit(self, psdu: bytes, tid: int = 5, **fields) -> None:
        request = TransmitRequest(psdu, fields.pop("channel", CHANNEL), **fields)
        self.send(Frame(tid, Command.SET, Property.STREAM_RAW, request.encode()))

    def pass_time(self, seconds: float = 1) -> None:
        self.clock.run_for(int(seconds * SECOND))

    def answered(self, tid: int = 5) -> list[frames.TransmitDone]:
        """How transmissions ended."""
        return [frames.parse_transmit_done(frame.value) for frame in self.heard if frame.tid == tid]

    def received(self) -> list[frames.Received]:
        """Frames from the air."""
        return [frames.parse_received(f.value) for f in self.heard if f.property == Property.STREAM_RAW and not f.tid]


@pytest.fixture
def driver() -> Driver:
    return Driver()


@pytest.fixture
def driver_of() -> Callable[[Firmware], Driver]:
    return Driver
