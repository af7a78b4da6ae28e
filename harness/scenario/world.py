"""The emulated HAN as a session's world: breaks and mends what the plan says, checks, commissions, tells the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from hanbench.emulator.clock import SECOND
from hanbench.emulator.zcl.clusters import BASIC
from hanbench.harness.case.plan import FaultEvent, Plan, State
from hanbench.harness.case.trace import Trace
from hanbench.harness.case.vocabulary import MeterRole, Subject
from hanbench.harness.case.world import CheckRecord, CommissioningRecord
from hanbench.harness.checks import HanConnectivityCheck
from hanbench.harness.checks.han_connectivity import (
    CONTROL_PATIENCE,
    IDENTITY,
    METER_ENDPOINT,
    WAN_PATIENCE,
    CheckResult,
)
from hanbench.harness.faults import FAULTS
from hanbench.harness.faults.active_faults import ActiveFaults, BenchError
from hanbench.harness.faults.frame_faults import FrameFaultInjector, Note
from hanbench.harness.han.han import FormationError, Han
from hanbench.harness.scenario.frame_count import FrameCount

_BADLY_OFF = (State.HEALTHY, State.IMPAIRED, State.UNCERTAIN, State.BROKEN)
_METERS = (Subject.GSME, Subject.ESME)
"""Subjects that take their time to find their way back."""


class HanWorld:
    """One HAN in one session."""

    def __init__(
        self,
        han: Han,
        plan: Plan,
        trace: Trace,
        check: HanConnectivityCheck,
        count: FrameCount,
        note: Note,
    ) -> None:
        """`note` comments on the next frame of the capture."""
        self._count = count
        self._han = han
        self._note = note
        self._disturber = FrameFaultInjector(han, note)
        self._ails: dict[Subject, dict[str, State]] = {subject: {} for subject in Subject}
        """What each subject suffers from now, by cause."""
        self._ailments = ActiveFaults(han)
        self._unhealed: list[FaultEvent] = []
        self._disturbed = False
        """Frames were harmed at some time: then a fault may not do what it says, and is no fault of the bench."""
        self._plan = plan
        self._trace = trace
        self._check = check
        self._commissionings = 0
        self._turn = asyncio.Lock()
        self._work: list[asyncio.Task[None]] = []
        self.results: list[CheckResult] = []
        self._loop = asyncio.get_running_loop()
        for change in plan.changes:
            if change.at is not None:
                self._loop.call_later((change.at - trace.now).total_seconds(), self._begin, change)
            elif change.on_frame is not None:
                self._disturber.watch(change.on_frame, partial(self._begin, change))

    # --- what the plan says -----------------------------------------------------------------------------------------

    def prepare_check(self, attempt: int) -> None:
        for change in self._plan.changes:
            if change.before_check == attempt:
                self._begin(change)

    def _begin(self, change: FaultEvent) -> None:
        ails = self._ails[change.subject]
        if change.state is State.HEALTHY:
            if change.cause not in ails:
                return  # it never came about, or is over by itself
        else:
            ails[change.cause] = change.state
            self._tell_truth(change)
            if change.lasts is not None:
                self._loop.call_later(change.lasts.total_seconds(), self._begin, change.healed)
        self._work.append(self._loop.create_task(self._bring_about(change)))

    def _tell_truth(self, change: FaultEvent) -> None:
        """Several causes add up: a subject is as badly off as the worst of them makes it."""
        ails = self._ails[change.subject]
        state = max(ails.values(), key=_BADLY_OFF.index, default=State.HEALTHY)
        self._trace.truth(change.subject, state, change.cause)

    async def _bring_about(self, change: FaultEvent) -> None:
        async with self._turn:
            if change.frames is not None:
                self._disturbed = True
                self._disturber.begin(change.cause, change.frames, partial(self._over, change))
            elif change.state is not State.HEALTHY:
                await self._break(change)
            else:
                await self._mend(change)

    def _over(self, change: FaultEvent) -> None:
        """The last of so many frames has been harmed."""
        self._disturber.end(change.cause)
        self._ails[change.subject].pop(change.cause, None)
        self._tell_truth(change)
        if not self._frames_are_harmed:
            unhealed, self._unhealed = self._unhealed, []
            for each in unhealed:
                self._begin(each)

    async def _break(self, change: FaultEvent) -> None:
        fault = FAULTS[change.cause]
        self._note(f"hanbench: {fault.name} begins ({fault.title.lower()})")
        try:
            await self._ailments.add(fault)
        except (BenchError, FormationError):
            if not self._disturbed:
                raise
            self._ails[change.subject][change.cause] = State.UNCERTAIN
            self._tell_truth(change)

    async def _mend(self, change: FaultEvent) -> None:
        if change.cause not in FAULTS:
            self._over(change)
            return
        fault = FAULTS[change.cause]
        if fault.subject in _METERS:
            self._ails[change.subject][change.cause] = State.UNCERTAIN
            self._tell_truth(change)
        self._note(f"hanbench: {fault.name} is healed")
        try:
            await self._ailments.remove(fault)
        except (BenchError, FormationError):
            if not self._disturbed:
                raise
            # What would have healed it was lost on the way: it is done again when nothing is harmed any more.
            if self._frames_are_harmed:
                self._unhealed.append(change)
                return
            await self._ailments.remove(fault, anew=True)
        self._ails[change.subject].pop(change.cause, None)
        self._tell_truth(change)

    @property
    def _frames_are_harmed(self) -> bool:
        return any(cause not in FAULTS for ails in self._ails.values() for cause in ails)

    async def _settled(self) -> None:
        """Wait for what is being broken or mended. Raises BenchError if that went wrong."""
        while self._work:
            await self._work.pop(0)

    # --- what the controller asks for -------------------------------------------------------------------------------

    async def run_check(self) -> CheckRecord:
        await self._settled()
        with self._count.during("checks"):
            result = await self._check.run(self._han)
        self.results.append(result)
        frames = tuple(evidence.number for evidence in result.evidence)
        return CheckRecord(result.verdict, result.code, result.cause, result.detail, frames)

    async def commission(self, devices: Sequence[MeterRole]) -> CommissioningRecord:
        self._commissionings += 1
        for change in self._plan.changes:
            if change.before_commissioning == self._commissionings:
                self._begin(change)
        await self._settled()
        if self._han.failure is not None:
            return CommissioningRecord(False, f"the bench itself has failed: {self._han.failure}")
        first = self._han.medium.frames + 1
        with self._count.during("commissioning"):
            for device in devices:
                if failure := await self._reach(device):
                    return CommissioningRecord(False, failure)
        return CommissioningRecord(True, frames=(first, self._han.medium.frames))

    async def _reach(self, device: MeterRole) -> str | None:
        """Read a device's identity, as commissioning does first of all; what went wrong, if anything."""
        han = self._han
        patience = CONTROL_PATIENCE
        if device is MeterRole.GSME:
            patience += int(self._check.wakes * han.settings.gsme.wake_interval)
        ieee = (han.settings.gsme if device is MeterRole.GSME else han.settings.esme).ieee
        answer = await han.ask(
            lambda done: han.wan.read(ieee, METER_ENDPOINT, BASIC.id, IDENTITY, done, timeout=patience),
            patience=patience / SECOND + WAN_PATIENCE,
        )
        if not answer.delivered:
            return "the WAN failed"
        if answer.reply is None or not answer.reply.ok:
            return f"the {device.value.upper()} did not answer"
        return None
