"""Other times to ask a supplier."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hanbench.harness.case.vocabulary import AnyAction, AnyEvent, InstallationChanged, InstallationLoaded, Tick
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.states import CaseState, Step


class AsksWhenLoaded(Reference):
    """Asks the GSME's supplier when the case is loaded, before any check (letter, 2: it has the right to request)."""

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Ask at the loading, and at each change of hands, for the consent that would be missing."""
        actions = super().handle(event, now)
        heard = isinstance(event, InstallationLoaded | InstallationChanged)
        if not heard or self.state is not CaseState.CHECKING or self.time_is_up(now):
            return actions
        return [*self.carry_out(Step.ASK_SUPPLIER, now), *actions]


class AsksEveryDay(Reference):
    """Asks the GSME's supplier again each day while it waits (letter, 2: no limit to asking)."""

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Repeat the question at each tick of a hold."""
        actions = list(super().handle(event, now))
        if isinstance(event, Tick) and self.state is CaseState.HOLDING:
            actions += self.carry_out(Step.ASK_SUPPLIER, now)
        return actions
