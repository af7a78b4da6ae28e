"""A capture that is made after a run has the frames of the run, and its controller is asked nothing."""

from __future__ import annotations

import pytest

from hanbench.harness.campaign.finding import find_scenario
from hanbench.harness.capture import keyfile
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.scenario.run import capture_again, run_scenario
from hanbench.profiles.rulesets import shipped


@pytest.mark.parametrize("name", ["dormant-three-failures", "answers-are-lost", "wan-outage-then-well"])
def test_a_capture_made_afterwards_has_the_frames_of_the_run(tmp_path, name):
    asked = []

    def make(rulesets):
        asked.append(name)
        return Reference(rulesets)

    scenario = find_scenario(name, shipped())
    live, later = tmp_path / "live.pcapng", tmp_path / "later.pcapng"
    result = run_scenario(scenario, shipped(), make, seed="7", capture=live)
    capture_again(result, later)
    assert later.read_bytes() == live.read_bytes()
    assert keyfile.beside(later).read_text() == keyfile.beside(live).read_text()
    assert asked == [name]
