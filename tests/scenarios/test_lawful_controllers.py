"""Lawful variants of the reference, and the reference near midnight: none is convicted, whatever its outcome."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from hanbench.harness.campaign.explore.drawing import draw
from hanbench.harness.campaign.matrix import matrix
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.controllers.lawful import LAWFUL
from hanbench.harness.controllers.lookup import controller_factory
from hanbench.harness.scenario import Scenario, ScenarioResult, load_scenario, run_scenario
from hanbench.harness.scenario.scenario import shipped as shipped_scenarios
from hanbench.harness.scenario.staging import seed_for
from hanbench.harness.stories.shelf import Shelf
from hanbench.profiles.rulesets import shipped

NAMES = ("reference", *(f"lawful:{name}" for name in LAWFUL))
EXPLORED = 300
MIDNIGHT = datetime(2022, 3, 15, tzinfo=UTC)
"""The first moment of v19 (letter, Direction: with effect from 15 March 2022)."""


@pytest.fixture(scope="module")
def shelf() -> Iterator[Shelf]:
    with Shelf() as shelf:
        yield shelf


def played(name: str, scenario: Scenario, shelf: Shelf) -> ScenarioResult:
    seed = seed_for(scenario, "lawful")
    return run_scenario(scenario, shipped(), controller_factory(name), seed=seed, controller_name=name, shelf=shelf)


def convicted(scenarios: list[Scenario], shelf: Shelf) -> list[str]:
    """The cases with a violation, of all lawful controllers, one scenario after the other."""
    results = (played(name, each, shelf) for each in scenarios for name in NAMES)
    return [repr(result) for result in results if result.violations]


@pytest.mark.parametrize("part", range(4))
def test_none_is_convicted_on_a_tenth_of_the_matrix(part, shelf):
    assert convicted(list(matrix())[part * 10 :: 40], shelf) == []


def test_none_is_convicted_on_the_shipped_scenarios(shelf):
    scenarios = [load_scenario(path, shipped()) for path in shipped_scenarios().values()]
    assert convicted(scenarios, shelf) == []


@pytest.mark.parametrize("first", range(0, EXPLORED, 50))
def test_none_is_convicted_on_random_scenarios(first, shelf):
    assert convicted([draw("lawful", number) for number in range(first, first + 50)], shelf) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("minutes", [0, 20, 24, 25, 26, 40])
def test_none_is_convicted_when_the_third_check_ends_about_midnight(name, minutes, shelf):
    # Case verdict/x02, minute by minute: three checks of about an hour each, without a pause between them.
    dead = load_scenario(shipped_scenarios()["dormant-three-failures"], shipped())
    start = MIDNIGHT - timedelta(hours=3, minutes=20 - minutes)
    near = structs.replace(dead, start=start, check_spacing_hours=0.0, decide_within_days=0.25, expect=None)
    result = played(name, near, shelf)
    assert result.violations == ()
    if len(result.checks) > 2:
        usual = Outcome.MIGRATE_ESME_ONLY if result.checks[2].finished >= MIDNIGHT else Outcome.REFUSE
        assert result.expected.outcome is usual


def test_another_way_is_told_and_is_as_expected(shelf):
    dead = load_scenario(shipped_scenarios()["dormant-on-the-last-day-of-v18"], shipped())
    result = played("lawful:waits-for-other-rules", structs.replace(dead, expect=None), shelf)
    assert result.as_expected
    assert result.outcome is Outcome.MIGRATE_ESME_ONLY
    assert result.decision == "decided migrate-esme-only; the rules allow refuse or migrate-esme-only"
    assert result.remarks == ("another way than refuse, and no rule is against it",)


@pytest.mark.parametrize("name", LAWFUL)
def test_each_says_what_it_does_otherwise_and_what_allows_it(name):
    assert LAWFUL[name].description.split("\n")[0]
    assert "(letter, " in LAWFUL[name].description
