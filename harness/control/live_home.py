"""One home of a bench that is kept: its HAN, its faults, its nodes, and the case of its checks by hand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hanbench.harness.bench.street import StreetHome
from hanbench.harness.case.check import HanCheck
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.checks import HanConnectivityCheck, commission
from hanbench.harness.control.errors import NOT_UP_YET, ControlError
from hanbench.harness.control.events import CommissioningProgress, LogLine
from hanbench.harness.control.hand_case import HandCase
from hanbench.harness.control.home_journal import HomeJournal
from hanbench.harness.control.nodes import Nodes
from hanbench.harness.faults import FAULTS
from hanbench.harness.faults.active_faults import ActiveFaults
from hanbench.harness.han.formation import FormationError
from hanbench.profiles.rulesets import Cohort

if TYPE_CHECKING:
    from hanbench.harness.control.live_bench import LiveBench
    from hanbench.harness.control.played_scenario import ScenarioPlayer


class LiveHome:
    """One home. Use it in the bench's thread."""

    def __init__(self, bench: LiveBench, home: StreetHome) -> None:
        """`bench`: its journal, captures and clock are there already."""
        self.bench = bench
        self.home = home
        self.name = home.name
        """Empty: the bench has this home alone."""
        self.file = home.bench
        """The bench of this home alone."""
        self.han = han = home.han
        self.journal = HomeJournal(bench.journal, home.name)
        self.faults = ActiveFaults(han)
        self.nodes = Nodes(home, self.faults, self.journal)
        self.checking = asyncio.Lock()
        """Held during a check or a commissioning."""
        self.case = HandCase(han, self.file.profile.cohort or Cohort.IOC, self.journal, self._commission)
        self.last_check: HanCheck | None = None
        self.checks = 0
        self.played: ScenarioPlayer | None = None
        """The scenario that plays."""
        self.up = False
        self.detail = "the HAN is coming up"
        self._looked_at = -1
        han.on_progress = han.on_event = self.log
        han.radios.on_event = lambda dongle, text: self.log(f"dongle {dongle}: {text}")

    async def come_up(self) -> None:
        """Bring the HAN up, in the turn of this home, and tell the result."""
        try:
            await self.bench.street.begin(self.home)
        except FormationError as error:
            self.detail = f"the HAN did not come up: {error}; the ports stay open"
        else:
            self.up, self.detail = True, ""
            for name in self.file.profile.faults:
                self.faults.adopt(FAULTS[name])
        self.log(self.detail or "the HAN is up")
        self.nodes.look()

    def must_be_up(self) -> None:
        """Raise ControlError if the HAN is not up."""
        if not self.up:
            raise ControlError(NOT_UP_YET, self.home.say(self.detail))

    def look_if_frames(self, frames: int) -> None:
        """Look for changes of the nodes if there were frames since the last look. `frames`: those so far."""
        if frames != self._looked_at:
            self._looked_at = frames
            self.nodes.look()

    def log(self, text: str) -> None:
        """Add a line to the bench's log."""
        self.journal.add(LogLine, text=text)
        self.bench.tell_log(self.home.say(text))

    def note(self, text: str) -> None:
        """Add a comment to the next frame of every capture."""
        self.bench.note(self.home.say(text))

    def checked(self, check: HanCheck) -> None:
        """Note a check that has ended."""
        self.last_check = self.bench.last_check = check
        self.nodes.failures.checked(check)

    def new_attempt(self) -> int:
        """Return the number of the next check."""
        self.checks += 1
        return self.checks

    async def _commission(self, devices: tuple[MeterRole, ...]) -> Commissioning:
        """Commission devices for the case of the checks by hand."""
        names = tuple(each.value for each in devices)
        self.journal.add(CommissioningProgress, devices=names, by="reference")
        found = (await commission(self.han, devices, HanConnectivityCheck())).commissioning
        self.journal.add(CommissioningProgress, devices=names, commissioning=found, by="reference")
        return found
