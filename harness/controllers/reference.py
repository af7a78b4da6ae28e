"""The reference controller: hanbench's own reading of the rules of partial migration.

It is pure: no I/O, no clock, no randomness. Its state machine is the table in `states.py`; this module turns events
into findings, and steps into actions. Each public method is one judgement; together they make a decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from hanbench.harness.case.check import Subject, Verdict
from hanbench.harness.case.installation import Installation, MeterRole
from hanbench.harness.case.vocabulary import (
    AnyAction,
    AnyEvent,
    AskSupplier,
    Authorisation,
    CheckEnded,
    Close,
    CommissionDevices,
    CommissioningEnded,
    ConsentKind,
    ExcludeDevice,
    ExclusionRecord,
    InstallationChanged,
    InstallationLoaded,
    Outcome,
    RunCheck,
    SupplierRequest,
    Tick,
    Withdrawal,
)
from hanbench.harness.controllers.states import TABLE, CaseFinding, CaseState, Step, TransitionTable
from hanbench.profiles.rulesets import Consent, Counting, DecisionRule, RuleSet

_OUTCOMES = {
    Step.CLOSE_MIGRATE_BOTH: Outcome.MIGRATE_BOTH,
    Step.CLOSE_MIGRATE_ESME_ONLY: Outcome.MIGRATE_ESME_ONLY,
    Step.CLOSE_RETRY: Outcome.RETRY,
    Step.CLOSE_HOLD: Outcome.HOLD,
    Step.CLOSE_REFUSE: Outcome.REFUSE,
    Step.CLOSE_EXCLUDE_INSTALLATION: Outcome.EXCLUDE_INSTALLATION,
}


class Reference:
    """A `Controller` for one installation."""

    installation: Installation
    table: TransitionTable = TABLE
    """The transition table; a wrong controller may have another."""

    def __init__(self, rulesets: Mapping[str, RuleSet]) -> None:
        """`rulesets`: the rule sets that the rulebook of an installation may name, by id."""
        self.rulesets = rulesets
        self.state = CaseState.NEW
        self.consents: set[tuple[str, ConsentKind]] = set()
        self.failures: list[int] = []
        """Attempts that count as failures now."""
        self.attempts = 0
        self.last_finished: datetime | None = None
        self.last_failed = False
        """Whether the latest check counted as a failure."""

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Process one event; see `Controller.handle`."""
        finding = self._find(event, now)
        if finding is None or (row := self.table.get((self.state, finding))) is None:
            return []
        self.state, steps = row
        return [action for step in steps for action in self.carry_out(step, now)]

    # -- events become findings ----------------------------------------------------------------------------------------

    def _find(self, event: AnyEvent, now: datetime) -> CaseFinding | None:
        match event:
            case InstallationLoaded(installation=installation):
                self.installation = installation
                return CaseFinding.LOADED
            case InstallationChanged(installation=installation):
                self.installation = installation
                return self.after_handover(now) if self.state is CaseState.HOLDING else None
            case CheckEnded() if self.state is CaseState.CHECKING:
                self.note_check(event)
                return CaseFinding.PASSED if event.verdict is Verdict.PASS else self.weigh(now)
            case SupplierRequest() | Authorisation() | Withdrawal():
                self.note_consent(event)
                return self.weigh(now) if self.state is CaseState.HOLDING else None
            case CommissioningEnded(succeeded=True):
                return CaseFinding.COMMISSIONED
            case CommissioningEnded():
                return CaseFinding.TIME_UP if self.time_is_up(now) else self._try_again(now)
            case Tick() if self.state in (CaseState.CHECKING, CaseState.HOLDING) and self.time_is_up(now):
                return CaseFinding.TIME_UP
        return None

    def note_check(self, result: CheckEnded) -> None:
        """Count a check."""
        self.attempts += 1
        self.last_finished = result.finished
        if result.verdict is Verdict.PASS and self.pass_starts_again(result.finished):
            self.failures.clear()
        self.last_failed = self.counts_as_failure(result)
        if self.last_failed:
            self.failures.append(result.attempt)

    def note_consent(self, event: SupplierRequest | Authorisation | Withdrawal) -> None:
        """Record a consent. A withdrawal removes all consents of its supplier."""
        match event:
            case SupplierRequest():
                self.consents.add((event.supplier, ConsentKind.REQUEST))
            case Authorisation():
                self.consents.add((event.supplier, ConsentKind.AUTHORISATION))
            case Withdrawal():
                self.consents = {given for given in self.consents if given[0] != event.supplier}

    def after_handover(self, now: datetime) -> CaseFinding:
        """Return the finding after a meter changed its supplier while a consent was awaited."""
        finding = self.weigh(now)
        return CaseFinding.OTHER_CONSENT_MISSING if finding is CaseFinding.CONSENT_MISSING else finding

    def weigh(self, now: datetime) -> CaseFinding:
        """Return the finding while the GSME does not answer."""
        if not self.is_persistent(now) or (self.attempts_used_up(now) and not self.terms(now).count_before_cap.value):
            return self._try_again(now)
        rules = self.rules_on(self.day(now))
        if rules is None or not self.in_scope(rules):
            return CaseFinding.OUT_OF_SCOPE
        if self.consent_missing(rules) is not None:
            return CaseFinding.CONSENT_MISSING
        if self.evidence_is_old(rules, now):
            return CaseFinding.ATTEMPTS_USED_UP if self.attempts_used_up(now) else CaseFinding.EVIDENCE_OLD
        return CaseFinding.PARTIAL_ALLOWED

    def _try_again(self, now: datetime) -> CaseFinding:
        return CaseFinding.ATTEMPTS_USED_UP if self.attempts_used_up(now) else CaseFinding.UNDECIDED

    # -- the single judgements -----------------------------------------------------------------------------------------

    def day(self, now: datetime) -> date:
        """Return the day whose rules apply at `now`."""
        return now.astimezone(UTC).date()

    def rules_on(self, day: date) -> RuleSet | None:
        """Return the rule set of that day, or None if the rulebook has none."""
        rulebook = self.installation.rulebook
        for entry in rulebook.rule_sets:
            if (entry.first_day or date.min) <= day <= (entry.last_day or date.max):
                return self.rulesets[entry.id].switched(rulebook.switches)
        return None

    def terms(self, now: datetime) -> RuleSet:
        """Return the rule set for counting and records: that of the day, or else the first of the rulebook."""
        rulebook = self.installation.rulebook
        return self.rules_on(self.day(now)) or self.rulesets[rulebook.rule_sets[0].id].switched(rulebook.switches)

    def decision(self, rules: RuleSet) -> DecisionRule:
        """Return the decision rule for this type of installation."""
        return rules.decision.of(self.installation.type)

    def in_scope(self, rules: RuleSet) -> bool:
        """Return whether the rules allow partial migration here."""
        return rules.allows(self.installation.cohort, self.installation.type).value

    def counts_as_failure(self, result: CheckEnded) -> bool:
        """Return whether the result of a check counts as a failure."""
        if result.verdict is Verdict.INCONCLUSIVE and result.cause is Subject.WAN:
            return self.terms(result.finished).wan_failure_counts.value
        return result.verdict is Verdict.FAIL

    def pass_starts_again(self, now: datetime) -> bool:
        """Return whether a pass sets the count back to zero."""
        return self.terms(now).failure_counting.value is Counting.CONSECUTIVE

    def failures_required(self, now: datetime) -> int:
        """Return the count at which the failure is persistent."""
        return self.decision(self.terms(now)).failures_required.value

    def is_persistent(self, now: datetime) -> bool:
        """Return whether the GSME failed often enough, and failed last."""
        return self.last_failed and len(self.failures) >= self.failures_required(now)

    def consent_missing(self, rules: RuleSet) -> ConsentKind | None:
        """Return the consent that the Responsible Supplier of the GSME still has to give, or None."""
        needed = self.decision(rules).consent.value
        if needed is Consent.NONE:
            return None
        kind = ConsentKind(needed.value)
        return None if (self.installation.gsme.supplier, kind) in self.consents else kind

    def evidence_is_old(self, rules: RuleSet, now: datetime) -> bool:
        """Return whether the last check is too old to prove that the failure persists."""
        assert self.last_finished is not None
        return now - self.last_finished > timedelta(hours=rules.evidence_max_age_hours.value)

    def attempts_used_up(self, now: datetime) -> bool:
        """Return whether the rules allow no further attempt. Each check begins one."""
        return self.attempts >= self.terms(now).attempt_cap.value

    def time_is_up(self, now: datetime) -> bool:
        """Return whether the case must end now."""
        return now >= self.installation.decide_by

    def next_check(self, now: datetime) -> datetime:
        """Return the earliest time of the next check."""
        return now if self.last_finished is None else max(now, self.last_finished + self.installation.check_spacing)

    # -- steps become actions ------------------------------------------------------------------------------------------

    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        """Yield the actions of one step of the table."""
        match step:
            case Step.CHECK:
                yield RunCheck(self.next_check(now))
            case Step.ASK_SUPPLIER:
                kind = self.consent_missing(self.terms(now))
                if kind is not None and not self.time_is_up(now):
                    yield AskSupplier(self.installation.gsme.supplier, kind)
            case Step.COMMISSION_BOTH:
                yield CommissionDevices((MeterRole.ESME, MeterRole.GSME))
            case Step.COMMISSION_ESME:
                yield CommissionDevices((MeterRole.ESME,))
            case Step.EXCLUDE_GSME:
                yield ExcludeDevice(MeterRole.GSME, self.exclusion_record(now))
            case _:
                yield Close(_OUTCOMES[step])

    def exclusion_record(self, now: datetime) -> ExclusionRecord | None:
        """Return the record of the GSME's exclusion."""
        rules = self.terms(now)
        return ExclusionRecord(
            code=rules.exclusion_code.value,
            supplier=self.installation.gsme.supplier,
            replace_by=rules.replace_by.value,
            attempts=tuple(self.failures),
        )
