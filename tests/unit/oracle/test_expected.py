"""The expected outcome of a plan: where it is one, and where it cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hanbench.harness.case.check import Subject
from hanbench.harness.case.installation import Installation, Meter, MeterStatus, Rulebook
from hanbench.harness.case.plan import FaultEvent, Plan, State, StatementKind, SupplierAct
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle import expected
from hanbench.profiles.rulesets import Cohort, Switches, shipped

START = datetime(2022, 4, 4, 9, tzinfo=UTC)
DAY = timedelta(days=1)
DEAD = FaultEvent(Subject.GSME, State.BROKEN, before_check=1)
A, D = MeterStatus.ACTIVE, MeterStatus.DORMANT


def expectation_of(*changes, esme=D, gsme=D, says=(), start=START, cohort=Cohort.IOC, switches=None, days=14):
    home = Installation(
        "home", cohort, Meter(esme, "power"), Meter(gsme, "gas"), Rulebook.in_force(shipped(), switches), DAY,
        start + days * DAY,
    )  # fmt: skip
    return expected(home, Plan(start, tuple(says), changes), shipped())


def test_a_healthy_home_migrates_whole():
    assert expectation_of().outcomes == (Outcome.MIGRATE_BOTH,)
    assert expectation_of().why == "the GSME answered at attempt 1"


def test_a_dead_gsme_in_a_dormant_home_is_left_out():
    assert expectation_of(DEAD).outcomes == (Outcome.MIGRATE_ESME_ONLY,)
    assert expectation_of(DEAD).why == "3 failures; tmad-v19 allows ioc dormant; the DCC decides"


def test_the_refusal_names_the_rule_set():
    assert expectation_of(DEAD, cohort=Cohort.FOC).why == "3 failures; tmad-v19 does not allow foc dormant"


def test_an_uncertain_gsme_leaves_it_open():
    flaky = FaultEvent(Subject.GSME, State.UNCERTAIN, before_check=1)
    # It may answer, fail three times, or answer and be gone again when it is to be commissioned, up to the cap.
    assert set(expectation_of(flaky).outcomes) == {
        Outcome.MIGRATE_BOTH, Outcome.MIGRATE_ESME_ONLY, Outcome.EXCLUDE_INSTALLATION
    }  # fmt: skip


def test_a_gsme_that_breaks_during_a_check_leaves_it_open():
    breaks = FaultEvent(Subject.GSME, State.BROKEN, at=START + timedelta(minutes=10))
    assert set(expectation_of(breaks).outcomes) == {Outcome.MIGRATE_BOTH, Outcome.MIGRATE_ESME_ONLY}


def test_an_outcome_that_hangs_on_the_length_of_a_check_shows_it():
    # The third check begins soon before midnight of 14 March 2022: it may end on either day.
    start = datetime(2022, 3, 12, 23, 30, tzinfo=UTC)
    assert expectation_of(DEAD, start=start).outcomes == (Outcome.MIGRATE_ESME_ONLY, Outcome.REFUSE)


def test_a_consent_right_after_the_deciding_check_is_waited_for():
    says = [SupplierAct("gas", StatementKind.REQUEST, after_check=3)]
    assert expectation_of(DEAD, esme=A, gsme=A, says=says).outcomes == (Outcome.MIGRATE_ESME_ONLY,)


def test_a_withdrawal_right_after_the_deciding_check_is_too_late():
    says = [
        SupplierAct("gas", StatementKind.REQUEST, after_check=1),
        SupplierAct("gas", StatementKind.WITHDRAWAL, after_check=3),
    ]
    assert expectation_of(DEAD, esme=A, gsme=A, says=says).outcomes == (Outcome.MIGRATE_ESME_ONLY,)


@pytest.mark.parametrize(
    ("days", "outcome"), [(14, Outcome.MIGRATE_ESME_ONLY), (6, Outcome.HOLD)], ids=["in time", "too late"]
)
def test_a_consent_counts_until_time_is_up(days, outcome):
    says = [SupplierAct("gas", StatementKind.REQUEST, at=START + timedelta(days=7))]
    assert expectation_of(DEAD, esme=A, gsme=A, says=says, days=days).outcomes == (outcome,)


def test_a_late_consent_with_no_attempt_left_excludes_the_installation():
    says = [SupplierAct("gas", StatementKind.REQUEST, after_ask=3 * DAY)]
    switches = Switches(attempt_cap=3)
    assert expectation_of(DEAD, esme=A, gsme=A, says=says, switches=switches).outcomes == (
        Outcome.EXCLUDE_INSTALLATION,
    )
    assert expectation_of(DEAD, esme=A, gsme=A, says=says).outcomes == (Outcome.MIGRATE_ESME_ONLY,)


def test_the_other_suppliers_answer_is_no_answer():
    says = [SupplierAct("power", StatementKind.REQUEST, after_ask=timedelta(hours=1))]
    assert expectation_of(DEAD, esme=A, gsme=A, says=says).outcomes == (Outcome.HOLD,)


def test_a_dead_wan_is_no_persistent_failure_of_the_gsme():
    no_wan = FaultEvent(Subject.WAN, State.BROKEN, before_check=1)
    assert expectation_of(no_wan, cohort=Cohort.FOC).outcomes == (Outcome.EXCLUDE_INSTALLATION,)
    counts = Switches(wan_failure_counts=True)
    assert expectation_of(no_wan, cohort=Cohort.FOC, switches=counts).outcomes == (Outcome.REFUSE,)


def test_a_dead_esme_never_is():
    no_esme = FaultEvent(Subject.ESME, State.BROKEN, before_check=1)
    counts = Switches(wan_failure_counts=True)
    assert expectation_of(no_esme, cohort=Cohort.FOC, switches=counts).outcomes == (Outcome.EXCLUDE_INSTALLATION,)
