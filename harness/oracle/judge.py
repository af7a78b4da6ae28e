"""The judgement of a trace by all properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hanbench.harness.case.trace import AnyRecord
from hanbench.harness.oracle import consent, counting, ending, gsme, scope, verdicts
from hanbench.harness.oracle.case import Case
from hanbench.harness.oracle.violation import Property, Violation
from hanbench.profiles.rulesets import RuleSet

PROPERTIES: tuple[Property, ...] = (
    *scope.PROPERTIES,
    *counting.PROPERTIES,
    *consent.PROPERTIES,
    *gsme.PROPERTIES,
    *ending.PROPERTIES,
    *verdicts.PROPERTIES,
)
"""All properties, in the order of the report."""


def judge(records: Sequence[AnyRecord], rulesets: Mapping[str, RuleSet]) -> list[Violation]:
    """Return every violation in a trace; an empty list if there is none.

    `rulesets` has, by id, every rule set that the installation's rulebook names (KeyError otherwise). Raises ValueError
    if the trace does not begin with its header.
    """
    case = Case(records, rulesets)
    return [
        Violation(judged.id, finding.rule or judged.rule, finding.text, finding.frames)
        for judged in PROPERTIES
        for finding in judged.findings(case)
    ]
