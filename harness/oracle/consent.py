"""Properties of consent: the consent that is needed, its giver, its withdrawal, and the limits of a veto."""

from __future__ import annotations

from collections.abc import Iterator

from hanbench.harness.case.plan import StatementKind
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle.case import Case, Decision, SupplierStatement, frames_of
from hanbench.harness.oracle.counting import counted, is_failure
from hanbench.harness.oracle.scope import allowed_on
from hanbench.harness.oracle.violation import Finding, Property
from hanbench.profiles.rulesets import Consent, Decider, RuleSet, Sourced


def needed_consent(case: Case, rules: RuleSet, position: int) -> Sourced[Consent]:
    """Return the consent that `rules` need from the GSME's Responsible Supplier at a position."""
    return case.decision_rule(rules, position).consent


def has_consent(case: Case, position: int, needed: Consent) -> bool:
    """Return whether the GSME's Responsible Supplier has given the needed consent, and not withdrawn it since."""
    if needed is Consent.NONE:
        return True
    given = False
    for statement in _statements(case, position):
        if statement.supplier == case.home(position).gsme.supplier:
            if statement.says is StatementKind.WITHDRAWAL:
                given = False
            elif statement.says.value == needed.value:
                given = True
    return given


def _statements(case: Case, position: int) -> list[SupplierStatement]:
    return [statement for statement in case.statements if statement.position < position]


def _unconsented(case: Case) -> Iterator[tuple[Decision, Sourced[Consent], set[str]]]:
    """Yield each decision without consent, the needed consent, and all suppliers that ever gave such a consent."""
    for decision in case.partials:
        needed = needed_consent(case, case.rules_for_counting(decision.time), decision.position)
        if not has_consent(case, decision.position, needed.value):
            given = (each for each in _statements(case, decision.position) if each.says.value == needed.value.value)
            yield decision, needed, {each.supplier for each in given}


def consent_given(case: Case) -> Iterator[Finding]:
    """Where a Responsible Supplier decides, some supplier gave the request or authorisation before the decision."""
    for _, needed, givers in _unconsented(case):
        if not givers:
            yield Finding(f"partial migration without {needed.value.value}", (), _source(needed))


def consent_from_the_right_supplier(case: Case) -> Iterator[Finding]:
    """The consent came from the Responsible Supplier of the GSME."""
    for decision, needed, givers in _unconsented(case):
        supplier = case.home(decision.position).gsme.supplier
        if givers and supplier not in givers:
            yield Finding(
                f"partial migration on the {needed.value.value} of {', '.join(sorted(givers))}; "
                f"the GSME's Responsible Supplier is {supplier}",
                (),
                _source(needed),
            )


def withdrawal_honoured(case: Case) -> Iterator[Finding]:
    """The consent had not been withdrawn before the decision."""
    for decision, needed, givers in _unconsented(case):
        supplier = case.home(decision.position).gsme.supplier
        if supplier in givers:
            yield Finding(
                f"partial migration although {supplier} withdrew its {needed.value.value}", (), _source(needed)
            )


def no_veto(case: Case) -> Iterator[Finding]:
    """Where the DCC decides, no case ends in waiting for a supplier, or is refused after a supplier objected."""
    if case.closed is None or case.outcome not in (Outcome.HOLD, Outcome.REFUSE):
        return
    position, closed = case.closed
    rules = case.rules_for_counting(closed.time)
    decider = case.decision_rule(rules, position).decider
    allowed = allowed_on(case, closed.time, position)
    if decider.value is not Decider.DCC or allowed is None or not allowed.value:
        return
    objectors = sorted({v.supplier for v in _statements(case, position) if v.says is StatementKind.WITHDRAWAL})
    if case.outcome is Outcome.HOLD:
        yield Finding(f"{case.type(position).value} waits for a supplier, but the DCC decides", (), _source(decider))
    elif objectors:
        yield Finding(
            f"refused after {', '.join(objectors)} objected, but the DCC decides about {case.type(position).value}",
            (),
            _source(decider),
        )


def hold_only_for_consent(case: Case) -> Iterator[Finding]:
    """`hold` ends a case only if the failure is persistent and a consent really is missing."""
    if case.closed is None or case.outcome is not Outcome.HOLD:
        return
    position, closed = case.closed
    rules = case.rules_for_counting(closed.time)
    checks = case.checks_before(position)
    failures = counted(checks, rules)
    if len(failures) < case.decision_rule(rules, position).failures_required.value or not is_failure(checks[-1], rules):
        yield Finding("held before the GSME's failure was persistent", frames_of(checks))
    if has_consent(case, position, needed_consent(case, rules, position).value):
        yield Finding("held although no consent is missing")


def _source(value: Sourced[Consent] | Sourced[Decider]) -> str:
    return f"{value.reference} ({value.source.value})"


PROPERTIES = (
    Property(
        "consent",
        "Where a Responsible Supplier decides, nothing happens without its request or authorisation",
        "letter, 2",
        consent_given,
    ),
    Property(
        "consent-from-responsible-supplier",
        "Only the Responsible Supplier of the GSME can consent",
        "letter, 2",
        consent_from_the_right_supplier,
    ),
    Property("withdrawal-honoured", "A withdrawn consent does not count", "letter, 2 (inferred)", withdrawal_honoured),
    Property(
        "no-veto", "The supplier of a dormant GSME has no veto where the DCC decides", "letter, 2, 4 and 5", no_veto
    ),
    Property(
        "hold-only-for-consent",
        "A case is held only for a consent that is missing",
        "letter, 2 (inferred)",
        hold_only_for_consent,
    ),
)
