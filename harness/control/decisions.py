"""A controller's action as an event: in words, with the rule under which the case is decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from hanbench.harness.case.calendar import shown_date
from hanbench.harness.case.installation import Installation
from hanbench.harness.case.vocabulary import (
    AnyAction,
    AskSupplier,
    Close,
    CommissionDevices,
    ExcludeDevice,
    RunCheck,
)
from hanbench.harness.control.events import DecisionMade
from hanbench.harness.control.journal import TakesEvents
from hanbench.profiles.rulesets import RuleSet


def tell_decision(
    journal: TakesEvents,
    installation: Installation,
    rulesets: Mapping[str, RuleSet],
    action: AnyAction,
    on: datetime,
    controller: str,
) -> None:
    """Put an accepted action into the journal. `on`: the date of the case."""
    journal.add(
        DecisionMade,
        case=installation.id,
        action=action,
        text=in_words(action),
        rule=rule_of(installation, rulesets, on.date()),
        outcome=action.outcome if isinstance(action, Close) else None,
        controller=controller,
        on=on,
    )


def in_words(action: AnyAction) -> str:
    """Return an action in words."""
    match action:
        case RunCheck():
            return f"asks for a check, not before {shown_date(action.not_before)}"
        case AskSupplier():
            return f"asks {action.supplier} for its {action.consent.value}"
        case CommissionDevices():
            return f"commissions {' and '.join(each.value for each in action.devices)}"
        case ExcludeDevice():
            return f"excludes {action.device.value}"
        case Close():
            return f"closes the case: {action.outcome.value}"


def rule_of(installation: Installation, rulesets: Mapping[str, RuleSet], day: date) -> str:
    """Return the rule of an installation's type on a day, with its source, in one line."""
    rules = next(
        (
            rulesets[entry.id].switched(installation.rulebook.switches)
            for entry in installation.rulebook.rule_sets
            if (entry.first_day or date.min) <= day <= (entry.last_day or date.max)
        ),
        None,
    )
    if rules is None:
        return f"no rule set is in force on {day}"
    kind = installation.type
    rule, scope = rules.decision.of(kind), rules.allows(installation.cohort, kind)
    consent = "" if rule.consent.value.value == "none" else f", with its {rule.consent.value.value}"
    return (
        f"{rules.id}: {kind.value}: {rule.decider.value.value} decides{consent}"
        f" ({rule.decider.source.value}: {rule.decider.reference}),"
        f" after {rule.failures_required.value} failures"
        f" ({rule.failures_required.source.value}: {rule.failures_required.reference});"
        f" partial migration {'is' if scope.value else 'is not'} in scope"
        f" ({scope.source.value}: {scope.reference})"
    )
