"""What `report.json` holds: one schema, versioned. Nothing in it depends on when or where a run took place."""

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
from hanbench.harness.oracle import Violation
from hanbench.harness.scenario.run import ScenarioResult

VERSION = 3
"""Goes up when a reader of the version before could misread something."""


class ConsentReport(Struct, frozen=True):
    """What a supplier said."""

    time: str
    supplier: str
    says: StatementKind


class ScenarioReport(Struct, frozen=True):
    """One scenario."""

    id: str
    title: str
    cohort: str
    installation_type: str
    rules: str
    seed: str
    faults: tuple[str, ...]
    consents: tuple[ConsentReport, ...]
    expected: tuple[Outcome, ...]
    """The outcomes that the rules admit; the usual one first."""
    because: str
    decision: Outcome | None
    checks: tuple[HanCheck, ...]
    violations: tuple[Violation, ...]
    unmet: tuple[str, ...]
    """What the scenario's author expected beside the rules, and did not come."""
    as_expected: bool
    frames: int
    capture: str | None
    keys: str | None
    cell: MatrixCell | None = None
    """Where it stands in the matrix of `hanbench verify`; None: it is not of the matrix."""


class Summary(Struct, frozen=True):
    """The totals."""

    scenarios: int
    as_expected: int
    violations: int
    checks: int
    frames: int


def file_of_one(report: ScenarioReport) -> dict[str, Any]:
    """The report of a single scenario as a file of its own, which says its version."""
    return {"version": VERSION, **msgspec.to_builtins(report)}


def describe(played: ScenarioResult, *, capture: str | None) -> ScenarioReport:
    """The report of one played scenario."""
    scenario = played.scenario
    return ScenarioReport(
        id=scenario.id,
        title=scenario.title,
        cell=scenario.cell,
        cohort=scenario.cohort.value,
        installation_type=played.installation.type.value,
        rules=scenario.rules,
        seed=played.seed,
        faults=scenario.faults,
        consents=tuple(
            ConsentReport(record.time.isoformat(), record.supplier, record.says)
            for record in played.records
            if isinstance(record, SupplierSaid)
        ),
        expected=played.expected.outcomes,
        because=played.expected.why,
        decision=played.outcome,
        checks=played.checks,
        violations=played.violations,
        unmet=played.failed_expectations,
        as_expected=played.as_expected,
        frames=played.frames,
        capture=capture,
        keys=None if capture is None else keyfile.beside(Path(capture)).name,
    )
