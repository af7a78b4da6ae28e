"""What breaks and recovers while a scenario is played: the plan's fault events on a HAN, and the ground truth.

Each event starts with its trigger: a date, a check that is asked for, a commissioning, or a frame on the air. Events
are carried out one after the other, in the order of their triggers. The ground truth of a subject is the worst that
any of its causes makes of it.
"""

from __future__ import annotations

import asyncio
from functools import partial

from hanbench.harness.case.check import Subject
from hanbench.harness.case.plan import FaultEvent, Plan, State
from hanbench.harness.case.trace import Trace
from hanbench.harness.faults import FAULTS
from hanbench.harness.faults.active_faults import ActiveFaults, BenchError
from hanbench.harness.faults.frame_faults import FrameFaultInjector, Note
from hanbench.harness.han.formation import FormationError
from hanbench.harness.han.han import Han

_FROM_BEST_TO_WORST = (State.HEALTHY, State.IMPAIRED, State.UNCERTAIN, State.BROKEN)
_METERS = (Subject.GSME, Subject.ESME)
"""Subjects that take their time to find their way back."""


class FaultTimeline:
    """The fault events of one plan on one HAN. Create it when the case is loaded."""

    def __init__(self, han: Han, plan: Plan, trace: Trace, note: Note) -> None:
        """`note` comments on the next frame of the capture."""
        self._plan = plan
        self._trace = trace
        self._note = note
        self._frame_faults = FrameFaultInjector(han, note)
        self._active_faults = ActiveFaults(han)
        self._causes: dict[Subject, dict[str, State]] = {subject: {} for subject in Subject}
        """By subject: what each cause makes of it now."""
        self._unhealed: list[FaultEvent] = []
        """Recoveries that frame faults have prevented so far."""
        self._frames_were_harmed = False
        """Frames were harmed at some time: then a fault may not do what it says, and is no fault of the bench."""
        self._turn = asyncio.Lock()
        self._work: list[asyncio.Task[None]] = []
        self._loop = asyncio.get_running_loop()
        for event in plan.changes:
            if event.at is not None:
                self._loop.call_later((event.at - trace.now).total_seconds(), self._begin, event)
            elif event.on_frame is not None:
                self._frame_faults.watch(event.on_frame, partial(self._begin, event))

    def check_asked_for(self, attempt: int) -> None:
        """Begin what is planned to happen before this check."""
        for event in self._plan.changes:
            if event.before_check == attempt:
                self._begin(event)

    def commissioning_begins(self, number: int) -> None:
        """Begin what is planned to happen before this commissioning."""
        for event in self._plan.changes:
            if event.before_commissioning == number:
                self._begin(event)

    async def settled(self) -> None:
        """Wait for what is being broken or mended. Raises BenchError if that went wrong."""
        while self._work:
            await self._work.pop(0)

    # --- the truth --------------------------------------------------------------------------------------------------

    def _begin(self, event: FaultEvent) -> None:
        causes = self._causes[event.subject]
        if event.state is State.HEALTHY:
            if event.cause not in causes:
                return  # it never came about, or is over by itself
        else:
            causes[event.cause] = event.state
            self._tell_truth(event)
            if event.lasts is not None:
                self._loop.call_later(event.lasts.total_seconds(), self._begin, event.healed)
        self._work.append(self._loop.create_task(self._bring_about(event)))

    def _tell_truth(self, event: FaultEvent) -> None:
        """Several causes add up: a subject is as badly off as the worst of them makes it."""
        states = self._causes[event.subject].values()
        self._trace.truth(event.subject, max(states, key=_FROM_BEST_TO_WORST.index, default=State.HEALTHY), event.cause)

    def _is(self, event: FaultEvent, state: State | None) -> None:
        """Tell that the event's cause makes `state` of its subject now; None: nothing any more."""
        causes = self._causes[event.subject]
        if state is None:
            causes.pop(event.cause, None)
        else:
            causes[event.cause] = state
        self._tell_truth(event)

    # --- what is done on the HAN ------------------------------------------------------------------------------------

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
        """The last of so many frames has been harmed."""
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
            await self._active_faults.add(fault)
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
            await self._active_faults.remove(fault)
        except (BenchError, FormationError):
            if not self._frames_were_harmed:
                raise
            # What would have healed it was lost on the way: it is done again when nothing is harmed any more.
            if self._frames_are_harmed:
                self._unhealed.append(event)
                return
            await self._active_faults.remove(fault, anew=True)
        self._is(event, None)

    @property
    def _frames_are_harmed(self) -> bool:
        return any(cause not in FAULTS for causes in self._causes.values() for cause in causes)
