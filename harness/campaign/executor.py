"""Runs scenarios on several processors, in order, with only a few results in memory at a time."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import NamedTuple

from hanbench.harness.controllers.lookup import controller_factory, named
from hanbench.harness.oracle import Basis
from hanbench.harness.report.html import encode_detail
from hanbench.harness.report.model import ScenarioReport, describe
from hanbench.harness.report.timeline import timeline
from hanbench.harness.scenario.run import ScenarioResult, run_scenario
from hanbench.harness.scenario.scenario import Scenario
from hanbench.profiles.rulesets import shipped

CHUNK = 4
"""Number of scenarios that a worker gets at a time."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """The settings of a run that apply to every scenario."""

    seed: str
    controller: str = "reference"
    captures: Path | None = None
    """Folder for the captures of failed scenarios, and of those that `capture` matches."""
    capture: str | None = None
    """Pattern of the ids of scenarios to capture even if they succeed."""
    hold_to: Basis = Basis.ASSUMED
    """Up to which basis a violation fails a scenario."""


class Result(NamedTuple):
    """The result of one scenario."""

    report: ScenarioReport
    detail: bytes
    """The encoded detail for the HTML report."""


def execute(scenarios: Sequence[Scenario], campaign: Campaign, jobs: int = 1) -> Iterator[Result]:
    """Run each scenario; results come in the order of the scenarios, whatever the number of jobs."""
    work = partial(_play, campaign)
    if jobs <= 1:
        yield from map(work, scenarios)
        return
    with multiprocessing.get_context("fork").Pool(jobs, initializer=leave_signals_to_the_parent) as pool:
        yield from pool.imap(work, scenarios, chunksize=CHUNK)


def leave_signals_to_the_parent() -> None:
    """Make a worker ignore Ctrl-C, which reaches the whole process group; the parent ends its workers with SIGTERM."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _play(campaign: Campaign, scenario: Scenario) -> Result:
    seed = f"{campaign.seed}/{scenario.id}"
    make = controller_factory(campaign.controller)
    wanted = campaign.capture is not None and fnmatchcase(scenario.id, campaign.capture)
    capture = None if campaign.captures is None else campaign.captures / f"{scenario.id}.pcapng"

    def once(path: Path | None) -> tuple[ScenarioResult, ScenarioReport]:
        result = run_scenario(
            scenario,
            shipped(),
            make,
            seed=seed,
            controller_name=named(campaign.controller),
            capture=path,
            hold_to=campaign.hold_to,
        )
        return result, describe(result, capture=None if path is None else path.name)

    result, report = once(capture if wanted else None)
    if not report.as_expected and capture is not None and not wanted:
        # The same seed gives the same frames, so only failed scenarios run twice.
        result, report = once(capture)
    return Result(report, encode_detail(timeline(result)))
