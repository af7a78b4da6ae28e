"""The driver on firmware that behaves as domain/rcp-firmware.md 1 measured it on OpenThread's own."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from hanbench.emulator.clock import MILLISECOND, SECOND
from hanbench.emulator.errors import LocalProtocolError
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio import RadioConfig, TxResult, TxStatus
from hanbench.emulator.radio.spinel.frames import SpinelFrame
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId
from tests.support.scripted_dongle import ScriptedRig, acknowledged, refused

CONFIG = RadioConfig(15, 0x1A62, 0x0001, 0x1001)
NO_ADDRESS = "8a8001"
"""16394 as it passes the line: STACK_NATIVE (16384) + NO_ADDRESS (10), `ncp_base.cpp:182`; the sheet has the octets."""


def data(sequence: int) -> bytes:
    return mac.data(sequence, 0x1A62, 0x0000, 0x0001, b"payload", ack=True)


class HeldTransmissions:
    """Transmissions that the dongle ends when the test says so."""

    def __init__(self, rig: ScriptedRig) -> None:
        self.rig = rig
        self.held: list[SpinelFrame] = []
        rig.port.answer = self._answer

    def _answer(self, frame: SpinelFrame):
        if frame.property == PropertyId.STREAM_RAW:
            self.held.append(frame)
            return ()
        return None

    async def end(self) -> None:
        self.rig.port.say(acknowledged(self.held.pop(0)))
        await asyncio.sleep(0.001)


@pytest.fixture
def rig() -> ScriptedRig:
    return ScriptedRig()


# --- one thing at a time ------------------------------------------------------------------------------------------


def test_configuration_waits_for_the_end_of_a_transmission_and_is_the_latest(rig):
    transmissions = HeldTransmissions(rig)
    results: list[TxResult] = []

    async def scenario():
        rig.host.configure(CONFIG)
        rig.host.listen(True)
        await asyncio.sleep(0.01)
        rig.port.sent.clear()
        rig.host.transmit(data(1), results.append)
        rig.host.listen(False)
        rig.host.configure(replace(CONFIG, channel=20))
        rig.host.configure(replace(CONFIG, channel=25, short_address=0x4321))
        rig.host.listen(True)
        rig.host.listen(False)
        await asyncio.sleep(0.5)
        during = list(rig.commands)
        rig.port.sent.clear()
        await transmissions.end()
        return during, rig.commands

    during, after = rig.run(scenario)
    assert [what for _, what, _ in during] == ["STREAM_RAW"]
    assert after == [
        ("SET", "PHY_CHAN", "19"),
        ("SET", "MAC_SADDR", "2143"),
        ("SET", "MAC_RAW_STREAM_ENABLED", "00"),
    ]
    assert [result.status for result in results] == [TxStatus.ACKED]


def test_source_matches_do_not_wait_because_a_poll_may_come_before(rig):
    HeldTransmissions(rig)

    async def scenario():
        rig.host.transmit(data(1), lambda result: None)
        rig.host.source_match_add(0x1234, extended=False)
        await asyncio.sleep(0.01)
        return rig.commands[1:]

    assert rig.run(scenario) == [("INSERT", "MAC_SRC_MATCH_SHORT", "3412")]


def test_the_receiver_is_switched_off_again_after_a_transmission(rig):
    # SubMac::HandleTransmitDone leaves the radio in its receive state, whatever it was before.
    async def scenario():
        rig.host.transmit(data(1), lambda result: None)
        await asyncio.sleep(0.01)
        return rig.commands[1:]

    assert rig.run(scenario) == [("SET", "MAC_RAW_STREAM_ENABLED", "00")]


def test_a_transmission_after_a_reset_waits_for_the_one_before(rig):
    # OpenThread answers BUSY to a second transmission, or overwrites the first.
    transmissions = HeldTransmissions(rig)
    results: list[TxStatus] = []

    async def scenario():
        rig.host.transmit(data(1), lambda result: results.append(result.status))
        rig.host.reset()
        rig.host.transmit(data(2), lambda result: results.append(result.status))
        await asyncio.sleep(0.1)
        before = len(transmissions.held)
        await transmissions.end()
        await transmissions.end()
        return before

    assert rig.run(scenario) == 1
    assert results == [TxStatus.ABORTED, TxStatus.ACKED]
    assert rig.failures == [None]


def test_scans_and_transmissions_wait_for_each_other(rig):
    transmissions = HeldTransmissions(rig)
    levels: list[int] = []
    scan = [
        ("SET", "MAC_SCAN_MASK", "14"),
        ("SET", "MAC_SCAN_PERIOD", "3200"),
        ("SET", "MAC_SCAN_STATE", "02"),
    ]

    async def scenario():
        rig.host.transmit(data(1), lambda result: None)
        rig.host.energy_scan(20, 50 * MILLISECOND, levels.append)
        with pytest.raises(LocalProtocolError):
            rig.host.energy_scan(21, 50 * MILLISECOND, levels.append)
        await asyncio.sleep(0.1)
        during = list(rig.commands)
        await transmissions.end()
        rig.host.transmit(data(2), lambda result: None)
        scanning = rig.commands[len(during) :]
        rig.port.say(SpinelFrame(0, CommandId.IS, PropertyId.MAC_ENERGY_SCAN_RESULT, b"\x14\xce"))
        rig.port.say(SpinelFrame(0, CommandId.IS, PropertyId.MAC_SCAN_STATE, b"\x00"))
        await asyncio.sleep(0.01)
        return during, scanning, rig.commands[-1]

    during, scanning, last = rig.run(scenario)
    assert [what for _, what, _ in during] == ["STREAM_RAW"]
    assert scanning == [("SET", "MAC_RAW_STREAM_ENABLED", "00"), *scan]
    assert levels == [-50]
    assert last[1] == "STREAM_RAW"


def test_a_transmission_that_never_ends_is_a_failure_and_the_configuration_is_sent_again(rig):
    transmissions = HeldTransmissions(rig)
    results: list[TxResult] = []

    async def scenario():
        rig.host.configure(CONFIG)
        rig.host.listen(True)
        rig.host.transmit(data(1), results.append)
        rig.host.configure(replace(CONFIG, channel=20))
        await asyncio.sleep(5)
        transmissions.held.clear()
        return rig.commands

    commands = rig.run(scenario)
    assert [result.status for result in results] == [TxStatus.ABORTED]
    assert "did not report the end of a transmission" in rig.failures[1]
    assert rig.failures[2:] == [None]
    restart = next(at for at, command in enumerate(commands) if command[0] == "RESET")
    assert commands[restart + 1] == ("SET", "PHY_ENABLED", "01")
    assert ("SET", "PHY_CHAN", "14") in commands[restart:]
    assert commands[-1] == ("SET", "MAC_RAW_STREAM_ENABLED", "01")


# --- refusals -----------------------------------------------------------------------------------------------------


def refusing(rig: ScriptedRig, command: CommandId, what: PropertyId, status: str, times: int = 1_000) -> list[int]:
    """Make the dongle refuse a command, so many times; returns a list that grows by one at each refusal."""
    refusals: list[int] = []

    def answer(frame: SpinelFrame):
        if frame.command == command and frame.property == what and len(refusals) < times:
            refusals.append(frame.tid)
            return (refused(frame, status),)
        return None

    rig.port.answer = answer
    return refusals


def test_a_refused_remove_is_told_and_the_table_written_anew(rig):
    refusing(rig, CommandId.REMOVE, PropertyId.MAC_SRC_MATCH_EXTENDED, NO_ADDRESS)

    async def scenario():
        rig.host.source_match(True)
        for child in (1, 2, 3):
            rig.host.source_match_add(child, extended=True)
        rig.host.source_match_remove(1, extended=True)
        await asyncio.sleep(0.01)
        rig.port.sent.clear()
        rig.host.source_match_remove(2, extended=True)
        await asyncio.sleep(0.01)
        return rig.commands

    assert rig.run(scenario) == [
        ("SET", "MAC_SRC_MATCH_EXTENDED", ""),
        ("INSERT", "MAC_SRC_MATCH_EXTENDED", "0000000000000003"),
    ]
    assert rig.notes == ["scripted refuses REMOVE MAC_SRC_MATCH_EXTENDED: stack: no address (status 16394)"]
    assert rig.failures == [None]


@pytest.mark.parametrize("status", ["14", "0d", "04", NO_ADDRESS, "", "ffffffff"])
def test_any_refused_remove_is_survived(rig, status):
    refusals = refusing(rig, CommandId.REMOVE, PropertyId.MAC_SRC_MATCH_SHORT, status)

    async def scenario():
        rig.host.source_match_add(5, extended=False)
        rig.host.source_match_remove(5, extended=False)
        await asyncio.sleep(0.01)

    rig.run(scenario)
    assert len(refusals) == len(rig.notes) == 1
    assert rig.failures == [None]


def test_a_refused_power_is_told_and_survived(rig):
    refusing(rig, CommandId.SET, PropertyId.PHY_TX_POWER, "03")

    async def scenario():
        rig.host.configure(replace(CONFIG, tx_power=20))
        await asyncio.sleep(0.01)

    rig.run(scenario)
    assert rig.notes == ["scripted refuses SET PHY_TX_POWER: invalid argument (status 3)"]
    assert rig.failures == [None]


@pytest.mark.parametrize("what", [PropertyId.MAC_PANID, PropertyId.MAC_LADDR, PropertyId.PHY_CHAN])
def test_a_refusal_that_makes_the_stack_wrong_ends_the_radio(rig, what):
    refusals = refusing(rig, CommandId.SET, what, "03", times=1)

    async def scenario():
        rig.host.configure(CONFIG)
        await asyncio.sleep(3)

    rig.run(scenario)
    assert len(refusals) == 1
    assert f"refuses SET {what.name}: invalid argument (status 3)" in rig.failures[1]
    assert rig.failures[2:] == [None]


def test_a_receiver_that_is_refused_for_the_moment_is_switched_a_little_later(rig):
    # EFR32's otPlatRadioReceive and otPlatRadioSleep return INVALID_STATE while an acknowledgement goes out.
    async def scenario():
        await asyncio.sleep(0.01)
        refusals = refusing(rig, CommandId.SET, PropertyId.MAC_RAW_STREAM_ENABLED, "04", times=3)
        rig.host.listen(True)
        await asyncio.sleep(1)
        return len(refusals), len(rig.asked_for(PropertyId.MAC_RAW_STREAM_ENABLED))

    assert rig.run(scenario) == (3, 4)
    assert rig.failures == [None]


def test_a_receiver_that_is_refused_for_good_ends_the_radio(rig):
    refusing(rig, CommandId.SET, PropertyId.MAC_RAW_STREAM_ENABLED, "0c", times=11)

    async def scenario():
        rig.host.listen(True)
        await asyncio.sleep(3)

    rig.run(scenario)
    assert "refuses SET MAC_RAW_STREAM_ENABLED: busy (status 12)" in rig.failures[1]


@pytest.mark.parametrize(("status", "times", "failed"), [("0c", 3, False), ("04", 3, False), ("0c", 11, True)])
def test_a_frame_that_is_refused_for_the_moment_goes_out_later(rig, status, times, failed):
    refusing(rig, CommandId.SET, PropertyId.STREAM_RAW, status, times)
    results: list[TxStatus] = []

    async def scenario():
        rig.host.transmit(data(1), lambda result: results.append(result.status))
        await asyncio.sleep(3)

    rig.run(scenario)
    assert results == [TxStatus.ABORTED if failed else TxStatus.ACKED]
    assert len(rig.failures) == (3 if failed else 1)


def test_a_full_table_is_disabled_and_used_again_when_there_is_room(rig):
    table: set[bytes] = set()

    def answer(frame: SpinelFrame):
        if frame.property == PropertyId.MAC_SRC_MATCH_SHORT and frame.command == CommandId.INSERT:
            if len(table) == 2:
                return (refused(frame, "0b"),)
            table.add(frame.value)
        elif frame.property == PropertyId.MAC_SRC_MATCH_SHORT and frame.command == CommandId.REMOVE:
            table.discard(frame.value)
        return None

    rig.port.answer = answer

    async def scenario():
        rig.host.source_match(True)
        for child in (1, 2, 3, 4):
            rig.host.source_match_add(child, extended=False)
        await asyncio.sleep(0.01)
        full = rig.asked_for(PropertyId.MAC_SRC_MATCH_ENABLED)[-1].value
        rig.host.source_match_remove(1, extended=False)
        rig.host.source_match_remove(3, extended=False)
        await asyncio.sleep(0.01)
        return full, rig.asked_for(PropertyId.MAC_SRC_MATCH_ENABLED)[-1].value

    assert rig.run(scenario) == (b"\x00", b"\x01")
    assert table == {b"\x02\x00", b"\x04\x00"}
    assert rig.failures == [None]


# --- dongles that cannot be trusted -------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", ["nothing", "another frame's", "no acknowledgement"])
def test_an_acknowledgement_that_is_claimed_and_not_shown_is_a_failure(rig, shown):
    def answer(frame: SpinelFrame):
        if frame.property != PropertyId.STREAM_RAW:
            return None
        if shown == "nothing":
            return (refused(frame, "000001"),)
        done = acknowledged(frame, sequence=99 if shown == "another frame's" else None)
        if shown == "no acknowledgement":
            done = done._replace(value=done.value.replace(b"\x05\x00\x02", b"\x05\x00\x01"))
        return (done,)

    rig.port.answer = answer
    results: list[TxStatus] = []

    async def scenario():
        rig.host.transmit(data(1), lambda result: results.append(result.status))
        await asyncio.sleep(0.01)

    rig.run(scenario)
    assert results == [TxStatus.ABORTED]
    assert "says that a frame was acknowledged, and shows no acknowledgement of it" in rig.failures[1]


def test_frames_that_never_went_out_are_told_and_at_last_a_failure(rig):
    # OT_ERROR_ABORT (11) becomes 16395.
    refusing(rig, CommandId.SET, PropertyId.STREAM_RAW, "8b80010000", times=4)
    results: list[TxStatus] = []

    async def scenario():
        for sequence in range(4):
            rig.host.transmit(data(sequence), lambda result: results.append(result.status))
            await asyncio.sleep(0.1)

    rig.run(scenario)
    assert results == [TxStatus.ABORTED] * 4
    assert rig.notes == ["scripted does not transmit: stack: aborted (status 16395)"]
    assert len(rig.failures) == 2


def test_a_restart_that_was_not_announced_is_found(rig):
    async def scenario():
        await rig.host.verify()
        good = list(rig.failures)
        rig.port.answer = lambda frame: (
            (SpinelFrame(frame.tid, CommandId.IS, frame.property, b"\x00"),)
            if (frame.command, frame.property) == (CommandId.GET, PropertyId.PHY_ENABLED)
            else None
        )
        await rig.host.verify()
        return good

    assert rig.run(scenario) == [None]
    assert "has lost its configuration, without announcing a restart" in rig.failures[1]


@pytest.mark.parametrize(("parent", "milliseconds", "failed"), [(True, 50, True), (False, 50, False), (True, 5, False)])
def test_a_dongle_that_is_too_slow_for_sleeping_children_is_found(rig, parent, milliseconds, failed):
    async def scenario():
        rig.host.source_match(parent)
        await asyncio.sleep(0.01)

        def late(frame: SpinelFrame):
            if frame.command == CommandId.GET:
                answer = SpinelFrame(frame.tid, CommandId.IS, frame.property, b"\x01")
                rig.port.say(answer, milliseconds * MILLISECOND)
                return ()
            return None

        rig.port.answer = late
        await rig.host.verify()

    rig.run(scenario)
    assert len(rig.failures) == (2 if failed else 1)
    if failed:
        assert "takes 50 ms for an answer" in rig.failures[1]


def test_an_answer_with_another_transaction_id_is_a_failure(rig):
    def answer(frame: SpinelFrame):
        if frame.property == PropertyId.STREAM_RAW:
            return (acknowledged(frame._replace(tid=frame.tid % 15 + 1)),)
        return None

    rig.port.answer = answer
    results: list[TxStatus] = []

    async def scenario():
        began = rig.clock.now
        rig.host.transmit(data(1), lambda result: results.append(result.status))
        while not results:
            await asyncio.sleep(0.1)
        return rig.clock.now - began

    assert rig.run(scenario) <= 1.2 * SECOND
    assert results == [TxStatus.ABORTED]
    assert "did not report the end of a transmission" in rig.failures[1]
