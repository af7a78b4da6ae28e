"""Octets of OpenThread's own firmware, replayed against the host's driver: tests/data says of which build."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hanbench.emulator.clock import MILLISECOND
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio import RadioConfig, Reception, TxResult, TxStatus
from hanbench.emulator.radio.spinel.ids import RadioCapability
from tests.support.recorded_dongle import RecordedAnswers
from tests.support.scripted_dongle import ScriptedRig

RECORDING = Path(__file__).parents[2] / "data" / "openthread-rcp-2025-01-10.txt"
PAN = 0x1A62
CONFIG = RadioConfig(15, PAN, 0x0000, 0x1000)


def data(sequence: int, dst: int, *, ack: bool = True) -> bytes:
    return mac.data(sequence, PAN, dst, 0x0000, b"payload", ack=ack)


@pytest.fixture
def rig() -> ScriptedRig:
    rig = ScriptedRig()
    rig.port.answer = RecordedAnswers(RECORDING)
    return rig


async def configured(rig: ScriptedRig) -> None:
    rig.host.configure(CONFIG)
    rig.host.listen(True)
    await asyncio.sleep(0.01)


async def sent(rig: ScriptedRig, psdu: bytes) -> TxResult:
    ended: asyncio.Future[TxResult] = asyncio.get_running_loop().create_future()
    rig.host.transmit(psdu, ended.set_result)
    return await ended


def test_it_is_identified(rig):
    async def scenario():
        pass

    rig.run(scenario)
    identity = rig.host.identity
    assert identity is not None
    assert identity.version == "OPENTHREAD/3ae741f95-dirty; SIMULATION; Nov 25 2026 23:33:22"
    assert identity.built == date(2026, 11, 25)
    # The sheet's table: 05 0c 18 22 81 04 40 41 and 7f.
    assert identity.capabilities == {5, 12, 24, 34, 513, 64, 65}
    assert identity.radio == RadioCapability(0x7F)
    assert list(identity.shortcomings()) == []
    assert rig.failures == [None]


def test_its_transmissions_end_as_they_did_on_the_air(rig):
    receptions: list[Reception] = []
    rig.host.receiver = receptions.append

    async def scenario() -> list[Any]:
        await configured(rig)
        results = [await sent(rig, data(1, 0x0001)), await sent(rig, data(2, 0x0009))]
        results.append(await sent(rig, data(3, 0xFFFF, ack=False)))
        await asyncio.sleep(0.01)
        return results

    # The peer's source-match table was disabled, and Thread 1.2 sets frame-pending on acknowledgements of data too.
    assert rig.run(scenario) == [
        TxResult(TxStatus.ACKED, True),
        TxResult(TxStatus.NO_ACK, False),
        TxResult(TxStatus.SENT, False),
    ]
    (reception,) = receptions
    assert reception.psdu.hex() == "618804621a000001007061796c6f6164c08d"
    assert (reception.rssi, reception.channel, reception.acked_pending) == (-20, 15, True)
    assert rig.failures == [None]


def test_its_refusal_to_remove_is_survived(rig):
    async def scenario():
        await configured(rig)
        rig.host.source_match(True)
        rig.host.source_match_add(0x1234, extended=False)
        for child in (0x1122334455667788, 0x99AABBCCDDEEFF00):
            rig.host.source_match_add(child, extended=True)
        await asyncio.sleep(0.01)
        rig.host.source_match_remove(0x1234, extended=False)
        rig.host.source_match_remove(0x1122334455667788, extended=True)
        await asyncio.sleep(0.01)
        return rig.commands[-2:]

    assert rig.run(scenario) == [
        ("SET", "MAC_SRC_MATCH_EXTENDED", ""),
        ("INSERT", "MAC_SRC_MATCH_EXTENDED", "99aabbccddeeff00"),
    ]
    assert rig.notes == ["scripted refuses REMOVE MAC_SRC_MATCH_EXTENDED: stack: no address (status 16394)"]
    assert rig.failures == [None]


def test_it_kept_no_stale_entry_after_the_table_was_written_anew():
    # The two Data Requests at the end of the recording: the child in the table got frame-pending, the removed one none.
    flags = {}
    for line in RECORDING.read_text().splitlines():
        if line.startswith("< 8006711200"):
            psdu, meta = line[12:48], bytes.fromhex(line[48:])
            flags[psdu[14:30]] = bool(int.from_bytes(meta[2:4], "little") & 0x10)
    assert flags["00ffeeddccbbaa99"] is True
    assert flags["8877665544332211"] is False


def test_its_energy_scan_is_read(rig):
    levels: list[int] = []

    async def scenario():
        await configured(rig)
        rig.host.energy_scan(20, 50 * MILLISECOND, levels.append)
        await asyncio.sleep(0.1)

    rig.run(scenario)
    assert levels == [-30]
