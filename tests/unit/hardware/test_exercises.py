"""What the doctor tries on an RCP, on scripted dongles that fail at it."""

from __future__ import annotations

import pytest

from hanbench.emulator.clock import MILLISECOND, VirtualClock, run
from hanbench.emulator.radio.spinel.frames import SpinelFrame
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId
from hanbench.hardware.exercises import Exerciser, ExerciseResult
from hanbench.hardware.transactions import Transactions
from tests.support.scripted_dongle import Answer, ScriptedPort, refused

NO_ACK, OK = "110001", "000001"


def ends(frame: SpinelFrame) -> str | None:
    """Return how a transmission ends where no other radio is: status, frame-pending, header-updated."""
    if frame.property != PropertyId.STREAM_RAW:
        return None
    return NO_ACK if frame.value[2] & 0x20 else OK


def exercised(answer: Answer) -> dict[str, ExerciseResult]:
    """Run all exercises; `answer` goes before the answers of good firmware."""
    clock = VirtualClock()
    port = ScriptedPort(clock)
    line = Transactions(clock, port.write)
    port.received = line.feed

    def answers(frame: SpinelFrame):
        special = answer(frame)
        if special is not None:
            return special
        end = ends(frame)
        return None if end is None else (refused(frame, end),)

    port.answer = answers
    results = run(clock, Exerciser(line).run())
    assert port.sent[-1].property == PropertyId.PHY_ENABLED
    assert port.sent[-1].value == b"\x00"
    return {result.name: result for result in results}


def refusing(command: CommandId, what: PropertyId, status: str) -> Answer:
    return lambda frame: (refused(frame, status),) if (frame.command, frame.property) == (command, what) else None


def test_good_firmware_has_no_trouble():
    results = exercised(lambda frame: None)
    assert len(results) == 5
    assert {result.trouble for result in results.values()} == {None}
    assert all(not result.blocks for result in results.values())


def test_a_refused_remove_is_told_and_blocks_nothing():
    results = exercised(refusing(CommandId.REMOVE, PropertyId.MAC_SRC_MATCH_EXTENDED, "8a8001"))
    matches = results["source-match tables"]
    assert matches.trouble == "refuses REMOVE MAC_SRC_MATCH_EXTENDED: stack: no address (status 16394)"
    assert not matches.blocks


@pytest.mark.parametrize(
    ("command", "what", "status", "name", "blocked"),
    [
        (CommandId.INSERT, PropertyId.MAC_SRC_MATCH_SHORT, "0d", "source-match tables", "hub"),
        (CommandId.SET, PropertyId.MAC_PANID, "0d", "configuration", "sniffer"),
        (CommandId.SET, PropertyId.STREAM_RAW, "04", "transmissions", "esme"),
        (CommandId.SET, PropertyId.STREAM_RAW, OK, "transmissions", "gsme"),
        (CommandId.SET, PropertyId.STREAM_RAW, "", "transmissions", "hub"),
    ],
)
def test_other_refusals_block_the_roles_that_need_it(command, what, status, name, blocked):
    result = exercised(refusing(command, what, status))[name]
    assert result.trouble is not None
    assert blocked in result.blocks


def test_firmware_that_loses_a_transmission_when_the_receiver_is_switched_cannot_be_a_sleeping_meter():
    switched = []

    def answer(frame: SpinelFrame):
        if frame.property == PropertyId.MAC_RAW_STREAM_ENABLED:
            switched.append(frame.value)
        return () if frame.property == PropertyId.STREAM_RAW and len(switched) > 4 else None

    result = exercised(answer)["receiver switched between transmissions"]
    assert result.trouble == "does not report the end of a transmission"
    assert result.blocks == {"gsme"}


def test_slow_transmissions_cannot_serve_a_sleeping_meter(monkeypatch):
    clock = VirtualClock()
    port = ScriptedPort(clock)
    line = Transactions(clock, port.write)
    port.received = line.feed
    monkeypatch.setattr("time.perf_counter", lambda: clock.now / 1e6)

    def answer(frame: SpinelFrame):
        end = ends(frame)
        if end is None:
            return None
        port.say(refused(frame, end), 25 * MILLISECOND)
        return ()

    port.answer = answer
    *_, polls = run(clock, Exerciser(line).run())
    assert polls.trouble is not None
    assert "takes 25.0 ms to send a frame under load" in polls.trouble
    assert polls.blocks == {"hub"}
