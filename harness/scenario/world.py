"""The emulated HAN as a session's world: breaks and mends what the plan says, checks, commissions, tells the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from emulator.clock import SECOND
from emulator.devices import Esme, Gsme
from emulator.zcl.clusters import BASIC
from harness.checks import HanConnectivityCheck
from harness.checks.han_connectivity import CONTROL_PATIENCE, IDENTITY, METER_ENDPOINT, WAN_PATIENCE, CheckResult
from harness.faults import FAULTS, obstacles, reachable
from harness.faults.fault import Fault
from harness.han import Han
from harness.migration.plan import Change, Plan, State
from harness.migration.trace import Trace
from harness.migration.vocabulary import Device, Subject
from harness.migration.world import CheckRecord, CommissioningRecord

LOOK_EVERY = 10
"""Seconds between two looks whether a healed meter has found its way back."""
RECOVERY = 6 * 3600
"""Seconds in which it must have."""


class WorldError(RuntimeError):
    """A fault did not do what it says: the bench is wrong, not the controller."""


class HanWorld:
    """One HAN in one session."""

    def __init__(self, han: Han, plan: Plan, trace: Trace, check: HanConnectivityCheck) -> None:
        self._han = han
        self._plan = plan
        self._trace = trace
        self._check = check
        self._commissionings = 0
        self._turn = asyncio.Lock()
        self._work: list[asyncio.Task[None]] = []
        self.results: list[CheckResult] = []
        for change in plan.changes:
            if change.at is not None:
                delay = (change.at - trace.now).total_seconds()
                asyncio.get_running_loop().call_later(delay, self._begin, change)

    # --- what the plan says -----------------------------------------------------------------------------------------

    def prepare_check(self, attempt: int) -> None:
        for change in self._plan.changes:
            if change.before_check == attempt:
                self._begin(change)

    def _begin(self, change: Change) -> None:
        if change.state is not State.WELL:
            self._trace.truth(change.subject, change.state, change.cause)
        task = asyncio.get_running_loop().create_task(self._bring_about(change))
        self._work.append(task)

    async def _bring_about(self, change: Change) -> None:
        fault = FAULTS[change.cause]
        async with self._turn:
            if change.state is State.WELL:
                await self._heal(fault)
            else:
                await fault.inject(self._han)
                if fault.subject is Subject.GSME and reachable(self._han, self._han.gsme) is fault.severs:
                    reasons = ", ".join(obstacles(self._han, self._han.gsme)) or "nothing is in its way"
                    raise WorldError(f"{fault.name} was injected, and of the gas meter it is true that {reasons}")

    async def _heal(self, fault: Fault) -> None:
        han = self._han
        meters: dict[Subject, Esme | Gsme] = {Subject.GSME: han.gsme, Subject.ESME: han.esme}
        meter = meters.get(fault.subject)
        if meter is not None:
            self._trace.truth(fault.subject, State.UNCERTAIN, fault.name)
        await fault.heal(han)
        if meter is not None:
            for _ in range(RECOVERY // LOOK_EVERY):
                if reachable(han, meter):
                    break
                await asyncio.sleep(LOOK_EVERY)
            else:
                reasons = ", ".join(obstacles(han, meter))
                raise WorldError(f"{fault.name} was healed, and {meter.name} did not come back: {reasons}")
        self._trace.truth(fault.subject, State.WELL, fault.name)

    async def _settled(self) -> None:
        """Wait for what is being broken or mended. Raises WorldError if that went wrong."""
        while self._work:
            await self._work.pop(0)

    # --- what the controller asks for -------------------------------------------------------------------------------

    async def run_check(self) -> CheckRecord:
        await self._settled()
        result = await self._check.run(self._han)
        self.results.append(result)
        frames = tuple(evidence.number for evidence in result.evidence)
        return CheckRecord(result.verdict, result.code, result.cause, result.detail, frames)

    async def commission(self, devices: Sequence[Device]) -> CommissioningRecord:
        self._commissionings += 1
        for change in self._plan.changes:
            if change.before_commissioning == self._commissionings:
                self._begin(change)
        await self._settled()
        if self._han.trouble is not None:
            return CommissioningRecord(False, f"the bench itself has failed: {self._han.trouble}")
        first = self._han.medium.frames + 1
        for device in devices:
            if trouble := await self._reach(device):
                return CommissioningRecord(False, trouble)
        return CommissioningRecord(True, frames=(first, self._han.medium.frames))

    async def _reach(self, device: Device) -> str | None:
        """Read a device's identity, as commissioning does first of all; what went wrong, if anything."""
        han = self._han
        patience = CONTROL_PATIENCE
        if device is Device.GSME:
            patience += int(self._check.wakes * han.settings.gsme.wake_interval)
        ieee = (han.settings.gsme if device is Device.GSME else han.settings.esme).ieee
        answer = await han.ask(
            lambda done: han.wan.read(ieee, METER_ENDPOINT, BASIC.id, IDENTITY, done, timeout=patience),
            patience=patience / SECOND + WAN_PATIENCE,
        )
        if not answer.delivered:
            return "the WAN failed"
        if answer.reply is None or not answer.reply.ok:
            return f"the {device.value.upper()} did not answer"
        return None
