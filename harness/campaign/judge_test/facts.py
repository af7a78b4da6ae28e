"""What happened in a case, as far as the coverage of the properties asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from hanbench.harness.case.check import Subject, Verdict
from hanbench.harness.oracle.case import Case
from hanbench.harness.oracle.consent import has_consent, needed_consent
from hanbench.harness.oracle.counting import counted, is_failure
from hanbench.harness.oracle.scope import allowed_on
from hanbench.profiles.rulesets import Consent, Decider, RuleSet


class Moment(NamedTuple):
    """A moment at which a controller can decide about a gas meter whose failure is persistent."""

    position: int
    time: datetime
    rules: RuleSet
    allowed: bool
    """Whether the rules of the day allow partial migration."""
    needed: Consent
    consented: bool
    """Whether the needed consent is there, or none is needed."""
    is_stale: bool
    """Whether the last failure is too old as evidence."""


class Count(NamedTuple):
    """The count at the end of a check."""

    failures: int
    """Those that count."""
    others: int
    """The inconclusive checks that do not."""
    required: int


class Facts:
    """The facts of one case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.verdicts = [check.verdict for check in case.checks]

    @cached_property
    def moments(self) -> list[Moment]:
        """The moments at which the failure is persistent."""
        return list(_moments(self.case))

    @cached_property
    def due(self) -> list[Moment]:
        """Those at which the rules of the day allow partial migration."""
        return [each for each in self.moments if each.allowed]

    def blames(self, *subjects: Subject) -> bool:
        """Return whether a check was inconclusive, and one of these was the cause."""
        return any(c.verdict is Verdict.INCONCLUSIVE and c.cause in subjects for c in self.case.checks)

    @property
    def ends_inconclusive(self) -> bool:
        """Whether a check that does not count follows one that does."""
        pairs = zip(self.counts, self.counts[1:], strict=False)
        return any(before.failures and after.others > before.others for before, after in pairs)

    @property
    def passes_after_a_failure(self) -> bool:
        """Whether the gas meter answered after a check that it had failed."""
        return Verdict.FAIL in self.verdicts and Verdict.PASS in self.verdicts[self.verdicts.index(Verdict.FAIL) :]

    @property
    def ran_out(self) -> bool:
        """Whether the case lasted until its time was up."""
        return self.case.records[-1].time >= self.case.installation.decide_by

    @property
    def news_during_work(self) -> bool:
        """Whether a supplier was heard, or a meter changed hands, during a check or a commissioning."""
        commissionings = [(d.position, e.position) for d in self.case.decisions if (e := self.case.effect_of(d))]
        work = [*((span.begin, span.end) for span in self.case.spans), *commissionings]
        return any(begin < position < end for position in self.case.news for begin, end in work)

    def givers(self, moment: Moment) -> set[str]:
        """Return the suppliers that ever gave the needed consent, before a moment."""
        return {
            each.supplier
            for each in self.case.statements
            if each.position < moment.position and each.says.value == moment.needed.value
        }

    def supplier(self, moment: Moment) -> str:
        """Return the Responsible Supplier of the gas meter at a moment."""
        return self.case.home(moment.position).gsme.supplier

    def decided_by_dcc(self, moment: Moment) -> bool:
        """Return whether the DCC decides at a moment."""
        return self.case.decision_rule(moment.rules, moment.position).decider.value is Decider.DCC

    def attempts_left(self) -> int:
        """Return how many attempts the cap leaves after the last check."""
        checks = self.case.checks
        return self.case.rules_for_counting(checks[-1].finished).attempt_cap.value - len(checks) if checks else 1

    @cached_property
    def counts(self) -> list[Count]:
        """The count at the end of each check."""
        return list(self._counts())

    def _counts(self) -> Iterator[Count]:
        for index, span in enumerate(self.case.spans, 1):
            checks = self.case.checks[:index]
            rules = self.case.rules_for_counting(span.check.finished)
            others = sum(c.verdict is Verdict.INCONCLUSIVE and not is_failure(c, rules) for c in checks)
            required = self.case.decision_rule(rules, span.end + 1).failures_required.value
            yield Count(len(counted(checks, rules)), others, required)


def _moments(case: Case) -> Iterator[Moment]:
    """Yield the end of each check at which the failure is persistent, and the news until the next check begins."""
    for index, span in enumerate(case.spans):
        following = case.spans[index + 1].begin if index + 1 < len(case.spans) else len(case.records)
        news = [at for at in case.news if span.end < at < following]
        for position in (span.end + 1, *(at + 1 for at in news)):
            time = case.records[position - 1].time
            rules = case.rules_for_counting(time)
            required = case.decision_rule(rules, position).failures_required.value
            if not is_failure(span.check, rules) or len(counted(case.checks[: index + 1], rules)) < required:
                continue
            allowed, needed = allowed_on(case, time, position), needed_consent(case, rules, position).value
            yield Moment(
                position,
                time,
                rules,
                allowed is not None and allowed.value,
                needed,
                has_consent(case, position, needed),
                time - span.check.finished > timedelta(hours=rules.evidence_max_age_hours.value),
            )
