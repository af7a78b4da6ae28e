"""What `hanbench verify` prints at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hanbench.harness.campaign.evidence import Keeper
from hanbench.harness.cli.failures import print_failures
from hanbench.harness.cli.output import print_line, unbroken
from hanbench.harness.cli.tables import table
from hanbench.harness.cli.verdict_sentences import verdict_sentences
from hanbench.harness.files import OutputError
from hanbench.harness.report.against import Against, comparison_lines
from hanbench.harness.report.folder import FILES, ReportFolder
from hanbench.harness.report.model import ScenarioReport, Summary
from hanbench.harness.report.tally import Tally
from hanbench.harness.words import counted


@dataclass
class Course:
    """How a run went, beside what the reports say."""

    planned: int
    is_whole: bool
    """Whether it is of the whole suite."""
    keeper: Keeper
    against: Against | None = None
    """The earlier run to compare with."""
    lost: dict[str, str] = field(default_factory=dict)
    """The scenarios at which hanbench itself failed, and how."""
    played: int = 0
    stopped: str = ""
    """Why not all scenarios were run; empty: all were."""
    interrupted: bool = True
    unwritten: OutputError | None = None
    """The file that could not be written, so that there are no reports."""

    def untested(self, reports: ReportFolder) -> tuple[str, ...]:
        """Return the properties about which a whole run without a violation says nothing: a fault of hanbench."""
        complete = self.played == self.planned and not self.lost and not reports.summary.violations
        return reports.coverage.missed if complete and self.is_whole else ()

    def excuses(self, report: ScenarioReport) -> bool:
        """Return whether a scenario went as expected, or fails in a way that is tolerated."""
        return report.as_expected or (self.against is not None and self.against.excuses(report))

    def fails(self, reports: ReportFolder) -> bool:
        """Return whether the controller fails: by any failure, or by those that are not tolerated."""
        return reports.tally.failures > 0 if self.against is None else self.against.comparison.fails


def print_result(course: Course, reports: ReportFolder, out: Path) -> None:
    """Print the tables, what failed, and how the run went."""
    tally = reports.tally
    table(*tally.decision_table(), title="Decisions of the controller", keys=3)
    print_line()
    table(*tally.fault_table(), title="Verdicts of the HAN-connectivity checks")
    print_line()
    print_failures(tally)
    if course.keeper.without:
        print_line(f"{counted(course.keeper.without, 'more failure')} without capture and trace: see --evidence")
    for name, reason in course.lost.items():
        print_line(f"{name}: hanbench itself failed: {reason}")
    if left := course.planned - course.played:
        print_line(f"{counted(left, 'scenario')} not run: {course.stopped or 'interrupted'}.")
    for sentence in _summary_sentences(tally, reports.summary):
        print_line(sentence)
    for line in () if course.against is None else comparison_lines(course.against.comparison):
        print_line(line)
    print_line(reports.coverage.sentence)
    if course.unwritten is not None:
        print_line("There are no reports of this run.")
        return
    page, *data = (unbroken(out / name) for name in FILES)
    print_line(f"To read: {page}; for programs: {', '.join(data)}")


def _summary_sentences(tally: Tally, summary: Summary) -> Sequence[str]:
    """Return the result in sentences for a first-time user."""
    partial, both = tally.outcomes["migrate-esme-only"], tally.outcomes["migrate-both"]
    rest = summary.scenarios - both - partial
    amount = f"{counted(summary.frames, 'radio frame')}, {counted(summary.checks, 'HAN-connectivity check')}"
    whole = counted(both, "home was", "homes were")
    return (
        f"{counted(summary.scenarios, 'migration was', 'migrations were')} run on emulated homes: {amount}.",
        f"{whole} migrated whole, {partial:,} without the gas meter, {rest:,} not now or not at all.",
        *verdict_sentences(tally),
    )
