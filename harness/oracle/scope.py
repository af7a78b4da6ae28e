"""Properties of scope: where and when the rules allow partial migration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle.case import Case, frames_of
from hanbench.harness.oracle.counting import counted, ground_of_count
from hanbench.harness.oracle.violation import Finding, Property, chosen, inferred, of_value, stated
from hanbench.profiles.rulesets import Sourced


def allowed_on(case: Case, at: datetime, position: int) -> Sourced[bool] | None:
    """Return the rule of the day for this cohort and the type at a position; None if no rules are in force."""
    rules = case.rules_in_force(at)
    if rules is None:
        return None
    for row in rules.scope:
        if case.installation.cohort in row.cohorts and case.type(position) in row.installations:
            return row.allowed
    return None


def partial_in_scope(case: Case) -> Iterator[Finding]:
    """The rules in force on the day of each decision for partial migration allow it for this cohort and type."""
    for decision in case.partials:
        rules = case.rules_in_force(decision.time)
        allowed = allowed_on(case, decision.time, decision.position)
        if rules is None or allowed is None:
            yield Finding(f"partial migration on {decision.time.date()}, when no rules are in force")
        elif not allowed.value:
            yield Finding(
                f"partial migration of {case.installation.cohort.value} {case.type(decision.position).value} "
                f"on {decision.time.date()}: "
                f"{rules.id} does not allow it",
                (),
                of_value(allowed, "scope"),
            )


def refused_out_of_scope(case: Case) -> Iterator[Finding]:
    """`refuse` ends a case only if the day's rules do not allow partial migration and enough checks failed."""
    if case.closed is None or case.outcome is not Outcome.REFUSE:
        return
    position, closed = case.closed
    allowed = allowed_on(case, closed.time, position)
    if allowed is not None and allowed.value:
        yield Finding(
            f"refused on {closed.time.date()} although partial migration of {case.installation.cohort.value} "
            f"{case.type(position).value} is allowed",
            (),
            of_value(allowed, "scope"),
        )
    rules = case.rules_for_counting(closed.time)
    failures = counted(case.checks_before(position), rules)
    required = case.decision_rule(rules, position).failures_required
    if len(failures) < required.value:
        yield Finding(
            f"refused after {len(failures)} failures that count, {required.value} are required",
            frames_of(failures),
            ground_of_count(case, position, rules),
        )


PROPERTIES = (
    Property(
        "scope",
        "Partial migration only for cohorts and types that the rules of the day allow",
        stated("letter, 3, 4 and 7"),
        partial_in_scope,
        also=(inferred("letter, 2 to 4"),),
    ),
    Property(
        "refusal-only-out-of-scope",
        "Partial migration is refused only where the rules of the day do not allow it",
        inferred("letter, 5 and 7"),
        refused_out_of_scope,
        also=(
            stated("letter, 2, 4 and 7"),
            inferred("Various 1 (ii)(b) and (c)"),
            chosen("failure_counting"),
            chosen("wan_failure_counts"),
            chosen("failures_required"),
        ),
    ),
)
