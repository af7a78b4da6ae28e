"""What `report.json` holds: one schema, versioned. Nothing in it depends on when or where a run took place."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from hanbench.emulator.clock import SECOND
from hanbench.harness.capture import keyfile
from hanbench.harness.case.plan import StatementKind
from hanbench.harness.case.trace import SupplierSaid
from hanbench.harness.case.vocabulary import Outcome, Subject, Verdict
from hanbench.harness.oracle import Violation
from hanbench.harness.scenario.run import ScenarioResult

VERSION = 2


class CheckReport(Struct, frozen=True):
    """One HAN-connectivity check."""

    attempt: int
    verdict: Verdict
    code: str | None
    cause: Subject | None
    start: float
    end: float
    """Seconds since the capture began."""
    detail: str
    frames: tuple[int, ...]
    """Frame numbers in the capture."""


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
    checks: tuple[CheckReport, ...]
    violations: tuple[Violation, ...]
    unmet: tuple[str, ...]
    """What the scenario's author expected beside the rules, and did not come."""
    as_expected: bool
    frames: int
    capture: str | None
    keys: str | None


class Summary(Struct, frozen=True):
    """The totals."""

    scenarios: int
    as_expected: int
    violations: int
    checks: int
    frames: int


def describe(played: ScenarioResult, *, capture: str | None) -> ScenarioReport:
    """The report of one played scenario."""
    scenario = played.scenario
    return ScenarioReport(
        id=scenario.id,
        title=scenario.title,
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
        checks=tuple(
            CheckReport(
                attempt,
                check.verdict,
                check.code,
                check.cause,
                check.started / SECOND,
                check.ended / SECOND,
                check.detail,
                tuple(each.number for each in check.evidence),
            )
            for attempt, check in enumerate(played.checks, start=1)
        ),
        violations=played.violations,
        unmet=played.failed_expectations,
        as_expected=played.as_expected,
        frames=played.frames,
        capture=capture,
        keys=None if capture is None else keyfile.beside(Path(capture)).name,
    )
