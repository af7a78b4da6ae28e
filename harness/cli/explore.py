"""`hanbench explore`: random scenarios, and the smallest one that fails."""

from __future__ import annotations

import os
import shlex
from datetime import date, datetime
from pathlib import Path

import msgspec
import tomli_w
from msgspec import Struct

from hanbench.harness.campaign.explore.running import Exploration, Failure
from hanbench.harness.campaign.explore.running import explore as run_explore
from hanbench.harness.campaign.explore.shrinking import Shrunk, shrink
from hanbench.harness.campaign.workers import Lost
from hanbench.harness.cli.chosen_controller import chosen_controller
from hanbench.harness.cli.errors import ExitStatus
from hanbench.harness.cli.output import log, print_command, print_json, print_line
from hanbench.harness.cli.progress import with_progress
from hanbench.harness.cli.words import counted
from hanbench.harness.controllers.lookup import Factory, named
from hanbench.harness.files import locked_folder, write_whole
from hanbench.harness.oracle import Basis
from hanbench.harness.scenario.scenario import Scenario

MOST_SHRUNK = 3
"""Number of failures to shrink, each of another kind: one bug in a controller fails many scenarios."""


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


class ExploreReport(Struct, frozen=True):
    """The output of `--json`."""

    stories: int
    failures: int
    found: tuple[FailureReport, ...]
    lost: dict[str, str]
    """The stories at which hanbench itself failed, by number, and how."""


def explore(seeds: int, seed: str, controller: str, jobs: int | None, out: Path, hold_to: str, as_json: bool) -> int:
    """Draw installations, faults and consents at random, run them, and shrink each failure to a short scenario file.

    Exit status: 0 no scenario failed; 1 a scenario failed; 4 hanbench itself failed at one.
    """
    make = chosen_controller(controller)
    about = Exploration(seed, controller, Basis(hold_to))
    with locked_folder(out):
        report = _explored(about, seeds, make, jobs or os.cpu_count() or 1, out)
    if as_json:
        print_json(report)
    else:
        _print_result(report)
    if report.lost:
        return ExitStatus.INTERNAL
    return ExitStatus.VIOLATION if report.failures else ExitStatus.EXPECTED


def _explored(about: Exploration, stories: int, make: Factory, jobs: int, out: Path) -> ExploreReport:
    controller = named(about.controller)
    log(f"hanbench explore: {counted(stories, 'random scenario')} from seed {about.seed}, controller {controller}")
    failures, kinds, lost = 0, dict[tuple[str, ...], Failure](), dict[str, str]()
    for number, found in with_progress(run_explore(about, stories, jobs), stories):
        if isinstance(found, Lost):
            lost[str(number)] = found.reason
        elif found is not None:
            failures += 1
            kinds.setdefault(found.properties[:1], found)
    reports = []
    for failure in list(kinds.values())[:MOST_SHRUNK]:
        log(f"shrinking {failure.scenario.id}: {', '.join(failure.properties)}")
        reports.append(_keep(shrink(failure, make, about), about.controller, out))
    return ExploreReport(stories, failures, tuple(reports), lost)


def _keep(shrunk: Shrunk, controller: str, out: Path) -> FailureReport:
    failure = shrunk.failure
    path = out / f"{failure.scenario.id}.toml"
    write_whole(path, as_toml(failure.scenario))
    options = "" if controller == "reference" else f" --controller {shlex.quote(named(controller))}"
    command = f"hanbench run {shlex.quote(str(path))} --seed {shlex.quote(failure.seed)} --slow-background{options}"
    decided = None if failure.outcome is None else failure.outcome.value
    return FailureReport(failure.seed, decided, failure.properties, str(path), command, shrunk.steady)


def as_toml(scenario: Scenario) -> str:
    """Return the text of a scenario's file."""
    plain = msgspec.to_builtins(scenario, builtin_types=(datetime, date))
    return tomli_w.dumps({key: value for key, value in plain.items() if value not in ({}, [], ())})


def _print_result(report: ExploreReport) -> None:
    for found in report.found:
        broken = ", ".join(found.properties)
        print_line(f"decided {found.decided or 'nothing'}; broken: {broken}")
        if not found.steady:
            print_line("  the controller answered otherwise when it was given the same turns again")
        print_command("  ", found.command)
    for number, reason in report.lost.items():
        print_line(f"story {number}: hanbench itself failed: {reason}")
    print_line(
        f"{counted(report.stories, 'scenario')}: "
        + (f"{report.failures} failed." if report.failures else "none failed.")
    )
