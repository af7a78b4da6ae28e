"""The outcomes that the rules allow, worked out from a trace: from what the controller had learned, and when.

The usual outcome is that of a controller that decides as soon as it may, on the checks that really ended and the
statements that were really heard. It needs no guess at what would have happened otherwise, except one: a commissioning
that the rules allowed, and that the controller did not try, is taken to succeed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from hanbench.harness.case.check import Verdict
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle.case import BOTH, ESME_ONLY, Case, CheckSpan
from hanbench.harness.oracle.consent import has_consent, needed_consent
from hanbench.harness.oracle.counting import counted, is_failure
from hanbench.harness.oracle.scope import allowed_on
from hanbench.profiles.rulesets import Consent, RuleSet


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """The outcomes that the rules allow."""

    outcomes: tuple[Outcome, ...]
    """The usual outcome first; then that of the case, if it is lawful too. Empty: nothing was to be decided yet."""
    why: str
    """The reason for the usual outcome, in words."""

    @property
    def outcome(self) -> Outcome | None:
        """The usual outcome; None: nothing was to be decided yet."""
        return self.outcomes[0] if self.outcomes else None

    @property
    def words(self) -> str:
        """The outcomes in words."""
        return words_of(self.outcomes)


def words_of(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes that the rules allow in words."""
    return " or ".join(outcome.value for outcome in outcomes) or "no decision yet"


class _Knowledge(NamedTuple):
    """What a controller knows at a position of the trace."""

    position: int
    time: datetime
    rules: RuleSet
    span: CheckSpan
    """The latest check."""
    attempts: int
    failures: int


def expected_of(case: Case) -> Expected:
    """Return the usual outcome of a case."""
    until = case.installation.decide_by
    holding: _Knowledge | None = None
    for attempts, span in enumerate(case.spans, 1):
        if span.check.finished > until:
            break
        for position, time in _moments(case, attempts - 1):
            known = _known(case, position, time, span, attempts)
            if (found := _decision(case, known)) is None:
                holding = None
                break
            outcome, why = found
            if outcome is not Outcome.HOLD:
                return Expected((outcome,), why)
            holding = known
    if holding is not None:
        needed = needed_consent(case, holding.rules, holding.position).value.value
        supplier = case.home(holding.position).gsme.supplier
        return Expected((Outcome.HOLD,), f"{holding.failures} failures; {supplier} gave no {needed}")
    if case.records[-1].time < until:
        checks = len(case.spans)
        return Expected((), f"after {checks} check{'' if checks == 1 else 's'}, another one was to follow")
    return Expected((Outcome.RETRY,), "time was up before enough was known")


def _moments(case: Case, index: int) -> list[tuple[int, datetime]]:
    """Return the positions and times at which a controller can decide on a check: at its end, and at each statement or
    change of hands before the next check ends.
    """
    span = case.spans[index]
    end = case.spans[index + 1].begin if index + 1 < len(case.spans) else len(case.records)
    until = case.installation.decide_by
    news = ((at + 1, case.records[at].time) for at in case.news if span.end < at < end)
    return [(span.end + 1, span.check.finished), *((at, time) for at, time in news if time <= until)]


def _known(case: Case, position: int, time: datetime, span: CheckSpan, attempts: int) -> _Knowledge:
    rules = case.rules_for_counting(time)
    failures = len(counted([each.check for each in case.spans[:attempts]], rules))
    return _Knowledge(position, time, rules, span, attempts, failures)


def _decision(case: Case, known: _Knowledge) -> tuple[Outcome, str] | None:
    """Return what follows from what is known, `hold` while a consent is missing; None: another check."""
    check, rules = known.span.check, known.rules
    if check.verdict is Verdict.PASS:
        return _tried(case, known, BOTH, Outcome.MIGRATE_BOTH, f"the GSME answered at attempt {check.attempt}")
    required = case.decision_rule(rules, known.position).failures_required.value
    capped = known.attempts >= rules.attempt_cap.value and not rules.count_before_cap.value
    if known.failures < required or not is_failure(check, rules) or capped:
        return _another_attempt(known)
    where = f"{case.installation.cohort.value} {case.type(known.position).value}"
    allowed = allowed_on(case, known.time, known.position)
    if allowed is None or not allowed.value:
        in_force = case.rules_in_force(known.time)
        name = in_force.id if in_force else "no rule set"
        return Outcome.REFUSE, f"{known.failures} failures; {name} does not allow {where} on {known.time.date()}"
    needed = needed_consent(case, rules, known.position).value
    if not has_consent(case, known.position, needed):
        return Outcome.HOLD, ""
    if known.time - check.finished > timedelta(hours=rules.evidence_max_age_hours.value):
        return _another_attempt(known)
    decides = "the DCC decides" if needed is Consent.NONE else f"{needed.value} given"
    why = f"{known.failures} failures; {rules.id} allows {where} on {known.time.date()}; {decides}"
    return _tried(case, known, ESME_ONLY, Outcome.MIGRATE_ESME_ONLY, why)


def _tried(
    case: Case, known: _Knowledge, devices: frozenset[MeterRole], outcome: Outcome, why: str
) -> tuple[Outcome, str] | None:
    """Return the outcome of a commissioning; after one that failed, what follows from that."""
    following = [span.begin for span in case.spans if span.begin > known.span.end]
    end = following[0] if following else len(case.records)
    for decision in case.decisions:
        if known.span.end < decision.position < end and decision.devices == devices:
            effect = case.effect_of(decision)
            if effect is not None and not effect.succeeded:
                if effect.time >= case.installation.decide_by:
                    return Outcome.RETRY, "time was up when the commissioning failed"
                return _another_attempt(known)
    return outcome, why


def _another_attempt(known: _Knowledge) -> tuple[Outcome, str] | None:
    if known.attempts < known.rules.attempt_cap.value:
        return None
    return Outcome.EXCLUDE_INSTALLATION, f"{known.attempts} attempts, and none ended with meters commissioned"
