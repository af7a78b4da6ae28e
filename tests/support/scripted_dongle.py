"""A dongle that a test scripts: it keeps what the host's driver sends, and answers as the test says."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from hanbench.emulator.clock import VirtualClock, run
from hanbench.emulator.radio.spinel import frames, hdlc
from hanbench.emulator.radio.spinel.frames import SpinelFrame
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId
from hanbench.hardware.spinel_radio import SpinelRadio

IDENTITY = {
    PropertyId.PROTOCOL_VERSION: "0403",
    PropertyId.NCP_VERSION: b"OPENTHREAD/1.4.0; NRF52840; Jan 15 2026\x00".hex(),
    PropertyId.CAPS: "050c18228104",
    PropertyId.RADIO_CAPS: "7f",
    PropertyId.RCP_API_VERSION: "0b",
    PropertyId.HWADDR: "f4ce3612345678ab",
    PropertyId.PHY_ENABLED: "01",
}
_ECHO = {CommandId.SET: CommandId.IS, CommandId.INSERT: CommandId.INSERTED, CommandId.REMOVE: CommandId.REMOVED}
Answer = Callable[[SpinelFrame], Iterable[SpinelFrame] | None]


class ScriptedPort:
    """A port whose far end answers at once. `answer` may give other answers than the usual ones; None: the usual."""

    url = "scripted"

    def __init__(self, clock: VirtualClock) -> None:
        self.received: Callable[[bytes], None] = lambda octets: None
        self.ended: Callable[[str], None] = lambda reason: None
        self.sent: list[SpinelFrame] = []
        self.answer: Answer = lambda frame: None
        self._clock = clock
        self._decoder = hdlc.Decoder()

    async def open(self) -> None:
        pass

    def close(self) -> None:
        pass

    def write(self, octets: bytes) -> None:
        for payload in self._decoder.feed(octets):
            frame = frames.decode(payload)
            self.sent.append(frame)
            answers = self.answer(frame)
            for each in self._usual(frame) if answers is None else answers:
                self.say(each)

    def say(self, frame: SpinelFrame, after: int = 0) -> None:
        """Send a frame to the host, `after` microseconds from now."""
        self._clock.call_later(after, self._say, frame)

    def _say(self, frame: SpinelFrame) -> None:
        self.received(hdlc.encode(frame.encode()))

    def _usual(self, frame: SpinelFrame) -> Iterable[SpinelFrame]:
        if frame.command == CommandId.RESET:
            yield frames.last_status(frames.UNSOLICITED, 112)
        elif frame.command == CommandId.GET:
            value = bytes.fromhex(IDENTITY[PropertyId(frame.property)])
            yield SpinelFrame(frame.tid, CommandId.IS, frame.property, value)
        elif frame.property == PropertyId.STREAM_RAW:
            yield acknowledged(frame)
        else:
            yield SpinelFrame(frame.tid, _ECHO[CommandId(frame.command)], frame.property, frame.value)


class ScriptedRig:
    """The host's driver on a scripted dongle, in virtual time."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.port = ScriptedPort(self.clock)
        self.host = SpinelRadio("host", self.port, self.clock)  # type: ignore[arg-type]
        self.failures: list[str | None] = []
        self.notes: list[str] = []
        self.host.on_failure = self.failures.append
        self.host.on_note = self.notes.append

    def run(self, scenario: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        async def whole() -> Any:
            await self.host.start()
            self.port.sent.clear()
            try:
                return await scenario()
            finally:
                self.host.close()

        return run(self.clock, whole())

    @property
    def commands(self) -> list[tuple[str, str, str]]:
        """What the host has sent since its start: command, property, value in hexadecimal digits."""
        return [
            (CommandId(frame.command).name, PropertyId(frame.property).name, frame.value.hex())
            for frame in self.port.sent
            if frame.command != CommandId.GET
        ]

    def asked_for(self, what: PropertyId) -> list[SpinelFrame]:
        return [frame for frame in self.port.sent if frame.property == what]


def acknowledged(frame: SpinelFrame, *, sequence: int | None = None) -> SpinelFrame:
    """Return the answer to a STREAM_RAW whose frame was acknowledged, as OpenThread lays it out."""
    psdu = frame.value[2:]
    ack = bytes((0x02, 0x00, psdu[2] if sequence is None else sequence, 0, 0))
    received = frames.Received(ack, -40, 0, 15, 255, 1).encode()
    return SpinelFrame(frame.tid, CommandId.IS, PropertyId.LAST_STATUS, b"\x00\x00\x01" + received)


def refused(frame: SpinelFrame, status: str) -> SpinelFrame:
    """Return a LAST_STATUS for a command; `status` in hexadecimal digits, as it passes the line."""
    return SpinelFrame(frame.tid, CommandId.IS, PropertyId.LAST_STATUS, bytes.fromhex(status))
