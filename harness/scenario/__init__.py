"""Scenarios: an installation, what breaks and who consents when; and what it takes to play one on an emulated HAN."""

from hanbench.harness.scenario.run import ScenarioResult, run_scenario
from hanbench.harness.scenario.scenario import Scenario, load_scenario, shipped
from hanbench.harness.scenario.world import HanWorld

__all__ = ["HanWorld", "Scenario", "ScenarioResult", "load_scenario", "run_scenario", "shipped"]
