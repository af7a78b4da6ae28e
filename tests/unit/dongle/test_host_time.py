"""Lockstep between a radio and a host that is another program; what each says stands in docs/conformance.md."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from hanbench.emulator.clock import SECOND, ClockLoop, VirtualClock
from hanbench.emulator.dongle import Rcp, host_time
from hanbench.emulator.radio.air import Air
from hanbench.emulator.radio.air_radio import AirRadio
from hanbench.emulator.radio.spinel import hdlc
from hanbench.emulator.randomness import split

GET = bytes.fromhex("81 02 8078")
NOT_FOUND = bytes.fromhex("81 06 00 0d")


def sleep(number: int, until: int) -> bytes:
    return bytes.fromhex("80 03 8078") + number.to_bytes(4, "little") + until.to_bytes(8, "little")


def telling(number: int, now: int, tid: int = 0) -> bytes:
    return bytes((0x80 | tid, 0x06, 0x80, 0x78)) + number.to_bytes(4, "little") + now.to_bytes(8, "little")


class Line:
    """A radio on virtual time, and what it has sent to its host."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.told: list[bytes] = []
        decoder = hdlc.Decoder()
        radio = AirRadio(Air(self.clock, split(1, "air")), self.clock, split(1, "radio"), "dongle", (0.0, 0.0))
        self.rcp = Rcp(radio, self.clock, lambda octets: self.told.extend(decoder.feed(octets)), eui64=1)
        self.runner = asyncio.Runner(loop_factory=lambda: ClockLoop(self.clock))

    def says(self, payload: bytes) -> list[bytes]:
        """Let the host say something; returns what the radio says to it at once."""
        self.told.clear()

        async def feed() -> None:
            self.rcp.feed(hdlc.encode(payload))

        self.runner.run(feed())
        return list(self.told)

    def later(self, seconds: float) -> None:
        """Wait for a time of the clock."""

        async def wait() -> None:
            await asyncio.sleep(seconds)

        self.runner.run(wait())


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.rcp.time.end()
    line.runner.close()


def test_a_radio_without_lockstep_knows_no_such_property(line: Line) -> None:
    assert line.says(GET) == [NOT_FOUND]


def test_the_host_is_told_the_time_after_each_frame(line: Line) -> None:
    line.rcp.time.begin()
    assert line.says(GET) == [telling(0, 0, tid=1), telling(1, 0)]
    assert line.says(bytes.fromhex("82 02 21")) == [bytes.fromhex("82 06 21 0b"), telling(2, 0)]


REAL_S = 0.3
"""Real seconds in which a virtual clock that nothing holds has come to any time."""


async def reached(line: Line, until: int) -> bool:
    """Whether the clock comes to a time, in microseconds, within some real time; nothing but the host may hold it."""
    loop = asyncio.get_running_loop()
    come = loop.create_future()
    line.clock.post(until, lambda: None if come.done() else come.set_result(None))
    patience = loop.run_in_executor(None, time.sleep, REAL_S)
    await asyncio.wait((come, patience), return_when=asyncio.FIRST_COMPLETED)
    return come.done()


def test_time_runs_while_the_host_sleeps_and_no_longer(line: Line) -> None:
    line.rcp.time.begin()
    line.says(GET)
    assert line.says(sleep(1, 3 * SECOND)) == []
    assert line.runner.run(reached(line, 2 * SECOND))
    assert line.told == []
    assert not line.runner.run(reached(line, 4 * SECOND))
    assert line.clock.now == 3 * SECOND
    assert line.told == [telling(2, 3 * SECOND)]


@pytest.mark.parametrize(("number", "sleeps"), [(1, True), (0, False), (2, False), (2**32 - 1, False)])
def test_a_host_that_has_not_read_all_does_not_sleep_yet(line: Line, number: int, sleeps: bool) -> None:
    line.rcp.time.begin()
    line.says(GET)
    line.says(sleep(number, 5 * SECOND))
    assert line.runner.run(reached(line, SECOND)) is sleeps


def test_a_host_that_says_it_twice_sleeps_as_it_said_last(line: Line) -> None:
    line.rcp.time.begin()
    line.says(GET)

    async def twice() -> None:
        line.rcp.feed(hdlc.encode(sleep(1, 2 * SECOND)) + hdlc.encode(sleep(1, 60 * SECOND)))
        await asyncio.sleep(59)

    line.told.clear()
    line.runner.run(twice())
    assert line.told == []


@pytest.mark.parametrize(
    "payload", ["80 03 8078", "80 03 8078 01", "80 03 8078 01000000 00000000000000", "80 03 8078" + "00" * 13]
)
def test_a_sleep_of_another_length_is_refused(line: Line, payload: str) -> None:
    """PARSE_ERROR is status 9 (Spinel)."""
    line.rcp.time.begin()
    line.says(GET)
    assert line.says(bytes.fromhex(payload))[0] == bytes.fromhex("80 06 00 09")


def test_a_host_that_sleeps_for_ever_wakes_by_a_frame_alone(line: Line) -> None:
    line.rcp.time.begin()
    line.says(GET)
    line.says(sleep(1, 2**64 - 1))
    line.later(86_400)
    assert line.told == []


@pytest.mark.parametrize(("runs", "told"), [(True, [0.1]), (False, [])])
def test_time_goes_on_when_the_host_has_ended_or_computes_for_ever(
    line: Line, monkeypatch: pytest.MonkeyPatch, runs: bool, told: list[float]
) -> None:
    monkeypatch.setattr(host_time, "PATIENCE_S", 0.1 if runs else 3600)
    monkeypatch.setattr(host_time, "LOOK_EVERY_S", 0.05)
    silent: list[float] = []
    line.rcp.time.runs, line.rcp.time.on_silence = lambda: runs, silent.append
    line.rcp.time.begin()
    line.later(10)
    assert line.clock.now == 10 * SECOND
    assert silent == told
