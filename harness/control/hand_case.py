"""The case that checks by hand belong to: the reference controller, told of each, decides as the rules allow.

It begins with the first check, and again with the first one after its end. Both meters are Dormant, so that the DCC
decides, and checks may follow each other at once. What the controller asks for is done by hand, with one exception: the
electricity meter alone is commissioned at once, which takes seconds. With the gas meter it takes up to an hour: the
verb `commission` does it, and a further check begins another case instead.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from msgspec import structs

from hanbench.harness.case.check import HanCheck
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import Installation, Meter, MeterRole, MeterStatus, Rulebook
from hanbench.harness.case.vocabulary import (
    AnyEvent,
    CheckEnded,
    Close,
    CommissionDevices,
    CommissioningEnded,
    InstallationLoaded,
)
from hanbench.harness.control.decisions import tell_decision
from hanbench.harness.control.home_journal import HomeJournal
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.han.han import Han
from hanbench.profiles.rulesets import Cohort, shipped

ENDS_AFTER = timedelta(days=14)
SUPPLIER = "supplier"

Commission = Callable[[tuple[MeterRole, ...]], Awaitable[Commissioning]]


class HandCase:
    """The present case of one home."""

    def __init__(self, han: Han, cohort: Cohort, journal: HomeJournal, commission: Commission) -> None:
        self._han = han
        self._cohort = cohort
        self._journal = journal
        self._commission = commission
        self._number = 0
        self._attempts = 0
        self._controller: Reference | None = None
        self._installation: Installation
        self._awaited: tuple[MeterRole, ...] = ()
        """The devices whose commissioning the controller awaits."""

    async def check_begins(self) -> None:
        """Begin a case, unless the check that begins belongs to the present one."""
        if self._controller is None or self._awaited:
            await self._begin()

    async def checked(self, check: HanCheck) -> None:
        """Give the controller a check, and do what it asks for; its attempts are counted from the case's begin."""
        self._attempts += 1
        await self._give(CheckEnded(**structs.asdict(structs.replace(check, attempt=self._attempts))))

    async def commissioned(self, ended: Commissioning) -> None:
        """Give the controller a commissioning, if it awaits one of these devices."""
        if self._controller is not None and set(ended.devices) == set(self._awaited):
            self._awaited = ()
            await self._give(CommissioningEnded(**structs.asdict(ended)))

    @property
    def _id(self) -> str:
        home = f"{self._han.name}-" if self._han.name else ""
        return f"{home}by-hand-{self._number}"

    async def _begin(self) -> None:
        self._number += 1
        self._attempts, self._awaited = 0, ()
        now = self._han.calendar.date(self._han.clock.now)
        dormant = Meter(MeterStatus.DORMANT, SUPPLIER)
        rulebook = Rulebook.in_force(shipped())
        self._installation = Installation(
            self._id, self._cohort, dormant, dormant, rulebook, timedelta(0), now + ENDS_AFTER
        )
        self._controller = Reference(shipped())
        await self._give(InstallationLoaded(self._installation))

    async def _give(self, event: AnyEvent) -> None:
        assert self._controller is not None
        now = self._han.calendar.date(self._han.clock.now)
        for action in self._controller.handle(event, now):
            tell_decision(self._journal, self._installation, shipped(), action, now, "reference")
            if isinstance(action, CommissionDevices):
                self._awaited = action.devices
                if action.devices == (MeterRole.ESME,):
                    await self.commissioned(await self._commission(action.devices))
            elif isinstance(action, Close):
                self._controller = None
                return
