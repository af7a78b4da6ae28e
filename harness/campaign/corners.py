"""Stories at the corners of the controller's table, which the matrix does not reach: time that runs out in the middle
of things, commissionings that fail, consents that come and go until no attempt is left.

They serve `hanbench selftest`; the reference controller is right in each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from harness.migration.installation import Meter, Status
from harness.migration.plan import Change, Says, State, SupplierAct
from harness.migration.vocabulary import Subject
from harness.scenario.scenario import Scenario
from profiles.rulesets import Cohort

START = datetime(2022, 4, 4, 8, tzinfo=UTC)
ELECTRICITY, GAS = "supplier-electricity", "supplier-gas"
BROKEN_GSME = Change(Subject.GSME, State.BROKEN, "battery-dead", before_check=1)
DORMANT = (Status.DORMANT, Status.DORMANT)
ACTIVE = (Status.ACTIVE, Status.ACTIVE)


def corners() -> Iterator[Scenario]:
    """Every corner, always in the same order."""
    yield _story(
        "time-runs-out-while-checking",
        "Two failures, and the time is up before a third check can be run",
        DORMANT,
        decide_within=timedelta(hours=30),
        changes=(BROKEN_GSME,),
    )
    yield _story(
        "esme-fails-when-commissioned",
        "The electricity meter is to be migrated alone, and does not answer any more: no attempt is left in the end",
        DORMANT,
        changes=(BROKEN_GSME, Change(Subject.ESME, State.BROKEN, "esme-dead", before_commissioning=1)),
    )
    yield _story(
        "esme-fails-once-when-commissioned",
        "It does not answer the first time, and does after the next check",
        DORMANT,
        changes=(
            BROKEN_GSME,
            Change(Subject.ESME, State.BROKEN, "esme-dead", before_commissioning=1),
            Change(Subject.ESME, State.WELL, "esme-dead", before_check=4),
        ),
    )
    yield _story(
        "esme-fails-at-the-last-attempt",
        "Five attempts are used when the electricity meter fails its commissioning",
        DORMANT,
        decide_within=timedelta(days=9),
        changes=(
            Change(Subject.WAN, State.BROKEN, "wan-down", before_check=1),
            Change(Subject.WAN, State.WELL, "wan-down", before_check=3),
            Change(Subject.GSME, State.BROKEN, "battery-dead", before_check=3),
            Change(Subject.ESME, State.BROKEN, "esme-dead", before_commissioning=1),
        ),
    )
    yield _story(
        "gsme-fails-at-the-last-attempt",
        "The gas meter answers the fifth check, and not its commissioning",
        DORMANT,
        decide_within=timedelta(days=9),
        changes=(
            Change(Subject.WAN, State.BROKEN, "wan-down", before_check=1),
            Change(Subject.WAN, State.WELL, "wan-down", before_check=5),
            Change(Subject.GSME, State.BROKEN, "battery-dead", before_commissioning=1),
        ),
    )
    yield _story(
        "time-runs-out-while-both-are-commissioned",
        "The gas meter answers the check; its commissioning fails after the time is up",
        DORMANT,
        decide_within=timedelta(minutes=75),
        changes=(Change(Subject.GSME, State.BROKEN, "battery-dead", before_commissioning=1),),
    )
    yield _story(
        "time-runs-out-while-the-esme-is-commissioned",
        "The request comes seconds before the end, and the commissioning fails after it",
        ACTIVE,
        decide_within=timedelta(days=2, hours=12),
        changes=(BROKEN_GSME, Change(Subject.ESME, State.BROKEN, "esme-dead", before_commissioning=1)),
        suppliers=(SupplierAct(GAS, Says.REQUEST, at=START + timedelta(days=2, hours=12, seconds=-20)),),
    )
    yield _story(
        "consents-come-and-go",
        "Each request is withdrawn while the meter is checked once more; the sixth check would be one too many",
        ACTIVE,
        decide_within=timedelta(days=12),
        changes=(BROKEN_GSME,),
        suppliers=tuple(
            SupplierAct(GAS, says, at=START + timedelta(days=day, hours=12, minutes=minutes))
            for day in (3, 5, 7)
            for says, minutes in ((Says.REQUEST, 0), (Says.WITHDRAWAL, 30))
        ),
    )
    yield _story(
        "early-request",
        "The request is there before the third failure, and time is up a few hours after it",
        ACTIVE,
        decide_within=timedelta(days=2, hours=20),
        changes=(BROKEN_GSME,),
        suppliers=(SupplierAct(GAS, Says.REQUEST, at=START + timedelta(hours=6)),),
        rules="consultation-2021-10",
    )
    yield _story(
        "early-authorisation",
        "The authorisation is there before the third failure, and time is up a few hours after it",
        (Status.DORMANT, Status.ACTIVE),
        decide_within=timedelta(days=2, hours=20),
        changes=(BROKEN_GSME,),
        suppliers=(SupplierAct(GAS, Says.AUTHORISATION, at=START + timedelta(hours=6)),),
        rules="consultation-2021-10",
    )


def _story(
    name: str, title: str, meters: tuple[Status, Status], *, decide_within: timedelta = timedelta(days=7), **rest: Any
) -> Scenario:
    esme, gsme = meters
    return Scenario(
        id=f"corner.{name}",
        title=title,
        cohort=Cohort.IOC,
        esme=Meter(esme, ELECTRICITY),
        gsme=Meter(gsme, GAS),
        start=START,
        decide_within_days=decide_within / timedelta(days=1),
        **rest,
    )
