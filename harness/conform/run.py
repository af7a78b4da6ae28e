"""A whole run: cases, journal, comparison with an earlier run, and the three reports."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from shlex import quote

from msgspec import structs

from hanbench.harness.conform.bench import Setting
from hanbench.harness.conform.case import Case
from hanbench.harness.conform.cases import AREAS, CASE_SET, by_id
from hanbench.harness.conform.journal import Journal, read_journal, remove_journal, run_of
from hanbench.harness.conform.junit import write_junit
from hanbench.harness.conform.kinds import bench_in_words
from hanbench.harness.conform.page import write_page
from hanbench.harness.conform.probe import Observation
from hanbench.harness.conform.report import (
    AreaRow,
    ConformReport,
    signs_of_case,
    summary_of,
    untested_codes,
    write_report,
)
from hanbench.harness.conform.result import CaseResult, PicsRow, Verdict
from hanbench.harness.conform.runner import Limits, Runner
from hanbench.harness.report.against import SignsAgainst
from hanbench.profiles.conform.tolerated import Tolerated

FILES = ("report.json", "junit.xml", "report.html")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does."""

    setting: Setting
    cases: Sequence[Case]
    folder: Path
    limits: Limits = field(default_factory=Limits)
    against: SignsAgainst | None = None
    tolerated: Mapping[str, Tolerated] = field(default_factory=dict)
    resume: bool = False
    today: date = date.min
    replay: str = ""
    """The command that runs the same device again, without `--case`."""


class Run:
    """One run. Iterate over `results`, then call `finish`."""

    def __init__(self, plan: Plan) -> None:
        """Raises ProfileError if there is nothing to resume from."""
        self.plan = plan
        self._run = run_of(plan.setting, CASE_SET)
        self._known = read_journal(plan.folder, self._run) if plan.resume else {}
        self._runner = Runner(plan.setting, plan.limits, plan.folder)
        self._results: list[CaseResult] = []

    def results(self) -> Generator[CaseResult, None, None]:
        """Yield each result as soon as it is there; those of an interrupted run first. Raises OutputError."""
        with Journal(self.plan.folder, self._run, self._known) as journal:
            for case in self.plan.cases:
                known = self._known.get(case.id)
                if known is None:
                    known = self._runner.run(case)
                    journal.add(known)
                else:
                    self._runner.remember(known)
                result = self._marked(known)
                self._results.append(result)
                yield result

    def _marked(self, result: CaseResult) -> CaseResult:
        """Return a result with its command, and with what tolerates its failure."""
        ids = (result.seen_in, result.id) if result.seen_in else (result.id,)
        cases = "".join(f" --case {quote(each)}" for each in ids)
        result = structs.replace(result, replay=f"{self.plan.replay}{cases}")
        signs = signs_of_case(result)
        against = self.plan.against
        if against is not None:
            against.add(result.id, signs)
        if result.verdict is not Verdict.FAIL:
            return result
        listed = self.plan.tolerated.get(result.id)
        if listed is not None and self.plan.today <= listed.until:
            until = listed.until.isoformat()
            return structs.replace(result, tolerated_until=until, tolerated_because=listed.reason)
        if listed is not None:
            result = structs.replace(result, tolerance_ended=listed.until.isoformat())
        if against is not None and against.excuses(result.id, signs):
            return structs.replace(result, tolerated_until=against.until, tolerated_because="it failed so before")
        return result

    def report(self) -> ConformReport:
        """Return the report of the results so far."""
        setting, found = self.plan.setting, self._runner.observation or Observation()
        home = setting.home()
        pics: tuple[PicsRow, ...] = found.compared(setting.pics)
        chosen = {case.id for case in self.plan.cases}
        return ConformReport(
            case_set=CASE_SET,
            device=found.identity(setting.kind, setting.choice.text, home.of(setting.kind).ieee),
            bench=bench_in_words(setting),
            seed=setting.seed,
            date=self.plan.today.isoformat(),
            whole=chosen == set(by_id()),
            pixit=setting.pixit.shown,
            pics=pics,
            untested=untested_codes(self._results, pics),
            areas=tuple(AreaRow(area.code, area.title) for area in AREAS),
            cases=tuple(self._results),
            summary=summary_of(self._results, pics),
            against=None if self.plan.against is None else self.plan.against.comparison,
        )

    def finish(self) -> ConformReport:
        """Write the reports; a run that has come to its end can no longer be resumed then. Raises OutputError."""
        report = self.report()
        data, junit, page = (self.plan.folder / name for name in FILES)
        write_report(data, report)
        write_junit(junit, report)
        write_page(page, report)
        if len(self._results) == len(self.plan.cases):
            remove_journal(self.plan.folder)
        return report
