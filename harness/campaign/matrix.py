"""The matrix: cohort x installation type x rule set x fault x consent, and the days around 15 March 2022."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from msgspec import structs

from hanbench.harness.case.cell import MatrixCell
from hanbench.harness.case.check import Subject
from hanbench.harness.case.fault_catalogue import CATALOGUE, GSME_FAULTS, IMPAIRMENTS
from hanbench.harness.case.installation import Meter, MeterStatus
from hanbench.harness.case.plan import FaultEvent, State, StatementKind, SupplierAct
from hanbench.harness.scenario.scenario import IN_FORCE, Scenario
from hanbench.profiles.benches import StartingState
from hanbench.profiles.rulesets import Cohort, InstallationType

COHORTS = (Cohort.IOC, Cohort.MOC_SECURE)
METERS = {
    InstallationType.ACTIVE: (MeterStatus.ACTIVE, MeterStatus.ACTIVE),
    InstallationType.DORMANT: (MeterStatus.DORMANT, MeterStatus.DORMANT),
    InstallationType.MIXED_GSME_ACTIVE: (MeterStatus.DORMANT, MeterStatus.ACTIVE),
    InstallationType.MIXED_GSME_DORMANT: (MeterStatus.ACTIVE, MeterStatus.DORMANT),
}
RULES = {
    "tmad-v18": datetime(2022, 2, 1, 8, tzinfo=UTC),
    "tmad-v19": datetime(2022, 4, 4, 8, tzinfo=UTC),
    "consultation-2021-10": datetime(2021, 11, 15, 8, tzinfo=UTC),
}
"""The rule sets, with the start of their scenarios."""
BOUNDARY = {
    "third-failure-14-march": datetime(2022, 3, 12, 8, tzinfo=UTC),
    "third-failure-15-march": datetime(2022, 3, 13, 8, tzinfo=UTC),
}
"""Starts from which, with a check a day, the third failure is on the last day of v18 or on the first of v19."""
ELECTRICITY, GAS, OTHER_SUPPLIER = "supplier-electricity", "supplier-gas", "supplier-elsewhere"
DECIDE_WITHIN_DAYS = 5.0
LONG_DAYS = 7.0
"""Time limit under the fault that must bring a controller to its attempt cap before its time is up."""
LONG = "wan-down"

HEALTHY, RECOVERING, RELAPSING = "healthy", "recovering", "relapsing"
"""Conditions other than a single fault: healthy; broken until the third check; and broken again at commissioning."""
RECOVERING_FAULT = "battery-dead"
LATE_RECOVERY = "late-recovery"
"""The meter recovers after the third failure, while the supplier's consent is awaited."""
NO_CONSENT, CONSENT, LATE_CONSENT, WITHDRAWN, WRONG_SUPPLIER, WRONG_PAPER, OBJECTION = (
    "no-consent",
    "consent",
    "late-consent",
    "withdrawn",
    "wrong-supplier",
    "wrong-paper",
    "objection",
)
ANSWER_TIME = timedelta(hours=6)
"""Time in which a supplier answers a request."""
LATE_ANSWER_TIME = timedelta(hours=30)
"""Time of an answer that comes when the last failure is too old as evidence."""
RECOVERED_AFTER = timedelta(days=2, hours=12)
"""Between the third check, after two days and three hours, and the late consent, after three days and nine hours."""


def matrix(begins: StartingState = StartingState.INSTALLED) -> Iterator[Scenario]:
    """Yield all scenarios, always in the same order."""
    for scenario in _scenarios():
        yield scenario if scenario.begins is begins else structs.replace(scenario, begins=begins)


def _scenarios() -> Iterator[Scenario]:
    for cohort in COHORTS:
        for kind in METERS:
            for rules, start in RULES.items():
                yield from _conditions(cohort, kind, rules, start)
            for name, start in BOUNDARY.items():
                for consent in (NO_CONSENT, CONSENT):
                    yield _scenario(cohort, kind, IN_FORCE, start, "battery-dead", consent, name)


def _conditions(cohort: Cohort, kind: InstallationType, rules: str, start: datetime) -> Iterator[Scenario]:
    for fault in (*GSME_FAULTS, RECOVERING, RELAPSING):
        for consent in (NO_CONSENT, CONSENT):
            yield _scenario(cohort, kind, rules, start, fault, consent)
    for consent in (WITHDRAWN, WRONG_SUPPLIER, WRONG_PAPER, OBJECTION, LATE_CONSENT):
        yield _scenario(cohort, kind, rules, start, "battery-dead", consent)
    yield _scenario(cohort, kind, rules, start, LATE_RECOVERY, LATE_CONSENT)
    for condition in (
        HEALTHY,
        *IMPAIRMENTS,
        *(name for name, fault in CATALOGUE.items() if fault.subject is not Subject.GSME),
    ):
        yield _scenario(cohort, kind, rules, start, condition, CONSENT)


def _scenario(
    cohort: Cohort,
    kind: InstallationType,
    rules: str,
    start: datetime,
    condition: str,
    consent: str,
    label: str | None = None,
) -> Scenario:
    esme, gsme = METERS[kind]
    same_supplier = kind is InstallationType.ACTIVE
    cell = MatrixCell(cohort, kind, label or rules, condition, consent)
    return Scenario(
        id=f"{cohort.value}.{kind.value}.{cell.rules}.{condition}.{consent}",
        title=f"{kind.value} installation, {condition}, {consent}",
        cohort=cohort,
        esme=Meter(esme, GAS if same_supplier else ELECTRICITY),
        gsme=Meter(gsme, GAS),
        start=start,
        rules=rules,
        decide_within_days=LONG_DAYS if condition == LONG else DECIDE_WITHIN_DAYS,
        changes=tuple(_changes(condition, start)),
        suppliers=tuple(_suppliers(kind, consent)),
        cell=cell,
    )


def _changes(condition: str, start: datetime) -> Iterable[FaultEvent]:
    if condition == HEALTHY:
        return
    if condition in (RECOVERING, RELAPSING):
        yield FaultEvent(Subject.GSME, State.BROKEN, RECOVERING_FAULT, before_check=1)
        yield FaultEvent(Subject.GSME, State.HEALTHY, RECOVERING_FAULT, before_check=3)
        if condition == RELAPSING:
            yield FaultEvent(Subject.GSME, State.BROKEN, RECOVERING_FAULT, before_commissioning=1)
    elif condition == LATE_RECOVERY:
        yield FaultEvent(Subject.GSME, State.BROKEN, RECOVERING_FAULT, before_check=1)
        yield FaultEvent(Subject.GSME, State.HEALTHY, RECOVERING_FAULT, at=start + RECOVERED_AFTER)
    elif condition == "flapping":
        yield FaultEvent(Subject.GSME, State.BROKEN, condition, before_check=1)
        yield FaultEvent(Subject.GSME, State.HEALTHY, condition, before_check=2)
        yield FaultEvent(Subject.GSME, State.BROKEN, condition, before_check=3)
    else:
        fault = CATALOGUE[condition]
        yield FaultEvent(fault.subject, State(fault.state), condition, before_check=1)


def _suppliers(kind: InstallationType, consent: str) -> Iterable[SupplierAct]:
    says = StatementKind.REQUEST if kind is InstallationType.ACTIVE else StatementKind.AUTHORISATION
    if consent == CONSENT:
        yield SupplierAct(GAS, says, after_ask=ANSWER_TIME)
    elif consent == LATE_CONSENT:
        yield SupplierAct(GAS, says, after_ask=LATE_ANSWER_TIME)
    elif consent == WRONG_PAPER:
        other = StatementKind.AUTHORISATION if says is StatementKind.REQUEST else StatementKind.REQUEST
        yield SupplierAct(GAS, other, after_check=1)
    elif consent == WITHDRAWN:
        yield SupplierAct(GAS, says, after_check=1)
        yield SupplierAct(GAS, StatementKind.WITHDRAWAL, after_check=2)
    elif consent == WRONG_SUPPLIER:
        yield SupplierAct(OTHER_SUPPLIER, says, after_check=1)
    elif consent == OBJECTION:
        yield SupplierAct(GAS, StatementKind.WITHDRAWAL, after_check=1)
