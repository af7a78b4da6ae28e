"""What the cases of a campaign reached, counted: small tables that add up, whatever the number of cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from hanbench.harness.case.fault_catalogue import CATALOGUE
from hanbench.harness.case.plan import State
from hanbench.harness.case.trace import AnyRecord, GroundTruth, SupplierSaid
from hanbench.harness.report.coverage import Reached
from hanbench.harness.scenario.run import ScenarioResult

FRAMES = "faults of frames"
"""The name under which all faults of frames are counted: a story gives each one a name of its own."""
SILENT = "silent"
OUT_OF_FORCE = "none in force"
_MOST_NAMED = 2
"""Faults of a case that its cluster names."""


class Tallies(NamedTuple):
    """The tables. Each maps a key to a number of cases."""

    verdicts: Counter[tuple[str, int]]
    """By controller or device, and `CaseVerdict`."""
    summary: Counter[tuple[str, str, str, int, int]]
    """By fault, cohort, installation type, `CaseVerdict`, and decision."""
    situations: Counter[tuple[str, str, str, int]]
    """By rule set in force at the end, installation type, the last statement of a supplier, and decision."""
    evaluated: Counter[str]
    interesting: Counter[str]
    violated: Counter[str]
    """By property."""
    pairs: Counter[tuple[str, str, int]]
    """By two faults of one case, in the order of their names, and `CaseVerdict`; a fault by itself: twice its name."""
    hours: Counter[int]
    """By whole hours of the HAN's clock until a decision."""

    @classmethod
    def empty(cls) -> Tallies:
        """Return tables without a count."""
        return cls(*(Counter[object]() for _ in cls._fields))  # type: ignore[arg-type]

    def add(self, other: Tallies) -> None:
        """Add the counts of other tables."""
        for mine, its in zip(self, other, strict=True):
            mine.update(its)  # type: ignore[attr-defined]


def faults_of(records: Iterable[AnyRecord]) -> tuple[str, ...]:
    """Return the names of the faults that were there in a case, each once, in their order in time."""
    causes = (each.cause for each in records if isinstance(each, GroundTruth) and each.state is not State.HEALTHY)
    return tuple(dict.fromkeys(each if each in CATALOGUE else FRAMES for each in causes))


def fault_words(faults: Sequence[str]) -> str:
    """Return the faults of a case in a few words, by which cases are told together."""
    if not faults:
        return "none"
    more = " and more" if len(faults) > _MOST_NAMED else ""
    return " + ".join(faults[:_MOST_NAMED]) + more


def count_case(
    tallies: Tallies, controller: str, result: ScenarioResult, said: Reached, verdict: int, decision: int, hours: int
) -> None:
    """Count one case, with its verdict and decision as the store has them. `hours`: of the HAN's clock, to its end."""
    faults, type_ = faults_of(result.records), result.installation.type.value
    tallies.verdicts[controller, verdict] += 1
    tallies.summary[fault_words(faults), result.installation.cohort.value, type_, verdict, decision] += 1
    tallies.situations[_rules(result), type_, _last_said(result.records), decision] += 1
    for counter, found in zip(
        (tallies.evaluated, tallies.interesting, tallies.violated),
        (said.evaluated, said.interesting, said.violated),
        strict=True,
    ):
        counter.update(found)
    alone = [(each, each) for each in faults]
    for first, second in (*alone, *combinations(sorted(faults), 2)):
        tallies.pairs[first, second, verdict] += 1
    if decision:
        tallies.hours[hours] += 1


def count_verdict(tallies: Tallies, by: str, verdict: int) -> None:
    """Count a case of which there is nothing but a verdict."""
    tallies.verdicts[by, int(verdict)] += 1


def _rules(result: ScenarioResult) -> str:
    rules = result.case.rules_in_force(result.records[-1].time)
    return OUT_OF_FORCE if rules is None else rules.id


def _last_said(records: Sequence[AnyRecord]) -> str:
    said = (each.says.value for each in reversed(records) if isinstance(each, SupplierSaid))
    return next(said, SILENT)
