"""The suite covers what the page in docs says: each choice, the critical triples, and every three in the array."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations, groupby, product
from pathlib import Path

import pytest

from docs.generators.migration import renewed
from docs.generators.suite import BLOCKS, PAGE
from hanbench.harness.campaign.finding import find_scenario
from hanbench.harness.campaign.suite import crossings, find, folder, ids, parts, suite
from hanbench.harness.campaign.suite.array import FACTORS, orders, rows
from hanbench.harness.campaign.suite.case import ID_FORM, Case
from hanbench.harness.campaign.suite.consents import GIVERS, PATTERNS, right_paper
from hanbench.harness.campaign.suite.deadlines import DEADLINES, SPACINGS
from hanbench.harness.campaign.suite.fault_courses import FAULTS, SPOILERS
from hanbench.harness.campaign.suite.hands import CHANGES
from hanbench.harness.campaign.suite.homes import COHORTS, HOMES
from hanbench.harness.campaign.suite.moments import MOMENTS
from hanbench.harness.campaign.suite.rules import RULES
from hanbench.harness.campaign.suite.starts import BEFORE_CLOCKS_CHANGE, DATES
from hanbench.harness.campaign.suite.suite import PARTS, cases
from hanbench.harness.campaign.suite.switches import SWITCHES
from hanbench.harness.scenario.scenario import Scenario, shipped
from hanbench.profiles.benches import StartingState
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import Switches
from hanbench.profiles.rulesets import shipped as shipped_rules

WHOLE = list(cases())


def story_of(scenario: Scenario) -> object:
    return scenario.cohort, scenario.start, scenario.changes


# --- the whole --------------------------------------------------------------------------------------------------------


def test_there_are_at_least_five_thousand_cases() -> None:
    assert len(suite()) >= 5000


def test_each_case_has_an_id_and_a_title_of_one_line() -> None:
    ids = [scenario.id for scenario in suite()]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,199}", id) for id in ids)
    assert all(len(case.id.split(".")) == len(ID_FORM.split(".")) for case in WHOLE)
    assert all("\n" not in scenario.title for scenario in suite())


def test_every_shipped_scenario_but_those_of_the_lab_is_in_the_suite() -> None:
    assert {scenario.id for scenario in suite()} >= {name for name in shipped() if not name.startswith("lab-")}


def test_cases_that_share_a_han_story_follow_one_another() -> None:
    stories = [next(same) for _, same in groupby(suite()[: len(WHOLE)], story_of)]
    assert len(stories) == len({story_of(story) for story in stories})


def test_a_suite_on_new_hans_has_the_same_cases() -> None:
    installed, new = suite(), suite(StartingState.NEW)
    assert [scenario.id for scenario in new] == [scenario.id for scenario in installed]
    assert all(scenario.begins is StartingState.NEW for scenario in new if scenario.cell is not None)


@pytest.mark.parametrize("number", [0, -1])
def test_a_case_is_found_by_its_id(number: int) -> None:
    scenario = [each for each in suite() if each.cell is not None][number]
    assert find(scenario.id) == scenario
    assert find_scenario(scenario.id, shipped_rules()) == scenario
    assert scenario.id in set(ids())
    assert find("ioc.no-such-case") is None


def test_a_mistyped_id_is_answered_with_the_nearest_case() -> None:
    known = "ioc.dormant.in-force.april.fffff.24h.silent.no-change.late.as-ruled"
    with pytest.raises(ProfileError, match=f"did you mean {re.escape(known)}?"):
        find_scenario(known.replace("silent", "silnt"), shipped_rules())


def test_two_cases_about_one_installation_follow_one_another() -> None:
    shared = [scenario for scenario in suite() if scenario.installation_id is not None]
    assert len(shared) == 2 * len(list(parts.pairs()))
    for first, second in zip(shared[::2], shared[1::2], strict=True):
        assert suite().index(second) == suite().index(first) + 1
        assert first.installation_id == second.installation_id
        assert first.id != second.id


# --- each choice ------------------------------------------------------------------------------------------------------

DIMENSIONS: dict[str, tuple[Callable[[Case], object], tuple[object, ...]]] = {
    "cohort": (lambda case: case.cohort, COHORTS),
    "installation": (lambda case: case.home, HOMES),
    "rules": (lambda case: case.rules, RULES),
    "date": (lambda case: case.start, DATES),
    "spacing": (lambda case: case.spacing, SPACINGS),
    "giver": (lambda case: case.consent and case.consent.giver, (*GIVERS, None)),
    "pattern": (lambda case: case.consent and case.consent.pattern, tuple(PATTERNS)),
    "moment": (lambda case: case.consent and case.consent.moment, MOMENTS),
    "change": (lambda case: case.change and case.change.what, (*CHANGES, None)),
    "moment of change": (lambda case: case.change and case.change.moment, MOMENTS),
    "deadline": (lambda case: case.deadline, DEADLINES),
    "switch": (lambda case: case.switch, tuple(SWITCHES)),
}


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_choice_of_a_dimension_is_in_some_case(dimension: str) -> None:
    choice, choices = DIMENSIONS[dimension]
    assert {choice(case) for case in WHOLE} >= set(choices)


@pytest.mark.parametrize("field", Switches.__struct_fields__)
def test_every_switch_is_set_to_every_value_it_has_or_to_two_numbers(field: str) -> None:
    values = {getattr(switches, field) for switches in SWITCHES.values()} - {None}
    assert len(values) >= 2


# --- triples ----------------------------------------------------------------------------------------------------------


def test_every_three_factors_of_the_array_meet_in_every_way() -> None:
    levels = tuple(FACTORS.values())
    numbers = [{id(level): number for number, level in enumerate(each)} for each in levels]
    every = [tuple(known[id(level)] for known, level in zip(numbers, row, strict=True)) for row in rows()]
    for columns in combinations(range(len(levels)), 3):
        met = {tuple(row[column] for column in columns) for row in every}
        assert met == set(product(*(range(len(levels[column])) for column in columns)))


def of_part(part: Callable[[], Iterator[Case]], *choices: str) -> set[tuple[object, ...]]:
    return {tuple(DIMENSIONS[each][0](case) for each in choices) for case in part()}


def test_installation_statement_and_moment_are_exhausted() -> None:
    met = of_part(parts.consents, "installation", "pattern", "moment")
    assert met == set(product(HOMES, PATTERNS, MOMENTS))
    met = of_part(parts.consents, "installation", "giver", "moment")
    assert met == set(product(HOMES, GIVERS, MOMENTS))


def test_cohort_installation_and_rules_are_exhausted_with_each_statement() -> None:
    met = of_part(parts.scope, "cohort", "installation", "rules", "pattern")
    assert met == set(product(COHORTS, HOMES, RULES, (*PATTERNS, None)))
    orders_met = {(case.home, case.rules, case.course.name) for case in parts.scope()}
    assert orders_met == set(product(HOMES, RULES, parts.ORDERS))


def test_installation_change_and_moment_are_exhausted() -> None:
    moments = parts.MOMENTS_OF_CHANGE
    met = of_part(parts.changes_of_hands, "installation", "change", "moment of change")
    assert met == set(product(HOMES, CHANGES, moments))


def test_switch_installation_and_order_of_findings_are_exhausted() -> None:
    met = {(case.switch, case.home.name, case.course.name) for case in parts.switches()}
    homes = {case.home.name for case in parts.switches()}
    assert met == set(product(SWITCHES, homes, parts.ORDERS))


def test_days_before_the_clocks_change_are_exhausted_with_installation_and_moment() -> None:
    met = of_part(crossings.evidence_across_clock_changes, "date", "installation", "moment")
    assert met == set(product(BEFORE_CLOCKS_CHANGE, HOMES, MOMENTS))


def test_date_and_installation_are_exhausted() -> None:
    assert of_part(parts.dates, "date", "installation") == set(product(DATES, HOMES))


# --- findings ---------------------------------------------------------------------------------------------------------


def test_every_order_of_up_to_three_findings_is_there() -> None:
    found = set(orders())
    for length in (1, 2, 3):
        assert {each[:length] for each in found} == {"".join(each) for each in product("pfewb", repeat=length)}


def test_every_three_of_five_findings_are_there_at_every_three_checks() -> None:
    found = list(orders())
    for checks in combinations(range(5), 3):
        assert {tuple(each[at] for at in checks) for each in found} == set(product("pfewb", repeat=3))


def test_every_order_of_failures_with_one_or_two_inconclusive_checks_among_them_is_there() -> None:
    """Three or four failures of five, the last one among them; and three of four after a pass."""
    expected = {
        before + "f"
        for before in map("".join, product("pfewb", repeat=4))
        if before.count("f") in (2, 3) and ("p" not in before or (before.rindex("p") == 0 and before.count("f") == 2))
    }
    assert {case.course.name for case in crossings.interrupted_counts()} == expected


def test_every_fault_is_in_each_place() -> None:
    courses = {case.course for case in parts.faults()}
    at_checks = [{course.checks[at] for course in courses if len(course.checks) == 5} for at in range(5)]
    at_commissioning = {course.spoilers[0][0] for course in courses if len(course.checks) == 1 and course.spoilers}
    assert all(found >= set(FAULTS) for found in (*at_checks, at_commissioning))


def test_every_commissioning_fails_by_every_subject_that_can_fail_it() -> None:
    spoilers = {case.course.spoilers for case in parts.commissionings()}
    assert {(each[0][0], len(each)) for each in spoilers} == set(product(SPOILERS, (1, 2, 3)))


# --- the letter's words -----------------------------------------------------------------------------------------------


def test_a_request_is_the_paper_of_an_active_installation() -> None:
    """Letter, 2: "the right to request ... in the case of Active Installations"; Mixed: "an authorisation"."""
    papers = {home.name: right_paper(home.type).value for home in HOMES}
    assert papers["active"] == papers["active-two"] == "request"
    assert papers["mixed-gsme-active"] == "authorisation"


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page, BLOCKS) == page


# --- a user's folder --------------------------------------------------------------------------------------------------


def write(path: Path, id: str) -> None:
    text = next(iter(shipped().values())).read_text(encoding="utf-8")
    path.write_text(re.sub(r'^id = ".*"$', f'id = "{id}"', text, count=1, flags=re.MULTILINE), encoding="utf-8")


def test_a_folder_of_scenarios_is_played_with_the_suite(tmp_path: Path) -> None:
    write(tmp_path / "b.toml", "theirs-b")
    write(tmp_path / "a.toml", "theirs-a")
    assert [scenario.id for scenario in folder(tmp_path)] == ["theirs-a", "theirs-b"]
    assert [scenario.id for scenario in suite(scenarios=tmp_path)][-2:] == ["theirs-a", "theirs-b"]


@pytest.mark.parametrize("id", ["no-resources", "theirs"])
def test_a_scenario_of_a_folder_has_an_id_of_its_own(tmp_path: Path, id: str) -> None:
    write(tmp_path / "a.toml", id)
    write(tmp_path / "b.toml", id)
    with pytest.raises(ProfileError, match="id of its own"):
        folder(tmp_path)


def test_a_folder_without_scenarios_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"\*\.toml"):
        folder(tmp_path)


def test_every_part_is_named_once() -> None:
    assert len({part.__name__ for part in PARTS}) == len(PARTS)
