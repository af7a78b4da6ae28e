"""A trace in the form that the properties need. This module states facts and judges nothing.

The order of the records is the order in time, so a position is an index into them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hanbench.harness.case.check import HanCheck, Subject
from hanbench.harness.case.installation import Installation, MeterRole, MeterStatus
from hanbench.harness.case.plan import State, StatementKind
from hanbench.harness.case.trace import (
    ActionAccepted,
    AnyRecord,
    CheckRecorded,
    CheckStarted,
    Closed,
    CommissioningRecorded,
    ControllerFaulted,
    End,
    EventDelivered,
    Excluded,
    GroundTruth,
    Header,
)
from hanbench.harness.case.vocabulary import (
    AskSupplier,
    Authorisation,
    CommissionDevices,
    ExcludeDevice,
    InstallationChanged,
    Outcome,
    SupplierRequest,
    Withdrawal,
)
from hanbench.profiles.rulesets import DecisionRule, InstallationType, RuleSet

BOTH = frozenset(MeterRole)
ESME_ONLY = frozenset({MeterRole.ESME})
ANSWER = timedelta(minutes=1)
"""Time that an answer may take, and a tick that is late: on a paced bench, and in production."""


class CheckSpan(NamedTuple):
    """One finished HAN-connectivity check, and its positions in the trace."""

    begin: int
    """Position of its start."""
    end: int
    """Position of its result."""
    check: HanCheck


class Decision(NamedTuple):
    """A request of the controller to commission devices."""

    position: int
    time: datetime
    devices: frozenset[MeterRole]


class Effect(NamedTuple):
    """The result of a commissioning."""

    position: int
    time: datetime
    devices: frozenset[MeterRole]
    succeeded: bool


class SupplierStatement(NamedTuple):
    """A statement of a supplier that the controller received."""

    position: int
    supplier: str
    says: StatementKind


class Question(NamedTuple):
    """A request of the controller to ask a supplier."""

    position: int
    time: datetime
    action: AskSupplier


class Case:
    """One trace in order. Raises ValueError if it has no header."""

    def __init__(
        self,
        records: Sequence[AnyRecord],
        rulesets: Mapping[str, RuleSet],
        again: Sequence[AnyRecord] | None = None,
        *,
        truth_known: bool = True,
    ) -> None:
        """`truth_known`: whether a subject without a record of its true state was healthy; else nothing is known of it,
        as in a trace of production.
        """
        if not records or not isinstance(records[0], Header):
            raise ValueError("a trace begins with its header")
        self.records = records
        self.again = again
        """The trace of another play of the same case; None: it was played once."""
        self.installation: Installation = records[0].installation
        """The installation as loaded, for its constant parts: cohort, rulebook, spacing, `decide_by`."""
        self.loaded: datetime = records[0].time
        """The time at which the case began."""
        self._homes: list[tuple[int, Installation]] = [(-1, self.installation)]
        book = self.installation.rulebook
        self._rules = [(entry, rulesets[entry.id].switched(book.switches)) for entry in book.rule_sets]
        self.spans: list[CheckSpan] = []
        """The finished checks, in order."""
        self.started: list[tuple[int, datetime, int]] = []
        """Attempt, time and position of each check that began."""
        self.decisions: list[Decision] = []
        self.effects: list[Effect] = []
        self.questions: list[Question] = []
        self.statements: list[SupplierStatement] = []
        self.told: list[tuple[int, EventDelivered]] = []
        """The events that the controller was given."""
        self.exclusions: list[tuple[int, Excluded]] = []
        self.exclusions_decided: list[tuple[int, MeterRole]] = []
        self.misbehaviours: list[ControllerFaulted] = []
        self.closed: tuple[int, Closed] | None = None
        self.end: End | None = None
        at_first = State.HEALTHY if truth_known else State.UNCERTAIN
        self._truths: dict[Subject, list[tuple[int, State]]] = {subject: [(-1, at_first)] for subject in Subject}
        for position, record in enumerate(records):
            read = _READERS.get(type(record))
            if read is not None:
                read(self, position, record)

    def _heard(self, position: int, record: EventDelivered) -> None:
        self.told.append((position, record))
        match record.event:
            case InstallationChanged(installation=installation):
                self._homes.append((position, installation))
            case SupplierRequest(supplier=supplier):
                self.statements.append(SupplierStatement(position, supplier, StatementKind.REQUEST))
            case Authorisation(supplier=supplier):
                self.statements.append(SupplierStatement(position, supplier, StatementKind.AUTHORISATION))
            case Withdrawal(supplier=supplier):
                self.statements.append(SupplierStatement(position, supplier, StatementKind.WITHDRAWAL))

    def _decided(self, position: int, record: ActionAccepted) -> None:
        match record.action:
            case CommissionDevices(devices=devices):
                self.decisions.append(Decision(position, record.time, frozenset(devices)))
            case AskSupplier() as asked:
                self.questions.append(Question(position, record.time, asked))
            case ExcludeDevice(device=device):
                self.exclusions_decided.append((position, device))

    def _check_began(self, position: int, record: CheckStarted) -> None:
        self.started.append((record.attempt, record.time, position))

    def _check_ended(self, position: int, record: CheckRecorded) -> None:
        check = record.check
        if not any(attempt == check.attempt for attempt, _, _ in self.started):
            self.started.append((check.attempt, check.started, position))
        self.spans.append(CheckSpan(self._begin_of(check, position), position, check))

    def _truth(self, position: int, record: GroundTruth) -> None:
        # An impaired subject answers, which is all that a check can see.
        state = State.HEALTHY if record.state is State.IMPAIRED else record.state
        self._truths[record.subject].append((position, state))

    def _commissioned(self, position: int, record: CommissioningRecorded) -> None:
        ended = record.commissioning
        self.effects.append(Effect(position, record.time, frozenset(ended.devices), ended.succeeded))

    def _excluded(self, position: int, record: Excluded) -> None:
        self.exclusions.append((position, record))

    def _misbehaved(self, _: int, record: ControllerFaulted) -> None:
        self.misbehaviours.append(record)

    def _closed(self, position: int, record: Closed) -> None:
        self.closed = (position, record)

    def _ended(self, _: int, record: End) -> None:
        self.end = record

    def _begin_of(self, check: HanCheck, position: int) -> int:
        """Return the position at which `check` began, or else `position`."""
        return next((at for attempt, _, at in reversed(self.started) if attempt == check.attempt), position)

    @property
    def news(self) -> list[int]:
        """The positions at which a supplier's statement, or a change of a meter's supplier or status, was heard."""
        changes = (position for position, _ in self._homes[1:])
        return sorted((*changes, *(statement.position for statement in self.statements)))

    # -- rules ---------------------------------------------------------------------------------------------------------

    def rules_in_force(self, at: datetime) -> RuleSet | None:
        """Return the rule set of the day of `at`, None on a day without one."""
        day = at.astimezone(UTC).date()
        for entry, rules in self._rules:
            started = entry.first_day is None or entry.first_day <= day
            if started and (entry.last_day is None or day <= entry.last_day):
                return rules
        return None

    def rules_for_counting(self, at: datetime) -> RuleSet:
        """Return the rule set of the day of `at`; on a day without one, the first of the rulebook."""
        return self.rules_in_force(at) or self._rules[0][1]

    def home(self, position: int) -> Installation:
        """Return the installation at a position, as the controller knew it."""
        return next(home for at, home in reversed(self._homes) if at < position)

    def responsible_since(self, position: int) -> int:
        """Return the position at which the GSME's supplier took it over, as known at a position; -1: at the start."""
        since, supplier = -1, ""
        for at, home in self._homes:
            if at < position and home.gsme.supplier != supplier:
                since, supplier = at, home.gsme.supplier
        return since

    def type(self, position: int) -> InstallationType:
        """Return the type of the installation at a position, as the controller knew it."""
        return _type(self.home(position))

    def decision_rule(self, rules: RuleSet, position: int) -> DecisionRule:
        """Return the decision rule of `rules` for the type of the installation at a position."""
        return {
            InstallationType.ACTIVE: rules.decision.active,
            InstallationType.DORMANT: rules.decision.dormant,
            InstallationType.MIXED_GSME_ACTIVE: rules.decision.mixed_gsme_active,
            InstallationType.MIXED_GSME_DORMANT: rules.decision.mixed_gsme_dormant,
        }[self.type(position)]

    # -- events --------------------------------------------------------------------------------------------------------

    @property
    def outcome(self) -> Outcome | None:
        """The outcome with which the controller closed the case."""
        return self.closed[1].outcome if self.closed else None

    @property
    def partials(self) -> list[Decision]:
        """Decisions to commission the ESME alone."""
        return [decision for decision in self.decisions if decision.devices == ESME_ONLY]

    @property
    def commissioned(self) -> frozenset[MeterRole]:
        """The devices that were commissioned."""
        return frozenset(device for effect in self.effects if effect.succeeded for device in effect.devices)

    @property
    def checks(self) -> list[HanCheck]:
        """The finished checks, in order."""
        return [span.check for span in self.spans]

    def checks_before(self, position: int) -> list[HanCheck]:
        """Return the checks that had finished before a position."""
        return [span.check for span in self.spans if span.end < position]

    def last_check(self, position: int) -> HanCheck | None:
        """Return the latest check that had finished before a position."""
        span = self.last_span(position)
        return None if span is None else span.check

    def last_span(self, position: int) -> CheckSpan | None:
        """Return the latest check that had finished before a position, with its positions."""
        return next((span for span in reversed(self.spans) if span.end < position), None)

    def is_checking(self, position: int) -> bool:
        """Return whether a check was under way at a position."""
        begun = sum(at < position for _, _, at in self.started)
        return begun > sum(span.end < position for span in self.spans)

    def effect_of(self, decision: Decision) -> Effect | None:
        """Return the result of a commissioning; None: the trace has none."""
        effects = (e for e in self.effects if e.position > decision.position and e.devices == decision.devices)
        return next(effects, None)

    def states(self, subject: Subject, begin: int, end: int) -> frozenset[State]:
        """Return every true state of `subject` between two positions."""
        found: set[State] = set()
        for position, state in self._truths[subject]:
            if position <= begin:
                found = {state}
            elif position < end:
                found.add(state)
        return frozenset(found)


_READERS: Mapping[type[AnyRecord], Callable[[Case, int, Any], None]] = {
    EventDelivered: Case._heard,
    ActionAccepted: Case._decided,
    CheckStarted: Case._check_began,
    CheckRecorded: Case._check_ended,
    GroundTruth: Case._truth,
    CommissioningRecorded: Case._commissioned,
    Excluded: Case._excluded,
    ControllerFaulted: Case._misbehaved,
    Closed: Case._closed,
    End: Case._ended,
}
"""What each kind of record tells about a case."""


def _type(installation: Installation) -> InstallationType:
    active = [meter.status is MeterStatus.ACTIVE for meter in (installation.esme, installation.gsme)]
    match active:
        case [True, True]:
            return InstallationType.ACTIVE
        case [False, False]:
            return InstallationType.DORMANT
        case [False, True]:
            return InstallationType.MIXED_GSME_ACTIVE
        case _:
            return InstallationType.MIXED_GSME_DORMANT


def frames_of(checks: Sequence[HanCheck]) -> tuple[int, ...]:
    """Return the frames that are the evidence of these checks, in order."""
    return tuple(sorted({frame for check in checks for frame in check.frames}))
