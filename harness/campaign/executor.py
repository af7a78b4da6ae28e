"""Plays cases on several processors: cases that share a HAN story go to the same worker, each is played twice."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from hanbench.harness.campaign.steady import unsteady
from hanbench.harness.campaign.workers import Lost, map_groups
from hanbench.harness.controllers.lookup import Factory, controller_factory, named
from hanbench.harness.files import OutputError
from hanbench.harness.report.html import encode_detail
from hanbench.harness.report.model import ScenarioReport, describe
from hanbench.harness.report.timeline import timeline
from hanbench.harness.scenario.production import retell
from hanbench.harness.scenario.run import DrivenScenario, ScenarioResult, drive_scenario, judged
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.staging import seed_for, staged
from hanbench.harness.stories.shelf import KEPT, Shelf
from hanbench.profiles.rulesets import shipped

GROUP = 100
"""The most cases that a worker gets at a time."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """The settings of a run that apply to every scenario."""

    seed: str
    controller: str = "reference"
    captures: Path | None = None
    """Folder for the captures of failed scenarios, and of those that `capture` matches."""
    capture: str | None = None
    """Pattern of the ids of scenarios to capture even if they succeed."""
    remembers: bool = True
    """Whether a HAN story that several cases share is simulated once; otherwise each case simulates its own."""


class Result(NamedTuple):
    """The result of one scenario."""

    report: ScenarioReport
    detail: bytes
    """The encoded detail for the HTML report."""


def execute(
    scenarios: Sequence[Scenario], campaign: Campaign, jobs: int = 1
) -> Generator[tuple[Scenario, Result | Lost], None, None]:
    """Run each scenario; results come story by story, in an order that does not depend on the number of jobs."""
    yield from map_groups(partial(_play, campaign), groups(scenarios, campaign.seed), jobs, fatal=(OutputError,))


def groups(scenarios: Sequence[Scenario], seed: str) -> list[list[Scenario]]:
    """Return the scenarios by their HAN stories, at most `GROUP` together; stories in the order of their first case."""
    by_story: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        by_story.setdefault(seed_for(scenario, seed), []).append(scenario)
    return [cases[at : at + GROUP] for cases in by_story.values() for at in range(0, len(cases), GROUP)]


@cache
def _shelf(remembers: bool) -> Shelf:
    """Return the stories that this process remembers."""
    return Shelf(KEPT if remembers else 0)


@cache
def _factory(controller: str) -> Factory:
    """Return the factory of this process: a controller outside may play many cases."""
    return controller_factory(controller)


def _play(campaign: Campaign, scenarios: Sequence[Scenario]) -> Iterator[Result]:
    """Play each scenario, and then each once more, in the opposite order: the first answers stand."""
    first = [_drive(campaign, scenario) for scenario in scenarios]
    again = [_drive(campaign, scenario) for scenario in reversed(scenarios)]
    for driven, second in zip(first, reversed(again), strict=True):
        result, violation = judged(driven, shipped()), unsteady(driven, second)
        if violation is not None:
            result = result._replace(violations=(*result.violations, violation))
        yield _reported(campaign, result)


def _drive(campaign: Campaign, scenario: Scenario) -> DrivenScenario:
    return drive_scenario(
        scenario,
        shipped(),
        _factory(campaign.controller),
        seed=seed_for(scenario, campaign.seed),
        controller_name=named(campaign.controller),
        shelf=_shelf(campaign.remembers),
    )


def _reported(campaign: Campaign, result: ScenarioResult) -> Result:
    """Return the result for the report, with its capture if it failed or is wanted: told again, not asked again."""
    scenario = result.scenario
    wanted = campaign.capture is not None and fnmatchcase(scenario.id, campaign.capture)
    report = describe(result, capture=None)
    if campaign.captures is not None and (wanted or not report.as_expected):
        capture = campaign.captures / f"{scenario.id}.pcapng"
        retell(staged(scenario, result.seed), result.path, result.ended, capture)
        report = describe(result, capture=capture.name)
    return Result(report, encode_detail(timeline(result)))
