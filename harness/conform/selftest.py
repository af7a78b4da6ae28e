"""The test of the cases: each wrong firmware must fail a case of its area, and each case must find one."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from threading import Thread
from typing import cast

from msgspec import Struct

from hanbench.harness.conform.bench import Setting
from hanbench.harness.conform.case import Case
from hanbench.harness.conform.cases import CASE_SET, area_of, every_case
from hanbench.harness.conform.dut.choice import DeviceChoice, changed, device_choice
from hanbench.harness.conform.firmwares.catalogue import wrong_firmwares
from hanbench.harness.conform.result import Verdict
from hanbench.harness.conform.runner import Limits, Runner
from hanbench.profiles.conform.pics import shipped
from hanbench.profiles.conform.pixit import Pixit
from hanbench.profiles.rulesets import Cohort

HEALTHY = (Cohort.IOC, Cohort.MOC_SECURE)
"""The cohorts whose devices must pass everything that applies."""
KINDS = ("gsme", "esme", "ihd", "hub")
"""The kinds of devices that are tried healthy."""
DIVISOR = 1000
"""That of the emulated meters' registers: their PIXIT (profiles/devices)."""


class FirmwareResult(Struct, frozen=True, order=True):
    """What the cases found of one wrong firmware."""

    kind: str
    """Kind of device: gsme, esme, hub or ihd."""
    area: str
    id: str
    does: str
    source: str
    killers: tuple[str, ...]
    """Cases of its area that found it; it is done with when one has."""
    happened: int
    """How often it did what is wrong with it."""
    cases: int
    """Cases of its area that were run."""
    crashed: str = ""
    """What hanbench itself failed at; empty: nothing."""

    @property
    def caught(self) -> bool:
        """Whether a case failed, and the wrongness happened."""
        return bool(self.killers) and self.happened > 0


class HealthyResult(Struct, frozen=True):
    """A case that a healthy device did not pass, or not in the time that the case declares."""

    cohort: str
    kind: str
    seed: str
    case: str
    verdict: str
    reason: str


class SelftestResult(Struct, frozen=True):
    """The result of the self-test."""

    case_set: str
    firmwares: tuple[FirmwareResult, ...]
    healthy_runs: int
    """Cases that healthy devices were put to."""
    healthy_failures: tuple[HealthyResult, ...]
    dead_weight: tuple[str, ...]
    """Cases that found no wrong firmware of their area."""

    @property
    def survivors(self) -> tuple[FirmwareResult, ...]:
        """The firmwares that no case of their area found."""
        return tuple(each for each in self.firmwares if not each.caught)


def healthy_setting(cohort: Cohort, kind: str = "gsme", seed: str = "1") -> Setting:
    """Return the setting of a healthy emulated device, with its PICS and PIXIT."""
    pics = shipped(cohort.value, kind)
    return Setting(kind, device_choice("emulated"), pics, Pixit(divisor=DIVISOR), cohort, seed)  # type: ignore[arg-type]


def try_firmware(id: str, seed: str = "1") -> FirmwareResult:
    """Run the cases of a wrong firmware's area on it."""
    return try_area((id,), seed)[0]


def try_area(ids: Sequence[str], seed: str = "1") -> list[FirmwareResult]:
    """Run the cases of one area on wrong firmwares of that area.

    A firmware is done with when a case has found it. Then each case that has found none runs on the others, too.
    """
    cases = area_of(wrong_firmwares()[ids[0]].area).cases
    trials = [_Trial(id, seed) for id in ids]
    unproven = list(cases)
    for trial in trials:
        for case in (*unproven, *(each for each in cases if each not in unproven)):
            if trial.run(case):
                unproven = [each for each in unproven if each is not case]
                break
    for case in unproven:
        any(trial.run(case) for trial in trials if case.id not in trial.tried)
    return [trial.result for trial in trials]


class _Trial:
    """One wrong firmware, and what the cases find of it."""

    def __init__(self, id: str, seed: str) -> None:
        self._firmware = firmware = wrong_firmwares()[id]
        self._happened: list[bool] = []
        setting = healthy_setting(Cohort.IOC, firmware.kind, seed)
        self._runner = Runner(replace(setting, choice=choice_of(id, self._happened)), Limits())
        self._killers: list[str] = []
        self._crashed = ""
        self.tried: set[str] = set()
        """Ids of the cases that have run."""

    def run(self, case: Case) -> bool:
        """Run a case; return whether it finds the firmware, which has done what is wrong with it."""
        self.tried.add(case.id)
        try:
            result = self._runner.run(case)
        except Exception as error:  # noqa: BLE001  told in the table: a firmware may break what hanbench takes for granted
            self._crashed = f"{case.id}: {type(error).__name__}: {error}"
            return False
        if result.verdict is Verdict.FAIL:
            self._killers.append(case.id)
        return result.verdict is Verdict.FAIL and bool(self._happened)

    @property
    def result(self) -> FirmwareResult:
        """What was found."""
        firmware = self._firmware
        return FirmwareResult(
            firmware.kind,
            firmware.area,
            firmware.id,
            firmware.does,
            firmware.source,
            tuple(self._killers),
            len(self._happened),
            len(self.tried),
            self._crashed,
        )


def choice_of(id: str, happened: list[bool] | None = None) -> DeviceChoice:
    """Return a wrong firmware as device under test; `happened` grows each time it does what is wrong with it."""
    firmware, noted = wrong_firmwares()[id], [] if happened is None else happened

    def change(device: object) -> None:
        firmware.change(device, lambda: noted.append(True))

    return changed(id, change)


def try_healthy(
    work: tuple[str, str, str], cases: Sequence[Case] | None = None
) -> tuple[int, tuple[HealthyResult, ...]]:
    """Run cases, or all, on a healthy device: cohort, kind and seed.

    Returns how many apply, and those that it did not pass in the time that they declare.
    """
    cohort, kind, seed = work
    setting = healthy_setting(Cohort(cohort), kind, seed)
    runner, found, count = Runner(setting, Limits()), [], 0
    for case in every_case() if cases is None else cases:
        result = runner.run(case)
        limit = case.lasts(setting.pixit)
        if result.duration_s > limit:
            late = f"it took {result.duration_s:.0f} s, and declares {limit:.0f} s at most"
            found.append(HealthyResult(cohort, kind, seed, case.id, result.verdict.value, late))
        if result.verdict is not Verdict.NOT_APPLICABLE:
            count += 1
        for each in result.conduct:
            passing = f"{each.case}, in passing: {each.sentence}"
            found.append(HealthyResult(cohort, kind, seed, case.id, result.verdict.value, passing))
        if result.verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE):
            found.append(HealthyResult(cohort, kind, seed, case.id, result.verdict.value, result.reason))
    return count, tuple(found)


class WorkerDiedError(Exception):
    """A worker process was killed, or failed; what it would have found is not known."""

    def __str__(self) -> str:
        return "a worker process died; its part of the self-test is not known"


def selftest(ids: Sequence[str] | None = None, seeds: Sequence[str] = ("1",), jobs: int = 1) -> SelftestResult:
    """Try the wrong firmwares with these ids, or all, and healthy devices on each seed."""
    chosen = list(wrong_firmwares()) if ids is None else list(ids)
    work = [(cohort.value, kind, seed) for seed in seeds for cohort in HEALTHY for kind in KINDS]
    by_area: dict[str, list[str]] = {}
    for id in chosen:
        by_area.setdefault(wrong_firmwares()[id].area, []).append(id)
    areas = sorted(by_area.values(), key=len, reverse=True)
    tried = tuple(sorted(each for found in _spread(try_area, areas, jobs) for each in found))
    healthy = list(_spread(try_healthy, work, jobs))
    killing = {case for each in tried for case in each.killers if each.caught}
    dead = tuple(case.id for case in every_case() if case.area in by_area and case.id not in killing)
    return SelftestResult(
        CASE_SET,
        tried,
        sum(count for count, _ in healthy),
        tuple(failure for _, failures in healthy for failure in failures),
        dead,
    )


def seeds_from(seed: str, count: int) -> tuple[str, ...]:
    """Return seeds for healthy devices: `seed`, and as many others as make `count`."""
    return (seed, *(f"{seed}-{number}" for number in range(2, count + 1)))


def _spread(function, work: Iterable, jobs: int) -> Iterator:  # type: ignore[no-untyped-def, type-arg]
    """Yield the results of a function, from this process or from several. Raises WorkerDiedError."""
    if jobs == 1:
        yield from map(function, work)
        return
    items, context = list(work), multiprocessing.get_context("spawn")
    with ExitStack() as stack:
        left: dict[Connection, int] = {}
        for number in range(jobs):
            end, other = context.Pipe(duplex=False)
            share = items[number::jobs]
            worker = context.Process(target=_work, args=(function, share, other), daemon=True)
            worker.start()
            other.close()
            stack.callback(worker.terminate)
            left[end] = len(share)
        while busy := [end for end, results in left.items() if results]:
            for ready in wait(busy):
                end = cast("Connection", ready)
                try:
                    yield end.recv()
                except EOFError:
                    raise WorkerDiedError from None
                left[end] -= 1


def _work(function, share: Iterable, end: Connection) -> None:  # type: ignore[no-untyped-def, type-arg]
    """Do a share of the work in a process of its own. Ctrl-C reaches it too; its parent ends it, or takes it along."""
    Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for each in share:
        end.send(function(each))


def _end_with_parent() -> None:
    """Wait until the parent has died, and end this process: an area takes a minute, and nobody waits for it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
