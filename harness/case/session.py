"""The session of one case: gives events to the controller and carries out its actions on the world.

A session runs on a `ClockLoop`, so that days of waiting take no real time. It records and ignores invalid behaviour of
the controller, which never ends the session; the oracle judges it.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from msgspec import structs

from hanbench.harness.case.controller import AnyController, ControllerFault
from hanbench.harness.case.installation import Installation, MeterRole
from hanbench.harness.case.plan import Plan, StatementKind, SupplierAct, SupplierChange
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
from hanbench.harness.case.world import World

_EVENTS: dict[StatementKind, Callable[[str], AnyEvent]] = {
    StatementKind.REQUEST: SupplierRequest,
    StatementKind.AUTHORISATION: Authorisation,
    StatementKind.WITHDRAWAL: Withdrawal,
}


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


class _Stop(NamedTuple):
    reason: str


async def drive(
    controller: AnyController,
    installation: Installation,
    world: World,
    plan: Plan,
    trace: Trace,
    *,
    about: CaseLabel | None = None,
    limits: Limits | None = None,
) -> Outcome | None:
    """Run one case to its end and return the controller's outcome; None if it gave none within the limits.

    This carries out the suppliers' acts and changes of `plan`; the world carries out its faults. An exception of the
    world reaches the caller.
    """
    about = about or CaseLabel()
    name = about.controller or type(controller).__name__
    trace.add(Header(trace.now, about.scenario, installation, name, VERSION, about.seed))
    session = _Session(controller, installation, world, plan, trace, limits or Limits())
    try:
        await session.run()
    finally:
        await session.tidy_up()
    return session.outcome


class _Session:
    def __init__(
        self,
        controller: AnyController,
        installation: Installation,
        world: World,
        plan: Plan,
        trace: Trace,
        limits: Limits,
    ) -> None:
        self.controller = controller
        self.installation = installation
        self.world = world
        self.plan = plan
        self.trace = trace
        self.limits = limits
        self.outcome: Outcome | None = None
        self._loop = asyncio.get_running_loop()
        self._inbox: asyncio.Queue[AnyEvent | _Stop | BaseException] = asyncio.Queue()
        self._timers: list[asyncio.TimerHandle] = []
        self._job: asyncio.Task[None] | None = None
        self._busy = False
        """Whether a check or a commissioning is in progress; a check that waits for its time is not."""
        self._attempts = 0
        self._prepared = 0
        self._actions = 0
        self._asked: set[str] = set()
        self._stopped: str | None = None

    async def run(self) -> None:
        """Give the events to the controller, until it closes the case or a limit is reached."""
        self._inbox.put_nowait(InstallationLoaded(self.installation))
        self._at(self.installation.decide_by + self.limits.grace, self._inbox.put_nowait, _Stop("time"))
        self._at(self.installation.decide_by, self._inbox.put_nowait, Tick())
        self._tick_later()
        for act in self.plan.suppliers:
            if act.at is not None:
                self._at(act.at, self._supplier_says, act)
        for handover in self.plan.handovers:
            if handover.at is not None:
                self._at(handover.at, self._hand_over, handover)
        while self._stopped is None:
            item = await self._inbox.get()
            if isinstance(item, BaseException):
                raise item
            if isinstance(item, _Stop):
                self._stopped = item.reason
            else:
                await self._give(item)
        self.trace.add(End(self.trace.now, self._stopped))

    async def tidy_up(self) -> None:
        """Cancel all timers and tasks, and close the controller."""
        for timer in self._timers:
            timer.cancel()
        if self._job is not None:
            self._job.cancel()
            await asyncio.gather(self._job, return_exceptions=True)
        close = getattr(self.controller, "close", None)
        if close is not None:
            close()

    # -- towards the controller ----------------------------------------------------------------------------------------

    async def _give(self, event: AnyEvent) -> None:
        now = self.trace.now
        self.trace.add(EventDelivered(now, event))
        try:
            answer = self.controller.handle(event, now)
            actions = list(await answer if inspect.isawaitable(answer) else answer)
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
        self.trace.add(ControllerFaulted(self.trace.now, kind, text))

    # -- towards the world ---------------------------------------------------------------------------------------------

    def _carry_out(self, action: AnyAction) -> None:
        match action:
            case RunCheck():
                self._prepare(self._attempts + 1)
                self._begin(self._check(action.not_before))
            case CommissionDevices():
                self._busy = True
                self._begin(self._commission(action.devices))
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
            self.world.prepare_check(attempt)

    def _begin(self, job: Coroutine[Any, Any, None]) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = self._loop.create_task(job)
        self._job.add_done_callback(self._job_done)

    def _job_done(self, job: asyncio.Task[None]) -> None:
        if not job.cancelled() and (error := job.exception()) is not None:
            self._inbox.put_nowait(error)

    async def _check(self, not_before: datetime) -> None:
        if (wait := (not_before - self.trace.now).total_seconds()) > 0:
            await asyncio.sleep(wait)
        self._busy = True
        self._attempts = attempt = self._attempts + 1
        self.trace.add(CheckStarted(self.trace.now, attempt))
        check = await self.world.run_check(attempt)
        self._busy = False
        self.trace.add(CheckRecorded(self.trace.now, check))
        self._inbox.put_nowait(CheckEnded(**structs.asdict(check)))
        for act in self.plan.suppliers:
            if act.after_check == attempt:
                self._supplier_says(act)
        for handover in self.plan.handovers:
            if handover.after_check == attempt:
                self._hand_over(handover)

    async def _commission(self, devices: tuple[MeterRole, ...]) -> None:
        ended = await self.world.commission(devices)
        self._busy = False
        self.trace.add(CommissioningRecorded(self.trace.now, ended))
        self._inbox.put_nowait(CommissioningEnded(**structs.asdict(ended)))

    # -- time and suppliers --------------------------------------------------------------------------------------------

    def _at(self, when: datetime, callback: Callable[..., object], *args: Any) -> None:
        seconds = self.trace.calendar.clock(when) / 1_000_000
        self._timers.append(self._loop.call_at(max(seconds, self._loop.time()), callback, *args))

    def _tick_later(self) -> None:
        self._timers.append(self._loop.call_later(self.limits.tick.total_seconds(), self._tick))

    def _tick(self) -> None:
        self._inbox.put_nowait(Tick())
        self._tick_later()

    def _ask(self, supplier: str) -> None:
        if supplier in self._asked:
            return
        self._asked.add(supplier)
        for act in self.plan.suppliers:
            if act.supplier == supplier and act.after_ask is not None:
                self._at(self.trace.now + act.after_ask, self._supplier_says, act)

    def _supplier_says(self, act: SupplierAct) -> None:
        self.trace.add(SupplierSaid(self.trace.now, act.supplier, act.says))
        self._inbox.put_nowait(_EVENTS[act.says](act.supplier))

    def _hand_over(self, handover: SupplierChange) -> None:
        self.installation = handover.of(self.installation)
        self._inbox.put_nowait(InstallationChanged(self.installation))
