"""The model of `report.json`: one schema, versioned. It contains nothing about the time or place of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from hanbench.harness.capture import keyfile
from hanbench.harness.case.cell import MatrixCell
from hanbench.harness.case.check import HanCheck
from hanbench.harness.case.plan import StatementKind
from hanbench.harness.case.trace import SupplierSaid
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.foreign_text import cleaned_throughout
from hanbench.harness.oracle import Basis, Violation, held_to
from hanbench.harness.report.explanation import Explanation, explain
from hanbench.harness.scenario.run import ScenarioResult

VERSION = 4
"""Increased when a reader of the previous version could misread a report."""


class ConsentReport(Struct, frozen=True):
    """A statement of a supplier."""

    time: str
    supplier: str
    says: StatementKind


class ScenarioReport(Struct, frozen=True):
    """The report of one scenario."""

    id: str
    title: str
    cohort: str
    installation_type: str
    rules: str
    seed: str
    faults: tuple[str, ...]
    consents: tuple[ConsentReport, ...]
    expected: tuple[Outcome, ...]
    """The outcomes that the rules allow: the usual one first, then that of the case if it is lawful too."""
    because: str
    """The reason for the first."""
    decision: Outcome | None
    checks: tuple[HanCheck, ...]
    violations: tuple[Violation, ...]
    unmet: tuple[str, ...]
    """Failed expectations of the scenario's author, in words."""
    as_expected: bool
    frames: int
    capture: str | None
    keys: str | None
    cell: MatrixCell | None = None
    """The place in the matrix of `hanbench verify`; None: not in the matrix."""
    explanations: tuple[Explanation, ...] = ()
    """For each violation, in the same order: what the controller did, and what it had been told by then."""
    difference: str = ""
    """How the outcome differs from those that the rules allow; empty: it does not."""
    replay: str = ""
    """The shell command that plays this case again; empty: the case has no name to play it by."""
    remarks: tuple[str, ...] = ()
    """What is told and convicts nobody: another lawful way, a day of replacement that has passed."""
    hold_to: Basis = Basis.ASSUMED
    """Up to which basis a violation fails the scenario; `violations` has the others too."""
    trace: str | None = None
    """The trace file, which `hanbench judge` reads; None: none was kept."""
    tolerated_until: str | None = None
    """The last day on which this failure is tolerated, as YYYY-MM-DD, because an earlier run had it (`--against`)."""

    @property
    def fails(self) -> bool:
        """Whether the scenario did not go as expected, and that is not tolerated."""
        return not self.as_expected and self.tolerated_until is None

    @property
    def failing(self) -> tuple[Violation, ...]:
        """The violations that fail the scenario."""
        return held_to(self.violations, self.hold_to)

    @property
    def told(self) -> tuple[Violation, ...]:
        """The others: they rest on less than the scenario was held to."""
        failing = self.failing
        return tuple(each for each in self.violations if each not in failing)


class Summary(Struct, frozen=True):
    """The totals of a run."""

    scenarios: int
    as_expected: int
    violations: int
    checks: int
    frames: int


def file_of_one(report: ScenarioReport) -> dict[str, Any]:
    """Return the report of a single scenario as the content of a file, with the version."""
    return {"version": VERSION, **msgspec.to_builtins(report)}


def describe(result: ScenarioResult, *, capture: str | None, replay: str = "") -> ScenarioReport:
    """Return the report of one scenario, with its foreign text cleaned. `replay`: the command that plays it again."""
    scenario = result.scenario
    report = ScenarioReport(
        id=scenario.id,
        title=scenario.title,
        cell=scenario.cell,
        cohort=scenario.cohort.value,
        installation_type=result.installation.type.value,
        rules=scenario.rules,
        seed=result.seed,
        faults=scenario.faults,
        consents=tuple(
            ConsentReport(record.time.isoformat(), record.supplier, record.says)
            for record in result.records
            if isinstance(record, SupplierSaid)
        ),
        expected=result.expected.outcomes,
        because=result.expected.why,
        decision=result.outcome,
        checks=result.checks,
        violations=result.violations,
        unmet=result.failed_expectations,
        as_expected=result.as_expected,
        frames=result.frames,
        capture=capture,
        keys=None if capture is None else keyfile.beside(Path(capture)).name,
        explanations=explain(result.records, result.violations, result.began),
        difference=_difference(result),
        replay=replay,
        remarks=result.remarks,
        hold_to=result.hold_to,
    )
    return cleaned_throughout(report)


def _difference(result: ScenarioResult) -> str:
    """Return how the outcome differs from what the rules allow, in a sentence; empty: it does not."""
    if result.outcome in result.expected.outcomes:
        return ""
    decided = f"The case ended with {result.outcome.value}" if result.outcome else "The case ended without an outcome"
    broken = "" if result.violations else " No property is violated: the outcome alone differs."
    return f"{decided}; the rules allow {result.expected.words}, because {result.expected.why}.{broken}"


def basis_of(rule: str) -> str:
    """Return the basis of a rule by its source: `stated`, `inferred`, `assumed`, or `interface` for hanbench's own."""
    for basis in ("assumed", "inferred", "stated"):
        if basis in rule:
            return basis
    return "stated" if rule.startswith(("letter", "Various")) else "interface"
