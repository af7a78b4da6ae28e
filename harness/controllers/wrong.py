"""Deliberately wrong controllers: each breaks one rule, to test that the oracle notices.

Each is the reference controller with one judgement or one step changed, and names the property that must catch it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from hanbench.harness.case.check import Subject, Verdict
from hanbench.harness.case.controller import ControllerFactory
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.case.vocabulary import (
    AnyAction,
    AnyEvent,
    Authorisation,
    CheckEnded,
    Close,
    CommissionDevices,
    CommissioningEnded,
    ConsentKind,
    ExclusionRecord,
    InstallationChanged,
    InstallationLoaded,
    Outcome,
    RunCheck,
    SupplierRequest,
    Withdrawal,
)
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.states import CaseFinding, CaseState, Step
from hanbench.profiles.rulesets import Cohort, Consent, Decider, InstallationType, RuleSet

# -- counting ----------------------------------------------------------------------------------------------------------


class TwoFailuresSuffice(Reference):
    def failures_required(self, now: datetime) -> int:
        return super().failures_required(now) - 1


class CountsCumulatively(Reference):
    def pass_starts_again(self, now: datetime) -> bool:
        return False


class CountsInconclusive(Reference):
    def counts_as_failure(self, result: CheckEnded) -> bool:
        return result.verdict is not Verdict.PASS


class CountsWanFaults(Reference):
    def counts_as_failure(self, result: CheckEnded) -> bool:
        return result.cause is Subject.WAN or super().counts_as_failure(result)


class PartialOnEsmeFault(Reference):
    def counts_as_failure(self, result: CheckEnded) -> bool:
        return result.cause is Subject.ESME or super().counts_as_failure(result)


class NeverGivesUp(Reference):
    def attempts_used_up(self, now: datetime) -> bool:
        return False


class GivesUpAfterThreeAttempts(Reference):
    def attempts_used_up(self, now: datetime) -> bool:
        return self.attempts >= 3


class DecidesAfterTheCap(Reference):
    def terms(self, now: datetime) -> RuleSet:
        rules = super().terms(now)
        return msgspec.structs.replace(rules, count_before_cap=self.rulesets[rules.id].count_before_cap)


class Hurries(Reference):
    def next_check(self, now: datetime) -> datetime:
        return now


# -- scope -------------------------------------------------------------------------------------------------------------


class TreatsMocLikeIoc(Reference):
    def in_scope(self, rules: RuleSet) -> bool:
        return rules.allows(Cohort.IOC, self.installation.type).value


class LetsV18DoDormant(Reference):
    def in_scope(self, rules: RuleSet) -> bool:
        return self.installation.type is InstallationType.DORMANT or super().in_scope(rules)


class ADayEarly(Reference):
    def day(self, now: datetime) -> date:
        return super().day(now) + timedelta(days=1)


class ADayLate(Reference):
    def day(self, now: datetime) -> date:
        return super().day(now) - timedelta(days=1)


class RefusesMixed(Reference):
    def in_scope(self, rules: RuleSet) -> bool:
        mixed = (InstallationType.MIXED_GSME_ACTIVE, InstallationType.MIXED_GSME_DORMANT)
        return self.installation.type not in mixed and super().in_scope(rules)


# -- consent -----------------------------------------------------------------------------------------------------------


class MigratesActiveWithoutRequest(Reference):
    def consent_missing(self, rules: RuleSet) -> ConsentKind | None:
        missing = super().consent_missing(rules)
        return None if missing is ConsentKind.REQUEST else missing


class IgnoresAuthorisation(Reference):
    def consent_missing(self, rules: RuleSet) -> ConsentKind | None:
        missing = super().consent_missing(rules)
        return None if missing is ConsentKind.AUTHORISATION else missing


class AnySupplierWillDo(Reference):
    def consent_missing(self, rules: RuleSet) -> ConsentKind | None:
        missing = super().consent_missing(rules)
        return None if any(kind is missing for _, kind in self.consents) else missing


class AnyPaperWillDo(Reference):
    def consent_missing(self, rules: RuleSet) -> ConsentKind | None:
        supplier = self.installation.gsme.supplier
        return None if any(giver == supplier for giver, _ in self.consents) else super().consent_missing(rules)


class IgnoresWithdrawal(Reference):
    def note_consent(self, event: SupplierRequest | Authorisation | Withdrawal) -> None:
        if not isinstance(event, Withdrawal):
            super().note_consent(event)


class ObeysVeto(Reference):
    vetoed = False

    def note_consent(self, event: SupplierRequest | Authorisation | Withdrawal) -> None:
        super().note_consent(event)
        self.vetoed |= isinstance(event, Withdrawal) and event.supplier == self.installation.gsme.supplier

    def in_scope(self, rules: RuleSet) -> bool:
        return super().in_scope(rules) and not (self.vetoed and self.decision(rules).decider.value is Decider.DCC)


class WaitsForDormantSupplier(Reference):
    def consent_missing(self, rules: RuleSet) -> ConsentKind | None:
        if self.decision(rules).consent.value is not Consent.NONE:
            return super().consent_missing(rules)
        given = (self.installation.gsme.supplier, ConsentKind.AUTHORISATION) in self.consents
        return None if given else ConsentKind.AUTHORISATION


class DeafWhileHolding(Reference):
    def weigh(self, now: datetime) -> CaseFinding:
        return CaseFinding.CONSENT_MISSING if self.state is CaseState.HOLDING else super().weigh(now)


# -- the GSME ----------------------------------------------------------------------------------------------------------


class LeavesRecoveredBehind(Reference):
    def evidence_is_old(self, rules: RuleSet, now: datetime) -> bool:
        return False


class IgnoresLatePass(Reference):
    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        if isinstance(event, CheckEnded) and self.state is CaseState.CHECKING and self.is_persistent(now):
            event = msgspec.structs.replace(event, verdict=Verdict.FAIL)
        return super().handle(event, now)


class MigratesBlind(Reference):
    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        if isinstance(event, InstallationLoaded):
            self.installation = event.installation
            self.state = CaseState.COMMISSIONING_BOTH
            return [CommissionDevices((MeterRole.ESME, MeterRole.GSME))]
        return super().handle(event, now)


class CommissionsGsmeToo(Reference):
    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        return super().carry_out(Step.COMMISSION_BOTH if step is Step.COMMISSION_ESME else step, now)


class ForgetsExclusion(Reference):
    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        if step is not Step.EXCLUDE_GSME:
            yield from super().carry_out(step, now)


class ForgetsRecord(Reference):
    def exclusion_record(self, now: datetime) -> ExclusionRecord | None:
        return None


class OldReplacementDate(Reference):
    def exclusion_record(self, now: datetime) -> ExclusionRecord | None:
        record = super().exclusion_record(now)
        # The date before the obligation was moved in June 2021.
        return record and msgspec.structs.replace(record, replace_by=date(2021, 12, 31))


class TakesExcludedBack(Reference):
    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        yield from super().carry_out(step, now)
        if step is Step.EXCLUDE_GSME:
            yield CommissionDevices((MeterRole.GSME,))


# -- ends of a case ----------------------------------------------------------------------------------------------------


class NeverEnds(Reference):
    def time_is_up(self, now: datetime) -> bool:
        return False


class GivesUpAtOnce(Reference):
    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        return super().carry_out(Step.CLOSE_HOLD if step is Step.ASK_SUPPLIER else step, now)


class ExcludesInsteadOfMigrating(Reference):
    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        return super().carry_out(Step.CLOSE_EXCLUDE_INSTALLATION if step is Step.COMMISSION_ESME else step, now)


class WastesPass(Reference):
    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        return super().carry_out(Step.CLOSE_REFUSE if step is Step.COMMISSION_BOTH else step, now)


class ClaimsBoth(Reference):
    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        return super().carry_out(Step.CLOSE_MIGRATE_BOTH if step is Step.CLOSE_MIGRATE_ESME_ONLY else step, now)


class CommissionsTwice(Reference):
    again = False

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        if isinstance(event, CommissioningEnded) and event.succeeded and not self.again:
            self.again = True
            return [CommissionDevices(event.devices)]
        return super().handle(event, now)


class ActsOutOfTurn(Reference):
    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        yield from super().carry_out(step, now)
        if step in (Step.COMMISSION_BOTH, Step.COMMISSION_ESME):
            yield RunCheck(now)


class SpeaksAfterTheEnd(Reference):
    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        for action in super().carry_out(step, now):
            yield action
            if isinstance(action, Close):
                yield Close(Outcome.REFUSE)


class CrashesOnWithdrawal(Reference):
    def note_consent(self, event: SupplierRequest | Authorisation | Withdrawal) -> None:
        if isinstance(event, Withdrawal):
            raise KeyError(event.supplier)
        super().note_consent(event)


# -- changes of supplier -----------------------------------------------------------------------------------------------


class DeafToHandovers(Reference):
    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        return [] if isinstance(event, InstallationChanged) else super().handle(event, now)


class FormerSupplierWillDo(Reference):
    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        if isinstance(event, InstallationLoaded):
            self.former = event.installation.gsme.supplier
        return super().handle(event, now)

    def consent_missing(self, rules: RuleSet) -> ConsentKind | None:
        kind = super().consent_missing(rules)
        return None if kind is None or (self.former, kind) in self.consents else kind


class WrongController(NamedTuple):
    """A deliberately wrong controller."""

    name: str
    description: str
    property: str
    """The property of the oracle that must catch it."""
    make: ControllerFactory


def _table(*rows: tuple[type[Reference], str, str, str]) -> Mapping[str, WrongController]:
    return MappingProxyType({name: WrongController(name, text, caught, make) for make, name, caught, text in rows})


WRONG = _table(
    (TwoFailuresSuffice, "two-failures-suffice", "count", "takes one failure fewer than required"),
    (CountsCumulatively, "counts-cumulatively", "count", "a pass does not start the count again"),
    (CountsInconclusive, "counts-inconclusive", "inconclusive-never-counts", "counts every check that did not pass"),
    (CountsWanFaults, "counts-wan-faults", "inconclusive-never-counts", "a WAN fault counts against the GSME"),
    (PartialOnEsmeFault, "partial-on-esme-fault", "esme-fault-never-partial", "an ESME fault counts against the GSME"),
    (NeverGivesUp, "never-gives-up", "attempt-cap", "continues after five attempts"),
    (GivesUpAfterThreeAttempts, "gives-up-after-three", "exclusion-not-before-cap", "excludes after three attempts"),
    (
        DecidesAfterTheCap,
        "decides-after-the-cap",
        "cap-before-count",
        "lets the count decide where the cap comes first",
    ),
    (Hurries, "hurries", "spacing", "repeats a check at once"),
    (TreatsMocLikeIoc, "moc-like-ioc", "scope", "applies the scope of IOC to every cohort"),
    (LetsV18DoDormant, "v18-does-dormant", "scope", "takes Dormant to be in scope of every version"),
    (ADayEarly, "a-day-early", "scope", "applies v19 from 14 March 2022"),
    (ADayLate, "a-day-late", "refusal-only-out-of-scope", "applies v19 from 16 March 2022"),
    (RefusesMixed, "refuses-mixed", "refusal-only-out-of-scope", "refuses Mixed even where v19 allows it"),
    (MigratesActiveWithoutRequest, "active-without-request", "consent", "needs no request for Active"),
    (IgnoresAuthorisation, "ignores-authorisation", "consent", "needs no authorisation for Mixed"),
    (AnyPaperWillDo, "any-paper-will-do", "consent", "takes a request for an authorisation and the reverse"),
    (AnySupplierWillDo, "any-supplier-will-do", "consent-from-responsible-supplier", "lets any supplier consent"),
    (IgnoresWithdrawal, "ignores-withdrawal", "withdrawal-honoured", "keeps a consent after its withdrawal"),
    (ObeysVeto, "obeys-veto", "no-veto", "refuses when the supplier of a dormant GSME objects"),
    (WaitsForDormantSupplier, "waits-for-dormant-supplier", "no-veto", "asks a dormant GSME's supplier, and waits"),
    (DeafWhileHolding, "deaf-while-holding", "hold-only-for-consent", "misses the consent that it waits for"),
    (LeavesRecoveredBehind, "leaves-recovered-behind", "healthy-gsme-never-left-behind", "never checks again"),
    (IgnoresLatePass, "ignores-late-pass", "healthy-gsme-never-left-behind", "three failures outweigh a later pass"),
    (MigratesBlind, "migrates-blind", "gsme-only-after-pass", "commissions both meters without a check"),
    (CommissionsGsmeToo, "commissions-gsme-too", "gsme-only-after-pass", "commissions a GSME that does not answer"),
    (ForgetsExclusion, "forgets-exclusion", "exclusion-record", "never excludes the GSME that it leaves out"),
    (ForgetsRecord, "forgets-record", "exclusion-record", "excludes the GSME without a record"),
    (OldReplacementDate, "old-replacement-date", "exclusion-record", "has the GSME replaced by the end of 2021"),
    (TakesExcludedBack, "takes-excluded-back", "excluded-stays-out", "commissions the GSME after excluding it"),
    (NeverEnds, "never-ends", "bounded-time", "waits beyond the time limit"),
    (GivesUpAtOnce, "gives-up-at-once", "patience", "closes instead of waiting for a consent"),
    (
        ExcludesInsteadOfMigrating,
        "excludes-instead",
        "partial-not-withheld",
        "excludes an installation that it should migrate in part",
    ),
    (WastesPass, "wastes-pass", "pass-leads-to-migration", "refuses an installation whose GSME answers"),
    (ClaimsBoth, "claims-both", "outcome-matches-effects", "reports a partial migration as a full one"),
    (CommissionsTwice, "commissions-twice", "commissioned-once", "commissions the same devices twice"),
    (ActsOutOfTurn, "acts-out-of-turn", "in-turn", "asks for a check during a commissioning"),
    (SpeaksAfterTheEnd, "speaks-after-the-end", "in-turn", "sends an action after it closed the case"),
    (DeafToHandovers, "deaf-to-handovers", "no-veto", "decides by the status of the meters at the start"),
    (
        FormerSupplierWillDo,
        "former-supplier-will-do",
        "consent-from-responsible-supplier",
        "lets a former supplier of the meter consent",
    ),
    (CrashesOnWithdrawal, "crashes-on-withdrawal", "in-turn", "raises when a supplier withdraws"),
)
"""The wrong controllers, by name."""
