"""A bench that decides all the time and publishes at a broker, as a process that tests kill; and its controller's log.

    python -m tests.support.deciding FOLDER URL LIFE [PER_SECOND]

It plays scenarios, one after the other, with a controller that keeps a log of its own. With PER_SECOND, a stand-in for
the scenarios decides so often instead. Lines of `FOLDER/controller.log`: `LIFE NUMBER TEXT` for an action that the
controller gave, `LIFE NUMBER -` once it has got another event after it: then the action has been accepted.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from itertools import cycle
from pathlib import Path
from threading import Thread

from hanbench.emulator.clock import PacedClock
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.street import assemble_street
from hanbench.harness.broker.address import broker_address
from hanbench.harness.case.controller import AnyController
from hanbench.harness.case.vocabulary import AnyAction, AnyEvent, Close, Outcome
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.decisions import in_words
from hanbench.harness.control.errors import ControlError
from hanbench.harness.control.events import DecisionMade
from hanbench.harness.control.handlers.scenario import play
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.requests import HealRequest, StateRequest
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.mqtt.options import BrokerOptions
from hanbench.harness.mqtt.publishing import publishing
from hanbench.harness.scenario.loading import load_scenario
from hanbench.harness.scenario.scenario import shipped as scenarios
from hanbench.profiles.rulesets import RuleSet, shipped

LOG = "controller.log"
NAME = "deciding"
SPEED = 100_000.0
STORIES = ("active-supplier-requests", "answers-are-lost")


class ControllerLog:
    """What the controller did, in a file that outlives the process; one for all cases of a life."""

    def __init__(self, folder: Path, life: str) -> None:
        self._file = os.open(folder / LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self._life = life
        self._number = 0

    def gave(self, text: str) -> None:
        """Note an action that the controller gives."""
        self._number += 1
        self._write(text)

    def goes_on(self) -> None:
        """Note that the controller has got another event: what it gave has been accepted."""
        self._write("-")

    def _write(self, text: str) -> None:
        os.write(self._file, f"{self._life} {self._number} {text}\n".encode())


class Logged:
    """The reference, with a log."""

    def __init__(self, rulesets: Mapping[str, RuleSet], log: ControllerLog) -> None:
        self._inner = Reference(rulesets)
        self._log = log

    def handle(self, event: AnyEvent, now: datetime) -> list[AnyAction]:
        self._log.goes_on()
        actions = list(self._inner.handle(event, now))
        for action in actions:
            self._log.gave(in_words(action))
        return actions

    def close(self) -> None:
        self._log.goes_on()


async def scenarios_in_turn(bench: BenchThread, log: ControllerLog, life: str) -> None:
    """Play scenarios until the bench is killed."""
    stories = cycle([load_scenario(scenarios()[name], shipped()) for name in STORIES])

    def make(rulesets: Mapping[str, RuleSet]) -> AnyController:
        return Logged(rulesets, log)

    async def begin() -> None:
        with suppress(ControlError):  # a device is not yet as healthy as the next one wants it
            play(bench.bench.homes[""], next(stories), make, life)

    while bench.alive:
        state = await bench.perform(StateRequest())
        if state.up and state.scenario is None:
            for fault in state.faults:  # what the one before left
                with suppress(ControlError):
                    await bench.perform(HealRequest(fault))
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(begin(), bench._loop))  # type: ignore[arg-type]
        await asyncio.sleep(0.05)


def decide_often(bench: BenchThread, log: ControllerLog, life: str, per_second: float) -> None:
    """Decide so often, without a HAN: what a controller would do, at the journal."""
    number = 0
    while bench.alive:
        number += 1
        log.gave(f"closes the case: {number}")
        action = Close(Outcome.HOLD)
        text = f"closes the case: {number}"
        bench.journal.add(DecisionMade, case=f"case-{number}", action=action, text=text, controller=life)
        log.goes_on()
        time.sleep(1 / per_second)


async def main(folder: Path, url: str, life: str, per_second: float) -> None:
    file = BenchFile.find("virtual")
    clock = PacedClock(1.0 if per_second else SPEED)
    bench = BenchThread(LiveBench(file, assemble_street(file, clock, seed=life), folder, NAME))
    bench.start()
    log = ControllerLog(folder, life)
    async with publishing(bench, BrokerOptions(broker_address(url)), lambda text: print(text, flush=True)):
        if per_second:
            Thread(target=decide_often, args=(bench, log, life, per_second), daemon=True).start()
            await asyncio.Event().wait()
        await scenarios_in_turn(bench, log, life)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4]) if sys.argv[4:] else 0.0))
