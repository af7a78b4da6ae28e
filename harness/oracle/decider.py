"""The decider of a case, by the rules of its day, and the time at which the case was closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hanbench.harness.case.trace import AnyRecord
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle.case import Case
from hanbench.profiles.rulesets import Decider, RuleSet

_BY_RULE = (Outcome.MIGRATE_ESME_ONLY, Outcome.HOLD, Outcome.REFUSE)
"""Outcomes that depend on a decider; the others follow from the meters alone."""


class Decided(NamedTuple):
    """The decider and the end of a case."""

    by: Decider | None
    """The party that had to decide about the gas meter; None: no decision was needed, or the case never ended."""
    at: datetime | None


def decided(records: Sequence[AnyRecord], rulesets: Mapping[str, RuleSet]) -> Decided:
    """Return the decider of a trace's case."""
    case = Case(records, rulesets)
    if case.closed is None:
        return Decided(None, None)
    position, closed = case.closed
    if case.outcome not in _BY_RULE:
        return Decided(None, closed.time)
    if case.partials:
        position, time = case.partials[-1].position, case.partials[-1].time
    else:
        time = closed.time
    rule = case.decision_rule(case.rules_for_counting(time), position)
    return Decided(rule.decider.value, closed.time)
