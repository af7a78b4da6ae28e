"""What two real OpenThread hosts wrote to real firmware, replayed against virtual dongles: the answers are the same.

Source: tests/data/openthread/session.txt, which names the program and its date. Hosts and firmware are OpenThread's;
only the replayed answers are ours. Every frame that one real radio co-processor handed to its
host, secured by the other one with the keys of the host, must reach the other virtual dongle with the same octets.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from hanbench.emulator.clock import SECOND, VirtualClock
from hanbench.emulator.dongle import MODELS, Rcp
from hanbench.emulator.radio import Air, AirRadio
from hanbench.emulator.radio.spinel import frames, hdlc
from hanbench.emulator.radio.spinel.frames import SpinelFrame, decode_received, decode_transmit_done
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId
from hanbench.emulator.randomness import split

SESSION = Path(__file__).resolve().parents[2] / "data" / "openthread" / "session.txt"
ITS_OWN = frozenset(
    {PropertyId.NCP_VERSION, PropertyId.HWADDR, PropertyId.RCP_TIMESTAMP, PropertyId.PHY_RSSI, PropertyId.PHY_TX_POWER}
)
"""Properties whose value belongs to the one radio; all others must have the recorded value."""
PATIENCE = 2 * SECOND


class Event(NamedTuple):
    time: int
    node: str
    by_host: bool
    frame: SpinelFrame


def events() -> Iterator[Event]:
    for line in SESSION.read_text(encoding="ascii").splitlines():
        if not line.startswith("#"):
            time, node, author, octets = line.split()
            yield Event(int(time), node, author == "host", frames.decode(bytes.fromhex(octets)))


class Dongle:
    """One virtual RCP, and what it has said and nobody has asked for yet."""

    def __init__(self, clock: VirtualClock, air: Air, name: str, place: float) -> None:
        radio = AirRadio(air, clock, split(1, name), name, (place, 0.0))
        self.said: list[SpinelFrame] = []
        self._clock = clock
        self._decoder = hdlc.Decoder()
        firmware = MODELS["openthread-2025-01"]
        self.rcp = Rcp(radio, clock, self._read, eui64=int(place) + 1, firmware=firmware)
        self.rcp.restart()

    def _read(self, octets: bytes) -> None:
        self.said += [frames.decode(payload) for payload in self._decoder.feed(octets)]

    def write(self, frame: SpinelFrame) -> None:
        self.rcp.feed(hdlc.encode(frame.encode()))

    def next(self, like: SpinelFrame) -> SpinelFrame | None:
        """The next frame with the same transaction, or of the same property if there is none; None: none came."""
        end = self._clock.now + PATIENCE
        while True:
            for frame in self.said:
                if frame.tid == like.tid and (frame.tid or frame.property == like.property):
                    self.said.remove(frame)
                    return frame
            if self._clock.now >= end or not self._clock.step():
                return None


class Answered(NamedTuple):
    command: SpinelFrame | None
    real: SpinelFrame
    ours: SpinelFrame | None


@pytest.fixture(scope="module")
def replay() -> list[Answered]:
    """Every frame of the real firmware, the command that it answers, and the virtual dongle's frame in its place."""
    clock = VirtualClock()
    air = Air(clock, split(1, "air"))
    dongles = {name: Dongle(clock, air, name, place) for name, place in (("leader", 0.0), ("child", 3.0))}
    asked: dict[tuple[str, int], SpinelFrame] = {}
    pairs = []
    for event in events():
        dongle = dongles[event.node]
        if event.by_host:
            clock.run_until(max(clock.now, event.time))
            asked[event.node, event.frame.tid] = event.frame
            dongle.write(event.frame)
        else:
            command = asked.get((event.node, event.frame.tid)) if event.frame.tid else None
            pairs.append(Answered(command, event.frame, dongle.next(event.frame)))
    return pairs


def is_transmission(pair: Answered) -> bool:
    return pair.command is not None and pair.command.property == PropertyId.STREAM_RAW


def test_the_session_has_what_its_head_says(replay):
    asked = {(pair.command.command, pair.command.property) for pair in replay if pair.command is not None}
    assert {(CommandId.SET, PropertyId.RCP_MAC_KEY), (CommandId.REMOVE, PropertyId.MAC_SRC_MATCH_SHORT)} <= asked
    assert sum(map(is_transmission, replay)) > 50


def test_every_command_and_frame_of_the_session_has_its_answer(replay):
    assert [pair.real for pair in replay if pair.ours is None] == []


def test_answers_have_the_properties_lengths_and_values_of_real_firmware(replay):
    for pair in replay:
        assert pair.ours is not None
        assert (pair.ours.command, pair.ours.property) == (pair.real.command, pair.real.property), pair
        if pair.command is None or is_transmission(pair):
            continue
        if pair.real.property not in ITS_OWN:
            assert pair.ours.value == pair.real.value, pair
        elif pair.real.property != PropertyId.NCP_VERSION:
            assert len(pair.ours.value) == len(pair.real.value), pair


def test_transmissions_end_as_on_real_firmware(replay):
    for pair in filter(is_transmission, replay):
        assert pair.ours is not None
        ours, real = decode_transmit_done(pair.ours.value), decode_transmit_done(pair.real.value)
        assert ours[:3] == real[:3], pair
        assert len(pair.ours.value) == len(pair.real.value), pair
        if ours.header_updated:
            assert pair.ours.value[-5:] == pair.real.value[-5:], "key identifier and frame counter"


def test_frames_reach_the_other_host_with_the_same_octets(replay):
    received = [pair for pair in replay if pair.real.property == PropertyId.STREAM_RAW]
    assert len(received) > 50
    for pair in received:
        assert pair.ours is not None
        ours, real = decode_received(pair.ours.value), decode_received(pair.real.value)
        assert ours.psdu == real.psdu
        assert (ours.flags, ours.channel, ours.error) == (real.flags, real.channel, real.error), pair
        assert len(pair.ours.value) == len(pair.real.value)
