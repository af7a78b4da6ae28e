"""`hanbench explore`: random scenarios, and the smallest one that fails."""

from __future__ import annotations

import os
import shlex
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct

from hanbench.harness.campaign.explore.drawing import draw
from hanbench.harness.campaign.explore.running import Exploration, Failure
from hanbench.harness.campaign.explore.running import explore as run_explore
from hanbench.harness.campaign.explore.shrinking import Shrunk, shrink
from hanbench.harness.campaign.unanswered import SilentControllerError
from hanbench.harness.campaign.workers import Lost
from hanbench.harness.cli.chosen_controller import chosen_controller
from hanbench.harness.cli.errors import ExitStatus
from hanbench.harness.cli.output import log, print_command, print_json, print_line
from hanbench.harness.cli.progress import with_progress
from hanbench.harness.controllers.lookup import Factory, named
from hanbench.harness.files import locked_folder, write_whole
from hanbench.harness.oracle import Basis
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.staging import seed_for
from hanbench.harness.scenario.writing import as_toml
from hanbench.harness.words import counted

MOST_SHRUNK = 3
"""Number of failures to shrink, each of another kind: one bug in a controller fails many scenarios."""


MOST_NAMED = 20
"""How many of the others are named on the terminal."""


class FailureReport(Struct, frozen=True):
    """A failure, with its shrunk scenario."""

    seed: str
    """The seed of its HAN."""
    decided: str | None
    properties: tuple[str, ...]
    file: str
    command: str
    steady: bool
    """Whether the controller gave its answers again, wherever it was given the same turns while its story shrank."""


class LostReport(Struct, frozen=True):
    """A story at which hanbench itself failed."""

    story: int
    reason: str
    file: str
    command: str


class OtherFailure(Struct, frozen=True):
    """A failure that was not shrunk."""

    story: int
    """`explore --seeds N` plays it again if N is above it."""
    seed: str
    """The seed of its HAN."""
    decided: str | None
    properties: tuple[str, ...]


class ExploreReport(Struct, frozen=True):
    """The output of `--json`."""

    stories: int
    """How many were played: all, unless the run was interrupted."""
    failures: int
    found: tuple[FailureReport, ...]
    lost: tuple[LostReport, ...]
    """The stories at which hanbench itself failed."""
    left: int
    """How many were not played, because the run was interrupted, or stopped."""
    others: tuple[OtherFailure, ...] = ()
    """The failures that were not shrunk."""
    stopped: str = ""
    """Why the run stopped, if it was not interrupted."""


@dataclass
class _Course:
    """What the stories came to so far."""

    failures: int = 0
    kinds: dict[tuple[str, ...], Failure] = field(default_factory=dict)
    """The first failure of each kind, of as many kinds as are shrunk."""
    others: list[OtherFailure] = field(default_factory=list)
    lost: dict[int, Lost] = field(default_factory=dict)
    """By the number of the story."""
    played: int = 0
    stopped: str = ""
    """Why not all stories were played; empty: all were, or the run was interrupted."""

    def play(self, about: Exploration, stories: int, jobs: int) -> None:
        """Play the stories, until Ctrl-C, or until the controller has not answered for too long."""
        try:
            with closing(run_explore(about, stories, jobs, tell=log)) as results:
                for number, found in with_progress(results, stories):
                    self.add(number, found)
        except SilentControllerError as error:
            self.stopped = str(error)
        except KeyboardInterrupt:
            pass

    def add(self, number: int, found: Failure | Lost | None) -> None:
        self.played += 1
        if isinstance(found, Lost):
            self.lost[number] = found
        elif found is not None:
            self.failures += 1
            kind = found.properties[:1]
            if kind not in self.kinds and len(self.kinds) < MOST_SHRUNK:
                self.kinds[kind] = found
            else:
                self.others.append(OtherFailure(number, found.seed, _decided(found), found.properties))


def _decided(failure: Failure) -> str | None:
    return None if failure.outcome is None else failure.outcome.value


def explore(
    seeds: int,
    seed: str,
    controller: str,
    jobs: int | None,
    out: Path,
    hold_to: str,
    store: Path | None,
    as_json: bool,
) -> int:
    """Draw installations, faults and consents at random, run them, and shrink what fails to short scenario files.

    Of up to three kinds of failures, the first is shrunk: they are of a kind if the first property that they violate
    is the same. The others are named with story, seed and properties.

    Exit status: 0 no scenario failed; 1 a scenario failed; 4 hanbench itself failed at one.
    """
    make = chosen_controller(controller)
    if store is not None:
        from hanbench.harness.cli.stored import explore_in_store

        return explore_in_store(store, seeds, seed, controller, jobs, hold_to, as_json)
    about = Exploration(seed, controller, Basis(hold_to))
    with locked_folder(out):
        report = _explored(about, seeds, make, jobs or os.cpu_count() or 1, out)
    if as_json:
        print_json(report)
    else:
        _print_result(report)
    if report.left and not report.stopped:
        return ExitStatus.INTERRUPTED
    if report.lost:
        return ExitStatus.INTERNAL
    return ExitStatus.VIOLATION if report.failures else ExitStatus.EXPECTED


def _explored(about: Exploration, stories: int, make: Factory, jobs: int, out: Path) -> ExploreReport:
    """Play and shrink; if not all was played, only tell what was found before the end."""
    controller = named(about.controller)
    log(f"hanbench explore: {counted(stories, 'random scenario')} from seed {about.seed}, controller {controller}")
    course = _Course()
    course.play(about, stories, jobs)
    reports = []
    for failure in course.kinds.values():
        if course.played < stories:
            shrunk = Shrunk(failure, steady=True)
        else:
            log(f"shrinking {failure.scenario.id}: {', '.join(failure.properties)}")
            shrunk = shrink(failure, make, about, tell=log)
        reports.append(_keep(shrunk, about, out))
    lost = tuple(_keep_lost(number, each.reason, about, out) for number, each in course.lost.items())
    return ExploreReport(
        course.played,
        course.failures,
        tuple(reports),
        lost,
        stories - course.played,
        tuple(course.others),
        course.stopped,
    )


def _keep(shrunk: Shrunk, about: Exploration, out: Path) -> FailureReport:
    failure = shrunk.failure
    path, command = _written(failure.scenario, failure.seed, about, out)
    return FailureReport(failure.seed, _decided(failure), failure.properties, str(path), command, shrunk.steady)


def _keep_lost(number: int, reason: str, about: Exploration, out: Path) -> LostReport:
    scenario = draw(about.seed, number)
    path, command = _written(scenario, seed_for(scenario, about.seed), about, out)
    return LostReport(number, reason, str(path), command)


def _written(scenario: Scenario, seed: str, about: Exploration, out: Path) -> tuple[Path, str]:
    """Write a scenario's file; return it, and the command that plays it again."""
    path = out / f"{scenario.id}.toml"
    write_whole(path, as_toml(scenario))
    command = f"hanbench run {shlex.quote(str(path))} --seed {shlex.quote(seed)} --slow-background"
    if about.controller != "reference":
        command += f" --controller {shlex.quote(named(about.controller))}"
    if about.hold_to is not Basis.ASSUMED:
        command += f" --hold-to {about.hold_to.value}"
    return path, command


def _print_result(report: ExploreReport) -> None:
    for found in report.found:
        broken = ", ".join(found.properties)
        print_line(f"decided {found.decided or 'nothing'}; broken: {broken}")
        if not found.steady:
            print_line("  the controller answered otherwise when it was given the same turns again")
        print_command("  ", found.command)
    for other in report.others[:MOST_NAMED]:
        broken = ", ".join(other.properties)
        print_line(
            f"not shrunk: story {other.story}, seed {other.seed}: decided {other.decided or 'nothing'}; {broken}"
        )
    if len(report.others) > MOST_NAMED:
        print_line(f"not shrunk: {len(report.others) - MOST_NAMED:,} more: --json names all")
    for lost in report.lost:
        print_line(f"story {lost.story}: hanbench itself failed: {lost.reason}")
        print_command("  ", lost.command)
    if report.left:
        print_line(f"{counted(report.left, 'scenario')} not run: {report.stopped or 'interrupted'}.")
    print_line(
        f"{counted(report.stories, 'scenario')}: "
        + (f"{report.failures} failed." if report.failures else "none failed.")
    )
