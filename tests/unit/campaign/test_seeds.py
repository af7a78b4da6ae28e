"""The seed of a HAN follows from what shapes it, in every process."""

from __future__ import annotations

import pickle

from hanbench.harness.campaign.explore.drawing import draw
from hanbench.harness.campaign.matrix import matrix
from hanbench.harness.scenario.staging import seed_for


def test_a_scenario_that_was_sent_to_another_process_has_the_same_seed_there():
    for scenario in (*list(matrix())[::7], *(draw("seeds", number) for number in range(60))):
        copy = pickle.loads(pickle.dumps(scenario))
        assert seed_for(copy, "7") == seed_for(scenario, "7")


def test_the_seed_of_a_case_stays_what_it_was_before_copies_had_the_same_one():
    scenario = next(each for each in matrix() if each.id == "ioc.mixed-gsme-active.tmad-v19.battery-dead.no-consent")
    assert seed_for(scenario, "7") == "7/56b953992c9f74fbca2d667a"
