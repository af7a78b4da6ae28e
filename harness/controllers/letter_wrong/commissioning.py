"""Wrong about the meters to commission, and their order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from hanbench.harness.case.installation import MeterRole
from hanbench.harness.case.vocabulary import (
    AnyAction,
    AnyEvent,
    Close,
    CommissionDevices,
    CommissioningEnded,
    ExcludeDevice,
    Outcome,
)
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.states import CaseState, Step

_ESME_ALONE = CommissionDevices((MeterRole.ESME,))
_GSME_ALONE = CommissionDevices((MeterRole.GSME,))
_BOTH = CommissionDevices((MeterRole.ESME, MeterRole.GSME))


class OneMeterAtATime(Reference):
    """Commissions the ESME alone after a pass, and the GSME when that has succeeded (letter, 2)."""

    _esme_done = False

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Go on with the GSME after the ESME."""
        if self.state is CaseState.COMMISSIONING_BOTH and isinstance(event, CommissioningEnded) and event.succeeded:
            self._esme_done = True
            if event.devices == (MeterRole.ESME,):
                return [_GSME_ALONE]
        return super().handle(event, now)

    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        """Begin with the ESME, if that is still to be done."""
        if step is Step.COMMISSION_BOTH:
            yield _GSME_ALONE if self._esme_done else _ESME_ALONE
        else:
            yield from super().carry_out(step, now)


class FallsBackToTheElectricityMeter(Reference):
    """Commissions the ESME alone if both meters together fail, without three failed checks (letter, 2)."""

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Take a failed commissioning of both for a reason to leave the GSME behind."""
        failed = isinstance(event, CommissioningEnded) and not event.succeeded
        if failed and self.state is CaseState.COMMISSIONING_BOTH:
            self.state = CaseState.COMMISSIONING_ESME
            return [_ESME_ALONE]
        return super().handle(event, now)


class TriesBothOnceMore(Reference):
    """Commissions a GSME that does not answer before it leaves it behind (letter, 2)."""

    _trying = False

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Go on with the ESME alone if both failed."""
        if self._trying and isinstance(event, CommissioningEnded):
            self._trying = False
            if not event.succeeded:
                return [_ESME_ALONE]
            self.state = CaseState.CLOSED
            return [Close(Outcome.MIGRATE_BOTH)]
        return super().handle(event, now)

    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        """Begin with both."""
        if step is Step.COMMISSION_ESME:
            self._trying = True
            yield _BOTH
        else:
            yield from super().carry_out(step, now)


class ExcludesTooEarly(Reference):
    """Excludes the GSME before the ESME has been migrated without it (letter, 2)."""

    _excluded = False

    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        """Exclude the GSME before the ESME is commissioned."""
        if step is Step.COMMISSION_ESME and not self._excluded:
            self._excluded = True
            yield ExcludeDevice(MeterRole.GSME, self.exclusion_record(now))
        if step is not Step.EXCLUDE_GSME:
            yield from super().carry_out(step, now)
