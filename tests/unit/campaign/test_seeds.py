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
