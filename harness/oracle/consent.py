"""Properties of consent: the consent that is needed, its giver, its withdrawal, and the limits of a veto."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hanbench.harness.case.check import Verdict
from hanbench.harness.case.plan import StatementKind
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle.case import ANSWER, ESME_ONLY, Case, Decision, SupplierStatement, frames_of
from hanbench.harness.oracle.counting import counted, ground_of_count, is_failure
from hanbench.harness.oracle.scope import allowed_on
from hanbench.harness.oracle.violation import (
    Finding,
    Ground,
    Property,
    at_most_inferred,
    chosen,
    inferred,
    of_value,
    stated,
)
from hanbench.profiles.rulesets import Consent, Decider, RuleSet, Sourced


def needed_consent(case: Case, rules: RuleSet, position: int) -> Sourced[Consent]:
    """Return the consent that `rules` need from the GSME's Responsible Supplier at a position."""
    return case.decision_rule(rules, position).consent


def has_consent(case: Case, position: int, needed: Consent, *, since: int = -1) -> bool:
    """Return whether the GSME's Responsible Supplier has given the needed consent, and not withdrawn it since.

    `since`: statements at earlier positions do not count.
    """
    if needed is Consent.NONE:
        return True
    given = False
    for statement in _statements(case, position):
        if statement.position < since:
            continue
        if statement.supplier == case.home(position).gsme.supplier:
            if statement.says is StatementKind.WITHDRAWAL:
                given = False
            elif statement.says.value == needed.value:
                given = True
    return given


def has_undoubted_consent(case: Case, position: int, needed: Consent) -> bool:
    """Return the same, but without what a supplier said before the GSME was its own: the letter leaves that open."""
    return has_consent(case, position, needed, since=case.responsible_since(position))


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
            yield Finding(f"partial migration without {needed.value.value}", (), _of_consent(needed))


def consent_from_the_right_supplier(case: Case) -> Iterator[Finding]:
    """The consent came from the Responsible Supplier of the GSME."""
    for decision, needed, givers in _unconsented(case):
        supplier = case.home(decision.position).gsme.supplier
        if givers and supplier not in givers:
            yield Finding(
                f"partial migration on the {needed.value.value} of {', '.join(sorted(givers))}; "
                f"the GSME's Responsible Supplier is {supplier}",
                (),
                _of_giver(needed),
            )


def withdrawal_honoured(case: Case) -> Iterator[Finding]:
    """The consent had not been withdrawn before the decision."""
    for decision, needed, givers in _unconsented(case):
        supplier = case.home(decision.position).gsme.supplier
        if supplier in givers:
            yield Finding(f"partial migration although {supplier} withdrew its {needed.value.value}")


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
        yield Finding(
            f"{case.type(position).value} waits for a supplier, but the DCC decides", (), of_value(decider, DECIDER)
        )
    elif objectors:
        yield Finding(
            f"refused after {', '.join(objectors)} objected, but the DCC decides about {case.type(position).value}",
            (),
            of_value(decider, DECIDER),
        )


def hold_only_for_consent(case: Case) -> Iterator[Finding]:
    """`hold` ends a case only if the failure is persistent, the rules allow partial migration, and a consent really is
    missing.
    """
    if case.closed is None or case.outcome is not Outcome.HOLD:
        return
    position, closed = case.closed
    rules = case.rules_for_counting(closed.time)
    checks = case.checks_before(position)
    telling = [check for check in checks if check.verdict is Verdict.PASS or is_failure(check, rules)]
    required = case.decision_rule(rules, position).failures_required.value
    if len(counted(checks, rules)) < required or telling[-1].verdict is Verdict.PASS:
        short = len(counted(checks, rules)) < required
        ground = at_most_inferred(ground_of_count(case, position, rules)) if short else None
        yield Finding("held before the GSME's failure was persistent", frames_of(checks), ground)
    allowed = allowed_on(case, closed.time, position)
    if allowed is None or not allowed.value:
        where = f"{case.installation.cohort.value} {case.type(position).value} on {closed.time.date()}"
        yield Finding(f"held although partial migration of {where} is not allowed")
    if has_undoubted_consent(case, position, needed_consent(case, rules, position).value):
        yield Finding("held although no consent is missing")


def asked_rightly(case: Case) -> Iterator[Finding]:
    """Where a consent is needed, each question goes to the GSME's Responsible Supplier, for that consent, in answer to
    what was told before the time is up, and before the ESME was commissioned alone; and `hold` ends a case only after
    such a question.
    """
    alone = (effect.position for effect in case.effects if effect.succeeded and effect.devices == ESME_ONLY)
    decided = min(alone, default=len(case.records))
    for position, time, asked in case.questions:
        needed = needed_consent(case, case.rules_for_counting(time), position)
        supplier = case.home(position).gsme.supplier
        if needed.value is Consent.NONE:
            continue
        if asked.supplier != supplier:
            wrong = f"asked {asked.supplier}; the GSME's Responsible Supplier is {supplier}"
            yield Finding(wrong, (), _of_question(needed))
        elif asked.consent.value != needed.value.value:
            wrong = f"asked {supplier} for its {asked.consent.value}; what is needed is its {needed.value.value}"
            yield Finding(wrong, (), _of_question(needed))
        elif _is_late(case, position, time) or position > decided:
            yield Finding(f"asked {supplier} at {time}, when it was too late", (), chosen("decide_by"))
    yield from _held_unasked(case)


def _is_late(case: Case, position: int, time: datetime) -> bool:
    """Return whether a question comes when its answer cannot count any more, which the controller knew.

    A controller has no other clock than the times of what it is told: by these it is judged, if its answer takes no
    longer than `ANSWER`.
    """
    until = case.installation.decide_by
    if time < until:
        return False
    told = [event.time for at, event in case.told if at < position]
    return time > until + ANSWER or not told or told[-1] >= until


def _held_unasked(case: Case) -> Iterator[Finding]:
    if case.closed is None or case.outcome is not Outcome.HOLD:
        return
    position, closed = case.closed
    rules = case.rules_for_counting(closed.time)
    needed, supplier = needed_consent(case, rules, position).value, case.home(position).gsme.supplier
    if (needed, supplier) != _needed_in_time(case, rules):
        return
    asked = {(question.action.supplier, question.action.consent.value) for question in case.questions}
    if needed is Consent.NONE or not rules.ask_before_hold.value or (supplier, needed.value) in asked:
        return
    if any(statement.supplier == supplier for statement in _statements(case, position)):
        return
    yield Finding(f"held without asking {supplier} for its {needed.value}", (), chosen("ask_before_hold"))


def _needed_in_time(case: Case, rules: RuleSet) -> tuple[Consent, str]:
    """Return the consent that was needed, and whose, when there was still time to ask for it."""
    until = case.installation.decide_by
    position = next((at for at, record in enumerate(case.records) if record.time >= until), len(case.records))
    return needed_consent(case, rules, position).value, case.home(position).gsme.supplier


DECIDER = "mixed_gsme_dormant_decider"


def _of_consent(needed: Sourced[Consent]) -> Ground:
    return of_value(needed, DECIDER)


def _of_giver(needed: Sourced[Consent]) -> Ground:
    """Return the ground for the party that consents: of a request, the letter does not say whose supplier gives it."""
    return inferred(needed.reference) if needed.value is Consent.REQUEST else of_value(needed, DECIDER)


def _of_question(needed: Sourced[Consent]) -> Ground:
    """Return the ground for whom to ask and for what: the letter says what is needed, and not that anybody is asked."""
    return at_most_inferred(_of_consent(needed))


PROPERTIES = (
    Property(
        "consent",
        "Where a Responsible Supplier decides, nothing happens without its request or authorisation",
        stated("letter, 2"),
        consent_given,
        also=(chosen(DECIDER),),
    ),
    Property(
        "consent-from-responsible-supplier",
        "Only the Responsible Supplier of the GSME can consent",
        inferred("letter, 2"),
        consent_from_the_right_supplier,
        also=(
            stated("letter, 2"),
            chosen(DECIDER),
        ),
    ),
    Property("withdrawal-honoured", "A withdrawn consent does not count", inferred("letter, 2"), withdrawal_honoured),
    Property(
        "no-veto",
        "The supplier of a dormant GSME has no veto where the DCC decides",
        stated("letter, 2, 4 and 5"),
        no_veto,
        also=(
            inferred("letter, 2"),
            chosen(DECIDER),
        ),
    ),
    Property(
        "hold-only-for-consent",
        "A case is held only for a consent that is missing",
        inferred("letter, 2"),
        hold_only_for_consent,
        also=(
            inferred("Various 1 (ii)(b) and (c)"),
            chosen("failure_counting"),
            chosen("wan_failure_counts"),
            chosen("failures_required"),
        ),
    ),
    Property(
        "asking",
        "The GSME's Responsible Supplier is asked, for the consent that is needed, and not after it is too late",
        inferred("letter, 2"),
        asked_rightly,
        also=(
            chosen(DECIDER),
            chosen("decide_by"),
            chosen("ask_before_hold"),
        ),
    ),
)
