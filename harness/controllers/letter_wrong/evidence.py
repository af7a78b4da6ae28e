"""Wrong about the age of the check on which they decide."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hanbench.harness.controllers.reference import Reference
from hanbench.profiles.rulesets import RuleSet


class EvidenceAgeInSeconds(Reference):
    """Measures the age of the last check without its whole days (letter, 2, age assumed)."""

    def evidence_is_old(self, rules: RuleSet, now: datetime) -> bool:
        """Return False for every limit of a day or more."""
        assert self.last_finished is not None
        return (now - self.last_finished).seconds > rules.evidence_max_age_hours.value * 3600


class OldEvidenceWillDoAtTheCap(Reference):
    """Decides on a check of any age when no further attempt is allowed (letter, 2, age assumed)."""

    def evidence_is_old(self, rules: RuleSet, now: datetime) -> bool:
        """Return False if the GSME cannot be checked again."""
        return not self.attempts_used_up(now) and super().evidence_is_old(rules, now)


class EvidenceAgeByTheWallClock(Reference):
    """Measures the age of the last check by local time: an October day has 25 hours (letter, 2, age assumed)."""

    _zone = ZoneInfo("Europe/London")

    def evidence_is_old(self, rules: RuleSet, now: datetime) -> bool:
        """Compare the times of the clock on the wall."""
        assert self.last_finished is not None
        then, wall = (each.astimezone(self._zone).replace(tzinfo=None) for each in (self.last_finished, now))
        return wall - then > timedelta(hours=rules.evidence_max_age_hours.value)
