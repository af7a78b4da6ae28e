"""The judgement of a trace by all properties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hanbench.harness.case.trace import AnyRecord
from hanbench.harness.oracle import consent, counting, ending, gsme, scope, steady, verdicts
from hanbench.harness.oracle.case import Case
from hanbench.harness.oracle.expected import Expected, expected_of
from hanbench.harness.oracle.remarks import remarks_on
from hanbench.harness.oracle.violation import Property, Violation
from hanbench.profiles.rulesets import RuleSet

PROPERTIES: tuple[Property, ...] = (
    *scope.PROPERTIES,
    *counting.PROPERTIES,
    *consent.PROPERTIES,
    *gsme.PROPERTIES,
    *ending.PROPERTIES,
    *steady.PROPERTIES,
    *verdicts.PROPERTIES,
)
"""All properties, in the order of the report."""


class Judgement(NamedTuple):
    """What the oracle says about a case."""

    case: Case
    """What it read in the trace."""
    violations: tuple[Violation, ...]
    expected: Expected
    """The outcomes that the rules allow; that of the case too, if it took another lawful way."""
    remarks: tuple[str, ...]
    """What is told and convicts nobody, in sentences."""


def judge(
    records: Sequence[AnyRecord], rulesets: Mapping[str, RuleSet], again: Sequence[AnyRecord] | None = None
) -> list[Violation]:
    """Return every violation in a trace; an empty list if there is none.

    `rulesets` has, by id, every rule set that the installation's rulebook names (KeyError otherwise). `again`: the
    trace of another play of the same case. Raises ValueError if a trace does not begin with its header, or if the plays
    differ in more than the controller.
    """
    return _violations(Case(records, rulesets, again))


def judgement(
    records: Sequence[AnyRecord],
    rulesets: Mapping[str, RuleSet],
    again: Sequence[AnyRecord] | None = None,
    *,
    truth_known: bool = True,
) -> Judgement:
    """Return the violations in a trace, the outcomes that the rules allow, and remarks; see `judge` and `Case`."""
    case = Case(records, rulesets, again, truth_known=truth_known)
    violations = tuple(_violations(case))
    allowed = expected_of(case)
    if not violations and case.outcome is not None and case.outcome not in allowed.outcomes:
        allowed = Expected((*allowed.outcomes, case.outcome), allowed.why)
    return Judgement(case, violations, allowed, tuple(remarks_on(case, allowed)))


def _violations(case: Case) -> list[Violation]:
    return [violation for judged in PROPERTIES for violation in judged.violations(case)]
