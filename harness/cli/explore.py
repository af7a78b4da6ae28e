"""`hanbench explore`: random scenarios, and the smallest one that fails."""

from __future__ import annotations

import os
import shlex
from datetime import date, datetime
from pathlib import Path

import msgspec
import tomli_w
from msgspec import Struct

from hanbench.harness.campaign.explore import Failure, shrink
from hanbench.harness.campaign.explore import explore as run_explore
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
    decided: str | None
    properties: tuple[str, ...]
    file: str
    command: str


class ExploreReport(Struct, frozen=True):
    """The output of `--json`."""

    stories: int
    failures: int
    found: tuple[FailureReport, ...]


def explore(seeds: int, seed: str, controller: str, jobs: int | None, out: Path, hold_to: str, as_json: bool) -> int:
    """Draw installations, faults and consents at random, run them, and shrink each failure to a short scenario file.

    Exit status: 0 no scenario failed; 1 a scenario failed.
    """
    make = chosen_controller(controller)
    with locked_folder(out):
        report = _explored(seeds, seed, controller, make, jobs, out, Basis(hold_to))
    if as_json:
        print_json(report)
    else:
        _print_result(report)
    return ExitStatus.VIOLATION if report.failures else ExitStatus.EXPECTED


def _explored(
    seeds: int, seed: str, controller: str, make: Factory, jobs: int | None, out: Path, hold_to: Basis
) -> ExploreReport:
    log(f"hanbench explore: {counted(seeds, 'random scenario')} from seed {seed}, controller {named(controller)}")
    names = [f"{seed}-{number}" for number in range(seeds)]
    results = run_explore(names, controller, jobs or os.cpu_count() or 1, hold_to)
    failures = [failure for failure in with_progress(results, seeds) if failure is not None]
    kinds = {failure.properties[:1]: failure for failure in reversed(failures)}
    found = []
    for failure in list(kinds.values())[:MOST_SHRUNK]:
        log(f"shrinking seed {failure.seed}: {', '.join(failure.properties) or 'the outcome'}")
        found.append(_keep(shrink(failure, make, hold_to=hold_to), controller, out))
    return ExploreReport(seeds, len(failures), tuple(found))


def _keep(failure: Failure, controller: str, out: Path) -> FailureReport:
    path = out / f"{failure.scenario.id}.toml"
    write_whole(path, as_toml(failure.scenario))
    options = "" if controller == "reference" else f" --controller {shlex.quote(named(controller))}"
    command = f"hanbench run {shlex.quote(str(path))} --seed {shlex.quote(failure.seed)} --slow-background{options}"
    decided = None if failure.outcome is None else failure.outcome.value
    return FailureReport(failure.seed, decided, failure.properties, str(path), command)


def as_toml(scenario: Scenario) -> str:
    """Return the text of a scenario's file."""
    plain = msgspec.to_builtins(scenario, builtin_types=(datetime, date))
    return tomli_w.dumps({key: value for key, value in plain.items() if value not in ({}, [], ())})


def _print_result(report: ExploreReport) -> None:
    for found in report.found:
        broken = ", ".join(found.properties) or "the outcome alone"
        print_line(f"decided {found.decided or 'nothing'}; broken: {broken}")
        print_command("  ", found.command)
    print_line(
        f"{counted(report.stories, 'scenario')}: "
        + (f"{report.failures} failed." if report.failures else "none failed.")
    )
