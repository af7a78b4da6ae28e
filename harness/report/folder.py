"""The reports of one run in one folder: report.json, junit.xml, report.html, and the tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from hanbench.harness.report.coverage import CoverageTally, Reached
from hanbench.harness.report.html import HtmlWriter
from hanbench.harness.report.json_file import ReportWriter, ShardReport
from hanbench.harness.report.junit import JunitWriter
from hanbench.harness.report.model import ScenarioReport, Summary
from hanbench.harness.report.stale import StaleEvidence
from hanbench.harness.report.tally import Tally

FILES = ("report.html", "report.json", "junit.xml")


class ReportFolder:
    """Writes each scenario into all reports. A context manager: the files are whole at its end, or do not exist.

    Evidence that the report of an earlier run in the folder names, and this one does not, is removed then.
    """

    def __init__(
        self,
        folder: Path,
        *,
        title: str,
        seed: str,
        controller: str,
        rule_sets: Sequence[str],
        tests: int,
        shard: ShardReport | None = None,
    ) -> None:
        """`tests`: how many scenarios are planned. Raises OutputError."""
        page, data, junit = (folder / name for name in FILES)
        self.tally = Tally()
        self._stale = StaleEvidence(folder)
        self._open = ExitStack()
        with ExitStack() as opening:
            enter = opening.enter_context
            self._data = enter(ReportWriter(data, seed=seed, controller=controller, rule_sets=rule_sets, shard=shard))
            self._junit = enter(JunitWriter(junit, tests=tests))
            self._page = enter(HtmlWriter(page, title=title, seed=seed, controller=controller, rule_sets=rule_sets))
            self._open = opening.pop_all()

    def add(self, report: ScenarioReport, detail: bytes | None, reached: Reached) -> None:
        """Add one scenario, with its encoded detail for the page, and with what it says about the properties."""
        self._data.add(report)
        self._data.coverage.add(reached)
        self._junit.add(report)
        self._page.add(report, detail)
        self.tally.add(report)
        self._stale.spare(report)

    @property
    def summary(self) -> Summary:
        return self._data.summary

    @property
    def coverage(self) -> CoverageTally:
        """How far the scenarios tested each property."""
        return self._data.coverage

    def __enter__(self) -> ReportFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)
        if kind is None:
            self._stale.remove()
