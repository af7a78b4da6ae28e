"""Properties of the GSME: excluded only while it does not answer, and with a record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from hanbench.harness.case.check import HanCheck, Subject, Verdict
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.case.plan import State
from hanbench.harness.case.trace import Excluded
from hanbench.harness.case.vocabulary import ExclusionRecord
from hanbench.harness.oracle.case import ESME_ONLY, Case, Decision, frames_of
from hanbench.harness.oracle.counting import counted, is_failure
from hanbench.harness.oracle.violation import Finding, Property, chosen, inferred, of_value, stated
from hanbench.profiles.rulesets import RecordFields


def _evidence_age(case: Case, decision: Decision) -> tuple[HanCheck, timedelta, timedelta] | None:
    """Return the last counted failure before a decision, its age, and the maximum age."""
    rules = case.rules_for_counting(decision.time)
    failures = counted(case.checks_before(decision.position), rules)
    if not failures:
        return None
    age = decision.time - failures[-1].finished
    return failures[-1], age, timedelta(hours=rules.evidence_max_age_hours.value)


def healthy_gsme_stays(case: Case) -> Iterator[Finding]:
    """No partial migration follows a pass; and none is decided while every subject works again, if the controller could
    have known: its last failure is older than the rules allow, or it began a check since that told nothing.
    """
    for decision in case.partials:
        rules = case.rules_for_counting(decision.time)
        checks = case.checks_before(decision.position)
        telling = [c for c in checks if c.verdict is Verdict.PASS or is_failure(c, rules)]
        if telling and telling[-1].verdict is Verdict.PASS:
            answered = telling[-1]
            yield Finding(
                f"the GSME is left behind although it answered at attempt {answered.attempt} and never failed since",
                frames_of([answered]),
            )
        elif (evidence := _evidence_age(case, decision)) is not None and _all_well(case, decision.position):
            last, age, limit = evidence
            if age > limit or checks[-1] is not last or case.is_checking(decision.position):
                yield Finding(
                    f"the GSME is left behind although it works; its last failure was {age} ago",
                    frames_of([last]),
                    inferred("letter, 2"),
                )


def _all_well(case: Case, position: int) -> bool:
    return all(case.states(subject, position, position) == {State.HEALTHY} for subject in Subject)


def evidence_fresh(case: Case) -> Iterator[Finding]:
    """The last failure before each decision for partial migration is no older than the rules allow."""
    for decision in case.partials:
        if (evidence := _evidence_age(case, decision)) is not None and evidence[1] > evidence[2]:
            last, age, limit = evidence
            value = case.rules_for_counting(decision.time).evidence_max_age_hours
            yield Finding(
                f"partial migration on a failure of {age} ago, {limit} is the limit",
                frames_of([last]),
                of_value(value, "evidence_max_age_hours"),
            )


def pass_leads_to_migration(case: Case) -> Iterator[Finding]:
    """After a pass, the next decision is to commission both meters."""
    if case.closed is None:
        return
    position, closed = case.closed
    span = case.last_span(position)
    if span is None or span.check.verdict is not Verdict.PASS:
        return
    last = span.check
    tried = any(MeterRole.GSME in decision.devices for decision in case.decisions if decision.position > span.end)
    if not tried:
        yield Finding(
            f"closed with {closed.outcome.value} without trying to commission the GSME, which answered at attempt "
            f"{last.attempt}",
            frames_of([last]),
        )


def gsme_only_after_pass(case: Case) -> Iterator[Finding]:
    """The last check before each decision to commission the GSME is a pass."""
    for decision in case.decisions:
        if MeterRole.GSME in decision.devices:
            last = case.last_check(decision.position)
            if last is None or last.verdict is not Verdict.PASS:
                found = f"its last check was {last.verdict.value}" if last else "it never was checked"
                yield Finding(f"commissioning of the GSME although {found}", frames_of([last] if last else []))


def esme_fault_never_partial(case: Case) -> Iterator[Finding]:
    """The last check before each decision for partial migration did not find an ESME fault."""
    for decision in case.partials:
        last = case.last_check(decision.position)
        if last is not None and last.verdict is Verdict.INCONCLUSIVE and last.cause is Subject.ESME:
            yield Finding(
                f"partial migration right after attempt {last.attempt}, which found an ESME fault", frames_of([last])
            )


def exclusion_record(case: Case) -> Iterator[Finding]:
    """A GSME that is left behind is excluded with a correct record, and no other device is ever excluded."""
    for _, excluded in case.exclusions:
        if excluded.device is MeterRole.ESME:
            yield Finding("the ESME was excluded as a device; only a GSME can be left out")
    gsme = [(position, excluded) for position, excluded in case.exclusions if excluded.device is MeterRole.GSME]
    done = next((e.position for e in case.effects if e.succeeded and e.devices == ESME_ONLY), None)
    if done is None:
        if gsme:
            yield Finding("the GSME was excluded, but the ESME was not commissioned without it")
        return
    if not gsme:
        yield Finding("the ESME was commissioned alone, and the GSME was not excluded")
        return
    yield from _wrong_in_record(case, *gsme[-1])


def _wrong_in_record(case: Case, position: int, excluded: Excluded) -> Iterator[Finding]:
    record = excluded.exclusion
    decision = case.partials[-1] if case.partials else Decision(position, excluded.time, ESME_ONLY)
    rules = case.rules_for_counting(decision.time)
    if record is None:
        yield Finding("the GSME was excluded without a record")
        return
    if record.replace_by != rules.replace_by.value:
        wrong = f"the exclusion record says to replace by {record.replace_by}, not by {rules.replace_by.value}"
        yield Finding(wrong, (), of_value(rules.replace_by, "replace_by"))
    if rules.exclusion_record.value is RecordFields.ALL:
        of_ours = of_value(rules.exclusion_record, "exclusion_record")
        wrongs = _wrong_in_our_fields(case, record, decision, position)
        yield from (Finding(f"the exclusion record {wrong}", (), of_ours) for wrong in wrongs)


def _wrong_in_our_fields(case: Case, record: ExclusionRecord, decision: Decision, position: int) -> Iterator[str]:
    """Yield what is wrong with the code, the supplier and the attempts. Failures that count may be left out, as long as
    those that are required are there.
    """
    rules = case.rules_for_counting(decision.time)
    if record.code != rules.exclusion_code.value:
        yield f"has the code {record.code}, not {rules.exclusion_code.value}"
    suppliers = {case.home(at).gsme.supplier for at in (decision.position, position)}
    if record.supplier not in suppliers:
        yield f"names {record.supplier}, not {' or '.join(sorted(suppliers))}"
    failures = [check.attempt for check in counted(case.checks_before(decision.position), rules)]
    required = min(case.decision_rule(rules, decision.position).failures_required.value, len(failures))
    named = set(record.attempts)
    if not named <= set(failures) or len(named) != len(record.attempts) or len(named) < required:
        yield f"rests on attempts {list(record.attempts)}, not on {required} or more of {failures}"


def excluded_stays_out(case: Case) -> Iterator[Finding]:
    """No decision to commission the GSME follows its exclusion, unless the rules reinstate it."""
    excluded = [position for position, device in case.exclusions_decided if device is MeterRole.GSME]
    for decision in case.decisions:
        if not excluded or MeterRole.GSME not in decision.devices or decision.position < excluded[0]:
            continue
        rule = case.rules_for_counting(decision.time).reinstate_on_recovery
        if not rule.value:
            ground = of_value(rule, "reinstate_on_recovery")
            yield Finding("commissioning of a GSME that had been excluded", (), ground)


PROPERTIES = (
    Property(
        "healthy-gsme-never-left-behind",
        "A GSME that answers is never left behind",
        stated("letter, 2"),
        healthy_gsme_stays,
        also=(inferred("letter, 2"),),
    ),
    Property(
        "fresh-evidence",
        "The failure persists when partial migration is decided",
        chosen("evidence_max_age_hours"),
        evidence_fresh,
    ),
    Property(
        "pass-leads-to-migration",
        "An installation whose GSME answers is migrated whole",
        inferred("letter, 2 and 5"),
        pass_leads_to_migration,
    ),
    Property(
        "gsme-only-after-pass",
        "A GSME is commissioned only after it answered",
        inferred("letter, 2"),
        gsme_only_after_pass,
    ),
    Property(
        "esme-fault-never-partial",
        "An ESME fault never leads to partial migration",
        inferred("letter, 2"),
        esme_fault_never_partial,
    ),
    Property(
        "exclusion-record",
        "The GSME left out is excluded, with code, supplier, attempts and the day to replace it by",
        inferred("letter, 2 and 7"),
        exclusion_record,
        also=(
            stated("letter, 7"),
            chosen("exclusion_record"),
        ),
    ),
    Property(
        "excluded-stays-out",
        "An excluded GSME is not commissioned",
        chosen("reinstate_on_recovery"),
        excluded_stays_out,
    ),
)
