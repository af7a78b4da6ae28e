"""Wrong about the end of the time that a case has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from hanbench.harness.case.vocabulary import AnyAction, AnyEvent, Close, Outcome, Tick
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.states import CaseState, Step


class ClosesWhileCommissioning(Reference):
    """Closes the case at `decide_by` while a commissioning is under way (`decide_by`, assumed)."""

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Close in the middle of a commissioning."""
        under_way = self.state in (CaseState.COMMISSIONING_BOTH, CaseState.COMMISSIONING_ESME)
        if isinstance(event, Tick) and under_way and self.time_is_up(now):
            self.state = CaseState.CLOSED
            return [Close(Outcome.RETRY)]
        return super().handle(event, now)


class LastDayIsTooLate(Reference):
    """Gives the case up at the midnight before `decide_by` (`decide_by`, assumed)."""

    def time_is_up(self, now: datetime) -> bool:
        """Return True from the midnight before `decide_by` on."""
        return now.astimezone(UTC).date() >= self.installation.decide_by.astimezone(UTC).date()


class RefusesAtTheDeadline(Reference):
    """Refuses partial migration when the supplier has not answered by `decide_by` (letter, 5 and 7)."""

    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        """Refuse instead of holding."""
        return super().carry_out(Step.CLOSE_REFUSE if step is Step.CLOSE_HOLD else step, now)
