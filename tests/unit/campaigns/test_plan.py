"""Plans: which case an index is, in an order that keeps HAN stories together; and batches, pure functions of them."""

from __future__ import annotations

import itertools

from msgspec import structs

from hanbench.harness.campaigns.plan import DeviceCase, MigrationCase, plan_of
from hanbench.harness.campaigns.playing import Batch, play, run_batch
from hanbench.harness.campaigns.rows import CaseName, CaseVerdict
from hanbench.harness.campaigns.spec import CampaignSpec, ConformPart, RandomPart, SuitePart
from hanbench.harness.scenario.staging import seed_for


def test_neighbours_share_a_han_story_and_all_controllers_of_a_case_stand_together() -> None:
    spec = CampaignSpec("one", 3000, controllers=("reference", "lawful:asks-when-loaded"), suite=SuitePart())
    plan = plan_of(spec)
    cases = [plan.case(number) for number in range(3000)]
    assert all(isinstance(each, MigrationCase) for each in cases)
    assert [each.name.by for each in cases[:4]] == ["reference", "lawful:asks-when-loaded"] * 2
    assert all(first.scenario is second.scenario for first, second in zip(cases[::2], cases[1::2], strict=True))
    stories = [key for key, _ in itertools.groupby(seed_for(each.scenario, "") for each in cases)]
    assert len(stories) == len(set(stories))


def test_the_next_seed_begins_where_the_cases_of_one_end() -> None:
    spec = CampaignSpec("one", 40_000, suite=SuitePart())
    plan = plan_of(spec)
    per_seed = next(number for number in range(40_000) if plan.case(number).name.seed != "1")
    assert [plan.case(number).name.seed for number in (0, per_seed - 1, per_seed, 2 * per_seed)] == [
        "1",
        "1",
        "1.2",
        "1.3",
    ]
    assert plan.case(0).name.case == plan.case(per_seed).name.case


def test_every_kind_of_case_is_found_by_its_name() -> None:
    spec = CampaignSpec(
        "one",
        5000,
        controllers=("reference", "lawful:asks-when-loaded"),
        suite=SuitePart(part="quick"),
        random=RandomPart(0.5),
        conform=ConformPart(devices=("emulated", "firmware:joining-for-ever"), cases="HB-*-0[12]", seeds=2),
    )
    plan = plan_of(spec)
    assert 0 < plan.conform_size < plan.conform_size + plan.suite_size < 5000
    for number in (0, plan.conform_size - 1, plan.conform_size, plan.conform_size + plan.suite_size - 1, 3000, 4999):
        assert plan.find(plan.case(number).name) == number
    assert plan.find(CaseName("story-99999", "1", "reference")) is None
    assert plan.find(CaseName("story-1", "2", "reference")) is None
    assert plan.find(CaseName("story-1", "1", "lawful:asks-every-day")) is None


def test_a_case_about_an_installation_comes_with_those_before_it() -> None:
    spec = CampaignSpec("one", 40, suite=SuitePart(only="*.home-1-*"))
    plan = plan_of(spec)
    assert [len(plan.case(number).before) for number in range(4)] == [0, 1, 0, 1]


def test_a_batch_is_a_pure_function_of_its_indexes(small: CampaignSpec) -> None:
    whole = [row.outcome for row in run_batch(small, Batch(0, 60)).rows]
    backwards = [run_batch(small, Batch(low, low + 20)) for low in (40, 20, 0)]
    assert [row.outcome for part in reversed(backwards) for row in part.rows] == whole
    assert [outcome[0] for outcome in whole] == list(range(60))
    assert {outcome[1] for outcome in whole} == {CaseVerdict.AS_EXPECTED}
    again = run_batch(structs.replace(small, seed="2"), Batch(0, 60))
    assert [row.trace_hash for row in again.rows] != [outcome[4] for outcome in whole]


def test_the_tables_of_parts_add_up_to_those_of_the_whole(small: CampaignSpec) -> None:
    whole = run_batch(small, Batch(0, 60)).tallies
    sums = run_batch(small, Batch(0, 25)).tallies
    sums.add(run_batch(small, Batch(25, 60)).tallies)
    assert sums == whole
    assert sum(whole.verdicts.values()) == 60


def test_conform_cases_are_judged_on_their_devices() -> None:
    """That the firmware fails in its area is what `hanbench conform --selftest` demands of the cases."""
    devices = ("emulated", "firmware:joining-for-ever")
    spec = CampaignSpec("one", 4, conform=ConformPart(devices=devices, cases="HB-JOIN-1[01]", kinds=("gsme",)))
    assert isinstance(plan_of(spec).case(0), DeviceCase)
    (result,) = play(spec, Batch(0, spec.size))
    by = dict[str, set[int]]()
    for row in result.rows:
        by.setdefault(plan_of(spec).case(row.number).name.by, set()).add(row.verdict)
    assert by.pop("emulated gsme ioc") == {CaseVerdict.AS_EXPECTED}
    assert CaseVerdict.VIOLATION in by.pop("firmware:joining-for-ever gsme ioc")
