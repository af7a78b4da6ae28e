"""`hanbench verify`: a controller on the whole suite of scenarios."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hanbench.harness.campaign import Campaign, Lost, Result, execute
from hanbench.harness.campaign.executor import Shard, estimate
from hanbench.harness.campaign.finding import select
from hanbench.harness.campaign.suite import suite
from hanbench.harness.cli.chosen_controller import chosen_controller
from hanbench.harness.cli.errors import BadInput, ExitStatus, unknown
from hanbench.harness.cli.output import log, print_json, print_line, unbroken
from hanbench.harness.cli.progress import with_progress
from hanbench.harness.cli.tables import table
from hanbench.harness.cli.words import counted
from hanbench.harness.controllers.lookup import named
from hanbench.harness.files import locked_folder
from hanbench.harness.oracle import Basis
from hanbench.harness.report.folder import FILES, ReportFolder
from hanbench.harness.report.model import Summary
from hanbench.harness.report.tally import Tally
from hanbench.harness.scenario.scenario import Scenario
from hanbench.profiles.benches import StartingState
from hanbench.profiles.rulesets import shipped

_WORTH_TELLING = 10.0
"""Seconds from which on the time that a run will take is told at its start."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of the command, under their names."""

    seed: str
    seeds: int
    jobs: int | None
    only: str
    scenarios: Path | None
    cases: tuple[str, ...]
    shard: tuple[int, int] | None
    controller: str
    begins: str
    out: Path
    capture: str | None
    remembers: bool
    fail_fast: bool
    hold_to: str
    as_json: bool

    @property
    def processes(self) -> int:
        return self.jobs or os.cpu_count() or 1

    @property
    def campaigns(self) -> list[Campaign]:
        """One for each seed: the first has that of the option, the others have a number behind it."""
        seeds = [self.seed, *(f"{self.seed}.{number}" for number in range(2, self.seeds + 1))]
        return [
            Campaign(
                seed,
                self.controller,
                captures=self.out,
                capture=self.capture,
                remembers=self.remembers,
                hold_to=Basis(self.hold_to),
                begins=StartingState(self.begins),
                folder=self.scenarios,
            )
            for seed in seeds
        ]


@dataclass
class _Course:
    """How a run went, beside what the reports say."""

    planned: int
    lost: dict[str, str] = field(default_factory=dict)
    """The scenarios at which hanbench itself failed, and how."""
    played: int = 0
    stopped: str = ""
    """Why not all scenarios were run; empty: all were."""
    interrupted: bool = True


def verify(**options: Any) -> int:
    """Judge a migration controller on every cohort, installation type, rule set, fault and consent.

    Each scenario sets up a HAN of emulated meters, checks it over real ZigBee frames in virtual time, injects faults,
    and compares the controller's actions with the rules of the TMAD.
    """
    chosen = Options(**options)
    scenarios = _chosen(chosen)
    chosen_controller(chosen.controller)
    with locked_folder(chosen.out):
        course, reports = _run(scenarios, chosen)
    if chosen.as_json:
        print_json(reports.summary)
    else:
        _print_result(course, reports, chosen.out)
    if course.interrupted:
        return ExitStatus.INTERRUPTED
    if course.lost:
        return ExitStatus.INTERNAL
    return ExitStatus.VIOLATION if reports.tally.failures else ExitStatus.EXPECTED


def _chosen(options: Options) -> Sequence[Scenario]:
    """Return the scenarios that the options name. Raises BadInput."""
    every = suite(StartingState(options.begins), options.scenarios)
    if not options.cases:
        try:
            return select(options.only, every)
        except ValueError as error:
            raise BadInput(None, "--only", str(error)) from None
    by_id = {scenario.id: scenario for scenario in every}
    for name in options.cases:
        if name not in by_id:
            raise unknown("case", name, by_id, "scenarios")
    return [by_id[name] for name in options.cases]


def _run(scenarios: Sequence[Scenario], options: Options) -> tuple[_Course, ReportFolder]:
    """Run the scenarios and write the reports; after Ctrl-C, of what was run before it."""
    controller, campaigns = named(options.controller), options.campaigns
    shard = None if options.shard is None else Shard(*options.shard)
    log(f"hanbench verify: {counted(len(scenarios), 'scenario')}, controller {controller}, seed {options.seed}")
    course = _Course(len(scenarios) * len(campaigns))
    before = estimate(scenarios, campaigns[0], options.processes)
    if before.fault is not None:
        course.stopped = f"the controller fails at its first turn ({before.fault})"
        scenarios, campaigns = scenarios[:1], campaigns[:1]
    elif before.seconds * len(campaigns) > _WORTH_TELLING:
        log(f"  this takes about {counted(round(before.seconds * len(campaigns)), 'second')}")
    reports = ReportFolder(
        options.out,
        title="hanbench verify",
        seed=options.seed,
        controller=controller,
        rule_sets=tuple(shipped()),
        tests=course.planned,
    )
    with reports, suppress(KeyboardInterrupt):
        for campaign in campaigns:
            with closing(execute(scenarios, campaign, options.processes, shard)) as results:
                _add(reports, with_progress(results, len(scenarios)), course, options)
            if course.stopped:
                break
        course.interrupted = False
    return course, reports


def _add(
    reports: ReportFolder, results: Iterable[tuple[Scenario, Result | Lost]], course: _Course, options: Options
) -> None:
    for scenario, result in results:
        course.played += 1
        if isinstance(result, Lost):
            course.lost[scenario.id] = result.reason
            continue
        reports.add(*result)
        if options.fail_fast and not result.report.as_expected:
            course.stopped = "--fail-fast"
            return


def _print_result(course: _Course, reports: ReportFolder, out: Path) -> None:
    tally = reports.tally
    table(*tally.decision_table(), title="Decisions of the controller", keys=3)
    print_line()
    table(*tally.fault_table(), title="Verdicts of the HAN-connectivity checks")
    print_line()
    for line in tally.failure_lines():
        print_line(line)
    for name, reason in course.lost.items():
        print_line(f"{name}: hanbench itself failed: {reason}")
    if course.interrupted or course.stopped:
        left = counted(course.planned - course.played, "scenario")
        print_line(f"{left} not run: {course.stopped or 'interrupted'}.")
    for sentence in _summary_sentences(tally, reports.summary):
        print_line(sentence)
    page, *data = (unbroken(out / name) for name in FILES)
    print_line(f"To read: {page}; for programs: {', '.join(data)}")


def _summary_sentences(tally: Tally, summary: Summary) -> Sequence[str]:
    """Return the result in sentences for a first-time user."""
    partial, both = tally.outcomes["migrate-esme-only"], tally.outcomes["migrate-both"]
    rest = summary.scenarios - both - partial
    amount = f"{counted(summary.frames, 'radio frame')}, {counted(summary.checks, 'HAN-connectivity check')}"
    verdict = "Every decision was one that the rules allow."
    if tally.failures:
        failures, violations = counted(tally.failures, "scenario"), counted(summary.violations, "violation")
        verdict = f"{failures} did not go as the rules demand ({violations})."
    elif not summary.scenarios:
        verdict = "Nothing was judged."
    whole = counted(both, "home was", "homes were")
    return (
        f"{counted(summary.scenarios, 'migration was', 'migrations were')} run on emulated homes: {amount}.",
        f"{whole} migrated whole, {partial:,} without the gas meter, {rest:,} not now or not at all.",
        verdict,
    )
