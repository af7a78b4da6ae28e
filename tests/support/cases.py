"""Migration cases: a world without radio, homes, and cases whose outcomes are worked out by hand from the rules."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hanbench.emulator.clock import SECOND
from hanbench.harness.case.check import HanCheck, Subject, Verdict
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.controller import AnyController
from hanbench.harness.case.installation import Installation, Meter, MeterRole, MeterStatus, Rulebook
from hanbench.harness.case.plan import FaultEvent, Plan, State, StatementKind, SupplierAct, SupplierChange
from hanbench.harness.case.session import Await, Limits, drive
from hanbench.harness.case.trace import AnyRecord, Trace
from hanbench.harness.case.vocabulary import Outcome
from hanbench.profiles.rulesets import Cohort, Counting, Decider, Switches, shipped

CHECK_TAKES = timedelta(minutes=30)


class FakeStory:
    """Follows the plan's changes; a check takes half an hour and finds what is so at its begin and end."""

    def __init__(self, plan: Plan, trace: Trace, coin: Callable[[], bool]) -> None:
        self.plan = plan
        self.trace = trace
        self.coin = coin
        self.states = dict.fromkeys(Subject, State.HEALTHY)
        self.commissionings = 0
        self.frame = 0
        self.pending: list[tuple[int, FaultEvent]] = sorted(
            ((max(trace.calendar.clock(each.at), trace.time), each) for each in plan.changes if each.at is not None),
            key=lambda each: each[0],
        )
        self.ending: tuple[int, Callable[[], HanCheck | Commissioning]] | None = None
        """The time of the end of what is in progress, and what it comes to."""

    def apply(self, change: FaultEvent) -> None:
        self.states[change.subject] = change.state
        self.trace.truth(change.subject, change.state, change.cause)

    def prepare_check(self, attempt: int) -> None:
        for change in self.plan.changes:
            if change.before_check == attempt:
                self.apply(change)

    def begin_check(self, attempt: int) -> None:
        at_begin, started = self._settled(), self.trace.now
        self.ending = (
            self.trace.time + int(CHECK_TAKES.total_seconds() * SECOND),
            lambda: self._check(attempt, at_begin, started),
        )

    def _check(self, attempt: int, at_begin: Mapping[Subject, State], started: datetime) -> HanCheck:
        at_end = self._settled()
        self.frame += 2
        verdict, code, cause = self._verdict(at_begin, at_end)
        frames = (self.frame - 1, self.frame)
        return HanCheck(attempt, verdict, started, self.trace.now, code, cause, frames=frames)

    def _verdict(
        self, at_begin: Mapping[Subject, State], at_end: Mapping[Subject, State]
    ) -> tuple[Verdict, str | None, Subject | None]:
        for subject in (Subject.WAN, Subject.BENCH, Subject.ESME):
            if State.BROKEN in (at_begin[subject], at_end[subject]):
                return Verdict.INCONCLUSIVE, None, subject
        if at_end[Subject.GSME] is State.BROKEN:
            return Verdict.FAIL, "GT01", Subject.GSME
        return Verdict.PASS, None, None

    def begin_commissioning(self, devices: Sequence[MeterRole]) -> None:
        self.commissionings += 1
        for change in self.plan.changes:
            if change.before_commissioning == self.commissionings:
                self.apply(change)
        states = self._settled()
        needed = {Subject.WAN, Subject.BENCH, *(Subject(device.value) for device in devices)}
        done = Commissioning(tuple(devices), all(states[subject] is State.HEALTHY for subject in needed))
        self.ending = (self.trace.time + 10 * SECOND, lambda: done)

    def proceed(self, until: int) -> HanCheck | Commissioning | None:
        end = until if self.ending is None else min(until, self.ending[0])
        while self.pending and self.pending[0][0] <= end:
            self.trace.time, change = self.pending.pop(0)
            self.apply(change)
        self.trace.time = end
        if self.ending is None or self.ending[0] > until:
            return None
        come_to, self.ending = self.ending[1], None
        return come_to()

    def _settled(self) -> dict[Subject, State]:
        """An uncertain subject is what the coin says."""
        sides = {True: State.HEALTHY, False: State.BROKEN}
        return {s: sides[self.coin()] if state is State.UNCERTAIN else state for s, state in self.states.items()}


class CaseRun(NamedTuple):
    """How a controller ended a case, and the trace of it."""

    outcome: Outcome | None
    records: list[AnyRecord]


def run_case(
    controller: AnyController,
    installation: Installation,
    plan: Plan,
    *,
    limits: Limits | None = None,
    coin: Callable[[], bool] = lambda: True,
    story: type[FakeStory] = FakeStory,
) -> CaseRun:
    """Let `controller` decide about `installation` while `plan` happens. `coin` says how an uncertain subject is."""
    trace = Trace(plan.start)
    told = story(plan, trace, coin)
    with asyncio.Runner() as runner:
        outcome = drive(controller, installation, told, plan, trace, await_=_awaited(runner), limits=limits)
    return CaseRun(outcome, trace.records)


def _awaited(runner: asyncio.Runner) -> Await:
    async def answer(work: Awaitable[Any]) -> Any:
        return await work

    return lambda work: runner.run(answer(work))


A, D = MeterStatus.ACTIVE, MeterStatus.DORMANT
GAS, POWER = "gas-supplier", "power-supplier"
START = datetime(2022, 4, 4, 9, tzinfo=UTC)
"""TMAD v19 is in force."""
DAY = timedelta(days=1)


def home(
    esme: MeterStatus,
    gsme: MeterStatus,
    *,
    cohort: Cohort = Cohort.IOC,
    start: datetime = START,
    rule_set: str | None = None,
    switches: Switches | None = None,
    days: int = 20,
) -> Installation:
    book = Rulebook.in_force(shipped(), switches) if rule_set is None else Rulebook.always(rule_set, switches)
    return Installation("home-1", cohort, Meter(esme, POWER), Meter(gsme, GAS), book, DAY, start + days * DAY)


def broken(subject: Subject = Subject.GSME, check: int = 1) -> FaultEvent:
    """`subject` breaks before the check of that number."""
    return FaultEvent(subject, State.BROKEN, before_check=check)


def healthy(subject: Subject = Subject.GSME, check: int = 1) -> FaultEvent:
    """`subject` recovers before the check of that number."""
    return FaultEvent(subject, State.HEALTHY, before_check=check)


class Case(NamedTuple):
    """An installation, what happens to it, and how it has to end: worked out by hand from the rules."""

    installation: Installation
    plan: Plan
    outcome: Outcome


def _case(
    outcome: Outcome,
    installation: Installation,
    *changes: FaultEvent,
    says: Sequence[SupplierAct] = (),
    moves: Sequence[SupplierChange] = (),
    start: datetime = START,
) -> Case:
    return Case(installation, Plan(start, tuple(says), changes, tuple(moves)), outcome)


def gas_supplier(
    says: StatementKind,
    *,
    at: datetime | None = None,
    after_ask: timedelta | None = None,
    after_check: int | None = None,
) -> SupplierAct:
    """What the gas meter's supplier says, and when: exactly one of the three."""
    return SupplierAct(GAS, says, at=at, after_ask=after_ask, after_check=after_check)


def _moves(meter: MeterRole, status: MeterStatus, after_check: int, supplier: str | None = None) -> SupplierChange:
    return SupplierChange(meter, status, supplier, after_check=after_check)


O, H = Outcome, timedelta(hours=1)  # noqa: E741
W = Subject.WAN
ON_12_MARCH = datetime(2022, 3, 12, 12, tzinfo=UTC)
ON_13_MARCH = datetime(2022, 3, 13, 12, tzinfo=UTC)
FEBRUARY = datetime(2022, 2, 1, 9, tzinfo=UTC)
REQ, AUTH, BACK = StatementKind.REQUEST, StatementKind.AUTHORISATION, StatementKind.WITHDRAWAL

CASES: Mapping[str, Case] = {
    "healthy": _case(O.MIGRATE_BOTH, home(A, A)),
    "recovers before the third check": _case(O.MIGRATE_BOTH, home(D, D), broken(), healthy(check=3)),
    "dormant": _case(O.MIGRATE_ESME_ONLY, home(D, D), broken()),
    "dormant under v18": _case(O.REFUSE, home(D, D, start=FEBRUARY), broken(), start=FEBRUARY),
    # Checks begin on days 0, 1 and 2: the third failure comes on 14 or on 15 March.
    "dormant, decided on 14 March": _case(O.REFUSE, home(D, D, start=ON_12_MARCH), broken(), start=ON_12_MARCH),
    "dormant, decided on 15 March": _case(
        O.MIGRATE_ESME_ONLY, home(D, D, start=ON_13_MARCH), broken(), start=ON_13_MARCH
    ),
    "dormant, supplier objects": _case(
        O.MIGRATE_ESME_ONLY, home(D, D), broken(), says=[gas_supplier(BACK, after_check=1)]
    ),
    "dormant moc": _case(O.REFUSE, home(D, D, cohort=Cohort.MOC_SECURE), broken()),
    "dormant moc, as proposed": _case(
        O.MIGRATE_ESME_ONLY, home(D, D, cohort=Cohort.MOC_SECURE, rule_set="consultation-2021-10"), broken()
    ),
    "active, silence": _case(O.HOLD, home(A, A), broken()),
    "active, request": _case(O.MIGRATE_ESME_ONLY, home(A, A), broken(), says=[gas_supplier(REQ, after_ask=2 * H)]),
    "active, request of the other supplier": _case(
        O.HOLD, home(A, A), broken(), says=[SupplierAct(POWER, REQ, after_check=1)]
    ),
    "active, authorisation only": _case(O.HOLD, home(A, A), broken(), says=[gas_supplier(AUTH, after_check=1)]),
    "active under v18, request": _case(
        O.MIGRATE_ESME_ONLY,
        home(A, A, start=FEBRUARY),
        broken(),
        says=[gas_supplier(REQ, after_check=1)],
        start=FEBRUARY,
    ),
    "active, recovered when the request comes": _case(
        O.MIGRATE_BOTH,
        home(A, A),
        broken(),
        FaultEvent(Subject.GSME, State.HEALTHY, at=START + 4 * DAY),
        says=[gas_supplier(REQ, after_ask=5 * DAY)],
    ),
    "active, still dead when the request comes": _case(
        O.MIGRATE_ESME_ONLY, home(A, A), broken(), says=[gas_supplier(REQ, after_ask=5 * DAY)]
    ),
    "mixed, gsme active, silence": _case(O.HOLD, home(D, A), broken()),
    "mixed, gsme active, authorised": _case(
        O.MIGRATE_ESME_ONLY, home(D, A), broken(), says=[gas_supplier(AUTH, after_ask=H)]
    ),
    "mixed, gsme active, withdrawn": _case(
        O.HOLD, home(D, A), broken(), says=[gas_supplier(AUTH, after_check=1), gas_supplier(BACK, after_check=2)]
    ),
    "mixed, gsme dormant": _case(O.MIGRATE_ESME_ONLY, home(A, D), broken()),
    "mixed, gsme dormant, supplier decides": _case(
        O.HOLD, home(A, D, switches=Switches(mixed_gsme_dormant_decider=Decider.RESPONSIBLE_SUPPLIER)), broken()
    ),
    "wan down at first": _case(O.MIGRATE_ESME_ONLY, home(D, D), broken(), broken(W), healthy(W, check=2)),
    "wan down at the third check": _case(O.MIGRATE_ESME_ONLY, home(D, D), broken(), broken(W, 3), healthy(W, 4)),
    "esme down at the third check": _case(
        O.MIGRATE_ESME_ONLY, home(D, D), broken(), broken(Subject.ESME, 3), healthy(Subject.ESME, 4)
    ),
    "esme dead": _case(O.EXCLUDE_INSTALLATION, home(D, D), broken(Subject.ESME)),
    # Fails twice, answers but is gone when it is to be commissioned, fails twice: five attempts, never three in a row.
    "flapping": _case(
        O.EXCLUDE_INSTALLATION,
        home(D, D),
        broken(),
        healthy(check=3),
        FaultEvent(Subject.GSME, State.BROKEN, before_commissioning=1),
    ),
    # Two checks without the WAN, three failures: the last one makes the count full, and uses up the attempts.
    "the cap comes before the count": _case(
        O.EXCLUDE_INSTALLATION,
        home(D, D, switches=Switches(count_before_cap=False)),
        broken(),
        broken(W),
        healthy(W, check=3),
    ),
    "flapping, counted cumulatively": _case(
        O.MIGRATE_ESME_ONLY,
        home(D, D, switches=Switches(failure_counting=Counting.CUMULATIVE)),
        broken(),
        healthy(check=3),
        FaultEvent(Subject.GSME, State.BROKEN, before_commissioning=1),
    ),
    # The customer moves to a supplier without a SMETS1 service: from then on the DCC decides.
    "active becomes dormant while it is checked": _case(
        O.MIGRATE_ESME_ONLY, home(A, A), broken(), moves=[_moves(MeterRole.ESME, D, 1), _moves(MeterRole.GSME, D, 2)]
    ),
    "active becomes dormant while a request is awaited": _case(
        O.MIGRATE_ESME_ONLY, home(A, A), broken(), moves=[_moves(MeterRole.ESME, D, 3), _moves(MeterRole.GSME, D, 3)]
    ),
    "dormant becomes active, silence": _case(O.HOLD, home(D, D), broken(), moves=[_moves(MeterRole.GSME, A, 1)]),
    "dormant becomes active, too late": _case(
        O.MIGRATE_ESME_ONLY, home(D, D), broken(), moves=[_moves(MeterRole.GSME, A, 3)]
    ),
    "the former supplier's request": _case(
        O.HOLD,
        home(A, A),
        broken(),
        says=[gas_supplier(REQ, after_check=1)],
        moves=[_moves(MeterRole.GSME, A, 2, "newcomer")],
    ),
    "the new supplier's request": _case(
        O.MIGRATE_ESME_ONLY,
        home(A, A),
        broken(),
        says=[SupplierAct("newcomer", REQ, after_ask=H)],
        moves=[_moves(MeterRole.GSME, A, 3, "newcomer")],
    ),
    "out of scope once it is dormant": _case(
        O.REFUSE, home(A, A, start=FEBRUARY), broken(), moves=[_moves(MeterRole.GSME, D, 3)], start=FEBRUARY
    ),
    "time runs out": _case(O.RETRY, home(D, D, days=2), broken()),
}
