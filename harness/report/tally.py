"""The tables at the end of `hanbench verify`, counted as reports come in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from hanbench.harness.case.check import Verdict
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle import words_of
from hanbench.harness.report.model import ScenarioReport

WORST = 12
"""Maximum number of failed scenarios to list on the terminal; the report has all of them."""


class Tally:
    """Counts of decisions by installation and rule set, of verdicts by fault, and of failures."""

    def __init__(self) -> None:
        self._decisions: dict[tuple[str, str], dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        self._verdicts: dict[str, Counter[Verdict]] = defaultdict(Counter)
        self._scenarios: Counter[str] = Counter()
        self._wrong: Counter[str] = Counter()
        self.failed: list[ScenarioReport] = []
        self.failures = 0
        self.outcomes: Counter[str] = Counter()

    def add(self, report: ScenarioReport) -> None:
        """Count one scenario."""
        decision = str(report.decision.value) if report.decision is not None else "none"
        self.outcomes[decision] += 1
        self._decisions[report.cohort, report.installation_type][report.rules][decision] += 1
        fault = ", ".join(report.faults) or "none"
        self._scenarios[fault] += 1
        self._verdicts[fault].update(check.verdict for check in report.checks)
        if not report.as_expected:
            self.failures += 1
            self._wrong[fault] += 1
            if len(self.failed) < WORST:
                self.failed.append(report)

    def decision_table(self) -> tuple[list[str], list[list[str]]]:
        """Return headers and rows of the decisions, by cohort, installation type and rule set."""
        outcomes = [outcome.value for outcome in Outcome if self.outcomes[outcome.value]]
        if self.outcomes["none"]:
            outcomes.append("none")
        rows = []
        for (cohort, kind), by_rules in self._decisions.items():
            for rules, counts in by_rules.items():
                rows.append([cohort, kind, rules, *(_number(counts[outcome]) for outcome in outcomes)])
        return ["cohort", "installation", "rules", *outcomes], rows

    def fault_table(self) -> tuple[list[str], list[list[str]]]:
        """Return headers and rows of the checks' verdicts, by fault."""
        rows = [
            [
                fault,
                str(count),
                *(_number(self._verdicts[fault][verdict]) for verdict in Verdict),
                "all" if not self._wrong[fault] else f"{count - self._wrong[fault]} of {count}",
            ]
            for fault, count in self._scenarios.items()
        ]
        return ["fault", "scenarios", *(f"checks {verdict.value}" for verdict in Verdict), "as expected"], rows

    def failure_lines(self) -> Sequence[str]:
        """Return a line for each listed failed scenario, followed by its violations."""
        lines = []
        for report in self.failed:
            decided = report.decision.value if report.decision else "nothing"
            lines.append(f"{report.id}: decided {decided}; the rules allow {words_of(report.expected)}")
            lines += [f"    {each.property}: {each.text} [{each.rule}]" for each in report.violations]
            lines += [f"    not as the author expects: {each}" for each in report.unmet]
            if report.capture:
                lines.append(f"    capture {report.capture}, keys {report.keys}")
        if self.failures > len(self.failed):
            lines.append(f"and {self.failures - len(self.failed)} more: see report.json")
        return lines


def _number(count: int) -> str:
    return str(count) if count else "-"
