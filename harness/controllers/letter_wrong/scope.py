"""Wrong about the installations for which partial migration is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from hanbench.harness.case.vocabulary import AnyAction, AnyEvent
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.states import CaseState
from hanbench.profiles.rulesets import Cohort, InstallationType, RuleSet


class MocSecureFromApril(Reference):
    """Lets MOC (Secure) in from the quarter of a consultation that the DCC only intended (letter, 3)."""

    _first_day = date(2022, 4, 1)

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Remember the day."""
        self.today = self.day(now)
        return super().handle(event, now)

    def in_scope(self, rules: RuleSet) -> bool:
        """Let MOC (Secure) in from the second quarter of 2022 on."""
        if self.installation.cohort is Cohort.MOC_SECURE and self.today >= self._first_day:
            return True
        return super().in_scope(rules)


class ActiveGasMeterSufficesUnderV18(Reference):
    """Reads "active meters only" as an active GSME, and so lets Mixed in under v18 (letter, 3)."""

    def in_scope(self, rules: RuleSet) -> bool:
        """Let an installation with an active GSME in under v18."""
        mixed = self.installation.type is InstallationType.MIXED_GSME_ACTIVE
        lets_in = mixed and rules.id == "tmad-v18" and self.installation.cohort is Cohort.IOC
        return lets_in or super().in_scope(rules)


class ScopeLookedAtBeforeTheHold(Reference):
    """Looks at the scope when the count is full, and not again after a hold (letter, 3 and 4)."""

    def in_scope(self, rules: RuleSet) -> bool:
        """Take what it held to be in scope when it began to wait for being in scope still."""
        return self.state is CaseState.HOLDING or super().in_scope(rules)
