"""The tables at the end of `hanbench verify`, counted as reports come in."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from hanbench.harness.case.check import Verdict
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.report.failure_text import failure_lines, short_failure_lines
from hanbench.harness.report.model import ScenarioReport

WORST = 12
"""Number of failed scenarios to list on the terminal, or more if it takes more to show each violated property."""
EXPLAINED = 3
"""How many of them to explain; the others are named with what they violate."""


class Tally:
    """Counts of decisions by installation and rule set, of verdicts by fault, and of failures."""

    def __init__(self) -> None:
        self._decisions: dict[tuple[str, str], dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
        self._verdicts: dict[str, Counter[Verdict]] = defaultdict(Counter)
        self._scenarios: Counter[str] = Counter()
        self._wrong: Counter[str] = Counter()
        self._failed: list[tuple[ScenarioReport, bool]] = []
        """Failures that may be listed; with each, whether it is the first that violates some property."""
        self._properties: Counter[str] = Counter()
        """How many failed scenarios violate each property."""
        self.failures = 0
        """Scenarios that did not go as expected."""
        self.tolerated = 0
        """Those of them that are tolerated; they are not listed."""
        self.violations = 0
        """Those that fail their scenarios."""
        self.told = 0
        """Violations that rest on less than the scenarios were held to."""
        self._told: list[str] = []
        self.held_to = ""
        """The basis up to which a violation fails the scenarios; empty: there was none."""
        self.outcomes: Counter[str] = Counter()

    def add(self, report: ScenarioReport) -> None:
        """Count one scenario."""
        decision = str(report.decision.value) if report.decision is not None else "none"
        self.outcomes[decision] += 1
        self._decisions[report.cohort, report.installation_type][report.rules][decision] += 1
        fault = ", ".join(report.faults) or "none"
        self._scenarios[fault] += 1
        self._verdicts[fault].update(check.verdict for check in report.checks)
        self.violations += len(report.failing)
        self.held_to = report.hold_to.value
        for violation in report.told:
            self.told += 1
            if len(self._told) < WORST:
                self._told.append(f"told: {report.id}: {violation.property}: {violation.text} [{violation.rule}]")
        if not report.as_expected:
            self.failures += 1
            self._wrong[fault] += 1
            self.tolerated += not report.fails
        if report.fails:
            violated = {violation.property for violation in report.failing}
            is_first = not violated <= self._properties.keys()
            self._properties.update(violated)
            if is_first or len(self._failed) < WORST:
                self._failed.append((report, is_first))

    def decision_table(self) -> tuple[list[str], list[list[str]]]:
        """Return headers and rows of the decisions, by cohort, installation type and rule set."""
        outcomes = [outcome.value for outcome in Outcome if self.outcomes[outcome.value]]
        if self.outcomes["none"]:
            outcomes.append("none")
        rows = []
        for (cohort, kind), by_rules in sorted(self._decisions.items()):
            for rules, counts in sorted(by_rules.items()):
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
        """Return a sum by property if failures are many, and the lines of `failure_text` about each listed one."""
        listed = self._listed()
        failures = self.failures - self.tolerated
        more = failures - len(listed)
        lines = []
        if failures > WORST and self._properties:
            counts = (f"{count:,} {name}" for name, count in self._properties.most_common())
            lines.append(f"Failures: {', '.join(counts)}")
        lines += [line for report in listed[:EXPLAINED] for line in failure_lines(report)]
        lines += [line for report in listed[EXPLAINED:] for line in short_failure_lines(report)]
        if more:
            lines.append(f"and {more:,} more: see report.json")
        return lines

    def _listed(self) -> Sequence[ScenarioReport]:
        """Return the failures to list, in order: the first that violates each property, and others up to `WORST`."""
        room = WORST - sum(is_first for _, is_first in self._failed)
        listed = []
        for report, is_first in self._failed:
            if is_first or room > 0:
                listed.append(report)
                room -= not is_first
        return listed

    def told_lines(self) -> Sequence[str]:
        """Return a line for each of the first violations that are told, and how many more there are."""
        more = self.told - len(self._told)
        return [*self._told, *([f"told: {more:,} more: see report.json"] if more else [])]


def _number(count: int) -> str:
    return str(count) if count else "-"
