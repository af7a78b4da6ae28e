"""Who asked what over one Spinel line, and who did not answer; the radio co-processor is the test itself."""

from __future__ import annotations

import pytest

from emulator.clock import SECOND, VirtualClock
from emulator.radio.spinel import frames, hdlc
from emulator.radio.spinel.frames import Frame
from emulator.radio.spinel.ids import Command, Property, Status
from hardware.transactions import Transactions

WAIT = SECOND


class Line:
    """A host's transactions, what it wrote, and what it was answered: (label, answer) in order."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.written: list[Frame] = []
        self.answers: list[tuple[int, Frame | None]] = []
        self._decoder = hdlc.Decoder()
        self.host = Transactions(self.clock, self._wrote)

    def _wrote(self, octets: bytes) -> None:
        self.written += [frames.parse(payload) for payload in self._decoder.feed(octets)]

    def ask(self, label: int, what: Property = Property.PHY_CHAN, patience: int = WAIT) -> None:
        self.host.ask(Command.GET, what, b"", lambda frame: self.answers.append((label, frame)), patience)

    def answer(self, tid: int, what: Property = Property.PHY_CHAN, value: bytes = b"\x0b") -> Frame:
        frame = Frame(tid, Command.IS, what, value)
        self.host.feed(hdlc.encode(frame.encode()))
        return frame


@pytest.fixture
def line() -> Line:
    return Line()


def test_a_command_is_written_once_and_its_answer_handed_over_once(line: Line):
    line.ask(0)
    assert line.written == [Frame(1, Command.GET, Property.PHY_CHAN)]
    answer = line.answer(1)
    line.answer(1)
    line.clock.run_for(10 * WAIT)
    assert line.answers == [(0, answer)]
    assert len(line.written) == 1


def test_the_command_and_its_value_are_written_as_asked(line: Line):
    line.host.ask(Command.INSERT, Property.MAC_SRC_MATCH_SHORT, b"\x34\x12", lambda frame: None, WAIT)
    assert line.written == [Frame(1, Command.INSERT, Property.MAC_SRC_MATCH_SHORT, b"\x34\x12")]


@pytest.mark.parametrize("command", [Command.IS, Command.INSERTED, Command.REMOVED])
def test_every_kind_of_answer_ends_a_transaction(line: Line, command: Command):
    line.ask(0)
    answer = Frame(1, command, Property.PHY_CHAN, b"\x0b")
    line.host.feed(hdlc.encode(answer.encode()))
    assert line.answers == [(0, answer)]


def test_a_status_ends_a_transaction_about_any_property(line: Line):
    line.ask(0)
    answer = line.answer(1, Property.LAST_STATUS, bytes((Status.PROP_NOT_FOUND,)))
    assert line.answers == [(0, answer)]


def test_an_answer_about_another_property_belongs_to_somebody_else(line: Line):
    line.ask(0)
    line.answer(1, Property.MAC_PANID, b"\xff\xff")
    assert line.answers == []
    answer = line.answer(1)
    assert line.answers == [(0, answer)]


def test_what_only_a_host_says_answers_nothing(line: Line):
    line.ask(0)
    for command in (Command.GET, Command.SET, Command.RESET):
        line.host.feed(hdlc.encode(Frame(1, command, Property.PHY_CHAN, b"\x0b").encode()))
    assert line.answers == []


def test_answers_may_come_in_any_order(line: Line):
    for label in range(3):
        line.ask(label)
    third, first, second = (line.answer(tid) for tid in (3, 1, 2))
    assert line.answers == [(2, third), (0, first), (1, second)]


def test_no_identifier_is_used_again_while_its_transaction_is_pending(line: Line):
    line.ask(0)
    for label in range(1, 41):
        line.ask(label)
        tid = line.written[-1].tid
        assert tid != line.written[0].tid
        line.answer(tid)
    assert [label for label, _ in line.answers] == list(range(1, 41))


def test_an_identifier_rests_as_long_as_there_are_others(line: Line):
    for label in range(30):
        line.ask(label)
        line.answer(line.written[-1].tid)
    assert [frame.tid for frame in line.written] == [*range(1, 16), *range(1, 16)]


def test_fifteen_are_under_way_and_the_others_wait_their_turn(line: Line):
    for label in range(20):
        line.ask(label)
    assert sorted(frame.tid for frame in line.written) == list(range(1, 16))
    for number, tid in enumerate((7, 2, 11, 2), start=1):
        line.answer(tid)
        assert len(line.written) == 15 + number
        assert line.written[-1].tid == tid
    assert [label for label, _ in line.answers] == [6, 1, 10, 16]


def test_one_who_asks_from_within_an_answer_does_not_overtake_those_who_wait(line: Line):
    """The sixteenth was first, and fifteen are under way again when the one that asks anew gets its answer."""
    properties = list(Property)
    again = Property.RCP_TIMESTAMP

    def answered(frame: Frame | None) -> None:
        line.ask(99, again)

    line.host.ask(Command.GET, Property.PHY_CHAN, b"", answered, WAIT)
    for label in range(1, 16):
        line.ask(label, properties[label])
    line.answer(1)
    assert line.written[-1].property == properties[15]
    assert len(line.written) == 16
    line.answer(2, properties[1])
    assert line.written[-1] == Frame(2, Command.GET, again)


def test_patience_ends_with_none_once_and_at_its_time(line: Line):
    line.ask(0, patience=WAIT)
    line.clock.run_until(WAIT - 1)
    assert line.answers == []
    line.clock.run_until(10 * WAIT)
    assert line.answers == [(0, None)]
    assert len(line.written) == 1


def test_the_patience_of_one_who_waits_begins_when_its_command_is_sent(line: Line):
    for label in range(16):
        line.ask(label)
    line.clock.run_until(WAIT // 2)
    line.answer(1)
    line.clock.run_until(WAIT)
    assert [label for label, frame in line.answers if frame is None] == list(range(1, 15))
    line.clock.run_until(WAIT + WAIT // 2)
    assert line.answers[-1] == (15, None)


def test_expiry_makes_room_for_those_who_wait(line: Line):
    for label in range(18):
        line.ask(label)
    line.clock.run_until(WAIT)
    assert len(line.written) == 18
    assert sorted(label for label, _ in line.answers) == list(range(15))


def test_an_answer_that_comes_too_late_is_nobodys(line: Line):
    line.ask(0)
    line.clock.run_until(WAIT)
    line.ask(1)
    line.answer(1)
    assert line.answers == [(0, None)]
    answer = line.answer(2)
    assert line.answers == [(0, None), (1, answer)]


def test_an_answer_to_what_nobody_asked_is_passed_over(line: Line):
    line.answer(9)
    assert line.answers == []
    assert (line.host.garbled, line.host.malformed) == (0, 0)


def test_what_is_said_unasked_goes_to_another_ear(line: Line):
    heard: list[Frame] = []
    line.host.unsolicited = heard.append
    line.ask(0)
    said = line.answer(frames.UNSOLICITED, Property.STREAM_RAW, b"\x00\x00")
    assert heard == [said]
    assert line.answers == []


def test_telling_takes_no_identifier_and_awaits_nothing(line: Line):
    line.host.tell(Frame(0, Command.RESET, 0, b"\x02"))
    line.clock.run_for(10 * WAIT)
    line.ask(0)
    assert line.written == [Frame(0, Command.RESET, 0, b"\x02"), Frame(1, Command.GET, Property.PHY_CHAN)]


def test_abandoning_the_line_answers_all_with_none_those_who_wait_too(line: Line):
    for label in range(20):
        line.ask(label)
    line.host.abandon()
    assert line.answers == [(label, None) for label in range(20)]
    line.answer(1)
    line.clock.run_for(10 * WAIT)
    assert len(line.answers) == 20
    assert len(line.written) == 15


def test_one_who_asks_while_the_line_is_abandoned_is_not_lost(line: Line):
    line.host.ask(Command.GET, Property.PHY_CHAN, b"", lambda frame: line.ask(1), WAIT)
    line.host.abandon()
    line.clock.run_for(WAIT)
    assert line.answers == [(1, None)]


def test_an_abandoned_line_works_again_and_forgets_half_a_frame(line: Line):
    half = hdlc.encode(Frame(0, Command.IS, Property.STREAM_RAW, bytes(40)).encode())[:20]
    line.host.feed(half)
    line.host.abandon()
    line.ask(0)
    answer = Frame(1, Command.IS, Property.PHY_CHAN, b"\x0b")
    line.host.feed(hdlc.encode(answer.encode())[1:])
    assert line.answers == [(0, answer)]
    assert line.host.garbled == 0


def test_garbled_stretches_are_counted_and_cost_only_themselves(line: Line):
    line.ask(0)
    spoilt = bytearray(hdlc.encode(Frame(1, Command.IS, Property.PHY_CHAN, b"\x0c").encode()))
    spoilt[4] ^= 0x55
    line.host.feed(b"noise" + bytes(spoilt))
    answer = line.answer(1)
    assert (line.host.garbled, line.host.malformed) == (2, 0)
    assert line.answers == [(0, answer)]


@pytest.mark.parametrize("payload", ["41 06 21 0b", "81", "81 06", "81 06 80808080"])
def test_frames_that_are_whole_and_make_no_sense_are_counted_apart(line: Line, payload: str):
    line.ask(0)
    line.host.feed(hdlc.encode(bytes.fromhex(payload)))
    assert (line.host.garbled, line.host.malformed) == (0, 1)
    assert line.answers == []
