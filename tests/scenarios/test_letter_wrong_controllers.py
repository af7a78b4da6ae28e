"""Each wrong controller written from the letter is convicted on its story, and the reference is clean on all stories.

A story is named after its controller, and the consequences in it follow from the letter. Stories with further words in
their names show more of the same controller.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pytest

from hanbench.harness.campaign.judge_test.killers import killers
from hanbench.harness.controllers.letter_wrong import LETTER_WRONG
from hanbench.harness.controllers.lookup import SUSPECTS
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.controllers.wrong import WRONG
from hanbench.harness.scenario import ScenarioResult, load_scenario, run_scenario
from hanbench.profiles.rulesets import shipped

FOLDER = Path(__file__).parent / "letter"
RECORD = Path(__file__).parent.parent / "data" / "letter_convictions.toml"
BEFORE = {
    "consents-shared-by-all-cases": "consents-shared-by-all-cases-before",
    "half-rolled-out": "half-rolled-out",
    "count-kept-by-installation-id": "count-kept-by-installation-id-before",
}
"""The story that is played before, in the same process, to controllers that are wrong from one case to the next."""
FURTHER = {
    "consent-is-a-balance-objection": ("consent-is-a-balance", "hold-only-for-consent"),
    "deaf-during-a-check-request": ("deaf-during-a-check", "hold-only-for-consent"),
    "forgets-the-year-december": ("forgets-the-year", "scope"),
    "tries-both-once-more-recovered": ("tries-both-once-more", "gsme-only-after-pass"),
}
"""Further stories, each with its controller and the property that convicts it there."""


@cache
def played_by(controller: str, story: str) -> ScenarioResult:
    make = Reference if controller == "reference" else LETTER_WRONG[controller].make
    scenario = load_scenario(FOLDER / f"{story}.toml", shipped())
    return run_scenario(scenario, shipped(), make, seed=f"letter/{story}", controller_name=controller)


@cache
def results_of(controller: str) -> tuple[ScenarioResult, ...]:
    """Play a controller on its story, after the story before."""
    before, story = BEFORE.get(controller), FOLDER / f"{controller}.toml"
    paths = (story,) if before is None else (FOLDER / f"{before}.toml", story)
    make = LETTER_WRONG[controller].make
    return tuple(
        run_scenario(load_scenario(path, shipped()), shipped(), make, seed=f"letter/{path.stem}") for path in paths
    )


def violated(*results: ScenarioResult) -> set[str]:
    return {violation.property for result in results for violation in result.violations}


STORIES = sorted(path.stem for path in FOLDER.glob("*.toml"))


def test_every_controller_has_its_story_and_every_story_its_controller() -> None:
    assert set(STORIES) == {*LETTER_WRONG, *BEFORE.values(), *FURTHER}


def test_there_are_forty_and_each_has_a_name_of_its_own() -> None:
    assert len(LETTER_WRONG) >= 40
    assert not LETTER_WRONG.keys() & WRONG.keys()
    assert len({suspect.make for suspect in SUSPECTS.values()}) == len(SUSPECTS)


@pytest.mark.parametrize("name", LETTER_WRONG)
def test_a_controller_says_what_it_does_wrong_and_names_the_source(name: str) -> None:
    description = LETTER_WRONG[name].description
    assert "\n" not in description
    assert description.endswith(").")
    assert any(source in description for source in ("letter, ", "Various 1 (", "`check_spacing`", "`decide_by`"))


@pytest.mark.parametrize("name", LETTER_WRONG)
def test_a_controller_is_convicted_on_its_story_by_the_property_it_names(name: str) -> None:
    results = results_of(name)
    assert LETTER_WRONG[name].property in violated(*results)
    assert not all(result.as_expected for result in results)


@pytest.mark.parametrize("story", FURTHER)
def test_a_further_story_convicts_its_controller(story: str) -> None:
    controller, convicted_by = FURTHER[story]
    assert convicted_by in violated(played_by(controller, story))


@pytest.mark.parametrize("story", STORIES)
def test_the_reference_is_clean_on_every_story(story: str) -> None:
    result = played_by("reference", story)
    assert result.violations == ()
    assert result.failed_expectations == ()
    assert result.as_expected


def test_it_is_on_record_which_of_them_fell_before_and_all_fall_now() -> None:
    recorded = tomllib.loads(RECORD.read_text(encoding="utf-8"))
    later = recorded.pop("found-later")
    newer = [*later.pop("convicted_by_none_of_14798_cases"), *later.pop("convicted_with_wan_counts_only")]
    assert later == {}
    assert sorted((*recorded, *newer)) == sorted(LETTER_WRONG)
    for entry in recorded.values():
        assert entry["convicted_before"] == ("property_before" in entry) == ("scenario_before" in entry)
    assert {f"wrong:{name}" for name in LETTER_WRONG} <= killers().keys()
