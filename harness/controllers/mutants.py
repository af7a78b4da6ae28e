"""Mutants: wrong controllers made from the reference by changing one value of the rules or one row of its table. The
oracle must catch each of them somewhere in the matrix.

A mutant that can make no difference does not count. These are not varied: the cohorts that are not emulated; the
reinstating of an excluded meter, which the reference never does; consents of installations that are out of scope, which
no controller asks for; rows that change nothing; and the row for rules that go out of scope during a hold, which no
rulebook of hanbench does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import msgspec

from hanbench.harness.case.cell import CellFilter
from hanbench.harness.case.controller import ControllerFactory
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.states import TABLE, CaseFinding, CaseState, TransitionTable
from hanbench.profiles.rulesets import Cohort, Consent, Counting, Decider, InstallationType, RuleSet, Sourced

COHORTS = (Cohort.IOC, Cohort.MOC_SECURE)
"""The cohorts of the matrix."""
ANY = CellFilter()
NEVER_HAPPENS = (CaseState.HOLDING, CaseFinding.OUT_OF_SCOPE)


class Mutant(NamedTuple):
    """A controller that is wrong in one place."""

    name: str
    make: ControllerFactory
    where: CellFilter
    """Cells of the matrix in which the change can make a difference."""


def mutants(rulesets: Mapping[str, RuleSet]) -> Iterator[Mutant]:
    """Yield every mutant, always in the same order."""
    for rules in rulesets.values():
        for name, where, changed in _changed_rules(rules):
            yield Mutant(f"rules:{rules.id}.{name}", _with_rules(rules.id, changed), where)
    for name, table in _changed_tables():
        yield Mutant(f"table:{name}", partial(_with_table, table), ANY)


# --- values of the rules ----------------------------------------------------------------------------------------------


def _with_rules(id: str, changed: RuleSet) -> ControllerFactory:
    return lambda rulesets: Reference({**rulesets, id: changed})


def _value(sourced: Sourced[Any], value: Any) -> Sourced[Any]:
    return Sourced(value, sourced.source, sourced.reference, "changed on purpose")


def _changed_rules(rules: RuleSet) -> Iterator[tuple[str, CellFilter, RuleSet]]:
    replace = msgspec.structs.replace
    for kind in InstallationType:
        for cohort in COHORTS:
            yield (
                f"scope.{cohort.value}.{kind.value}",
                CellFilter(cohort, kind, rules.id),
                replace(rules, scope=tuple(_flipped(rules, cohort, kind))),
            )
        decision = rules.decision.of(kind)
        in_scope = any(rules.allows(cohort, kind).value for cohort in COHORTS)
        for name, changed in _changed_decisions(decision, in_scope):
            decisions = replace(rules.decision, **{kind.value.replace("-", "_"): changed})
            yield f"decision.{kind.value}.{name}", CellFilter(None, kind, rules.id), replace(rules, decision=decisions)
    where = CellFilter(rules=rules.id)
    for field, value in (
        ("failure_counting", Counting.CUMULATIVE),
        ("wan_failure_counts", True),
        ("attempt_cap", rules.attempt_cap.value + 1),
        ("attempt_cap", rules.attempt_cap.value - 1),
        ("evidence_max_age_hours", 100),
        ("exclusion_code", "GT02"),
        ("replace_by", date(2023, 12, 31)),
    ):
        shown = getattr(value, "value", value)
        yield f"{field}={shown}", where, replace(rules, **{field: _value(getattr(rules, field), value)})


def _flipped(rules: RuleSet, cohort: Cohort, kind: InstallationType) -> Iterator[Any]:
    """Yield the scope cell by cell, with one cell inverted."""
    row = rules.scope[0]
    for each in Cohort:
        for installation in InstallationType:
            allowed = rules.allows(each, installation)
            if (each, installation) == (cohort, kind):
                allowed = _value(allowed, not allowed.value)
            yield msgspec.structs.replace(row, cohorts=(each,), installations=(installation,), allowed=allowed)


def _changed_decisions(decision: Any, in_scope: bool) -> Iterator[tuple[str, Any]]:
    replace = msgspec.structs.replace
    # Out of scope, a controller may check once more before it refuses.
    for change in (-1, 1) if in_scope else (-1,):
        required = decision.failures_required.value + change
        yield (
            f"failures_required={required}",
            replace(decision, failures_required=_value(decision.failures_required, required)),
        )
    for consent in Consent:
        if consent is decision.consent.value or not in_scope:
            continue
        decider = Decider.DCC if consent is Consent.NONE else Decider.RESPONSIBLE_SUPPLIER
        yield (
            f"consent={consent.value}",
            replace(decision, consent=_value(decision.consent, consent), decider=_value(decision.decider, decider)),
        )


# --- rows of the table ------------------------------------------------------------------------------------------------


def _with_table(table: TransitionTable, rulesets: Mapping[str, RuleSet]) -> Reference:
    controller = Reference(rulesets)
    controller.table = table
    return controller


def _changed_tables() -> Iterator[tuple[str, TransitionTable]]:
    for (state, finding), (following, steps) in TABLE.items():
        if (state, finding) == NEVER_HAPPENS or (following is state and not steps):
            continue
        name = f"{state.value}.{finding.value}"
        yield f"{name}: nothing happens", {key: row for key, row in TABLE.items() if key != (state, finding)}
        for index, step in enumerate(steps):
            fewer = (*steps[:index], *steps[index + 1 :])
            yield f"{name}: without {step.value}", {**TABLE, (state, finding): (following, fewer)}
