"""Octets of any length on the air, whole, mutated or random, end no check, no capture and no dissection."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio import Transmission
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.radio.silent_station import SilentStation
from hanbench.emulator.randomness import RandomSource
from hanbench.harness.capture import recording
from hanbench.harness.case.check import Verdict
from hanbench.harness.checks import HanConnectivityCheck
from hanbench.harness.frames import Dissector
from hanbench.harness.han.han import Han
from tests.support.han import START, run_on_han

ROUNDS = 20 if os.environ.get("HANBENCH_NIGHTLY") else 1


def test_octets_of_every_length_end_nothing_that_observes(tmp_path: Path) -> None:
    """filterwarnings is "error": an observer that failed would end the test by its ObserverWarning."""

    async def scenario(han: Han) -> tuple[Verdict, int, int]:
        random, stranger = han.random("octets"), SilentStation("stranger", han.hub.stack.nwk.network.channel)
        dissector, own, lines = Dissector(han.keys), [], []
        han.air.observers.append(lambda each: own.append(each.psdu))
        han.air.observers.append(lambda each: lines.append(dissector(each.psdu).line))
        file = tmp_path / "octets.pcapng"
        with recording(han.medium, file, epoch=START):
            check = asyncio.ensure_future(HanConnectivityCheck().run(han))
            while not any(psdu[0] & 7 == mac.DATA for psdu in own):
                await asyncio.sleep(0.1)
            seeds = [psdu for psdu in own if psdu[0] & 7 == mac.DATA]
            for _ in range(ROUNDS):
                for length in range(128):
                    for octets in mutations(random, seeds, length):
                        now = han.clock.now
                        han.air.observers.see(Transmission(stranger, octets, now, now))
            found = await check
        return found.check.verdict, len(lines), file.stat().st_size

    verdict, lines, size = run_on_han(scenario, seed="observers")
    assert verdict is Verdict.PASS
    assert lines > 128 * 6 * ROUNDS
    assert size > 128 * 6 * ROUNDS


def mutations(random: RandomSource, seeds: list[bytes], length: int) -> list[bytes]:
    """Octets of one length: cut short, changed, repeated and random, with and without a good FCS."""
    seed = bytearray(seeds[int(random.random() * len(seeds))] * 4)[:length]
    changed = bytearray(seed)
    for _ in range(min(3, length)):
        changed[int(random.random() * length)] = int(random.random() * 256)
    noise = random.randbytes(length)
    bare = [bytes(seed), bytes(changed), noise]
    return [*bare, *(each[:-2] + fcs(each[:-2]) if length > 2 else each for each in bare)]
