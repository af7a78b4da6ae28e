"""Plays random stories on several processors: those that share a HAN story are played one after the other."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from hanbench.harness.campaign.executor import factory_of_process
from hanbench.harness.campaign.explore.drawing import draw
from hanbench.harness.campaign.explore.first_answers import Answered, FirstAnswers
from hanbench.harness.campaign.explore.pool import pool
from hanbench.harness.campaign.interruption import breakable
from hanbench.harness.campaign.unanswered import Silence, SilentControllerError, Watch
from hanbench.harness.campaign.worker_process import Note
from hanbench.harness.campaign.workers import Lost, map_groups
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.controllers.lookup import named
from hanbench.harness.oracle import Basis
from hanbench.harness.report.causes import cause_first
from hanbench.harness.scenario.run import drive_scenario, judged
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.staging import seed_for
from hanbench.harness.stories.shelf import Shelf
from hanbench.profiles.rulesets import shipped


@dataclass(frozen=True, slots=True)
class Exploration:
    """The settings of a run that apply to every story."""

    seed: str
    controller: str = "reference"
    hold_to: Basis = Basis.ASSUMED
    """Up to which basis a violation fails a story."""


class Failure(NamedTuple):
    """A story that failed."""

    scenario: Scenario
    seed: str
    """The seed of its HAN, as `hanbench run --seed` takes it."""
    outcome: Outcome | None
    properties: tuple[str, ...]
    """The violated properties."""
    answered: Answered = ()
    """The turns of the controller, with its answers."""


def explore(
    about: Exploration, stories: int, jobs: int = 1, *, tell: Callable[[str], None] | None = None
) -> Generator[tuple[int, Failure | Lost | None], None, None]:
    """Play the first so many stories of a seed; yield the number of each, in order, and its failure, if it failed.

    `tell` gets a line at once for each play that ended in a time-out. Raises SilentControllerError after too many in a
    row, after the results that there are.
    """
    groups = [pooled.stories for pooled in pool(stories)]
    yield from map_groups(partial(_explore, about, Silence()), groups, jobs, fatal=(SilentControllerError,), tell=tell)


def _explore(about: Exploration, silence: Silence, numbers: Sequence[int]) -> Iterator[Failure | Note | None]:
    """Play stories that share a HAN story."""
    make = factory_of_process(about.controller)
    notes: list[str] = []
    with Shelf(1) as shelf:
        for number in numbers:
            scenario = draw(about.seed, number)
            seed = seed_for(scenario, about.seed)
            with breakable():
                failure = attempt(scenario, seed, FirstAnswers(make), shelf, about, notes.append)
            yield from map(Note, notes)
            yield failure
            silence.after(in_time=not notes)
            notes.clear()


def attempt(
    scenario: Scenario,
    seed: str,
    answers: FirstAnswers,
    shelf: Shelf,
    about: Exploration,
    tell: Callable[[str], object],
) -> Failure | None:
    """Play one story; return its failure, or None. Where `answers` has an answer, the controller is not asked.

    `tell` gets a line for the first time-out, as soon as it has passed.
    """
    driven = drive_scenario(
        scenario,
        shipped(),
        answers,
        seed=seed,
        controller_name=named(about.controller),
        shelf=shelf,
        on_record=Watch(scenario.id, tell),
    )
    result = judged(driven, shipped(), hold_to=about.hold_to)
    if result.as_expected:
        return None
    properties = tuple(dict.fromkeys(violation.property for violation in cause_first(result.failing)))
    return Failure(scenario, seed, result.outcome, properties, answers.answered)
