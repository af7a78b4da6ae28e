"""Plays a range of a campaign: a pure function of the spec and two indexes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from time import perf_counter_ns
from typing import NamedTuple

from hanbench.harness.campaign.executor import factory_of_process
from hanbench.harness.campaign.interruption import breakable, end_if_asked
from hanbench.harness.campaign.judge_test.coverage import reached
from hanbench.harness.campaign.unanswered import Silence, SilentControllerError
from hanbench.harness.campaign.worker_process import in_one_line
from hanbench.harness.campaigns.one_case import (
    crashed,
    failed_device,
    failed_migration,
    play_device,
    play_migration,
)
from hanbench.harness.campaigns.plan import DeviceCase, MigrationCase, plan_of
from hanbench.harness.campaigns.reach import Tallies, count_case, count_verdict
from hanbench.harness.campaigns.rows import CaseName, CaseVerdict, Failing, Row
from hanbench.harness.campaigns.spec import CampaignSpec
from hanbench.harness.controllers.lookup import named
from hanbench.harness.scenario.run import DrivenScenario, drive_staged
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.staging import Staging, seed_for, staged
from hanbench.harness.stories.shelf import Shelf
from hanbench.profiles.rulesets import shipped

_HOUR = 3600


class Batch(NamedTuple):
    """A range of indexes: `low` included, `high` not."""

    low: int
    high: int

    @property
    def halves(self) -> tuple[Batch, Batch]:
        """The two halves of a range of at least two."""
        middle = (self.low + self.high) // 2
        return Batch(self.low, middle), Batch(middle, self.high)


class BatchResult(NamedTuple):
    """What a range came to; if it was broken off, what was played of it."""

    batch: Batch
    rows: tuple[Row, ...]
    tallies: Tallies
    failing: tuple[Failing, ...]
    wall_us: int


def run_batch(spec: CampaignSpec, batch: Batch) -> BatchResult:
    """Play a range of a campaign. Rows depend on the spec and the indexes alone, but for their real time.

    Raises ProfileError if the spec names what there is not, and SilentControllerError if a controller lets the time-out
    pass in several of its cases in a row.
    """
    (result,) = play(spec, batch)
    return result


def play(spec: CampaignSpec, batch: Batch) -> Iterator[BatchResult]:
    """Play a range and yield its result; on KeyboardInterrupt, of what was played, and then raise it."""
    played = _Played(spec)
    began = perf_counter_ns()
    ended: BaseException | None = None
    try:
        for number in range(*batch):
            end_if_asked()
            played.add(number)
    except KeyboardInterrupt as error:
        ended = error
    done = Batch(batch.low, batch.low + len(played.rows))
    if done.low < done.high:
        wall = (perf_counter_ns() - began) // 1000
        yield BatchResult(done, tuple(played.rows), played.tallies, tuple(played.failing), wall)
    if ended is not None:
        raise ended


def lost(spec: CampaignSpec, number: int, reason: str) -> BatchResult:
    """Return the result of a batch of one case, at which worker processes died."""
    row, failing = crashed(number, plan_of(spec).case(number), reason)
    tallies = Tallies.empty()
    count_verdict(tallies, failing.name.by, CaseVerdict.CRASHED)
    return BatchResult(Batch(number, number + 1), (row,), tallies, (failing,), 0)


class _Memory:
    """What a process remembers of a campaign: HAN stories, and the staging that all controllers of a case share."""

    def __init__(self) -> None:
        self._shelf = Shelf()
        self._latest: tuple[Scenario, str, Staging] | None = None

    def drive(self, name: CaseName, scenario: Scenario) -> DrivenScenario:
        """Drive the controller of a case through a scenario, with the HAN story that is remembered."""
        make, staging = factory_of_process(name.by), self._staging(scenario, name.seed)
        with breakable():
            return drive_staged(staging, shipped(), make, controller_name=named(name.by), shelf=self._shelf)

    def _staging(self, scenario: Scenario, seed: str) -> Staging:
        if self._latest is None or self._latest[0] is not scenario or self._latest[1] != seed:
            self._latest = scenario, seed, staged(scenario, seed_for(scenario, seed))
        return self._latest[2]

    def close(self) -> None:
        self._shelf.close()


_memories: dict[CampaignSpec, _Memory] = {}
"""What this process remembers, by campaign: of one at a time."""


def _memory(spec: CampaignSpec) -> _Memory:
    if spec not in _memories:
        forget()
        _memories[spec] = _Memory()
    return _memories[spec]


def forget() -> None:
    """Release what this process remembers of the campaign that it played last."""
    while _memories:
        _memories.popitem()[1].close()


@cache
def _silence(controller: str) -> Silence:
    """Return the time-outs in a row of a controller in this process."""
    return Silence()


class _Played:
    """What was played of a range so far."""

    def __init__(self, spec: CampaignSpec) -> None:
        self.rows: list[Row] = []
        self.tallies = Tallies.empty()
        self.failing: list[Failing] = []
        self._spec = spec
        self._plan = plan_of(spec)
        self._memory = _memory(spec)

    def add(self, number: int) -> None:
        """Play one case. An exception in it is hanbench's failure, and costs this case alone."""
        case, began = self._plan.case(number), perf_counter_ns()
        try:
            row = self._device(number, case) if isinstance(case, DeviceCase) else self._migration(number, case)
        except SilentControllerError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the other cases have nothing to do with it
            row, failing = crashed(number, case, in_one_line(error))
            count_verdict(self.tallies, failing.name.by, CaseVerdict.CRASHED)
            self.failing.append(failing)
        self.rows.append(row._replace(wall_us=(perf_counter_ns() - began) // 1000))

    def _migration(self, number: int, case: MigrationCase) -> Row:
        played = play_migration(self._spec, number, case, partial(self._memory.drive, case.name))
        _silence(case.name.by).after(in_time=played.in_time)
        row, result = played.row, played.result
        said = reached(result.case, result.violations)
        count_case(self.tallies, named(case.name.by), result, said, row.verdict, row.decision, row.virtual_s // _HOUR)
        if not result.as_expected:
            self.failing.append(failed_migration(number, case, result))
        return row

    def _device(self, number: int, case: DeviceCase) -> Row:
        row, result = play_device(number, case)
        count_verdict(self.tallies, case.name.by, row.verdict)
        if row.verdict == CaseVerdict.VIOLATION:
            self.failing.append(failed_device(number, case, result))
        return row
