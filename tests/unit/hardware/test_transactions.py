"""Commands and answers over one line."""

from __future__ import annotations

from typing import Any

import pytest

from hanbench.emulator.clock import SECOND, VirtualClock
from hanbench.emulator.radio.spinel import frames, hdlc
from hanbench.emulator.radio.spinel.frames import SpinelFrame
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId
from hanbench.hardware.transactions import Transactions


class Line:
    """Transactions, and what they sent."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.sent: list[SpinelFrame] = []
        self.answers: list[SpinelFrame | None] = []
        self.it = Transactions(self.clock, self._take)

    def _take(self, octets: bytes) -> None:
        self.sent += [frames.decode(payload) for payload in hdlc.Decoder().feed(octets)]

    def ask(self, count: int = 1) -> None:
        for _ in range(count):
            self.it.ask(CommandId.GET, PropertyId.CAPS, b"", self.answers.append, SECOND)

    def answer(self, tid: int, what: int = PropertyId.CAPS, value: bytes = b"") -> None:
        self.it.feed(hdlc.encode(SpinelFrame(tid, CommandId.IS, what, value).encode()))


@pytest.fixture
def line() -> Line:
    return Line()


def test_fifteen_are_under_way_and_the_rest_wait_for_a_free_number(line):
    line.ask(17)
    assert [frame.tid for frame in line.sent] == list(range(1, 16))
    line.answer(4)
    line.answer(9)
    assert [frame.tid for frame in line.sent[15:]] == [4, 9]
    assert len(line.answers) == 2


def test_numbers_are_used_in_turn_so_that_a_late_answer_finds_nobody(line):
    line.ask()
    line.clock.run_for(2 * SECOND)
    assert line.answers == [None]
    line.ask()
    line.answer(1, value=b"too late")
    assert line.answers == [None]
    line.answer(2, value=b"in time")
    assert [answer and answer.value for answer in line.answers] == [None, b"in time"]


def test_an_answer_to_something_else_is_none(line):
    line.ask()
    line.answer(1, PropertyId.HWADDR)
    assert line.answers == []
    line.answer(1, PropertyId.LAST_STATUS, b"\x0d")
    assert line.answers[0].value == b"\x0d"


def test_nothing_is_ever_sent_twice(line):
    line.ask(3)
    line.clock.run_for(10 * SECOND)
    assert len(line.sent) == 3
    assert line.answers == [None] * 3


def test_when_the_line_is_gone_nobody_waits_any_longer(line):
    line.ask(20)
    line.it.abandon()
    assert line.answers == [None] * 20
    line.clock.run_for(10 * SECOND)
    assert len(line.answers) == 20
    line.ask()
    assert len(line.sent) == 16


def test_what_nobody_asked_for_goes_its_own_way(line):
    seen: list[Any] = []
    line.it.unsolicited = seen.append
    line.ask()
    line.answer(0, PropertyId.STREAM_RAW, b"x")
    assert (line.answers, [frame.value for frame in seen]) == ([], [b"x"])


def test_what_is_no_frame_is_counted(line):
    line.it.feed(b"\x7eabcdef\x7e" + hdlc.encode(b"\x00\x06\x00"))
    assert (line.it.garbled, line.it.malformed) == (1, 1)
