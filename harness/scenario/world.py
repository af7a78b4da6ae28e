"""The emulated HAN as the world of a session: carries out faults, checks and commissionings."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import structs

from hanbench.emulator.clock import SECOND
from hanbench.harness.case.check import HanCheck
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.case.trace import Trace
from hanbench.harness.checks import EvidencedCheck, HanConnectivityCheck, commission
from hanbench.harness.han.han import Han
from hanbench.harness.scenario.fault_timeline import FaultTimeline
from hanbench.harness.scenario.frame_count import FrameCount


class HanWorld:
    """One HAN in one session."""

    def __init__(
        self, han: Han, trace: Trace, faults: FaultTimeline, check: HanConnectivityCheck, count: FrameCount
    ) -> None:
        self.results: list[EvidencedCheck] = []
        """The checks so far, with their evidence."""
        self._han = han
        self.trace = trace
        self.faults = faults
        self._check = check
        self._count = count
        self._commissionings = 0

    def prepare_check(self, attempt: int) -> None:
        self.faults.check_asked_for(attempt)

    async def run_check(self, attempt: int) -> HanCheck:
        started, start = self.trace.now, self._han.clock.now / SECOND
        await self.faults.settled()
        with self._count.during("checks"):
            found = await self._check.run(self._han, attempt)
        # The check began at its time, even if a fault or a recovery was still in progress then.
        check = structs.replace(found.check, started=started, finished=self.trace.now, start=start)
        self.results.append(EvidencedCheck(check, found.evidence))
        return check

    async def commission(self, devices: Sequence[MeterRole]) -> Commissioning:
        self._commissionings += 1
        self.faults.commissioning_begins(self._commissionings)
        await self.faults.settled()
        with self._count.during("commissioning"):
            return await commission(self._han, devices, self._check)
