"""A world without radio, in which checks find what the plan says, and the homes and cases that the tests play in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from hanbench.emulator.clock import VirtualClock, run
from hanbench.harness.case.check import HanCheck, Subject, Verdict
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import Installation, Meter, MeterRole, MeterStatus, Rulebook
from hanbench.harness.case.plan import FaultEvent, Plan, State, StatementKind, SupplierAct, SupplierChange
from hanbench.harness.case.session import Limits, drive
from hanbench.harness.case.trace import AnyRecord, Trace
from hanbench.harness.case.vocabulary import Outcome
from hanbench.profiles.rulesets import Cohort, Counting, Decider, Switches, shipped

CHECK_TAKES = timedelta(minutes=30)


class FakeWorld:
    """Follows the plan's changes; a check takes half an hour and finds what is so at its begin and end."""

    def __init__(self, plan: Plan, trace: Trace, coin: Callable[[], bool]) -> None:
        self.plan = plan
        self.trace = trace
        self.coin = coin
        self.states = dict.fromkeys(Subject, State.HEALTHY)
        self.commissionings = 0
        self.frame = 0

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        for change in self.plan.changes:
            if change.at is not None:
                wait = (change.at - self.trace.now).total_seconds()
                loop.call_later(max(wait, 0), self.apply, change)

    def apply(self, change: FaultEvent) -> None:
        self.states[change.subject] = change.state
        self.trace.truth(change.subject, change.state, change.cause)

    def prepare_check(self, attempt: int) -> None:
        for change in self.plan.changes:
            if change.before_check == attempt:
                self.apply(change)

    async def run_check(self, attempt: int) -> HanCheck:
        verdict, code, cause, frames = await self._found()
        started = self.trace.now - CHECK_TAKES
        return HanCheck(attempt, verdict, started, self.trace.now, code, cause, frames=frames)

    async def _found(self) -> tuple[Verdict, str | None, Subject | None, tuple[int, ...]]:
        at_begin = self._settled()
        await asyncio.sleep(CHECK_TAKES.total_seconds())
        at_end = self._settled()
        self.frame += 2
        frames = (self.frame - 1, self.frame)
        for subject in (Subject.WAN, Subject.BENCH, Subject.ESME):
            if State.BROKEN in (at_begin[subject], at_end[subject]):
                return Verdict.INCONCLUSIVE, None, subject, frames
        if at_end[Subject.GSME] is State.BROKEN:
            return Verdict.FAIL, "GT01", Subject.GSME, frames
        return Verdict.PASS, None, None, frames

    async def commission(self, devices: Sequence[MeterRole]) -> Commissioning:
        self.commissionings += 1
        for change in self.plan.changes:
            if change.before_commissioning == self.commissionings:
                self.apply(change)
        states = self._settled()
        await asyncio.sleep(10)
        needed = {Subject.WAN, Subject.BENCH, *(Subject(device.value) for device in devices)}
        return Commissioning(tuple(devices), all(states[subject] is State.HEALTHY for subject in needed))

    def _settled(self) -> dict[Subject, State]:
        """An uncertain subject is what the coin says."""
        sides = {True: State.HEALTHY, False: State.BROKEN}
        return {s: sides[self.coin()] if state is State.UNCERTAIN else state for s, state in self.states.items()}


class Played(NamedTuple):
    outcome: Outcome | None
    records: list[AnyRecord]


def play(
    controller: Any,
    installation: Installation,
    plan: Plan,
    *,
    limits: Limits | None = None,
    coin: Callable[[], bool] = lambda: True,
    world: Callable[[Plan, Trace, Callable[[], bool]], FakeWorld] = FakeWorld,
) -> Played:
    async def session() -> Outcome | None:
        stage.start()
        return await drive(controller, installation, stage, plan, trace, limits=limits)

    clock = VirtualClock()
    trace = Trace(clock, plan.start)
    stage = world(plan, trace, coin)
    return Played(run(clock, session()), trace.records)


A, D = MeterStatus.ACTIVE, MeterStatus.DORMANT
GAS, POWER = "gas-supplier", "power-supplier"
AFTER_V19 = datetime(2022, 4, 4, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def home(
    esme: MeterStatus,
    gsme: MeterStatus,
    *,
    cohort: Cohort = Cohort.IOC,
    start: datetime = AFTER_V19,
    rule_set: str | None = None,
    switches: Switches | None = None,
    days: int = 20,
) -> Installation:
    book = Rulebook.in_force(shipped(), switches) if rule_set is None else Rulebook.always(rule_set, switches)
    return Installation("home-1", cohort, Meter(esme, POWER), Meter(gsme, GAS), book, DAY, start + days * DAY)


def dead(subject: Subject = Subject.GSME, check: int = 1) -> FaultEvent:
    return FaultEvent(subject, State.BROKEN, before_check=check)


def well(subject: Subject = Subject.GSME, check: int = 1) -> FaultEvent:
    return FaultEvent(subject, State.HEALTHY, before_check=check)


class CaseStudy(NamedTuple):
    """An installation, what happens to it, and how it has to end: worked out by hand from the rules."""

    installation: Installation
    plan: Plan
    outcome: Outcome


def case(
    outcome: Outcome,
    installation: Installation,
    *changes: FaultEvent,
    says: Sequence[SupplierAct] = (),
    moves: Sequence[SupplierChange] = (),
    start: datetime = AFTER_V19,
) -> CaseStudy:
    return CaseStudy(installation, Plan(start, tuple(says), changes, tuple(moves)), outcome)


def gas(says: StatementKind, **when: Any) -> SupplierAct:
    return SupplierAct(GAS, says, **when)


def moves(meter: MeterRole, status: MeterStatus, after_check: int, supplier: str | None = None) -> SupplierChange:
    return SupplierChange(meter, status, supplier, after_check=after_check)


O, H = Outcome, timedelta(hours=1)  # noqa: E741
W = Subject.WAN
ON_12 = datetime(2022, 3, 12, 12, tzinfo=UTC)
ON_13 = datetime(2022, 3, 13, 12, tzinfo=UTC)
FEBRUARY = datetime(2022, 2, 1, 9, tzinfo=UTC)
REQ, AUTH, BACK = StatementKind.REQUEST, StatementKind.AUTHORISATION, StatementKind.WITHDRAWAL

CASES: Mapping[str, CaseStudy] = {
    "healthy": case(O.MIGRATE_BOTH, home(A, A)),
    "recovers before the third check": case(O.MIGRATE_BOTH, home(D, D), dead(), well(check=3)),
    "dormant": case(O.MIGRATE_ESME_ONLY, home(D, D), dead()),
    "dormant under v18": case(O.REFUSE, home(D, D, start=FEBRUARY), dead(), start=FEBRUARY),
    # Checks begin on days 0, 1 and 2: the third failure comes on 14 or on 15 March.
    "dormant, decided on 14 March": case(O.REFUSE, home(D, D, start=ON_12), dead(), start=ON_12),
    "dormant, decided on 15 March": case(O.MIGRATE_ESME_ONLY, home(D, D, start=ON_13), dead(), start=ON_13),
    "dormant, supplier objects": case(O.MIGRATE_ESME_ONLY, home(D, D), dead(), says=[gas(BACK, after_check=1)]),
    "dormant moc": case(O.REFUSE, home(D, D, cohort=Cohort.MOC_SECURE), dead()),
    "dormant moc, as proposed": case(
        O.MIGRATE_ESME_ONLY, home(D, D, cohort=Cohort.MOC_SECURE, rule_set="consultation-2021-10"), dead()
    ),
    "active, silence": case(O.HOLD, home(A, A), dead()),
    "active, request": case(O.MIGRATE_ESME_ONLY, home(A, A), dead(), says=[gas(REQ, after_ask=2 * H)]),
    "active, request of the other supplier": case(
        O.HOLD, home(A, A), dead(), says=[SupplierAct(POWER, REQ, after_check=1)]
    ),
    "active, authorisation only": case(O.HOLD, home(A, A), dead(), says=[gas(AUTH, after_check=1)]),
    "active under v18, request": case(
        O.MIGRATE_ESME_ONLY, home(A, A, start=FEBRUARY), dead(), says=[gas(REQ, after_check=1)], start=FEBRUARY
    ),
    "active, recovered when the request comes": case(
        O.MIGRATE_BOTH,
        home(A, A),
        dead(),
        FaultEvent(Subject.GSME, State.HEALTHY, at=AFTER_V19 + 4 * DAY),
        says=[gas(REQ, after_ask=5 * DAY)],
    ),
    "active, still dead when the request comes": case(
        O.MIGRATE_ESME_ONLY, home(A, A), dead(), says=[gas(REQ, after_ask=5 * DAY)]
    ),
    "mixed, gsme active, silence": case(O.HOLD, home(D, A), dead()),
    "mixed, gsme active, authorised": case(O.MIGRATE_ESME_ONLY, home(D, A), dead(), says=[gas(AUTH, after_ask=H)]),
    "mixed, gsme active, withdrawn": case(
        O.HOLD, home(D, A), dead(), says=[gas(AUTH, after_check=1), gas(BACK, after_check=2)]
    ),
    "mixed, gsme dormant": case(O.MIGRATE_ESME_ONLY, home(A, D), dead()),
    "mixed, gsme dormant, supplier decides": case(
        O.HOLD, home(A, D, switches=Switches(mixed_gsme_dormant_decider=Decider.RESPONSIBLE_SUPPLIER)), dead()
    ),
    "wan down at first": case(O.MIGRATE_ESME_ONLY, home(D, D), dead(), dead(W), well(W, check=2)),
    "wan down at the third check": case(O.MIGRATE_ESME_ONLY, home(D, D), dead(), dead(W, 3), well(W, 4)),
    "esme down at the third check": case(
        O.MIGRATE_ESME_ONLY, home(D, D), dead(), dead(Subject.ESME, 3), well(Subject.ESME, 4)
    ),
    "esme dead": case(O.EXCLUDE_INSTALLATION, home(D, D), dead(Subject.ESME)),
    # Fails twice, answers but is gone when it is to be commissioned, fails twice: five attempts, never three in a row.
    "flapping": case(
        O.EXCLUDE_INSTALLATION,
        home(D, D),
        dead(),
        well(check=3),
        FaultEvent(Subject.GSME, State.BROKEN, before_commissioning=1),
    ),
    "flapping, counted cumulatively": case(
        O.MIGRATE_ESME_ONLY,
        home(D, D, switches=Switches(failure_counting=Counting.CUMULATIVE)),
        dead(),
        well(check=3),
        FaultEvent(Subject.GSME, State.BROKEN, before_commissioning=1),
    ),
    # The customer moves to a supplier without a SMETS1 service: from then on the DCC decides.
    "active becomes dormant while it is checked": case(
        O.MIGRATE_ESME_ONLY, home(A, A), dead(), moves=[moves(MeterRole.ESME, D, 1), moves(MeterRole.GSME, D, 2)]
    ),
    "active becomes dormant while a request is awaited": case(
        O.MIGRATE_ESME_ONLY, home(A, A), dead(), moves=[moves(MeterRole.ESME, D, 3), moves(MeterRole.GSME, D, 3)]
    ),
    "dormant becomes active, silence": case(O.HOLD, home(D, D), dead(), moves=[moves(MeterRole.GSME, A, 1)]),
    "dormant becomes active, too late": case(
        O.MIGRATE_ESME_ONLY, home(D, D), dead(), moves=[moves(MeterRole.GSME, A, 3)]
    ),
    "the former supplier's request": case(
        O.HOLD, home(A, A), dead(), says=[gas(REQ, after_check=1)], moves=[moves(MeterRole.GSME, A, 2, "newcomer")]
    ),
    "the new supplier's request": case(
        O.MIGRATE_ESME_ONLY,
        home(A, A),
        dead(),
        says=[SupplierAct("newcomer", REQ, after_ask=H)],
        moves=[moves(MeterRole.GSME, A, 3, "newcomer")],
    ),
    "out of scope once it is dormant": case(
        O.REFUSE, home(A, A, start=FEBRUARY), dead(), moves=[moves(MeterRole.GSME, D, 3)], start=FEBRUARY
    ),
    "time runs out": case(O.RETRY, home(D, D, days=2), dead()),
}


@pytest.fixture(params=CASES, ids=lambda name: name.replace(" ", "-").replace(",", ""))
def study(request: pytest.FixtureRequest) -> CaseStudy:
    """Each case in turn."""
    return CASES[request.param]


class Stage(SimpleNamespace):
    def __repr__(self) -> str:
        return "stage"


@pytest.fixture
def stage() -> Stage:
    """What a test needs to play cases of its own."""
    return Stage(
        play=play, home=home, dead=dead, well=well, case=case, gas=gas, cases=CASES, FakeWorld=FakeWorld,
        check_takes=CHECK_TAKES, start=AFTER_V19, GAS=GAS, POWER=POWER,
    )  # fmt: skip
