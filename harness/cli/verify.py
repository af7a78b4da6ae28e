"""`hanbench verify`: a controller on the whole matrix of scenarios."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from hanbench.harness.campaign import Campaign, execute, matrix
from hanbench.harness.campaign.finding import select
from hanbench.harness.cli.chosen_controller import chosen_controller
from hanbench.harness.cli.errors import BadInput, ExitStatus
from hanbench.harness.cli.output import log, print_json, print_line, unbroken
from hanbench.harness.cli.progress import with_progress
from hanbench.harness.cli.tables import table
from hanbench.harness.cli.words import counted
from hanbench.harness.controllers.lookup import named
from hanbench.harness.files import locked_folder
from hanbench.harness.oracle import Basis
from hanbench.harness.report.html import HtmlWriter
from hanbench.harness.report.json_file import ReportWriter
from hanbench.harness.report.junit import JunitWriter
from hanbench.harness.report.model import Summary
from hanbench.harness.report.tally import Tally
from hanbench.harness.scenario.scenario import Scenario
from hanbench.profiles.benches import StartingState
from hanbench.profiles.rulesets import shipped


def verify(
    seed: str,
    jobs: int | None,
    only: str,
    controller: str,
    begins: str,
    out: Path,
    capture: str | None,
    hold_to: str,
    as_json: bool,
) -> int:
    """Judge a migration controller on every cohort, installation type, rule set, fault and consent.

    Each scenario sets up a HAN of emulated meters, checks it over real ZigBee frames in virtual time, injects faults,
    and compares the controller's actions with the rules of the TMAD.
    """
    try:
        scenarios = select(only, matrix(StartingState(begins)))
    except ValueError as error:
        raise BadInput(None, "--only", str(error)) from None
    chosen_controller(controller)
    with locked_folder(out):
        log(f"hanbench verify: {counted(len(scenarios), 'scenario')}, controller {named(controller)}, seed {seed}")
        tally, summary = _judge(
            scenarios, Campaign(seed, controller, captures=out, capture=capture, hold_to=Basis(hold_to)), jobs, out
        )
    if as_json:
        print_json(summary)
    else:
        _print_result(tally, summary, out)
    return ExitStatus.EXPECTED if not tally.failures else ExitStatus.VIOLATION


def _judge(scenarios: Sequence[Scenario], campaign: Campaign, jobs: int | None, out: Path) -> tuple[Tally, Summary]:
    """Run the scenarios and write the reports."""
    tally, seed, controller = Tally(), campaign.seed, named(campaign.controller)
    rule_sets = tuple(shipped())
    with (
        ReportWriter(out / "report.json", seed=seed, controller=controller, rule_sets=rule_sets) as report,
        JunitWriter(out / "junit.xml", tests=len(scenarios)) as junit,
        HtmlWriter(
            out / "report.html", title="hanbench verify", seed=seed, controller=controller, rule_sets=rule_sets
        ) as page,
    ):
        for result in with_progress(execute(scenarios, campaign, jobs or os.cpu_count() or 1), len(scenarios)):
            report.add(result.report)
            junit.add(result.report)
            page.add(*result)
            tally.add(result.report)
        return tally, report.summary


def _print_result(tally: Tally, summary: Summary, out: Path) -> None:
    table(*tally.decision_table(), title="Decisions of the controller", keys=3)
    print_line()
    table(*tally.fault_table(), title="Verdicts of the HAN-connectivity checks")
    print_line()
    for line in tally.failure_lines():
        print_line(line)
    for sentence in _summary_sentences(tally, summary):
        print_line(sentence)
    page, *data = (unbroken(out / name) for name in ("report.html", "report.json", "junit.xml"))
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
    whole = counted(both, "home was", "homes were")
    return (
        f"{counted(summary.scenarios, 'migration was', 'migrations were')} run on emulated homes: {amount}.",
        f"{whole} migrated whole, {partial:,} without the gas meter, {rest:,} not now or not at all.",
        verdict,
    )
