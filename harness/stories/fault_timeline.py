"""The fault events of a scenario's plan on a HAN, and the ground truth that they make.

Each event has a trigger: a date, the request of a check, a commissioning, or a frame on the air. Events are carried out
one after the other, in the order of their triggers. The ground truth of a subject is the worst state among its causes;
the gas meter's is uncertain while its faults are healed and injected anew, because another one comes or goes.

Faults of frames may begin before the installation is loaded, and so disturb the forming of the HAN. Those that are
still active when it is loaded are part of the ground truth from then on. Everything else begins after the loading.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from hanbench.emulator.clock import SECOND
from hanbench.harness.case.calendar import Calendar
from hanbench.harness.case.check import Subject
from hanbench.harness.case.plan import FaultEvent, State
from hanbench.harness.faults import FAULTS
from hanbench.harness.faults.active_faults import ActiveFaults, BenchError
from hanbench.harness.faults.fault import Fault
from hanbench.harness.faults.frame_faults import EventTally, FrameFaultInjector, Note
from hanbench.harness.faults.ground_truth import reachable
from hanbench.harness.han.formation import FormationError
from hanbench.harness.han.han import Han

Record = Callable[[Subject, State, str], None]
"""Records the state of a subject from now on, and its cause."""

_FROM_BEST_TO_WORST = (State.HEALTHY, State.IMPAIRED, State.UNCERTAIN, State.BROKEN)
_METERS = (Subject.GSME, Subject.ESME)
"""Subjects that need some time to recover."""


class FaultTimeline:
    """The fault events of one plan on one HAN. Create it inside the bench's event loop; `load` starts it."""

    def __init__(
        self,
        han: Han,
        events: Sequence[FaultEvent],
        calendar: Calendar,
        record: Record,
        note: Note,
        active: ActiveFaults | None = None,
    ) -> None:
        """`record` is told each state of a subject; `note` adds a comment to the next frame of the capture.

        `active`: the faults of a HAN that has been in use; None: it has none yet.
        """
        self._han = han
        self._events = events
        self._calendar = calendar
        self._record = record
        self._note = note
        self._scheduled = 0
        """Events and recoveries that wait for their time or for their frame."""
        self._frame_faults = FrameFaultInjector(han, note)
        self._active_faults = ActiveFaults(han) if active is None else active
        self._causes: dict[Subject, dict[str, State]] = {subject: {} for subject in Subject}
        """The present state by cause, by subject."""
        self._unhealed: list[FaultEvent] = []
        """Recoveries that frame faults have prevented so far."""
        self._recomposed = False
        """Whether the faults of the gas meter are being healed and injected anew: it may answer for some seconds."""
        self._abandoned = False
        self._frames_were_harmed = False
        """Whether frame faults were ever active: they can keep a fault from taking effect, which is no bench fault."""
        self._turn = asyncio.Lock()
        self._work: list[asyncio.Task[None]] = []
        self._loop = asyncio.get_running_loop()
        self._loaded = False
        self._waits_for_loading = list(events)

    async def set_up(self, loading: int) -> None:
        """Let the faults of frames that are planned before `loading` (microseconds) begin and end at their dates.

        Call it before any device has power. Those of earlier dates have begun when it returns.
        """
        for event in self._events:
            if event.at is None or event.cause in FAULTS or self._calendar.clock(event.at) >= loading:
                continue
            self._waits_for_loading.remove(event)
            if self._calendar.clock(event.at) > self._han.clock.now:
                self._begin_at(event.at, event)
            else:
                self._begin(event)
                await self.settled()

    @property
    def disturbs_set_up(self) -> bool:
        """Whether anything of the plan comes before the loading."""
        return len(self._waits_for_loading) < len(self._events)

    def load(self) -> None:
        """Record the ground truth of now, and let everything that `set_up` has not begun count from now on."""
        self._loaded = True
        for subject, causes in self._causes.items():
            for cause in tuple(causes):
                self._record_truth(subject, cause)
        for event in self._waits_for_loading:
            if event.at is not None:
                self._begin_at(event.at, event)
            elif event.on_frame is not None:
                self._scheduled += 1
                self._frame_faults.watch(event.cause, event.on_frame, partial(self._begin_scheduled, event))

    def check_asked_for(self, attempt: int) -> None:
        """Begin the events that are planned before this check."""
        for event in self._events:
            if event.before_check == attempt:
                self._begin(event)

    def commissioning_begins(self, number: int) -> None:
        """Begin the events that are planned before this commissioning."""
        for event in self._events:
            if event.before_commissioning == number:
                self._begin(event)

    @property
    def tallies(self) -> tuple[EventTally, ...]:
        """For each event of the plan, what its trigger and its frame fault have met so far."""
        return tuple(map(self._frame_faults.tally, self._events))

    async def settled(self) -> None:
        """Wait until all events that have begun have taken effect. Raises BenchError if one of them failed."""
        while self._work:
            await self._work.pop(0)

    def abandon(self) -> None:
        """Let nothing begin any more, and end all faults of frames. Faults of devices stay as they are."""
        self._abandoned = True
        self._frame_faults.abandon()

    @property
    def quiet(self) -> bool:
        """Whether nothing will happen by itself any more: nothing waits, and no fault of frames is active."""
        return not self._scheduled and not self._frames_are_harmed and all(task.done() for task in self._work)

    def _begin_at(self, at: datetime, event: FaultEvent) -> None:
        self._begin_later((self._calendar.clock(at) - self._han.clock.now) / SECOND, event)

    def _begin_later(self, seconds: float, event: FaultEvent) -> None:
        self._scheduled += 1
        self._loop.call_later(seconds, self._begin_scheduled, event)

    def _begin_scheduled(self, event: FaultEvent) -> None:
        self._scheduled -= 1
        if not self._abandoned:
            self._begin(event)

    # --- ground truth -----------------------------------------------------------------------------------------------

    def _begin(self, event: FaultEvent) -> None:
        causes = self._causes[event.subject]
        if event.state is State.HEALTHY:
            if event.cause not in causes:
                return  # the fault never happened, or has healed by itself
        else:
            causes[event.cause] = event.state
            self._record_truth(event.subject, event.cause)
            if event.lasts is not None:
                self._begin_later(event.lasts.total_seconds(), event.healed)
        self._work.append(self._loop.create_task(self._bring_about(event)))

    def _record_truth(self, subject: Subject, cause: str) -> None:
        """Record the state of a subject: the worst among its causes. `cause`: why it may be another one now.

        Nothing is recorded before the installation is loaded, when the case begins.
        """
        if not self._loaded:
            return
        states = self._causes[subject].values()
        worst = max(states, key=_FROM_BEST_TO_WORST.index, default=State.HEALTHY)
        self._record(subject, State.UNCERTAIN if subject is Subject.GSME and self._recomposed else worst, cause)

    def _is(self, event: FaultEvent, state: State | None) -> None:
        """Set the state that the event's cause gives its subject and record it; None: the cause has ended."""
        causes = self._causes[event.subject]
        if state is None:
            causes.pop(event.cause, None)
        else:
            causes[event.cause] = state
        self._record_truth(event.subject, event.cause)

    @contextmanager
    def _recomposing(self, fault: Fault) -> Iterator[None]:
        """Let the gas meter's state be uncertain while `fault` comes or goes, if that touches its other faults."""
        if not self._active_faults.composes(fault):
            yield
            return
        self._recomposed = True
        self._record_truth(Subject.GSME, fault.name)
        try:
            yield
        finally:
            self._recomposed = False
            self._record_truth(Subject.GSME, fault.name)

    # --- actions on the HAN -----------------------------------------------------------------------------------------

    async def _bring_about(self, event: FaultEvent) -> None:
        async with self._turn:
            if event.frames is not None:
                self._frames_were_harmed = True
                self._frame_faults.begin(event.cause, event.frames, partial(self._frame_fault_over, event))
            elif event.state is not State.HEALTHY:
                await self._break(event)
            else:
                await self._mend(event)

    def _frame_fault_over(self, event: FaultEvent) -> None:
        """End a frame fault after its last frame."""
        self._frame_faults.end(event.cause)
        self._is(event, None)
        if not self._frames_are_harmed:
            unhealed, self._unhealed = self._unhealed, []
            for each in unhealed:
                self._begin(each)

    async def _break(self, event: FaultEvent) -> None:
        fault = FAULTS[event.cause]
        self._note(f"hanbench: {fault.name} begins ({fault.title.lower()})")
        try:
            with self._recomposing(fault):
                await self._active_faults.add(fault)
            if fault.depends_on_layout:
                found = State.IMPAIRED if reachable(self._han, self._han.gsme) else State.BROKEN
                self._is(event, found)
        except (BenchError, FormationError):
            if not self._frames_were_harmed:
                raise
            self._is(event, State.UNCERTAIN)

    async def _mend(self, event: FaultEvent) -> None:
        if event.cause not in FAULTS:
            self._frame_fault_over(event)
            return
        fault = FAULTS[event.cause]
        if fault.subject in _METERS:
            self._is(event, State.UNCERTAIN)
        self._note(f"hanbench: {fault.name} is healed")
        try:
            with self._recomposing(fault):
                await self._active_faults.remove(fault)
        except (BenchError, FormationError):
            if not self._frames_were_harmed:
                raise
            # A frame fault has prevented the recovery: repeat it when no frame fault is active any more.
            if self._frames_are_harmed:
                self._unhealed.append(event)
                return
            with self._recomposing(fault):
                await self._active_faults.remove(fault, anew=True)
        self._is(event, None)

    @property
    def _frames_are_harmed(self) -> bool:
        return any(cause not in FAULTS for causes in self._causes.values() for cause in causes)
