"""The session of one case: gives events to the controller and carries out its actions on the story.

Time goes from one event to the next. Within one microsecond the HAN comes first, then the suppliers' acts and changes
of supplier, then ticks and the end of the time; each is delivered, and answered, before the next one happens. A session
records and ignores invalid behaviour of the controller, which never ends it; the oracle judges it.
"""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from heapq import heappop, heappush
from typing import Any, NamedTuple

import msgspec
from msgspec import structs

from hanbench.harness.case.check import HanCheck
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.controller import AnyController, ControllerFault
from hanbench.harness.case.installation import Installation, MeterRole
from hanbench.harness.case.plan import Plan, StatementKind, SupplierAct, SupplierChange
from hanbench.harness.case.story import Story
from hanbench.harness.case.trace import (
    VERSION,
    ActionAccepted,
    CheckRecorded,
    CheckStarted,
    Closed,
    CommissioningRecorded,
    ControllerFaulted,
    End,
    EventDelivered,
    Excluded,
    Header,
    SupplierSaid,
    Trace,
)
from hanbench.harness.case.vocabulary import (
    AnyAction,
    AnyEvent,
    AskSupplier,
    Authorisation,
    CheckEnded,
    Close,
    CommissionDevices,
    CommissioningEnded,
    ExcludeDevice,
    InstallationChanged,
    InstallationLoaded,
    Outcome,
    RunCheck,
    SupplierRequest,
    Tick,
    Withdrawal,
    conform,
)
from hanbench.harness.foreign_text import cleaned

_EVENTS: dict[StatementKind, Callable[[str], AnyEvent]] = {
    StatementKind.REQUEST: SupplierRequest,
    StatementKind.AUTHORISATION: Authorisation,
    StatementKind.WITHDRAWAL: Withdrawal,
}

Await = Callable[[Awaitable[Any]], Any]
"""Runs the answer of a controller that answers asynchronously, and returns it."""


class Limits(NamedTuple):
    """Limits of a session."""

    grace: timedelta = timedelta(days=1)
    """Time beyond the installation's `decide_by`, for a commissioning in progress."""
    actions: int = 200
    tick: timedelta = timedelta(days=1)
    """Interval between ticks."""


class CaseLabel(NamedTuple):
    """The case's entry in the header of its trace."""

    scenario: str = ""
    controller: str = ""
    """Empty: the name of the controller's class."""
    seed: str = ""


class _Rank(IntEnum):
    """What comes first within one microsecond, after the HAN."""

    SUPPLIERS = 1
    TIME = 2


class _TimeUp(NamedTuple):
    """The session's time is up."""


def drive(
    controller: AnyController,
    installation: Installation,
    story: Story,
    plan: Plan,
    trace: Trace,
    *,
    await_: Await,
    about: CaseLabel | None = None,
    limits: Limits | None = None,
) -> Outcome | None:
    """Run one case to its end and return the controller's outcome; None if it gave none within the limits.

    This carries out the suppliers' acts and changes of `plan`; the story carries out its faults. An exception of the
    story reaches the caller.
    """
    about = about or CaseLabel()
    name = about.controller or type(controller).__name__
    trace.add(Header(trace.now, about.scenario, installation, name, VERSION, about.seed))
    session = _Session(controller, installation, story, plan, trace, await_, limits or Limits())
    try:
        session.run()
    finally:
        close = getattr(controller, "close", None)
        if close is not None:
            await_(_called(close))
    return session.outcome


async def _called(function: Callable[[], object]) -> None:
    function()


class _Session:
    def __init__(
        self,
        controller: AnyController,
        installation: Installation,
        story: Story,
        plan: Plan,
        trace: Trace,
        await_: Await,
        limits: Limits,
    ) -> None:
        self.controller = controller
        self.installation = installation
        self.story = story
        self.plan = plan
        self.trace = trace
        self.limits = limits
        self.outcome: Outcome | None = None
        self._await = await_
        self._supplier_plan: list[tuple[SupplierAct | SupplierChange, Callable[..., None]]] = [
            *((act, self._supplier_says) for act in plan.suppliers),
            *((handover, self._hand_over) for handover in plan.handovers),
        ]
        """The acts and changes of suppliers, each with the call that carries it out."""
        self._inbox: deque[AnyEvent | _TimeUp] = deque()
        self._agenda: list[tuple[int, _Rank, int, Callable[..., None], Any]] = []
        """What happens beside the HAN: time, rank, order of entry, and the call."""
        self._entries = 0
        self._check_at: int | None = None
        """The time of the check that was requested last and has not begun; None: there is none."""
        self._commissioning: tuple[MeterRole, ...] | None = None
        """The devices of the commissioning that was requested and has not begun."""
        self._busy = False
        """Whether a check or a commissioning is in progress; a check that waits for its time is not."""
        self._attempts = 0
        self._commissionings = 0
        self._prepared = 0
        self._actions = 0
        self._asked: set[str] = set()
        self._stopped: str | None = None

    def run(self) -> None:
        """Give the events to the controller, until it closes the case or a limit is reached."""
        self._inbox.append(InstallationLoaded(self.installation))
        self._at(self.installation.decide_by + self.limits.grace, _Rank.TIME, self._inbox.append, _TimeUp())
        self._at(self.installation.decide_by, _Rank.TIME, self._inbox.append, Tick())
        self._at(self.trace.now + self.limits.tick, _Rank.TIME, self._tick, None)
        for act, happen in self._supplier_plan:
            if act.at is not None:
                self._at(act.at, _Rank.SUPPLIERS, happen, act)
            elif act.to_decide_by is not None:
                self._at(self.installation.decide_by + act.to_decide_by, _Rank.SUPPLIERS, happen, act)
        while self._stopped is None:
            if not self._inbox:
                self._go_on()
                continue
            item = self._inbox.popleft()
            if isinstance(item, _TimeUp):
                self._stopped = "time"
            else:
                self._give(item)
        self.trace.add(End(self.trace.now, self._stopped))

    def _go_on(self) -> None:
        """Begin what is to begin now, or let time pass to the next event."""
        if self._commissioning is not None:
            devices, self._commissioning = self._commissioning, None
            self._commissionings += 1
            for act, happen in self._supplier_plan:
                if act.during_commissioning == self._commissionings:
                    self._at(self.trace.now + act.later, _Rank.SUPPLIERS, happen, act)
            self.story.begin_commissioning(devices)
        if self._check_at is not None and self._check_at <= self.trace.time:
            self._begin_check()
        when, _, _, happen, what = self._agenda[0]
        if self._check_at is not None and self._check_at <= when:
            self.story.proceed(self._check_at)
            return
        ended = self.story.proceed(when)
        match ended:
            case None:
                heappop(self._agenda)
                happen(what)
            case HanCheck():
                self._check_ended(ended)
            case Commissioning():
                self._busy = False
                self.trace.add(CommissioningRecorded(self.trace.now, ended))
                self._inbox.append(CommissioningEnded(**structs.asdict(ended)))

    # -- towards the controller ----------------------------------------------------------------------------------------

    def _give(self, event: AnyEvent) -> None:
        now = self.trace.now
        self.trace.add(EventDelivered(now, event))
        try:
            answer = self.controller.handle(event, now)
            actions: Sequence[object] = list(self._await(answer) if inspect.isawaitable(answer) else answer)
        except ControllerFault as fault:
            self._misbehaved(fault.kind, str(fault))
            return
        except Exception as error:  # noqa: BLE001
            # Any exception of the system under test is a fault of it, for the oracle.
            self._misbehaved("crashed", f"{type(error).__name__}: {error}")
            return
        for action in actions:
            self._take(action)

    def _take(self, wanted: object) -> None:
        self._actions += 1
        if self._actions > self.limits.actions:
            if self._stopped is None:
                self._misbehaved("too-many-actions", f"more than {self.limits.actions}")
                self._stopped = "actions"
            return
        try:
            action = conform(wanted)
        except msgspec.ValidationError as error:
            self._misbehaved("not-an-action", str(error))
            return
        if reason := self._out_of_turn(action):
            self._misbehaved("out-of-turn", f"{type(action).__name__} {reason}")
            return
        self.trace.add(ActionAccepted(self.trace.now, action))
        self._carry_out(action)

    def _out_of_turn(self, action: AnyAction) -> str:
        if self.outcome is not None:
            return "after the case was closed"
        if self._busy and isinstance(action, RunCheck | CommissionDevices):
            return "while a check or a commissioning is under way"
        return ""

    def _misbehaved(self, kind: str, text: str) -> None:
        self.trace.add(ControllerFaulted(self.trace.now, kind, cleaned(text)))

    # -- towards the HAN -----------------------------------------------------------------------------------------------

    def _carry_out(self, action: AnyAction) -> None:
        match action:
            case RunCheck():
                self._prepare(self._attempts + 1)
                self._check_at = max(self.trace.calendar.clock(action.not_before), self.trace.time)
            case CommissionDevices():
                self._busy, self._check_at = True, None
                self._commissioning = action.devices
            case AskSupplier():
                self._ask(action.supplier)
            case ExcludeDevice():
                self.trace.add(Excluded(self.trace.now, action.device, action.record))
            case Close():
                self.outcome = action.outcome
                self._stopped = "closed"
                self.trace.add(Closed(self.trace.now, action.outcome))

    def _prepare(self, attempt: int) -> None:
        if attempt > self._prepared:
            self._prepared = attempt
            self.story.prepare_check(attempt)

    def _begin_check(self) -> None:
        self._check_at, self._busy = None, True
        self._attempts += 1
        self.trace.add(CheckStarted(self.trace.now, self._attempts))
        for act, happen in self._supplier_plan:
            if act.during_check == self._attempts:
                self._at(self.trace.now + act.later, _Rank.SUPPLIERS, happen, act)
        self.story.begin_check(self._attempts)

    def _check_ended(self, check: HanCheck) -> None:
        self._busy = False
        self.trace.add(CheckRecorded(self.trace.now, check))
        self._inbox.append(CheckEnded(**structs.asdict(check)))
        for act, happen in self._supplier_plan:
            if act.after_check == check.attempt:
                if act.later:
                    self._at(self.trace.now + act.later, _Rank.SUPPLIERS, happen, act)
                else:
                    happen(act)

    # -- time and suppliers --------------------------------------------------------------------------------------------

    def _at(self, when: datetime, rank: _Rank, happen: Callable[..., None], what: Any) -> None:
        self._entries += 1
        at = max(self.trace.calendar.clock(when), self.trace.time)
        heappush(self._agenda, (at, rank, self._entries, happen, what))

    def _tick(self, _: None) -> None:
        self._inbox.append(Tick())
        self._at(self.trace.now + self.limits.tick, _Rank.TIME, self._tick, None)

    def _ask(self, supplier: str) -> None:
        if supplier in self._asked:
            return
        self._asked.add(supplier)
        for act in self.plan.suppliers:
            if act.supplier == supplier and act.after_ask is not None:
                self._at(self.trace.now + act.after_ask, _Rank.SUPPLIERS, self._supplier_says, act)

    def _supplier_says(self, act: SupplierAct) -> None:
        self.trace.add(SupplierSaid(self.trace.now, act.supplier, act.says))
        self._inbox.append(_EVENTS[act.says](act.supplier))

    def _hand_over(self, handover: SupplierChange) -> None:
        self.installation = handover.of(self.installation)
        self._inbox.append(InstallationChanged(self.installation))
