"""Random scenarios: installations, faults and consents drawn from a seed; failures are shrunk."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

from msgspec import structs

from hanbench.emulator.radio import FrameAction
from hanbench.emulator.randomness import RandomSource, split
from hanbench.harness.campaign.workers import Lost, map_groups
from hanbench.harness.case.check import Subject
from hanbench.harness.case.fault_catalogue import CATALOGUE
from hanbench.harness.case.installation import Meter, MeterRole, MeterStatus
from hanbench.harness.case.plan import FaultEvent, FrameFaultSpec, State, StatementKind, SupplierAct, SupplierChange
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.controllers.lookup import Factory, controller_factory
from hanbench.harness.faults.active_faults import BenchError
from hanbench.harness.oracle import Basis
from hanbench.harness.scenario.run import ScenarioResult, run_scenario
from hanbench.harness.scenario.scenario import IN_FORCE, Scenario
from hanbench.profiles.rulesets import Cohort, shipped

SUPPLIERS = ("supplier-electricity", "supplier-gas", "supplier-elsewhere")
FIRST_START = datetime(2022, 2, 1, 8, tzinfo=UTC)
START_DAYS = 90
RULES_CHANGE = datetime(2022, 3, 16, tzinfo=UTC)
"""A day after v19 came into force."""
PLAIN_FAULT = "battery-dead"
PLAIN_START = datetime(2022, 4, 4, 8, tzinfo=UTC)
SHRINK_SECONDS = 50.0
HARMS = (FrameAction.DROP, FrameAction.CORRUPT_FCS, FrameAction.CORRUPT_PAYLOAD)


CHUNK = 4
"""Number of seeds that a worker gets at a time."""


class Failure(NamedTuple):
    """A scenario that failed."""

    scenario: Scenario
    seed: str
    outcome: Outcome | None
    properties: tuple[str, ...]
    """The violated properties of the oracle; empty if only the author's expectations were missed."""


# --- drawing ----------------------------------------------------------------------------------------------------------


def draw(seed: str) -> Scenario:
    """Return the scenario of a seed, always the same one."""
    random = split(seed, "story")
    shared = random.random() < 0.3
    gas = SUPPLIERS[0] if shared else SUPPLIERS[1]
    meters = [MeterStatus.ACTIVE if random.random() < 0.5 else MeterStatus.DORMANT for _ in range(2)]
    rules = random.choice((IN_FORCE, IN_FORCE, *shipped()))
    return Scenario(
        id="explored." + "".join(each if each.isalnum() else "-" for each in seed.lower()),
        title=f"Drawn from seed {seed}",
        cohort=Cohort.MOC_SECURE if random.random() < 0.2 else Cohort.IOC,
        esme=Meter(meters[0], SUPPLIERS[0]),
        gsme=Meter(meters[1], gas),
        start=_start(random),
        rules=rules,
        check_spacing_hours=float(random.choice((1, 12, 24, 24, 24, 48))),
        decide_within_days=float(random.choice((2, 4, 7, 7, 10, 10))),
        changes=tuple(_changes(random)),
        suppliers=tuple(_acts(random, gas)),
        handovers=tuple(_handovers(split(seed, "handovers"))),
    )


def _start(random: RandomSource) -> datetime:
    """Return a start; two in five are in the days before the rules change."""
    if random.random() < 0.4:
        return RULES_CHANGE - timedelta(days=random.randrange(5), hours=random.randrange(24))
    return FIRST_START + timedelta(days=random.randrange(START_DAYS), hours=random.randrange(24))


def _changes(random: RandomSource) -> Iterator[FaultEvent]:
    """Yield, for one subject after the other, a fault, perhaps its recovery, and perhaps another fault."""
    if random.random() < 0.15:
        # The meter answers the third check and not the commissioning: the count must start again.
        yield FaultEvent(Subject.GSME, State.BROKEN, PLAIN_FAULT, before_check=1)
        yield FaultEvent(Subject.GSME, State.HEALTHY, PLAIN_FAULT, before_check=random.choice((2, 3)))
        yield FaultEvent(Subject.GSME, State.BROKEN, PLAIN_FAULT, before_commissioning=1)
        return
    if random.random() < 0.1:
        yield _harm(random)
    for subject, chance in ((Subject.GSME, 0.9), (Subject.ESME, 0.1), (Subject.WAN, 0.15), (Subject.BENCH, 0.05)):
        if random.random() >= chance:
            continue
        check = random.choice((1, 1, 1, 1, 2, 3))
        while True:
            faults = [fault for fault in CATALOGUE.values() if fault.subject is subject]
            severing = [fault for fault in faults if fault.breaks_reachability]
            fault = random.choice(severing if random.random() < 0.8 else faults)
            state = State(fault.state)
            if random.random() < 0.1:
                hours = random.choice((6, 20, 50))
                yield FaultEvent(subject, state, fault.name, before_check=check, lasts=timedelta(hours=hours))
                return
            yield FaultEvent(subject, state, fault.name, before_check=check)
            if random.random() < 0.15:
                # Two faults at a time: this one is never healed.
                check += 1
                continue
            if random.random() < 0.6:
                return
            check += random.randrange(1, 4)
            yield FaultEvent(subject, State.HEALTHY, fault.name, before_check=check)
            if random.random() < 0.7:
                return
            check += 1


def _harm(random: RandomSource) -> FaultEvent:
    """Return a fault of the gas meter's frames, under which any result of a check is right."""
    what = FrameFaultSpec(
        name=random.choice((None, "read-attributes", "read-attributes-response", "acknowledgement", "aps-ack")),
        node="gsme",
        does=random.choice(HARMS),
        count=random.choice((None, 1, 20)),
        chance=random.choice((0.1, 0.5, 1.0)),
        optional=True,
    )
    return FaultEvent(Subject.GSME, State.UNCERTAIN, "frames harmed", before_check=random.choice((1, 2)), frames=what)


def _handovers(random: RandomSource) -> Iterator[SupplierChange]:
    if random.random() < 0.8:
        return
    for _ in range(random.choice((1, 2))):
        meter = random.choice((MeterRole.ESME, MeterRole.GSME, MeterRole.GSME))
        status = random.choice((MeterStatus.ACTIVE, MeterStatus.DORMANT))
        supplier = random.choice((None, *SUPPLIERS))
        yield SupplierChange(meter, status, supplier, after_check=random.choice((1, 2, 3)))


def _acts(random: RandomSource, gas: str) -> Iterator[SupplierAct]:
    if random.random() < 0.15:
        check = random.choice((1, 2))
        yield SupplierAct(gas, random.choice((StatementKind.REQUEST, StatementKind.AUTHORISATION)), after_check=check)
        yield SupplierAct(gas, StatementKind.WITHDRAWAL, after_check=check + 1)
        return
    for _ in range(random.choice((0, 1, 2, 2, 3))):
        supplier = gas if random.random() < 0.7 else random.choice(SUPPLIERS)
        says = random.choice(
            (
                StatementKind.REQUEST,
                StatementKind.AUTHORISATION,
                StatementKind.REQUEST,
                StatementKind.AUTHORISATION,
                StatementKind.WITHDRAWAL,
            )
        )
        if random.random() < 0.5:
            yield SupplierAct(supplier, says, after_ask=timedelta(hours=random.choice((1, 6, 30))))
        else:
            yield SupplierAct(supplier, says, after_check=random.choice((1, 2, 3, 4)))


# --- running ----------------------------------------------------------------------------------------------------------


def explore(
    seeds: Sequence[str], controller: str, jobs: int = 1, hold_to: Basis = Basis.ASSUMED
) -> Iterator[Failure | None]:
    """Run the scenario of each seed; None if it succeeded. Results are in the order of the seeds."""
    work = partial(_explore_all, controller, hold_to)
    for seed, found in map_groups(work, [seeds[at : at + CHUNK] for at in range(0, len(seeds), CHUNK)], jobs):
        if isinstance(found, Lost):
            raise BenchError(f"in the scenario of seed {seed}: {found.reason}")
        yield found


def _explore_all(controller: str, hold_to: Basis, seeds: Sequence[str]) -> Iterator[Failure | None]:
    return (_explore(controller, hold_to, seed) for seed in seeds)


def _explore(controller: str, hold_to: Basis, seed: str) -> Failure | None:
    return attempt(draw(seed), seed, controller_factory(controller), hold_to)


def attempt(scenario: Scenario, seed: str, make: Factory, hold_to: Basis = Basis.ASSUMED) -> Failure | None:
    """Run one scenario; return its failure, or None."""
    try:
        result: ScenarioResult = run_scenario(scenario, shipped(), make, seed=seed, hold_to=hold_to)
    except BenchError as error:
        raise BenchError(f"in the scenario of seed {seed}: {error}") from error
    if result.as_expected:
        return None
    properties = tuple(dict.fromkeys(violation.property for violation in result.failing))
    return Failure(scenario, seed, result.outcome, properties)


# --- shrinking --------------------------------------------------------------------------------------------------------


def shrink(failure: Failure, make: Factory, seconds: float = SHRINK_SECONDS, hold_to: Basis = Basis.ASSUMED) -> Failure:
    """Return the smallest scenario, found in that time, that still fails in the same way."""
    deadline = time.monotonic() + seconds
    smaller = True
    while smaller:
        smaller = False
        for scenario in _simpler(failure.scenario):
            if time.monotonic() >= deadline:
                return failure
            found = attempt(scenario, failure.seed, make, hold_to)
            if found is not None and _alike(found, failure):
                failure, smaller = found, True
                break
    return failure


def _alike(one: Failure, other: Failure) -> bool:
    if not other.properties:
        return not one.properties and one.outcome is other.outcome
    return bool(set(one.properties) & set(other.properties[:1]))


def _simpler(scenario: Scenario) -> Iterator[Scenario]:
    """Yield scenarios with one thing less or one thing simpler, large steps first."""
    replace = structs.replace
    if scenario.changes:
        yield replace(scenario, changes=())
    if scenario.suppliers:
        yield replace(scenario, suppliers=())
    for index, change in enumerate(scenario.changes):
        rest = (*scenario.changes[:index], *scenario.changes[index + 1 :])
        healed = change.state is not State.HEALTHY
        yield replace(scenario, changes=tuple(c for c in rest if not (healed and c.cause == change.cause)))
        yield replace(scenario, changes=rest)
    for index in range(len(scenario.suppliers)):
        yield replace(scenario, suppliers=(*scenario.suppliers[:index], *scenario.suppliers[index + 1 :]))
    for index in range(len(scenario.handovers)):
        yield replace(scenario, handovers=(*scenario.handovers[:index], *scenario.handovers[index + 1 :]))
    plain = {change.cause for change in scenario.changes if change.subject is Subject.GSME} - {PLAIN_FAULT}
    if plain:
        yield replace(scenario, changes=tuple(_plainer(change) for change in scenario.changes))
    for field, value in (("check_spacing_hours", 24.0), ("decide_within_days", 7.0), ("start", PLAIN_START)):
        if getattr(scenario, field) != value:
            yield replace(scenario, **{field: value})
    if scenario.cohort is not Cohort.IOC:
        yield replace(scenario, cohort=Cohort.IOC)


def _plainer(change: FaultEvent) -> FaultEvent:
    if change.subject is not Subject.GSME or change.frames is not None:
        return change
    state = State.HEALTHY if change.state is State.HEALTHY else State.BROKEN
    return structs.replace(change, cause=PLAIN_FAULT, state=state)
