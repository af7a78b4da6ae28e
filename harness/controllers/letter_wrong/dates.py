"""Wrong about the day whose rules apply."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone

from hanbench.harness.case.vocabulary import Authorisation, CheckEnded, ConsentKind, SupplierRequest, Withdrawal
from hanbench.harness.controllers.letter_wrong.dated import Dated
from hanbench.harness.controllers.reference import Reference
from hanbench.profiles.rulesets import RuleSet


class RulesOfTheFirstFailure(Reference):
    """Applies the rules of the day of the first failure, not of the decision (letter, Direction)."""

    _failed_on: date | None = None

    def note_check(self, result: CheckEnded) -> None:
        """Note the day of the first failure of the present count."""
        super().note_check(result)
        if not self.failures:
            self._failed_on = None
        elif self._failed_on is None:
            self._failed_on = result.finished.astimezone(UTC).date()

    def day(self, now: datetime) -> date:
        """Return the day of the first failure, if there is one."""
        return self._failed_on or super().day(now)


class DayTheCheckBegan(Reference):
    """Applies the rules of the day on which the last check began, not of the decision (letter, Direction)."""

    _began: datetime | None = None

    def note_check(self, result: CheckEnded) -> None:
        """Note when the check began."""
        self._began = result.started
        super().note_check(result)

    def day(self, now: datetime) -> date:
        """Return the day on which the last check began."""
        return super().day(self._began or now)


class DayInCentralEurope(Reference):
    """Takes the date in UTC+1, and so applies v19 in the last hour of 14 March 2022 (letter, Direction)."""

    _zone = timezone(timedelta(hours=1))

    def day(self, now: datetime) -> date:
        """Return tomorrow from 23:00 UTC on."""
        return now.astimezone(self._zone).date()


class ForgetsTheYear(Reference):
    """Compares month and day with 15 March and ignores the year (letter, Direction)."""

    def rules_on(self, day: date) -> RuleSet | None:
        """Return v18 in the first ten weeks of every year."""
        rulebook = self.installation.rulebook
        for entry in rulebook.rule_sets:
            first, last = entry.first_day or date(day.year, 1, 1), entry.last_day or date(day.year, 12, 31)
            if (first.month, first.day) <= (day.month, day.day) <= (last.month, last.day):
                return self.rulesets[entry.id].switched(rulebook.switches)
        return None


class DateOfTheConsultation(Reference):
    """Applies v19 from 25 February 2022, the date consulted on, not from the date directed (letter, 6)."""

    _consulted, _directed = date(2022, 2, 25), date(2022, 3, 15)

    def rules_on(self, day: date) -> RuleSet | None:
        """Return v19 from the date of the consultation on."""
        return super().rules_on(max(day, self._directed) if day >= self._consulted else day)


class FailuresLapseAtTheReDesignation(Reference):
    """Starts the count again on 15 March 2022, although earlier failures have effect under v19 (letter, Direction)."""

    _counted_under: RuleSet | None = None

    def note_check(self, result: CheckEnded) -> None:
        """Forget failures under another rule set."""
        rules = self.terms(result.finished)
        if self._counted_under is not None and rules.id != self._counted_under.id:
            self.failures.clear()
        self._counted_under = rules
        super().note_check(result)


class ConsentsLapseAtTheReDesignation(Dated):
    """Drops on 15 March 2022 the consents given before, although they have effect under v19 (letter, Direction)."""

    def __init__(self, rulesets: Mapping[str, RuleSet]) -> None:
        """Begin without consents."""
        super().__init__(rulesets)
        self._given_under: dict[tuple[str, ConsentKind], str] = {}

    def note_consent(self, event: SupplierRequest | Authorisation | Withdrawal) -> None:
        """Note the rule set under which a consent is given."""
        super().note_consent(event)
        self._given_under |= dict.fromkeys(self.consents - self._given_under.keys(), self.terms(self.now).id)

    def consent_missing(self, rules: RuleSet) -> ConsentKind | None:
        """Count only consents given under the present rule set."""
        self.consents = {given for given in self.consents if self._given_under[given] == rules.id}
        return super().consent_missing(rules)


class DayOfTheLastCheck(Reference):
    """Applies the rules of the day on which the last check ended, not of the decision (letter, Direction)."""

    def day(self, now: datetime) -> date:
        """Return the day on which the last check ended."""
        return super().day(self.last_finished or now)
