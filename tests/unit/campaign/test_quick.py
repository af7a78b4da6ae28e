"""The quick suite: few cases, in which every known suspect is still convicted as `verify` convicts it."""

from __future__ import annotations

from hanbench.harness.campaign import Campaign, Result, execute
from hanbench.harness.campaign.judge_test.conviction import blamed
from hanbench.harness.campaign.judge_test.killers import Killer, killers
from hanbench.harness.campaign.judge_test.quick import minimised, quick_ids
from hanbench.harness.campaign.judge_test.suspects import suspects
from hanbench.harness.campaign.suite import suite
from hanbench.harness.scenario.run import drive_scenario, judged
from hanbench.harness.scenario.staging import seed_for
from hanbench.harness.stories.shelf import Shelf
from hanbench.profiles.rulesets import shipped


def cases():
    return {each.id: each for each in suite(part=quick_ids())}


def test_every_suspect_has_a_killer_in_the_quick_suite():
    assert killers().keys() == suspects().keys()
    assert cases().keys() == quick_ids()
    assert len(quick_ids()) < 100


def test_the_quick_suite_convicts_every_suspect():
    """Each plays its row twice, with the seed of `verify`; those that remember play the whole suite in one process."""
    known, innocent = cases(), []
    with Shelf(len(known)) as shelf:

        def play(scenario, suspect):
            make, seed = suspect.afresh(), seed_for(scenario, "1")
            return [drive_scenario(scenario, shipped(), make, seed=seed, shelf=shelf) for _ in range(2)]

        for name, killer in sorted(killers().items(), key=lambda item: item[1].cases):
            if suspects()[name].remembers:
                played = execute(list(known.values()), Campaign("1", name))
                reports = [result.report for _, result in played if isinstance(result, Result)]
                found = any(blamed(report.violations) for report in reports)
            else:
                first, again = play(known[killer.cases[-1]], suspects()[name])
                found = killer.property in blamed(judged(first, shipped(), again=again).violations)
            innocent += [] if found else [name]
    assert innocent == []


def test_cases_that_convict_the_same_suspects_become_one():
    """What two failures suffice for shows wherever a third is due; a killer that only one suspect needs stays."""
    chosen = ("wrong:two-failures-suffice", "wrong:hurries")
    table = {name: killers()[name] for name in chosen}
    scattered = {**table, "wrong:hurries": Killer(("ioc.active.tmad-v18.battery-dead.no-consent",), "spacing")}
    known = {each.id: each for each in suite()}
    found = minimised(scattered, known)
    assert found.keys() == scattered.keys()
    assert len({each.cases for each in found.values()}) == 1
    assert found["wrong:hurries"].property == "spacing"
