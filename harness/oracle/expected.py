"""What a scenario should come to: worked out from its plan, its consents and the rules, before anything is run.

This tells the story of a case that is conducted without fault: checks as early as their spacing allows, decisions as
soon as they can be taken. Where the story leaves open what a check finds, every possibility is followed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from harness.migration.installation import Installation, Status
from harness.migration.plan import Change, Plan, Says, State, SupplierAct
from harness.migration.vocabulary import Outcome, Subject
from profiles.rulesets import Consent, Counting, InstallationType, RuleSet

CHECK_TAKES = (timedelta(minutes=35), timedelta(0), timedelta(hours=2))
"""Lengths of a check that are tried; the first is the usual one, for a sleeper that wakes each half hour."""

_TYPE_OF = {
    (Status.ACTIVE, Status.ACTIVE): InstallationType.ACTIVE,
    (Status.DORMANT, Status.DORMANT): InstallationType.DORMANT,
    (Status.DORMANT, Status.ACTIVE): InstallationType.MIXED_GSME_ACTIVE,
    (Status.ACTIVE, Status.DORMANT): InstallationType.MIXED_GSME_DORMANT,
}


_OTHERS = (Subject.ESME, Subject.WAN, Subject.BENCH)
_MAY_BE = {State.UNCERTAIN: frozenset({State.WELL, State.BROKEN}), State.IMPAIRED: frozenset({State.WELL})}
"""What a check may find, where that is not the state's own name."""


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """The outcomes that a scenario admits."""

    outcomes: tuple[Outcome, ...]
    """The usual one first. More than one: it depends on what an uncertain check finds, or on how long checks take."""
    why: str
    """What leads to the first, in words."""

    @property
    def outcome(self) -> Outcome:
        """The usual outcome."""
        return self.outcomes[0]


def expected(
    installation: Installation,
    plan: Plan,
    rulesets: Mapping[str, RuleSet],
    *,
    check_takes: Iterable[timedelta] = CHECK_TAKES,
) -> Expected:
    """Work out how a case should end. `rulesets` has, by id, every rule set that the rulebook names."""
    found: dict[Outcome, str] = {}
    for takes in check_takes:
        teller = _Teller(installation, plan, rulesets, takes)
        for outcome, why in teller.check(_Story(plan.start)):
            found.setdefault(outcome, why)
    return Expected(tuple(found), next(iter(found.values())))


class _Story(NamedTuple):
    """What has happened so far in one possible course of a case."""

    now: datetime
    attempts: int = 0
    failures: int = 0
    failed_last: bool = False
    checked: tuple[tuple[datetime, datetime], ...] = ()
    """When each check was asked for, and when it ended."""
    asked: datetime | None = None
    tried: tuple[tuple[datetime, int], ...] = ()
    """When each commissioning began, and after which attempt."""


class _Found(NamedTuple):
    """One thing that a check may find: None blames nobody, it is a pass."""

    blamed: Subject | None


_Ending = tuple[Outcome, str]


class _Teller:
    def __init__(
        self, installation: Installation, plan: Plan, rulesets: Mapping[str, RuleSet], takes: timedelta
    ) -> None:
        self.installation = installation
        self.plan = plan
        self.takes = takes
        self.type = _TYPE_OF[installation.esme.status, installation.gsme.status]
        book = installation.rulebook
        self.rules = [(entry, rulesets[entry.id].switched(book.switches)) for entry in book.rule_sets]

    # -- the course of a case ------------------------------------------------------------------------------------------

    def check(self, story: _Story) -> Iterator[_Ending]:
        """Tell what follows when the next check is due."""
        begin = story.now
        if story.checked:
            begin = max(begin, story.checked[-1][1] + self.installation.check_spacing)
        end = begin + self.takes
        if end >= self.installation.decide_by:
            yield Outcome.RETRY, "time was up before enough was known"
            return
        story = story._replace(now=end, attempts=story.attempts + 1, checked=(*story.checked, (story.now, end)))
        for found in self._may_find(story, begin, end):
            if found.blamed is None:
                fresh = self._counting_rules(end).failure_counting.value is Counting.CONSECUTIVE
                passed = story._replace(failures=0 if fresh else story.failures, failed_last=False)
                yield from self._commission(passed, with_gsme=True)
            else:
                wan_counts = self._counting_rules(end).wan_failure_counts.value
                fails = found.blamed is Subject.GSME or (found.blamed is Subject.WAN and wan_counts)
                yield from self._decide(story._replace(failures=story.failures + fails, failed_last=fails))

    def _decide(self, story: _Story) -> Iterator[_Ending]:
        if not story.failed_last or story.failures < self._required(story.now):
            yield from self._another_attempt(story)
            return
        if not self._allowed(story.now):
            yield Outcome.REFUSE, self._refusal(story)
        elif self._consent_given(story.now, self._heard_before_decision(story)):
            yield from self._commission(story, with_gsme=False)
        else:
            yield from self._hold(story)

    def _hold(self, story: _Story) -> Iterator[_Ending]:
        story = story._replace(asked=story.asked or story.now)
        waiting = f"{story.failures} failures; the GSME's supplier gave no {self._needed(story.now).value}"
        acts = self._acts(story)
        heard = len(self._heard_before_decision(story))
        for number, (when, _) in enumerate(acts[heard:], heard + 1):
            if when >= self.installation.decide_by:
                break
            if not self._allowed(when):
                yield Outcome.REFUSE, self._refusal(story)
                return
            if not self._consent_given(when, [act for _, act in acts[:number]]):
                continue
            age = timedelta(hours=self._counting_rules(when).evidence_max_age_hours.value)
            now = story._replace(now=when)
            if when - story.checked[-1][1] <= age:
                yield from self._commission(now, with_gsme=False)
            else:
                yield from self._another_attempt(now)
            return
        yield Outcome.HOLD, waiting

    def _commission(self, story: _Story, *, with_gsme: bool) -> Iterator[_Ending]:
        story = story._replace(tried=(*story.tried, (story.now, story.attempts)))
        needed = tuple(Subject) if with_gsme else _OTHERS
        states = [self._states(story, subject, story.now, story.now + self.takes) for subject in needed]
        if all(State.WELL in may for may in states):
            if with_gsme:
                yield Outcome.MIGRATE_BOTH, f"the GSME answered at attempt {story.attempts}"
            else:
                yield Outcome.MIGRATE_ESME_ONLY, f"{story.failures} failures; {self._ground(story.now)}"
        if any(State.BROKEN in may for may in states):
            yield from self._another_attempt(story)

    def _another_attempt(self, story: _Story) -> Iterator[_Ending]:
        if story.attempts >= self._counting_rules(story.now).attempt_cap.value:
            yield Outcome.EXCLUDE_INSTALLATION, f"{story.attempts} attempts failed"
        else:
            yield from self.check(story)

    # -- what is so ----------------------------------------------------------------------------------------------------

    def _may_find(self, story: _Story, begin: datetime, end: datetime) -> list[_Found]:
        states = {subject: self._states(story, subject, begin, end) for subject in Subject}
        found = [_Found(subject) for subject in _OTHERS if State.BROKEN in states[subject]]
        if all(State.WELL in states[subject] for subject in _OTHERS):
            found += [_Found(None)] if State.WELL in states[Subject.GSME] else []
            found += [_Found(Subject.GSME)] if State.BROKEN in states[Subject.GSME] else []
        return found

    def _states(self, story: _Story, subject: Subject, begin: datetime, end: datetime) -> set[State]:
        """Return what `subject` may be between two times: well, broken or both."""
        states: set[State] = {State.WELL}
        moments = [(at, change) for change in self.plan.changes if (at := self._moment(story, change)) is not None]
        for (when, _), change in sorted(moments, key=lambda moment: moment[0]):
            if change.subject is subject and when <= end:
                now = set(_MAY_BE.get(change.state, {change.state}))
                states = now if when <= begin else states | now
        return states

    def _moment(self, story: _Story, change: Change) -> tuple[datetime, int] | None:
        """Return when a change comes about, and its place among those of the same time; None if not in this story."""
        if change.at is not None:
            return change.at, 0
        if (attempt := change.before_check) is not None:
            return (story.checked[attempt - 1][0], 2 * attempt) if attempt <= len(story.checked) else None
        assert change.before_commissioning is not None
        if change.before_commissioning > len(story.tried):
            return None
        when, attempt = story.tried[change.before_commissioning - 1]
        return when, 2 * attempt + 1

    def _acts(self, story: _Story) -> list[tuple[datetime, SupplierAct]]:
        """Return what suppliers said and will say without being asked anew, in order."""
        acts: list[tuple[datetime, SupplierAct]] = []
        for act in self.plan.suppliers:
            if act.at is not None:
                acts.append((max(act.at, self.plan.start), act))
            elif act.after_check is not None and act.after_check <= len(story.checked):
                acts.append((story.checked[act.after_check - 1][1], act))
            elif act.after_ask is not None and story.asked and act.supplier == self.installation.gsme.supplier:
                acts.append((story.asked + act.after_ask, act))
        # Who speaks right after a check's result is heard after those who had spoken by then.
        return sorted(acts, key=lambda timed: (timed[0], timed[1].after_check is not None))

    def _heard_before_decision(self, story: _Story) -> list[SupplierAct]:
        """Return what suppliers said up to the last check; who speaks right after its result speaks too late."""
        return [act for when, act in self._acts(story) if when <= story.now and act.after_check != len(story.checked)]

    def _consent_given(self, at: datetime, heard: Iterable[SupplierAct]) -> bool:
        """Say whether the GSME's supplier, after all that was heard, gives what is needed."""
        needed = self._needed(at)
        if needed is Consent.NONE:
            return True
        given = False
        for act in heard:
            if act.supplier == self.installation.gsme.supplier:
                if act.says is Says.WITHDRAWAL:
                    given = False
                elif act.says.value == needed.value:
                    given = True
        return given

    # -- what the rules say --------------------------------------------------------------------------------------------

    def _in_force(self, at: datetime) -> RuleSet | None:
        day = at.astimezone(UTC).date()
        for entry, rules in self.rules:
            too_early = entry.first_day is not None and day < entry.first_day
            too_late = entry.last_day is not None and day > entry.last_day
            if not too_early and not too_late:
                return rules
        return None

    def _counting_rules(self, at: datetime) -> RuleSet:
        return self._in_force(at) or self.rules[0][1]

    def _required(self, at: datetime) -> int:
        return self._counting_rules(at).decision.of(self.type).failures_required.value

    def _needed(self, at: datetime) -> Consent:
        return self._counting_rules(at).decision.of(self.type).consent.value

    def _allowed(self, at: datetime) -> bool:
        rules = self._in_force(at)
        cohort = self.installation.cohort
        return rules is not None and any(
            row.allowed.value for row in rules.scope if cohort in row.cohorts and self.type in row.installations
        )

    def _refusal(self, story: _Story) -> str:
        rules = self._in_force(story.now)
        place = f"{self.installation.cohort.value} {self.type.value}"
        return f"{story.failures} failures; {rules.id if rules else 'no rule set'} does not allow {place}"

    def _ground(self, at: datetime) -> str:
        needed = self._needed(at)
        decides = "the DCC decides" if needed is Consent.NONE else f"{needed.value} given"
        return f"{self._counting_rules(at).id} allows {self.installation.cohort.value} {self.type.value}; {decides}"
