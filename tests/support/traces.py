"""Traces written by hand, record by record: the oracle is tested on these, never on what a controller did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Self

from msgspec import structs

from hanbench.harness.case.check import HanCheck, Subject, Verdict
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import Installation, Meter, MeterRole, MeterStatus, Rulebook
from hanbench.harness.case.plan import State, StatementKind
from hanbench.harness.case.trace import (
    VERSION,
    ActionAccepted,
    AnyRecord,
    CheckRecorded,
    CheckStarted,
    Closed,
    CommissioningRecorded,
    ControllerFaulted,
    End,
    EventDelivered,
    Excluded,
    GroundTruth,
    Header,
)
from hanbench.harness.case.vocabulary import (
    AnyEvent,
    AskSupplier,
    Authorisation,
    Close,
    CommissionDevices,
    ConsentKind,
    ExcludeDevice,
    ExclusionRecord,
    InstallationChanged,
    Outcome,
    SupplierRequest,
    Withdrawal,
)
from hanbench.harness.oracle import judge
from hanbench.profiles.rulesets import Cohort, Switches, shipped

START = datetime(2022, 4, 4, 9, tzinfo=UTC)
RECORD = ExclusionRecord("GT01", "gas", date(2022, 12, 31), (1, 2, 3))
"""What excluding the GSME takes after three failures."""
ESME_ONLY, BOTH = (MeterRole.ESME,), (MeterRole.ESME, MeterRole.GSME)
_EVENTS: dict[StatementKind, Callable[[str], AnyEvent]] = {
    StatementKind.REQUEST: SupplierRequest,
    StatementKind.AUTHORISATION: Authorisation,
    StatementKind.WITHDRAWAL: Withdrawal,
}


class HandWrittenTrace:
    """A trace of one case. Each method appends what happens next, and returns the trace."""

    def __init__(
        self,
        esme: MeterStatus = MeterStatus.DORMANT,
        gsme: MeterStatus = MeterStatus.DORMANT,
        *,
        cohort: Cohort = Cohort.IOC,
        start: datetime = START,
        switches: Switches | None = None,
        rulebook: Rulebook | None = None,
        days: float = 14,
    ) -> None:
        self.start = self.now = start
        self.attempt = self.frame = 0
        book = rulebook or Rulebook.in_force(shipped(), switches)
        self.home = Installation(
            "home", cohort, Meter(esme, "power"), Meter(gsme, "gas"), book,
            timedelta(hours=24), start + timedelta(days=days),
        )  # fmt: skip
        self.records: list[AnyRecord] = [Header(start, "scenario", self.home, "by hand", VERSION)]

    def at(self, hours: float) -> Self:
        """What follows happens so many hours after the start."""
        self.now = self.start + timedelta(hours=hours)
        return self

    def add(self, *records: AnyRecord) -> Self:
        self.records += records
        return self

    def truth(self, subject: Subject, state: State) -> Self:
        return self.add(GroundTruth(self.now, subject, state))

    def check(
        self,
        verdict: Verdict,
        cause: Subject | None = None,
        *,
        code: str | None = None,
        meanwhile: Sequence[tuple[Subject, State]] = (),
        wait: float = 25,
    ) -> Self:
        """A check of an hour, `wait` hours after the last one began (the first: now)."""
        if self.attempt:
            self.now += timedelta(hours=wait - 1)
        self.attempt += 1
        self.frame += 10
        started = self.now
        self.add(CheckStarted(started, self.attempt))
        for subject, state in meanwhile:
            self.truth(subject, state)
        self.now += timedelta(hours=1)
        done = HanCheck(self.attempt, verdict, started, self.now, code, cause, frames=(self.frame,))
        return self.add(CheckRecorded(self.now, done))

    def passes(self) -> Self:
        return self.check(Verdict.PASS)

    def fails(self, times: int = 1) -> Self:
        for _ in range(times):
            self.check(Verdict.FAIL, Subject.GSME, code="GT01")
        return self

    def inconclusive(self, cause: Subject = Subject.WAN) -> Self:
        return self.check(Verdict.INCONCLUSIVE, cause)

    def says(self, supplier: str, says: StatementKind) -> Self:
        return self.add(EventDelivered(self.now, _EVENTS[says](supplier)))

    def asks(self, supplier: str = "gas", consent: ConsentKind = ConsentKind.REQUEST) -> Self:
        return self.add(ActionAccepted(self.now, AskSupplier(supplier, consent)))

    def moves(self, status: MeterStatus, supplier: str = "gas") -> Self:
        """The GSME has this status and supplier from now on, and the controller is told."""
        return self.becomes(gsme=Meter(status, supplier))

    def becomes(self, *, esme: Meter | None = None, gsme: Meter | None = None) -> Self:
        """A meter changes its supplier or its status, and the controller is told."""
        self.home = structs.replace(self.home, esme=esme or self.home.esme, gsme=gsme or self.home.gsme)
        return self.add(EventDelivered(self.now, InstallationChanged(self.home)))

    def commissions(self, devices: tuple[MeterRole, ...], *, succeeded: bool = True) -> Self:
        return self.add(
            ActionAccepted(self.now, CommissionDevices(devices)),
            CommissioningRecorded(self.now, Commissioning(devices, succeeded)),
        )

    def excludes(self, device: MeterRole = MeterRole.GSME, record: ExclusionRecord | None = RECORD) -> Self:
        return self.add(ActionAccepted(self.now, ExcludeDevice(device, record)), Excluded(self.now, device, record))

    def closes(self, outcome: Outcome) -> Self:
        return self.add(ActionAccepted(self.now, Close(outcome)), Closed(self.now, outcome), End(self.now, "closed"))

    def partial_migration(self) -> Self:
        """The ESME is commissioned alone, the GSME excluded, the case closed."""
        return self.commissions(ESME_ONLY).excludes().closes(Outcome.MIGRATE_ESME_ONLY)

    def gsme_dead(self) -> Self:
        return self.truth(Subject.GSME, State.BROKEN)

    def misbehaves(self) -> Self:
        return self.add(ControllerFaulted(self.now, "out-of-turn", "RunCheck during a commissioning"))

    def violations(self) -> list[tuple[str, str]]:
        """What the oracle finds wrong: properties and texts."""
        return [(v.property, v.text) for v in judge(self.records, shipped())]

    def violated(self) -> set[str]:
        """The properties that the oracle finds violated."""
        return {violation.property for violation in judge(self.records, shipped())}
