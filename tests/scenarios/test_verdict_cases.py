"""Cases about verdicts that were written outside hanbench's tests, each for a fault that it had: ../shared/cases.

The inputs are copies of ../shared/cases/verdict, and what is right stands in the table of its README.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hanbench.harness.campaign.judge_test.killers import killers, play
from hanbench.harness.campaign.selftest import cases, selftest
from hanbench.harness.case.check import Subject, Verdict
from hanbench.harness.case.controller import ControllerFactory
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.case.vocabulary import (
    AnyAction,
    AnyEvent,
    AskSupplier,
    CheckEnded,
    CommissionDevices,
    Outcome,
)
from hanbench.harness.controllers.letter_wrong.asking import AlwaysAsksForAnAuthorisation
from hanbench.harness.controllers.letter_wrong.counting import InconclusiveBreaksTheRow
from hanbench.harness.controllers.letter_wrong.dates import DayInCentralEurope
from hanbench.harness.controllers.letter_wrong.deadline import ClosesWhileCommissioning
from hanbench.harness.controllers.letter_wrong.deciders import EitherSupplierMayRequest
from hanbench.harness.controllers.letter_wrong.scope import ScopeLookedAtBeforeTheHold
from hanbench.harness.controllers.letter_wrong.switches import (
    CapSwitchIgnored,
    EvidenceSwitchIgnored,
    WanSwitchIgnored,
)
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.states import CaseState, Step
from hanbench.harness.controllers.wrong import DeafToHandovers
from hanbench.harness.scenario import Scenario, ScenarioResult, load_scenario, run_scenario
from hanbench.harness.stories.shelf import Shelf
from hanbench.profiles.rulesets import shipped

DATA = Path(__file__).parent.parent / "data" / "verdict"
V19 = datetime(2022, 3, 15, tzinfo=UTC)
"""The first moment of v19 (letter, Direction)."""


def case(name: str) -> Scenario:
    return load_scenario(DATA / f"{name}.toml", shipped())


def played(scenario: Scenario, make: ControllerFactory = Reference) -> ScenarioResult:
    return run_scenario(scenario, shipped(), make, seed="1")


def violated(result: ScenarioResult) -> list[str]:
    return [violation.property for violation in result.violations]


@pytest.mark.parametrize("name", ["x01", "x02", "x04"])
def test_the_reference_is_as_expected(name: str) -> None:
    result = played(case(name))
    assert violated(result) == []
    assert result.as_expected
    assert result.outcome is Outcome.MIGRATE_ESME_ONLY


def test_a_third_failure_just_after_midnight_is_one_under_v19() -> None:
    result = played(case("x02"))
    begun, finished = result.checks[2].started, result.checks[2].finished
    assert begun < V19 < finished
    assert finished.minute == 3
    assert result.expected.outcomes == (Outcome.MIGRATE_ESME_ONLY,)


class CommissionsOnAnInconclusiveCheck(Reference):
    """Takes three failures for enough, whatever the fourth check found."""

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        if isinstance(event, CheckEnded) and event.attempt == 4:
            self.state = CaseState.COMMISSIONING_ESME
            self.note_check(event)
            return [CommissionDevices((MeterRole.ESME,))]
        return super().handle(event, now)


def test_a_commissioning_right_after_a_wan_failure_is_named() -> None:
    result = played(case("x01"), CommissionsOnAnInconclusiveCheck)
    fourth = result.checks[3]
    assert (fourth.verdict, fourth.cause) == (Verdict.INCONCLUSIVE, Subject.WAN)
    assert violated(result) == ["nothing-on-inconclusive"]


def test_a_case_closed_while_its_commissioning_is_under_way_is_named() -> None:
    result = played(case("x04"), ClosesWhileCommissioning)
    assert result.outcome is Outcome.RETRY
    assert "no-close-while-commissioning" in violated(result)


# -- asking ------------------------------------------------------------------------------------------------------------


class AsksForTheWrongPaper(AlwaysAsksForAnAuthorisation):
    """Asks for an authorisation, and accepts a request."""


class AsksTheWrongSupplier(Reference):
    """Asks the electricity meter's supplier, and accepts what the gas meter's supplier gives."""

    def carry_out(self, step: Step, now: datetime) -> Iterator[AnyAction]:
        for action in super().carry_out(step, now):
            yield AskSupplier("elec", action.consent) if isinstance(action, AskSupplier) else action


@pytest.mark.parametrize("make", [AsksForTheWrongPaper, AsksTheWrongSupplier])
def test_a_wrong_question_is_named_though_the_right_answer_is_accepted(make: ControllerFactory) -> None:
    result = played(case("x04"), make)
    assert result.outcome is Outcome.MIGRATE_ESME_ONLY
    assert violated(result) == ["asking"]


# -- wrong in many ways at once ----------------------------------------------------------------------------------------

NAMED = {
    "deaf-to-handovers", "day-in-central-europe", "inconclusive-breaks-the-row", "either-supplier-may-request",
    "scope-looked-at-before-the-hold",
}  # fmt: skip
"""The wrong controllers that the table of the README names, as hanbench calls them."""


class WrongInManyWays(
    DeafToHandovers,
    DayInCentralEurope,
    InconclusiveBreaksTheRow,
    EitherSupplierMayRequest,
    ScopeLookedAtBeforeTheHold,
    AlwaysAsksForAnAuthorisation,
    WanSwitchIgnored,
    CapSwitchIgnored,
    EvidenceSwitchIgnored,
):
    """Ignores changes of supplier, and eight things more."""


def test_each_is_convicted_by_its_property_in_the_suite() -> None:
    names = [f"wrong:{name}" for name in sorted(NAMED)]
    found = {each.name: each.properties for each in selftest(chosen=names)}
    assert {name for name, properties in found.items() if killers()[name].property in properties} == set(names)


@pytest.mark.parametrize("name", sorted(NAMED))
def test_one_that_is_wrong_in_nine_ways_is_convicted_where_each_of_them_is(name: str) -> None:
    killer = killers()[f"wrong:{name}"]
    with Shelf() as shelf:
        result = play(cases()[killer.cases[-1]], WrongInManyWays, shelf)
    assert violated(result) != []
