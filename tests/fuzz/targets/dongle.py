"""Both ends of a serial line: what a host may write to an RCP, and what firmware may write to the host's driver."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from hanbench.emulator.clock import MILLISECOND, SECOND, VirtualClock
from hanbench.emulator.dongle import LENIENT, STRICT
from hanbench.emulator.dongle.host_time import FOR_EVER
from hanbench.emulator.dongle.rcp import Rcp
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.octets import le
from hanbench.emulator.radio import Air, AirRadio, RadioConfig, TxResult
from hanbench.emulator.radio.spinel import frames, hdlc
from hanbench.emulator.radio.spinel.frames import SpinelFrame
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId
from hanbench.emulator.randomness import split
from hanbench.hardware.errors import RadioError
from hanbench.hardware.transactions import Transactions
from tests.fuzz.loop import on_loop
from tests.fuzz.target import Target
from tests.support.scripted_dongle import ScriptedRig

_PAN, _CHANNEL, _MOST = 0x1A62, 15, 60


def pieces(octets: bytes) -> Iterator[bytes]:
    """Yield the messages of an input: a length, and so many octets; at most `_MOST`."""
    at = 0
    for _ in range(_MOST):
        if at >= len(octets):
            return
        yield octets[at + 1 : at + 1 + octets[at]]
        at += 1 + octets[at]


def joined(messages: list[bytes]) -> bytes:
    """Return the input of these messages."""
    return b"".join(bytes((len(each),)) + each for each in messages if len(each) < 256)


def _commands(octets: bytes) -> None:
    """An RCP on an Air: each answer is a frame, and after a reset it answers again."""
    if not octets:
        return
    clock = VirtualClock()
    radio = AirRadio(Air(clock, split(1, "air")), clock, split(1, "radio"), "dongle")
    answers: list[bytes] = []
    rcp = Rcp(radio, clock, answers.append, eui64=7, firmware=STRICT if octets[0] & 1 else LENIENT)
    for message in pieces(octets[1:]):
        rcp.feed(hdlc.encode(message))
        clock.run_for(10 * MILLISECOND)
    rcp.feed(hdlc.FLAG.to_bytes(1, "big") + octets)
    clock.run_for(SECOND)
    decoder = hdlc.Decoder()
    for answer in answers:
        for payload in decoder.feed(answer):
            frames.decode(payload)
    assert decoder.garbled == 0
    answers.clear()
    rcp.feed(hdlc.encode(SpinelFrame(0, CommandId.RESET).encode()))
    rcp.feed(hdlc.encode(SpinelFrame(1, CommandId.GET, PropertyId.PROTOCOL_VERSION).encode()))
    assert answers


def _lockstep(octets: bytes) -> None:
    """A host in lockstep that writes anything: time stands still while the newest telling has no answer, and no longer.

    `NOW` in a message stands for the number that the host was told last: else an input would hardly ever hit it.
    """
    clock = VirtualClock()
    radio = AirRadio(Air(clock, split(1, "air")), clock, split(1, "radio"), "dongle")
    told: list[int] = []
    """Numbers of the tellings; a value that the host asks for repeats the latest."""

    def send(octets: bytes) -> None:
        for each in map(frames.decode, decoder.feed(octets)):
            if each.property == PropertyId.LOCKSTEP and len(each.value) == 12:
                number = int.from_bytes(each.value[:4], "little")
                assert number - (told[-1] if told else 0) in (0, 1)
                assert int.from_bytes(each.value[4:], "little") == clock.now
                told.append(number)

    async def talked() -> None:
        rcp.time.begin()
        clock.run_for(MILLISECOND)
        for message in pieces(octets):
            rcp.feed(hdlc.encode(message.replace(b"NOW", le(told[-1] if told else 0, 4))))
            clock.run_for(10 * MILLISECOND)
            rcp.time.told()
            assert rcp.time._answered is not None, "time goes on although the host has not answered"
            answer = le(told[-1], 4) + le(FOR_EVER, 8)
            rcp.feed(hdlc.encode(SpinelFrame(0, CommandId.SET, PropertyId.LOCKSTEP, answer).encode()))
            assert rcp.time._answered is None, "time stands still although the host has answered"
        rcp.time.end()

    decoder = hdlc.Decoder()
    rcp = Rcp(radio, clock, send, eui64=7)
    on_loop(talked())


def _transactions(octets: bytes) -> None:
    """Commands in progress on a line that says anything: each is answered once, or in time not at all."""
    clock = VirtualClock()
    line = Transactions(clock, lambda sent: None)
    answered: list[SpinelFrame | None] = []
    for _ in range(20):
        line.ask(CommandId.GET, PropertyId.PHY_CHAN, b"", answered.append, SECOND)
    for message in pieces(octets):
        line.feed(hdlc.encode(message))
    line.feed(octets)
    clock.run_for(3 * SECOND)
    line.abandon()
    assert len(answered) == 20


def _driver(octets: bytes) -> None:
    """The driver of a dongle that answers each command with the next message of the input, then as firmware does."""
    rig = ScriptedRig()
    messages = pieces(octets)

    def answer(asked: SpinelFrame) -> list[SpinelFrame] | None:
        message = next(messages, None)
        if message is None:
            return None
        if not message:
            return []
        tid = asked.tid if message[0] & 0x10 else frames.UNSOLICITED
        what = asked.property if message[0] & 0x20 else int.from_bytes(message[1:2], "big")
        return [SpinelFrame(tid, CommandId.IS, what, message[2:])]

    ended: list[TxResult] = []

    async def scenario() -> None:
        rig.port.answer = answer
        rig.host.configure(RadioConfig(_CHANNEL, _PAN, 0x0000, 0x1000))
        rig.host.listen(True)
        rig.host.receiver = lambda reception: None
        for number in range(3):
            if len(ended) == number:
                rig.host.transmit(mac.data(number, _PAN, 1, 0, b"frame", ack=True), ended.append)
            await asyncio.sleep(2)
        rig.host.energy_scan(_CHANNEL, 20 * MILLISECOND, lambda energy: None)
        await asyncio.sleep(2)
        for message in messages:
            rig.port.received(hdlc.encode(message))
        rig.port.received(octets)
        await asyncio.sleep(60)

    rig.run(scenario)
    assert len(ended) <= 3


def _start(octets: bytes) -> None:
    """The start of the driver on a dongle that answers anything."""
    rig = ScriptedRig()
    messages = pieces(octets)

    def answer(asked: SpinelFrame) -> list[SpinelFrame] | None:
        message = next(messages, None)
        if message is None:
            return None
        return [SpinelFrame(asked.tid, CommandId.IS, asked.property, message)]

    rig.port.answer = answer

    async def scenario() -> None:
        await asyncio.sleep(1)

    rig.run(scenario)


TARGETS = (
    Target("dongle.commands", _commands, (), 1024),
    Target("dongle.lockstep", _lockstep, (), 512),
    Target("dongle.transactions", _transactions, (), 1024),
    Target("dongle.driver", _driver, (), 512),
    Target("dongle.start", _start, (RadioError,), 512),
)
