"""`report.json` of a conformance run: what was tested, how, and what was found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from hanbench import __version__
from hanbench.harness.conform.result import NOTICE, CaseResult, Identity, PicsRow, Verdict
from hanbench.harness.files import write_whole
from hanbench.harness.foreign_json import NOT_JSON, decode
from hanbench.harness.report.against import Comparison, Signs
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.reading import read_octets

LARGEST = 100_000_000
"""Maximum octets of a file to read."""
VERSION = 1
SCHEMA = "hanbench/conform-report"
BEYOND = ("two-way mirroring", "tunnels", "what a display shows", "hubs on real radios")
"""What no case tests yet."""
_VERDICTS = (Verdict.PASS, Verdict.FAIL)
_CODE = re.compile(r"[A-Z0-9]+(?:\.[A-Z0-9]+)+")


class ConformSummary(Struct, frozen=True, kw_only=True):
    """The totals of a run."""

    passed: int = 0
    failed: int = 0
    tolerated: int = 0
    """Of the failed ones, those that are tolerated today."""
    inconclusive: int = 0
    not_applicable: int = 0
    mismatches: int = 0
    """PICS codes that are not as claimed."""

    @property
    def words(self) -> str:
        """The totals as text."""
        tolerated = f" ({self.tolerated} tolerated)" if self.tolerated else ""
        return (
            f"{self.passed} pass, {self.failed} fail{tolerated}, {self.inconclusive} inconclusive, "
            f"{self.not_applicable} not applicable"
        )


class AreaRow(Struct, frozen=True):
    """One area."""

    code: str
    title: str


class ConformReport(Struct, frozen=True, kw_only=True):
    """The content of `report.json`, for readers and for its JSON Schema."""

    schema: str = SCHEMA
    version: int = VERSION
    notice: str = NOTICE
    hanbench: str = __version__
    case_set: str
    device: Identity
    bench: str
    seed: str
    date: str = ""
    """The day (UTC) on which the run ended, YYYY-MM-DD: that against which tolerances are judged."""
    whole: bool
    """Whether every case was selected."""
    pixit: Mapping[str, str]
    """Values as text; sensitive ones are not shown."""
    pics: tuple[PicsRow, ...]
    """Every code that is claimed or observed, mismatches first."""
    untested: tuple[str, ...] = ()
    """Codes that are claimed, cannot be seen from outside, and gate no case that came to a verdict."""
    beyond: tuple[str, ...] = BEYOND
    """What no case of this case set tests."""
    areas: tuple[AreaRow, ...]
    cases: tuple[CaseResult, ...]
    summary: ConformSummary
    against: Comparison | None = None

    @property
    def badge(self) -> str:
        """The run in one line, for a log of CI."""
        part = "" if self.whole else ", not every case"
        number = self.summary.mismatches
        mismatches = f", {number} PICS mismatch{'es' if number > 1 else ''}" if number else ""
        return (
            f"conform {self.device.kind}: {self.summary.words}{mismatches} "
            f"(hanbench {self.hanbench}, case set {self.case_set}{part}; not a certificate)"
        )


def summary_of(cases: Iterable[CaseResult], pics: Iterable[PicsRow]) -> ConformSummary:
    """Return the totals of results."""
    listed = tuple(cases)
    counts = Counter(case.verdict for case in listed)
    return ConformSummary(
        passed=counts[Verdict.PASS],
        failed=counts[Verdict.FAIL],
        tolerated=sum(case.tolerated_until is not None for case in listed),
        inconclusive=counts[Verdict.INCONCLUSIVE],
        not_applicable=counts[Verdict.NOT_APPLICABLE],
        mismatches=sum(row.mismatch for row in pics),
    )


def untested_codes(cases: Iterable[CaseResult], pics: Iterable[PicsRow]) -> tuple[str, ...]:
    """Return the claims of which a run shows nothing: they are not seen from outside, and gate no verdict."""
    tested = {code for case in cases if case.verdict in _VERDICTS for code in _CODE.findall(case.gate)}
    return tuple(row.code for row in pics if row.claimed and row.observed is None and row.code not in tested)


def signs_of_case(result: CaseResult) -> Signs:
    """Return how a case failed: its sentence; empty: it did not fail."""
    return frozenset({result.reason}) if result.verdict is Verdict.FAIL else frozenset()


def write_report(path: Path, report: ConformReport) -> None:
    """Write a report. Raises OutputError."""
    write_whole(path, msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")


class _Kind(Struct):
    """What tells the report apart from others."""

    schema: str = ""
    version: int = 0


def read_conform_report(path: Path) -> ConformReport:
    """Read a `report.json` of `hanbench conform`. Raises ProfileError: the file, and what was expected."""
    expected = "expected a report.json of `hanbench conform`"
    try:
        octets = read_octets(path, LARGEST, "report.json of `hanbench conform`")
        kind = msgspec.json.decode(octets, type=_Kind)
        if kind.schema != SCHEMA:
            raise ProfileError(path, expected, "schema")
        if kind.version != VERSION:
            raise ProfileError(path, f"expected {VERSION}, found {kind.version}", "version")
        return decode(octets, ConformReport)
    except NOT_JSON as error:
        raise ProfileError(path, f"{expected}: {error}") from None


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of `report.json`."""
    return msgspec.json.schema(ConformReport)
