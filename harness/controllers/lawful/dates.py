"""Waiting for other rules instead of refusing under those of the day."""

from __future__ import annotations

from datetime import UTC, datetime, time

from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.states import CaseFinding, CaseState


class WaitsForOtherRules(Reference):
    """Checks again on 15 March where v19 will allow what v18 does not, instead of refusing before (letter, Direction: a
    day from which the rules apply, and none by which to refuse).
    """

    not_before: datetime | None = None
    """The first moment of better rules, while a check waits for it."""

    def weigh(self, now: datetime) -> CaseFinding:
        """Return the finding; out of scope if no later rules of the rulebook are better, or no check fits in then."""
        finding = super().weigh(now)
        if finding is not CaseFinding.OUT_OF_SCOPE or self.attempts_used_up(now):
            return finding
        self.not_before = self._better_rules(now)
        if self.not_before is None or self.next_check(now) >= self.installation.decide_by:
            return finding
        return CaseFinding.EVIDENCE_OLD if self.state is CaseState.HOLDING else CaseFinding.UNDECIDED

    def next_check(self, now: datetime) -> datetime:
        """Return the earliest time of the next check, not before the better rules."""
        earliest = super().next_check(now)
        return earliest if self.not_before is None else max(earliest, self.not_before)

    def _better_rules(self, now: datetime) -> datetime | None:
        for entry in self.installation.rulebook.rule_sets:
            if entry.first_day is not None and self.in_scope(self.rulesets[entry.id]):
                begin = datetime.combine(entry.first_day, time(), UTC)
                if now < begin < self.installation.decide_by:
                    return begin
        return None
