"""Wrong about what counts as a failure, and what as an attempt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hanbench.harness.case.check import Verdict
from hanbench.harness.case.vocabulary import AnyAction, AnyEvent, CheckEnded, CommissioningEnded
from hanbench.harness.controllers.reference import Reference
from hanbench.profiles.rulesets import Decider


class TwoFailuresDoForASupplier(Reference):
    """Takes two failures for "persistent" where a supplier decides, and three where the DCC does (letter, 2)."""

    def failures_required(self, now: datetime) -> int:
        """Return two where a supplier decides, if the scenario sets no number."""
        required = super().failures_required(now)
        supplier = self.decision(self.terms(now)).decider.value is Decider.RESPONSIBLE_SUPPLIER
        open_number = self.installation.rulebook.switches.failures_required is None
        return min(2, required) if supplier and open_number else required


class InconclusiveBreaksTheRow(Reference):
    """Starts the count again after an inconclusive check, which is no answer of the GSME (letter, 2, assumed)."""

    def note_check(self, result: CheckEnded) -> None:
        """Begin again after a check that says nothing."""
        super().note_check(result)
        if not self.last_failed:
            self.failures.clear()


class DecidesOnAFullCount(Reference):
    """Decides on an inconclusive check if the count is full, although no failure persists then (letter, 2)."""

    def is_persistent(self, now: datetime) -> bool:
        """Decide after an inconclusive check too."""
        return len(self.failures) >= self.failures_required(now)


class FailedCommissioningIsASecondAttempt(Reference):
    """Counts a check and the commissioning that follows it as two of the five attempts (Various 1 (ii)(d))."""

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Count a commissioning that failed."""
        if isinstance(event, CommissioningEnded) and not event.succeeded:
            self.attempts += 1
        return super().handle(event, now)


class CapCountsFailuresOnly(Reference):
    """Does not count an inconclusive check as one of the five attempts (Various 1 (ii)(d))."""

    def note_check(self, result: CheckEnded) -> None:
        """Take an inconclusive check off the attempts again."""
        super().note_check(result)
        if result.verdict is Verdict.INCONCLUSIVE:
            self.attempts -= 1


class InconclusiveWipesAShortRow(Reference):
    """Starts the count again after an inconclusive check, unless it is full already (letter, 2, assumed)."""

    def note_check(self, result: CheckEnded) -> None:
        """Begin again after a check that says nothing, as long as failures are missing."""
        super().note_check(result)
        says_nothing = result.verdict is Verdict.INCONCLUSIVE and not self.last_failed
        if says_nothing and len(self.failures) < self.failures_required(result.finished):
            self.failures.clear()


class InconclusiveTakesAFailureBack(Reference):
    """Takes one off a count that is not full after an inconclusive check (letter, 2, assumed)."""

    def note_check(self, result: CheckEnded) -> None:
        """Forget the latest failure, as long as failures are missing."""
        super().note_check(result)
        says_nothing = result.verdict is Verdict.INCONCLUSIVE and not self.last_failed
        if says_nothing and len(self.failures) < self.failures_required(result.finished):
            del self.failures[-1:]
