"""Plays cases on several processors: cases that share a HAN story go to the same worker, each is played twice."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, partial
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from hanbench.harness.campaign.evidence import Evidence, evidence_of, keep
from hanbench.harness.campaign.interruption import breakable
from hanbench.harness.campaign.judge_test.coverage import reached
from hanbench.harness.campaign.unanswered import (
    DeadControllerError,
    Silence,
    SilentControllerError,
    Watch,
    fault_at_once,
    samples,
    told,
    waited_for,
)
from hanbench.harness.campaign.worker_process import Note
from hanbench.harness.campaign.workers import Lost, map_groups
from hanbench.harness.controllers.lookup import Factory, controller_factory, named
from hanbench.harness.files import OutputError
from hanbench.harness.oracle import Basis
from hanbench.harness.report.coverage import Reached
from hanbench.harness.report.html import encode_detail
from hanbench.harness.report.model import ScenarioReport, describe
from hanbench.harness.report.replay import replay_command
from hanbench.harness.report.timeline import timeline
from hanbench.harness.scenario.run import DrivenScenario, ScenarioResult, drive_staged, judged
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.staging import Staging, seed_for, staged
from hanbench.harness.stories.shelf import KEPT, Shelf
from hanbench.profiles.benches import StartingState
from hanbench.profiles.rulesets import shipped

GROUP = 100
"""The most cases that a worker gets at a time."""
AGAIN = "again"
"""The folder for a case that is played again: the reports of the run stay where they are."""
CHUNK = 10
"""How many of them it plays forwards and then backwards before it hands over their results."""
_PATHS = 2.5
"""How often a story is told, on average, because its cases act at different times: measured over the suite."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """The settings of a run that apply to every scenario."""

    seed: str
    controller: str = "reference"
    captures: Path | None = None
    """Folder for the evidence of the scenarios that `capture` matches, which is kept at once."""
    capture: str | None = None
    """Pattern of the ids of scenarios to keep evidence of, whether they fail or not."""
    remembers: bool = True
    """Whether a HAN story that several cases share is simulated once; otherwise each case simulates its own."""
    hold_to: Basis = Basis.ASSUMED
    """Up to which basis a violation fails a scenario."""
    begins: StartingState = StartingState.INSTALLED
    """How the HANs of the suite begin; like `folder`, for the command that plays a case again."""
    folder: Path | None = None
    """The folder of the user's own scenarios."""
    tells: bool = False
    """Whether the page has the story of every case; otherwise only of those that failed, and of the shipped ones."""
    number: int = 1
    """Which campaign of a run on several seeds it is."""

    def stem(self, case: str) -> str:
        """Return the name that the files about a case begin with."""
        return case if self.number == 1 else f"{case}.seed-{self.number}"

    def replay(self, case: str, before: Sequence[str] = ()) -> str:
        """Return the command that plays a case again, with every option that changes it. `before`: see `grouped`."""
        switches: dict[str, str | None] = {}
        if self.begins is not StartingState.INSTALLED:
            switches["--begins"] = self.begins.value
        if self.folder is not None:
            switches["--scenarios"] = str(self.folder)
        if self.hold_to is not Basis.ASSUMED:
            switches["--hold-to"] = self.hold_to.value
        if not self.remembers:
            switches["--no-memory"] = None
        switches["--out"] = AGAIN
        return replay_command(case, seed=self.seed, controller=named(self.controller), switches=switches, before=before)


class Result(NamedTuple):
    """The result of one scenario."""

    report: ScenarioReport
    reached: Reached
    """What the scenario says about the properties of the oracle."""
    detail: bytes | None
    """The encoded detail for the HTML report; None: the page names the command that tells it."""
    evidence: Evidence | None = None
    """Of a failure whose evidence is not kept yet."""


def execute(
    scenarios: Sequence[Scenario], campaign: Campaign, jobs: int = 1, *, tell: Callable[[str], None] | None = None
) -> Generator[tuple[Scenario, Result | Lost], None, None]:
    """Run each scenario; results come story by story, in an order that does not depend on the number of jobs.

    `tell` gets a line at once for each play that ended in a time-out. Raises SilentControllerError after too many in a
    row, and OutputError if evidence cannot be written; each comes after the results that there are.
    """
    groups, fatal = grouped(scenarios, campaign.seed), (OutputError, SilentControllerError)
    yield from map_groups(partial(_play, campaign, Silence()), groups, jobs, fatal=fatal, tell=tell)


class Shard(NamedTuple):
    """A part of a run, for one machine of several. Shards share no HAN story, unless one fills several groups."""

    number: int
    """From 1."""
    of: int

    def part_of(self, scenarios: Sequence[Scenario], seed: str) -> list[Scenario]:
        """Return this part of the scenarios; it may be empty if there are more parts than HAN stories."""
        return [scenario for group in grouped(scenarios, seed)[self.number - 1 :: self.of] for scenario in group]


def estimate(
    scenarios: Sequence[Scenario], campaign: Campaign, jobs: int, *, tell: Callable[[str], None] | None = None
) -> float:
    """Play a scenario, with its HAN and then with the remembered one, and return the real seconds of the whole run.

    It is the first one, or the first of a few that are far apart in which the controller answers its first turn. `tell`
    gets a line at once for each other. Raises DeadControllerError if there is none, unless there is one scenario only.
    """
    make = controller_factory(campaign.controller)  # the controllers of the run have not heard of any case yet
    fault = None
    for place in samples(len(scenarios)):
        scenario = scenarios[place]
        with Shelf() as shelf:
            began = perf_counter()
            staging = staged(scenario, seed_for(scenario, campaign.seed))
            fault = fault_at_once(_drive(campaign, staging, shelf, make).records)
            with_han = perf_counter()
            if fault is None:
                _drive(campaign, staging, shelf, make)
                return _extrapolated(scenarios, campaign, with_han - began, perf_counter() - with_han) / min(
                    jobs, len(scenarios)
                )
        if tell is not None:
            tell(told(scenario.id, fault))
    if fault is not None and len(scenarios) > 1:
        tried = len(samples(len(scenarios)))
        raise DeadControllerError(f"it answers the first turn of no case ({tried} tried); the last: {fault}")
    return 0.0


def _extrapolated(scenarios: Sequence[Scenario], campaign: Campaign, told: float, again: float) -> float:
    """Return the seconds of processor time of a run. `told`, `again`: seconds of a case with its HAN, and without."""
    stories = (
        len({seed_for(scenario, campaign.seed) for scenario in scenarios}) if campaign.remembers else 2 * len(scenarios)
    )
    return stories * _PATHS * told + len(scenarios) * 2 * again


def grouped(scenarios: Sequence[Scenario], seed: str) -> list[list[Scenario]]:
    """Return the scenarios by their HAN stories, at most `GROUP` together; stories in the order of their first case.

    Cases about one installation come one after the other, in their order, whatever their stories: a controller may have
    kept something from the case before.
    """
    by_story: dict[str, list[Scenario]] = {}
    for scenario in scenarios:
        by_story.setdefault(scenario.installation_id or seed_for(scenario, seed), []).append(scenario)
    return [cases[at : at + GROUP] for cases in by_story.values() for at in range(0, len(cases), GROUP)]


@cache
def _shelf(remembers: bool) -> Shelf:
    """Return the stories that this process remembers."""
    return Shelf(KEPT if remembers else 0)


@cache
def factory_of_process(controller: str) -> Factory:
    """Return the factory of this process: a controller outside may play many cases."""
    return controller_factory(controller)


def _play(campaign: Campaign, silence: Silence, scenarios: Sequence[Scenario]) -> Iterator[Result | Note]:
    """Play each scenario, and then each once more, in the opposite order: the first answers stand.

    Those about one installation, which are a group of their own, stay together; of others `CHUNK` at a time. A play
    that ended in a time-out is told at once, and its case is not played again. Raises SilentControllerError after too
    many of them in a row, and KeyboardInterrupt when the run is ended; what was played comes first.
    """
    size = CHUNK if scenarios[0].installation_id is None else len(scenarios)
    for begin in range(0, len(scenarios), size):
        plays = _Plays(campaign, silence)
        ended: BaseException | None = None
        try:
            yield from plays.play(scenarios[begin : begin + size])
        except (KeyboardInterrupt, SilentControllerError) as error:
            ended = error
        for number, driven in enumerate(plays.first):
            yield _judged(campaign, driven, plays.second.get(number), scenarios[: begin + number])
        if ended is not None:
            raise ended


class _Plays:
    """The plays of a chunk, so far."""

    def __init__(self, campaign: Campaign, silence: Silence) -> None:
        self.first: list[DrivenScenario] = []
        self.second: dict[int, DrivenScenario] = {}
        """By the place of the case."""
        self._campaign = campaign
        self._silence = silence

    def play(self, scenarios: Sequence[Scenario]) -> Iterator[Note]:
        """Play each scenario forwards, and then backwards those that were answered; yield what is to be told at once.

        Raises SilentControllerError and KeyboardInterrupt, see `_play`.
        """
        shelf = _shelf(self._campaign.remembers)
        make = factory_of_process(self._campaign.controller)
        notes: list[str] = []
        stagings = [staged(scenario, seed_for(scenario, self._campaign.seed)) for scenario in scenarios]
        for staging in stagings:
            driven = _drive(self._campaign, staging, shelf, make, Watch(staging.scenario.id, notes.append))
            self.first.append(driven)
            yield from map(Note, notes)
            self._silence.after(in_time=not notes)
            notes.clear()
        for place, driven in reversed(list(enumerate(self.first))):
            if waited_for(driven.records) is None:
                self.second[place] = _drive(self._campaign, stagings[place], shelf, make)


def _judged(
    campaign: Campaign, driven: DrivenScenario, second: DrivenScenario | None, earlier: Sequence[Scenario]
) -> Result:
    """Return the result of a case. `second`: its other play; `earlier`: the cases before it in its group."""
    result = judged(driven, shipped(), again=second, hold_to=campaign.hold_to)
    about = driven.scenario.installation_id
    before = [each.id for each in earlier if about is not None and each.installation_id == about]
    said = reached(result.case, result.violations)
    return _reported(campaign, result, said, before, told=campaign.tells or driven.scenario.cell is None)


def _drive(
    campaign: Campaign, staging: Staging, shelf: Shelf, make: Factory, on_record: Watch | None = None
) -> DrivenScenario:
    name = named(campaign.controller)
    with breakable():
        return drive_staged(staging, shipped(), make, controller_name=name, shelf=shelf, on_record=on_record)


def _reported(
    campaign: Campaign, result: ScenarioResult, said: Reached, before: Sequence[str], *, told: bool
) -> Result:
    """Return the result for the report, with its evidence kept if it is wanted, and else given back if it failed.

    `said`: see `Result.reached`. `before`: the ids of earlier cases about the same installation. `told`: with its story
    for the page, which it has in any case if it failed or is wanted. A story takes longer to tell than a case to play;
    the page names the command.
    """
    scenario = result.scenario
    wanted = campaign.capture is not None and fnmatchcase(scenario.id, campaign.capture)
    report = describe(result, capture=None, replay=campaign.replay(scenario.id, before))
    told = told or wanted or not report.as_expected
    evidence = evidence_of(result) if wanted or not report.as_expected else None
    if evidence is not None and wanted and campaign.captures is not None:
        report = keep(scenario, report, evidence, campaign.captures / campaign.stem(scenario.id))
        evidence = None
    return Result(report, said, encode_detail(timeline(result)) if told else None, evidence)
