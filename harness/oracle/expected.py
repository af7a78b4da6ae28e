"""The expected outcomes of a scenario, computed from its plan, its consents and the rules before any run.

The computation follows a case that a correct controller conducts: checks as early as their spacing allows, decisions as
early as they are possible. Where the result of a check is uncertain, it follows every possibility.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from hanbench.harness.case.check import Subject
from hanbench.harness.case.installation import Installation, MeterStatus
from hanbench.harness.case.plan import FaultEvent, Plan, State, StatementKind, SupplierAct, SupplierChange
from hanbench.harness.case.vocabulary import Outcome
from hanbench.profiles.rulesets import Consent, Counting, InstallationType, RuleSet

CHECK_TAKES = (timedelta(minutes=35), timedelta(0), timedelta(hours=2))
"""Durations of a check to try; the first is the usual one, for a gas meter that wakes each half hour."""

_TYPE_OF = {
    (MeterStatus.ACTIVE, MeterStatus.ACTIVE): InstallationType.ACTIVE,
    (MeterStatus.DORMANT, MeterStatus.DORMANT): InstallationType.DORMANT,
    (MeterStatus.DORMANT, MeterStatus.ACTIVE): InstallationType.MIXED_GSME_ACTIVE,
    (MeterStatus.ACTIVE, MeterStatus.DORMANT): InstallationType.MIXED_GSME_DORMANT,
}


_OTHERS = (Subject.ESME, Subject.WAN, Subject.BENCH)
_MAY_BE = {State.UNCERTAIN: frozenset({State.HEALTHY, State.BROKEN}), State.IMPAIRED: frozenset({State.HEALTHY})}
"""Possible findings of a check in a state, if not the state itself."""


class Expected(Struct, frozen=True, forbid_unknown_fields=True):
    """The outcomes that a scenario allows."""

    outcomes: tuple[Outcome, ...]
    """The usual outcome first. Several: they depend on an uncertain check, or on the duration of checks."""
    why: str
    """The reason for the first outcome, in words."""

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
    """Return the outcomes of a correctly conducted case. `rulesets` has every rule set of the rulebook, by id."""
    found: dict[Outcome, str] = {}
    for takes in check_takes:
        solver = _OutcomeSolver(installation, plan, rulesets, takes)
        for outcome, why in solver.check(_CaseSoFar(plan.start)):
            found.setdefault(outcome, why)
    return Expected(tuple(found), next(iter(found.values())))


class _CaseSoFar(NamedTuple):
    """The events so far in one possible course of a case."""

    now: datetime
    attempts: int = 0
    failures: int = 0
    failed_last: bool = False
    checked: tuple[tuple[datetime, datetime], ...] = ()
    """Times at which each check was requested and ended."""
    asked: tuple[tuple[str, datetime], ...] = ()
    """Each supplier that was asked for its consent, and the time of the first request."""
    tried: tuple[tuple[datetime, int], ...] = ()
    """Time of each commissioning, and the attempt before it."""

    def ask(self, supplier: str) -> _CaseSoFar:
        """Return the same with `supplier` asked now, unless it was asked before."""
        if any(each == supplier for each, _ in self.asked):
            return self
        return self._replace(asked=(*self.asked, (supplier, self.now)))


class _Statement(NamedTuple):
    """A statement of a supplier, or a change of a meter's supplier or status."""

    when: datetime
    late: bool
    """Whether it comes right after a check's result, and so too late for the decision on that result."""
    what: SupplierAct | SupplierChange
    after_check: int | None


class _CheckFinding(NamedTuple):
    """One possible result of a check: the subject at fault, or None for a pass."""

    blamed: Subject | None


_Ending = tuple[Outcome, str]


class _OutcomeSolver:
    def __init__(
        self, installation: Installation, plan: Plan, rulesets: Mapping[str, RuleSet], takes: timedelta
    ) -> None:
        self.installation = installation
        self.plan = plan
        self.takes = takes
        book = installation.rulebook
        self.rules = [(entry, rulesets[entry.id].switched(book.switches)) for entry in book.rule_sets]

    # -- the course of a case ------------------------------------------------------------------------------------------

    def check(self, story: _CaseSoFar) -> Iterator[_Ending]:
        """Yield the possible endings from the time at which the next check is due."""
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

    def _decide(self, story: _CaseSoFar) -> Iterator[_Ending]:
        heard = self._heard_before_decision(story)
        home = self._home(heard)
        if not story.failed_last or story.failures < self._required(home, story.now):
            yield from self._another_attempt(story)
            return
        if not self._allowed(home, story.now):
            yield Outcome.REFUSE, self._refusal(home, story)
        elif self._consent_given(home, story.now, heard):
            yield from self._commission(story, with_gsme=False)
        else:
            yield from self._hold(story.ask(home.gsme.supplier), len(heard))

    def _hold(self, story: _CaseSoFar, heard: int) -> Iterator[_Ending]:
        """Yield the possible endings while a consent is awaited; the first `heard` statements are known already."""
        statements = self._heard(story)
        home = self._home(statements[:heard])
        last_check = story.checked[-1][1]
        while heard < len(statements) and statements[heard].when < self.installation.decide_by:
            news = statements[heard]
            heard += 1
            story = story._replace(now=max(news.when, story.now))
            home = self._home(statements[:heard])
            if not self._allowed(home, story.now):
                yield Outcome.REFUSE, self._refusal(home, story)
                return
            if self._consent_given(home, story.now, statements[:heard]):
                age = timedelta(hours=self._counting_rules(story.now).evidence_max_age_hours.value)
                if story.now - last_check <= age:
                    yield from self._commission(story, with_gsme=False)
                else:
                    yield from self._another_attempt(story)
                return
            if isinstance(news.what, SupplierChange):
                story = story.ask(home.gsme.supplier)
                statements = self._heard(story)
        needed = self._needed(home, story.now).value
        yield Outcome.HOLD, f"{story.failures} failures; the GSME's supplier gave no {needed}"

    def _commission(self, story: _CaseSoFar, *, with_gsme: bool) -> Iterator[_Ending]:
        story = story._replace(tried=(*story.tried, (story.now, story.attempts)))
        needed = tuple(Subject) if with_gsme else _OTHERS
        states = [self._states(story, subject, story.now, story.now + self.takes) for subject in needed]
        if all(State.HEALTHY in may for may in states):
            if with_gsme:
                yield Outcome.MIGRATE_BOTH, f"the GSME answered at attempt {story.attempts}"
            else:
                home = self._home([news for news in self._heard(story) if news.when <= story.now])
                yield Outcome.MIGRATE_ESME_ONLY, f"{story.failures} failures; {self._ground(home, story.now)}"
        if any(State.BROKEN in may for may in states):
            yield from self._another_attempt(story)

    def _another_attempt(self, story: _CaseSoFar) -> Iterator[_Ending]:
        if story.attempts >= self._counting_rules(story.now).attempt_cap.value:
            yield Outcome.EXCLUDE_INSTALLATION, f"{story.attempts} attempts failed"
        else:
            yield from self.check(story)

    # -- possible states -----------------------------------------------------------------------------------------------

    def _may_find(self, story: _CaseSoFar, begin: datetime, end: datetime) -> list[_CheckFinding]:
        states = {subject: self._states(story, subject, begin, end) for subject in Subject}
        found = [_CheckFinding(subject) for subject in _OTHERS if State.BROKEN in states[subject]]
        if all(State.HEALTHY in states[subject] for subject in _OTHERS):
            found += [_CheckFinding(None)] if State.HEALTHY in states[Subject.GSME] else []
            found += [_CheckFinding(Subject.GSME)] if State.BROKEN in states[Subject.GSME] else []
        return found

    def _states(self, story: _CaseSoFar, subject: Subject, begin: datetime, end: datetime) -> set[State]:
        """Return the possible states of `subject` between two times: healthy, broken or both. Several causes add up."""
        of_causes: dict[str, list[FaultEvent]] = {}
        for change in self.plan.changes:
            if change.subject is subject:
                of_causes.setdefault(change.cause, []).append(change)
        found = [self._states_by(story, changes, begin, end) for changes in of_causes.values()]
        states = {State.HEALTHY} if all(State.HEALTHY in each for each in found) else set()
        return states | {State.BROKEN} if any(State.BROKEN in each for each in found) else states

    def _states_by(
        self, story: _CaseSoFar, changes: Iterable[FaultEvent], begin: datetime, end: datetime
    ) -> set[State]:
        """Return the same for the events of one cause."""
        states: set[State] = {State.HEALTHY}
        at_some_time: set[State] = set()
        moments: list[tuple[tuple[datetime, int], frozenset[State]]] = []
        for change in changes:
            now = _may_be(change)
            if change.on_frame is not None:
                at_some_time |= now
            elif (moment := self._moment(story, change)) is not None:
                moments.append((moment, now))
                if change.lasts is not None:
                    moments.append(((moment[0] + change.lasts, moment[1]), frozenset({State.HEALTHY})))
        for (when, _), now in sorted(moments, key=lambda each: each[0]):
            if when <= end:
                states = set(now) if when <= begin else states | now
        return states | at_some_time

    def _moment(self, story: _CaseSoFar, change: FaultEvent) -> tuple[datetime, int] | None:
        """Return the time of an event, and its order among those at the same time; None: not in this course."""
        if change.at is not None:
            return change.at, 0
        if (attempt := change.before_check) is not None:
            return (story.checked[attempt - 1][0], 2 * attempt) if attempt <= len(story.checked) else None
        assert change.before_commissioning is not None
        if change.before_commissioning > len(story.tried):
            return None
        when, attempt = story.tried[change.before_commissioning - 1]
        return when, 2 * attempt + 1

    def _heard(self, story: _CaseSoFar) -> list[_Statement]:
        """Return all statements, past and future, that need no further request to a supplier, in order."""
        heard: list[_Statement] = []
        plan: tuple[SupplierAct | SupplierChange, ...] = (*self.plan.suppliers, *self.plan.handovers)
        for act in plan:
            if act.at is not None:
                heard.append(_Statement(max(act.at, self.plan.start), False, act, None))
            elif act.to_decide_by is not None:
                when = max(self.installation.decide_by + act.to_decide_by, self.plan.start)
                heard.append(_Statement(when, False, act, None))
            elif act.after_check is not None and act.after_check <= len(story.checked):
                ended = story.checked[act.after_check - 1][1]
                heard.append(_Statement(ended + act.later, not act.later, act, None if act.later else act.after_check))
            elif act.during_check is not None and act.during_check <= len(story.checked):
                began = story.checked[act.during_check - 1][1] - self.takes
                heard.append(_Statement(began + act.later, False, act, None))
            elif act.during_commissioning is not None and act.during_commissioning <= len(story.tried):
                began = story.tried[act.during_commissioning - 1][0]
                heard.append(_Statement(began + act.later, False, act, None))
            elif isinstance(act, SupplierAct) and act.after_ask is not None:
                asked = [when for supplier, when in story.asked if supplier == act.supplier]
                heard += [_Statement(when + act.after_ask, False, act, None) for when in asked]
        return sorted(heard, key=lambda each: (each.when, each.late))

    def _heard_before_decision(self, story: _CaseSoFar) -> list[_Statement]:
        """Return the statements up to the last check; those right after its result come too late."""
        return [
            news for news in self._heard(story) if news.when <= story.now and news.after_check != len(story.checked)
        ]

    def _home(self, heard: Iterable[_Statement]) -> Installation:
        """Return the installation after these statements."""
        home = self.installation
        for news in heard:
            if isinstance(news.what, SupplierChange):
                home = news.what.of(home)
        return home

    def _consent_given(self, home: Installation, at: datetime, heard: Iterable[_Statement]) -> bool:
        """Return whether the GSME's supplier, after these statements, gives the needed consent."""
        needed = self._needed(home, at)
        if needed is Consent.NONE:
            return True
        given = False
        for act in (news.what for news in heard):
            if isinstance(act, SupplierAct) and act.supplier == home.gsme.supplier:
                if act.says is StatementKind.WITHDRAWAL:
                    given = False
                elif act.says.value == needed.value:
                    given = True
        return given

    # -- rules ---------------------------------------------------------------------------------------------------------

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

    def _required(self, home: Installation, at: datetime) -> int:
        return self._counting_rules(at).decision.of(_type(home)).failures_required.value

    def _needed(self, home: Installation, at: datetime) -> Consent:
        return self._counting_rules(at).decision.of(_type(home)).consent.value

    def _allowed(self, home: Installation, at: datetime) -> bool:
        rules = self._in_force(at)
        return rules is not None and any(
            row.allowed.value for row in rules.scope if home.cohort in row.cohorts and _type(home) in row.installations
        )

    def _refusal(self, home: Installation, story: _CaseSoFar) -> str:
        rules = self._in_force(story.now)
        place = f"{home.cohort.value} {_type(home).value}"
        return f"{story.failures} failures; {rules.id if rules else 'no rule set'} does not allow {place}"

    def _ground(self, home: Installation, at: datetime) -> str:
        needed = self._needed(home, at)
        decides = "the DCC decides" if needed is Consent.NONE else f"{needed.value} given"
        return f"{self._counting_rules(at).id} allows {home.cohort.value} {_type(home).value}; {decides}"


def _may_be(change: FaultEvent) -> frozenset[State]:
    """Return the possible findings of a check after an event."""
    states = _MAY_BE.get(change.state, frozenset({change.state}))
    # A frame fault with a count ends at a time that depends on the frames on the air.
    over = change.frames is not None and change.frames.count is not None
    return states | {State.HEALTHY} if over else states


def _type(home: Installation) -> InstallationType:
    return _TYPE_OF[home.esme.status, home.gsme.status]
