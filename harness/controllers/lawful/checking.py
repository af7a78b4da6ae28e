"""Other times to check, and other numbers of checks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hanbench.harness.case.vocabulary import AnyAction, AnyEvent, RunCheck, Tick
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.states import CaseFinding, CaseState

LONGEST_CHECK = timedelta(hours=4)
"""Time before `decide_by` from which no check is begun that need not be."""


class ChecksOnceMore(Reference):
    """Checks the GSME once more before it leaves it behind, if attempts and time allow (letter, 2: three failures is no
    maximum).
    """

    checked_once_more = False

    def weigh(self, now: datetime) -> CaseFinding:
        """Return the finding; the first time that partial migration is allowed, ask for another check."""
        finding = super().weigh(now)
        if finding is not CaseFinding.PARTIAL_ALLOWED or self.checked_once_more or self.attempts_used_up(now):
            return finding
        if self.next_check(now) + LONGEST_CHECK >= self.installation.decide_by:
            return finding
        self.checked_once_more = True
        return CaseFinding.EVIDENCE_OLD if self.state is CaseState.HOLDING else CaseFinding.UNDECIDED


class ChecksDailyWhileHolding(Reference):
    """Checks the GSME each day while a consent is awaited, and keeps one attempt (letter, 2: persistent failures)."""

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Ask for a check at each tick of a hold at which one is due."""
        if isinstance(event, Tick) and self.state is CaseState.HOLDING and self._is_due(now):
            self.state = CaseState.CHECKING
            return [RunCheck(now)]
        return super().handle(event, now)

    def _is_due(self, now: datetime) -> bool:
        kept = self.attempts + 1 < self.terms(now).attempt_cap.value
        return kept and self.next_check(now) == now and now + LONGEST_CHECK < self.installation.decide_by


class ChecksOnceADay(Reference):
    """Leaves a day between two checks where less would do (letter, 2: no pace is given).

    It leaves less where the choice `idle_hours` calls a day too long.
    """

    def next_check(self, now: datetime) -> datetime:
        """Return the earliest time, no sooner than a day after the check before."""
        earliest = super().next_check(now)
        if self.last_finished is None:
            return earliest
        longest = self.installation.check_spacing + timedelta(hours=self.terms(now).idle_hours.value)
        return max(earliest, self.last_finished + min(timedelta(days=1), longest))
