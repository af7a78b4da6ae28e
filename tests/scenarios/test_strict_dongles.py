"""Whole HANs behind virtual dongles with firmware models: healthy ones pass, trouble gives no wrong verdict.

By default a part of the runs; HANBENCH_NIGHTLY=1, which `make nightly` sets, has all of them: 100 healthy checks, and
200 with random switching, loss and restarts. What is expected follows from whether the gas meter has power.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass, replace

import pytest

from hanbench.emulator.clock import MILLISECOND, SECOND, VirtualClock, run
from hanbench.emulator.radio import FrameAction, FrameRule, Occurrences
from hanbench.emulator.randomness import RandomSource, split
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.case.check import HanCheck, Verdict
from hanbench.harness.faults import FAULTS
from hanbench.profiles.firmware_models import FirmwareModel
from tests.support.han import check_connectivity

NIGHTLY = os.environ.get("HANBENCH_NIGHTLY") == "1"
HEALTHY = 100 if NIGHTLY else 10
TROUBLED = 200 if NIGHTLY else 20
MODELS = [model.value for model in FirmwareModel]
LONGEST_CHECK = 3_800
"""Seconds: two wakes of the gas meter, a margin, and the controls."""
SWITCH_EVERY = 20.0
"""Seconds, on average, between two changes of a radio that the stack has not asked for."""


def checked(bench: str, firmware: str, seed: str, trouble: Trouble | None = None) -> tuple[HanCheck, bool]:
    """Run one check on an installed HAN; return it, and whether a dongle restarted meanwhile."""
    clock = VirtualClock()
    wired = BenchFile.find(bench).with_firmware(firmware)
    han = wired.assemble(clock=clock, seed=seed, slow_background=True)

    async def scenario() -> tuple[HanCheck, bool]:
        async with han.radios:
            await wired.begin(han)
            await asyncio.sleep(60)
            if trouble is None:
                return await check_connectivity(han), False
            return await trouble.check(han)

    return run(clock, scenario())


@dataclass
class Trouble:
    """What happens at random during one check."""

    random: RandomSource
    broken: bool
    restarts: bool
    loss: float
    restarted: bool = False

    async def check(self, han) -> tuple[HanCheck, bool]:
        if self.broken:
            await FAULTS["battery-dead"].inject(han)
        lost = Occurrences(chance=self.loss, random=self.random.random)
        han.air.frame_rules.append(FrameRule(lambda transmission: True, FrameAction.DROP, lost))
        loop = asyncio.get_running_loop()
        tasks = [loop.create_task(self._switch(han))]
        if self.restarts:
            tasks.append(loop.create_task(self._restart(han)))
        result = await check_connectivity(han)
        for task in tasks:
            task.cancel()
        return result, self.restarted

    async def _switch(self, han) -> None:
        """Change powers, and switch receivers that are on for ever off and on again, in the middle of transmissions."""
        while True:
            await asyncio.sleep(self.random.expovariate(1 / SWITCH_EVERY))
            role = self.random.choice(("hub", "esme", "gsme"))
            radio = han.radios.slots[role].radio
            if role == "gsme" or self.random.random() < 0.5:
                radio.configure(replace(radio.config, tx_power=self.random.choice((0, 3, 8))))
                continue
            radio.listen(False)
            await asyncio.sleep(self.random.random() * 5 * MILLISECOND / SECOND)
            radio.listen(True)

    async def _restart(self, han) -> None:
        await asyncio.sleep(self.random.random() * (LONGEST_CHECK if self.broken else 1_900))
        self.restarted = True
        han.radios.slots[self.random.choice(("hub", "esme", "gsme"))].dongle.watchdog_reset()


@pytest.mark.parametrize("number", range(HEALTHY))
def test_a_healthy_han_on_strict_dongles_passes_every_check(number):
    result, _ = checked(("ptys", "sockets")[number % 2], "strict", f"healthy {number}")
    assert (result.verdict, result.detail) == (Verdict.PASS, result.detail)


@pytest.mark.parametrize("model", MODELS)
def test_every_firmware_model_serves_a_han(model):
    assert checked("ptys", model, "models")[0].verdict is Verdict.PASS


def test_random_switching_loss_and_restarts_give_no_wrong_verdict():
    undisturbed = inconclusive = 0
    for number in range(TROUBLED):
        random = split("strict dongles", str(number))
        trouble = Trouble(
            random, broken=random.random() < 0.5, restarts=random.random() < 0.5, loss=random.random() * 0.1
        )
        result, restarted = checked("ptys", "strict", f"troubled {number}", trouble)
        truth = Verdict.FAIL if trouble.broken else Verdict.PASS
        assert result.verdict in (truth, Verdict.INCONCLUSIVE), (number, trouble, result)
        assert result.end - result.start <= LONGEST_CHECK + 100
        if not restarted:
            undisturbed += 1
            inconclusive += result.verdict is Verdict.INCONCLUSIVE
    assert undisturbed > TROUBLED / 4
    assert inconclusive <= 0.1 * undisturbed
