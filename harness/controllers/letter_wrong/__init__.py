"""Wrong controllers written from the letter, before the suite of `verify` was changed to convict them.

Those of `crossings` of the suite came later: strangers wrote them, and the suite was changed a second time.

Each is the reference with one thing misread. The docstring of its class says what it does wrong, and in brackets the
paragraph that it breaks. `wrong:NAME` plays it. Its story is in tests/scenarios/letter, under its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hanbench.harness.controllers.letter_wrong import (
    asking,
    between_cases,
    commissioning,
    counting,
    dates,
    deadline,
    deciders,
    evidence,
    record,
    scope,
    spacing,
    statements,
    switches,
)
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.wrong import WrongController


def _table(*rows: tuple[type[Reference], str, str]) -> Mapping[str, WrongController]:
    return MappingProxyType(
        {name: WrongController(name, make.__doc__ or "", caught, make) for make, name, caught in rows}
    )


LETTER_WRONG = _table(
    (counting.TwoFailuresDoForASupplier, "two-failures-do-for-a-supplier", "count"),
    (counting.InconclusiveBreaksTheRow, "inconclusive-breaks-the-row", "partial-not-withheld"),
    (counting.DecidesOnAFullCount, "decides-on-a-full-count", "fresh-evidence"),
    (
        counting.FailedCommissioningIsASecondAttempt,
        "failed-commissioning-is-a-second-attempt",
        "exclusion-not-before-cap",
    ),
    (counting.CapCountsFailuresOnly, "cap-counts-failures-only", "attempt-cap"),
    (counting.InconclusiveWipesAShortRow, "inconclusive-wipes-a-short-row", "partial-not-withheld"),
    (counting.InconclusiveTakesAFailureBack, "inconclusive-takes-a-failure-back", "partial-not-withheld"),
    (spacing.SpacingFromStartToStart, "spacing-from-start-to-start", "spacing"),
    (spacing.InconclusiveIsRepeatedAtOnce, "inconclusive-is-repeated-at-once", "spacing"),
    (spacing.SpacingByTheWallClock, "spacing-by-the-wall-clock", "spacing"),
    (switches.WanSwitchIgnored, "wan-switch-ignored", "partial-not-withheld"),
    (switches.CapSwitchIgnored, "cap-switch-ignored", "attempt-cap"),
    (switches.CountingSwitchIgnored, "counting-switch-ignored", "partial-not-withheld"),
    (switches.EvidenceSwitchIgnored, "evidence-switch-ignored", "fresh-evidence"),
    (switches.MixedDeciderSwitchIgnored, "mixed-decider-switch-ignored", "consent"),
    (dates.RulesOfTheFirstFailure, "rules-of-the-first-failure", "refusal-only-out-of-scope"),
    (dates.DayTheCheckBegan, "day-the-check-began", "refusal-only-out-of-scope"),
    (dates.DayInCentralEurope, "day-in-central-europe", "scope"),
    (dates.ForgetsTheYear, "forgets-the-year", "refusal-only-out-of-scope"),
    (dates.DateOfTheConsultation, "date-of-the-consultation", "scope"),
    (dates.FailuresLapseAtTheReDesignation, "failures-lapse-at-the-re-designation", "partial-not-withheld"),
    (dates.ConsentsLapseAtTheReDesignation, "consents-lapse-at-the-re-designation", "hold-only-for-consent"),
    (dates.DayOfTheLastCheck, "day-of-the-last-check", "refusal-only-out-of-scope"),
    (evidence.EvidenceAgeInSeconds, "evidence-age-in-seconds", "fresh-evidence"),
    (evidence.OldEvidenceWillDoAtTheCap, "old-evidence-will-do-at-the-cap", "fresh-evidence"),
    (evidence.EvidenceAgeByTheWallClock, "evidence-age-by-the-wall-clock", "fresh-evidence"),
    (record.ReplaceByTheEndOfThatYear, "replace-by-the-end-of-that-year", "exclusion-record"),
    (record.RecordNamesTheFirstSupplier, "record-names-the-first-supplier", "exclusion-record"),
    (record.RecordKeepsWhatAPassWiped, "record-keeps-what-a-pass-wiped", "exclusion-record"),
    (commissioning.OneMeterAtATime, "one-meter-at-a-time", "healthy-gsme-never-left-behind"),
    (
        commissioning.FallsBackToTheElectricityMeter,
        "falls-back-to-the-electricity-meter",
        "healthy-gsme-never-left-behind",
    ),
    (commissioning.TriesBothOnceMore, "tries-both-once-more", "gsme-only-after-pass"),
    (commissioning.ExcludesTooEarly, "excludes-too-early", "exclusion-record"),
    (deadline.ClosesWhileCommissioning, "closes-while-commissioning", "no-close-while-commissioning"),
    (deadline.LastDayIsTooLate, "last-day-is-too-late", "patience"),
    (deadline.RefusesAtTheDeadline, "refuses-at-the-deadline", "refusal-only-out-of-scope"),
    (statements.NoRequestBeforeTheThirdFailure, "no-request-before-the-third-failure", "hold-only-for-consent"),
    (statements.DeafDuringACheck, "deaf-during-a-check", "withdrawal-honoured"),
    (statements.DeafDuringACommissioning, "deaf-during-a-commissioning", "withdrawal-honoured"),
    (statements.SameInstantDoesNotCount, "same-instant-does-not-count", "hold-only-for-consent"),
    (statements.ConsentIsABalance, "consent-is-a-balance", "withdrawal-honoured"),
    (statements.AnyWithdrawalTakesAllBack, "any-withdrawal-takes-all-back", "hold-only-for-consent"),
    (statements.ObjectionStandsForEver, "objection-stands-for-ever", "hold-only-for-consent"),
    (statements.ConsentGoesWithTheMeter, "consent-goes-with-the-meter", "consent-from-responsible-supplier"),
    (statements.WithdrawalTakesTheLatestPaper, "withdrawal-takes-the-latest-paper", "withdrawal-honoured"),
    (
        statements.HearsWithdrawalsOfTheMetersSupplierOnly,
        "hears-withdrawals-of-the-meters-supplier-only",
        "withdrawal-honoured",
    ),
    (deciders.EitherSupplierMayRequest, "either-supplier-may-request", "consent-from-responsible-supplier"),
    (deciders.DormantSupplierMayVeto, "dormant-supplier-may-veto", "no-veto"),
    (deciders.MixedIsOneKind, "mixed-is-one-kind", "no-veto"),
    (deciders.TypeOfTheLoading, "type-of-the-loading", "consent"),
    (asking.AlwaysAsksForAnAuthorisation, "always-asks-for-an-authorisation", "asking"),
    (asking.AsksTheElectricitySupplier, "asks-the-electricity-supplier", "asking"),
    (scope.MocSecureFromApril, "moc-secure-from-april", "scope"),
    (scope.ActiveGasMeterSufficesUnderV18, "active-gas-meter-suffices-under-v18", "scope"),
    (scope.ScopeLookedAtBeforeTheHold, "scope-looked-at-before-the-hold", "scope"),
    (between_cases.ConsentsSharedByAllCases, "consents-shared-by-all-cases", "consent"),
    (between_cases.HalfRolledOut, "half-rolled-out", "refusal-only-out-of-scope"),
    (between_cases.CountKeptByInstallationId, "count-kept-by-installation-id", "count"),
)
"""The wrong controllers written from the letter, by name."""
