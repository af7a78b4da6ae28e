"""Wrong about the time between two checks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hanbench.harness.case.check import Verdict
from hanbench.harness.case.vocabulary import CheckEnded
from hanbench.harness.controllers.reference import Reference


class SpacingFromStartToStart(Reference):
    """Measures the spacing from the start of the last check, not from its end (`check_spacing`, assumed)."""

    _last_started: datetime | None = None

    def note_check(self, result: CheckEnded) -> None:
        """Note when the check began."""
        super().note_check(result)
        self._last_started = result.started

    def next_check(self, now: datetime) -> datetime:
        """Return a time that is too early by the length of a check."""
        return now if self._last_started is None else max(now, self._last_started + self.installation.check_spacing)


class InconclusiveIsRepeatedAtOnce(Reference):
    """Keeps no spacing after an inconclusive check (`check_spacing`, assumed)."""

    _last_verdict: Verdict | None = None

    def note_check(self, result: CheckEnded) -> None:
        """Note how the check ended."""
        super().note_check(result)
        self._last_verdict = result.verdict

    def next_check(self, now: datetime) -> datetime:
        """Return now after an inconclusive check."""
        return now if self._last_verdict is Verdict.INCONCLUSIVE else super().next_check(now)


class SpacingByTheWallClock(Reference):
    """Adds the spacing to local time, where a day has 23 hours in March (`check_spacing`, assumed)."""

    def next_check(self, now: datetime) -> datetime:
        """Return the same time of the clock, a spacing later."""
        if self.last_finished is None:
            return now
        wall = self.last_finished.astimezone(ZoneInfo("Europe/London")) + self.installation.check_spacing
        return max(now, wall.astimezone(now.tzinfo))
