"""Dongles and ports that die at random moments: no run hangs, no verdict is wrong, nothing stays behind.

Hosts and dongles as processes of their own are killed in test_killed_processes.py.
"""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest

from hanbench.emulator.clock import VirtualClock, run
from hanbench.emulator.randomness import split
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.case.check import Subject, Verdict
from hanbench.harness.faults import FAULTS
from tests.support.han import check_connectivity

RUNS = 100
LONGEST_CHECK = 3_800
"""Seconds: two wakes of the gas meter, a margin, and the controls."""


async def unplug(slot, random):
    slot.dongle.unplug()


async def replug(slot, random):
    slot.dongle.unplug()
    await asyncio.sleep(random.random() * 600)
    slot.dongle.plug()


async def watchdog_reset(slot, random):
    slot.dongle.watchdog_reset()


async def freeze(slot, random):
    slot.dongle.freeze()
    await asyncio.sleep(random.random() * 60)
    slot.dongle.freeze(False)


async def garble(slot, random):
    slot.dongle.garble(1 + int(random.random() * 5))


async def kill_port(slot, random):
    slot.dongle.port.close()


ACCIDENTS = (unplug, replug, watchdog_reset, freeze, garble, kill_port)


def open_files() -> set[str]:
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.add(f"{entry.name} {entry.readlink()}")
        except OSError:
            continue
    return found


@pytest.mark.parametrize("bench", ["ptys", "sockets"])
@pytest.mark.parametrize("number", range(RUNS // 2))
def test_an_accident_at_a_random_moment_of_a_check(bench, number):
    random = split("accidents", bench, str(number))
    accident = ACCIDENTS[int(random.random() * len(ACCIDENTS))]
    victim = ("hub", "esme", "gsme")[int(random.random() * 3)]
    broken = random.random() < 0.5
    clock = VirtualClock()
    files, threads = open_files(), threading.active_count()
    wired = BenchFile.find(bench)
    han = wired.assemble(clock=clock, seed=str(number))

    async def strike():
        await asyncio.sleep(random.random() * (LONGEST_CHECK if broken else 1_900))
        await accident(han.radios.slots[victim], random)

    async def scenario():
        async with han.radios:
            await wired.begin(han)
            await asyncio.sleep(60)
            if broken:
                await FAULTS["battery-dead"].inject(han)
            striking = asyncio.get_running_loop().create_task(strike())
            outages = han.health.outages
            result = await check_connectivity(han)
            struck = striking.done() or han.health.outages > outages
            striking.cancel()
            return result, struck

    result, struck = run(clock, scenario())
    truth = Verdict.FAIL if broken else Verdict.PASS
    assert result.verdict in (truth, Verdict.INCONCLUSIVE)
    if result.verdict is Verdict.INCONCLUSIVE:
        assert struck
        assert result.cause in (Subject.BENCH, Subject.ESME)
    assert result.end - result.start <= LONGEST_CHECK + 100
    assert open_files() == files
    assert threading.active_count() == threads


def test_each_accident_is_noticed():
    verdicts = {}
    for accident in ACCIDENTS:
        clock = VirtualClock()
        wired = BenchFile.find("ptys")
        han = wired.assemble(clock=clock, seed="harm")

        async def scenario(accident=accident, han=han, wired=wired):
            async with han.radios:
                await wired.begin(han)
                await asyncio.sleep(60)

                async def strike():
                    await asyncio.sleep(5)
                    await accident(han.radios.slots["hub"], split("harm"))

                striking = asyncio.get_running_loop().create_task(strike())
                result = await check_connectivity(han)
                striking.cancel()
                return result

        verdicts[accident] = run(clock, scenario()).verdict
    assert verdicts == dict.fromkeys(ACCIDENTS, Verdict.INCONCLUSIVE)


def test_a_file_of_ours_would_be_noticed():
    files = open_files()
    descriptor = os.open("/dev/null", os.O_RDONLY)
    try:
        assert open_files() != files
    finally:
        os.close(descriptor)
