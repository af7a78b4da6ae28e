"""`report.json`, written scenario by scenario: its size on disk grows with the run, its size in memory does not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from hanbench import __version__
from hanbench.harness.files import WholeFile
from hanbench.harness.foreign_json import NOT_JSON, decode
from hanbench.harness.report.coverage import Coverage, CoverageTally
from hanbench.harness.report.model import VERSION, ScenarioReport, Summary
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.reading import read_octets

LARGEST = 1_000_000_000
"""Maximum octets of a file to read."""
MOST_NAMED = 20
"""How many missing parts are named in a sentence."""


class ShardReport(msgspec.Struct, frozen=True):
    """Which part of a run a report is of: `verify --shard`."""

    number: int
    """From 1."""
    of: int


class MissingShards(msgspec.Struct, frozen=True):
    """Which parts of a run a joined report lacks: `report merge`."""

    numbers: tuple[int, ...]
    """From 1, in order; at least one."""
    of: int
    """How many parts the run has."""

    @property
    def sentence(self) -> str:
        """Which parts are missing, the first `MOST_NAMED` by their numbers."""
        some = ", ".join(map(str, self.numbers[:MOST_NAMED])) + (", ..." if len(self.numbers) > MOST_NAMED else "")
        parts = "1 part is" if len(self.numbers) == 1 else f"{len(self.numbers)} parts are"
        return f"{parts} missing of a run in {self.of}: --shard {some}"


class Report(msgspec.Struct, frozen=True):
    """The content of `report.json`, for readers and for its JSON Schema."""

    version: int
    hanbench: str
    seed: str
    controller: str
    rule_sets: tuple[str, ...]
    scenarios: tuple[ScenarioReport, ...]
    summary: Summary
    coverage: tuple[Coverage, ...] = ()
    """How far the cases tested each property of the oracle; empty: of a run by hanbench 0.2.0."""
    shard: ShardReport | None = None
    """None: the report is of a whole run."""
    missing: MissingShards | None = None
    """None: the report is of one run, or all its parts are there."""


def read_report(path: Path) -> Report:
    """Read a `report.json` of `hanbench verify`. Raises ProfileError: the file, and what was expected."""
    try:
        octets = read_octets(path, LARGEST, "report.json of `hanbench verify`")
        version = msgspec.json.decode(octets, type=_Version).version
        if version != VERSION:
            raise ProfileError(path, f"expected {VERSION}, found {version}", "version")
        return decode(octets, Report)
    except NOT_JSON as error:
        raise ProfileError(path, f"expected a report.json of `hanbench verify`: {error}") from None


class _Version(msgspec.Struct):
    """The version alone, of whatever report."""

    version: int = 0


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of `report.json`."""
    return msgspec.json.schema(Report)


class Totals:
    """The totals of a run, counted as reports come in."""

    def __init__(self) -> None:
        self.counts = dict.fromkeys(("scenarios", "as_expected", "violations", "checks", "frames"), 0)

    @property
    def scenarios(self) -> int:
        return self.counts["scenarios"]

    def add(self, report: ScenarioReport) -> None:
        """Count one scenario."""
        self.counts["scenarios"] += 1
        self.counts["as_expected"] += report.as_expected
        self.counts["violations"] += len(report.violations)
        self.counts["checks"] += len(report.checks)
        self.counts["frames"] += report.frames


class ReportWriter:
    """Writes the report as a `WholeFile`: it is complete or does not exist. Raises OutputError."""

    def __init__(
        self,
        path: Path,
        *,
        seed: str,
        controller: str,
        rule_sets: Sequence[str],
        shard: ShardReport | None = None,
        missing: MissingShards | None = None,
    ) -> None:
        self._file = WholeFile(path)
        self._stream = self._file.stream
        self._encode = msgspec.json.Encoder().encode
        self._totals = Totals()
        self.coverage = CoverageTally()
        """How far the cases tested each property."""
        head = {
            "version": VERSION,
            "hanbench": __version__,
            "seed": seed,
            "controller": controller,
            "rule_sets": list(rule_sets),
            "shard": shard,
            "missing": missing,
        }
        self._stream.write(self._encode(head)[:-1] + b',"scenarios":[')

    def add(self, report: ScenarioReport) -> None:
        """Append one scenario."""
        self._stream.write((b",\n" if self._totals.scenarios else b"\n") + self._encode(report))
        self._totals.add(report)

    @property
    def summary(self) -> Summary:
        return Summary(**self._totals.counts)

    def __enter__(self) -> ReportWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file as stream:
            if kind is None:
                stream.write(b'\n],"summary":' + self._encode(self.summary))
                stream.write(b',"coverage":' + self._encode(self.coverage.coverage) + b"}\n")
            else:
                self._file.abandon()
