"""Finding a scenario by name: a file, the id of a shipped scenario, or the id of one in the matrix."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hanbench.harness.campaign.matrix import matrix
from hanbench.harness.scenario.loading import load_scenario
from hanbench.harness.scenario.scenario import Scenario, shipped
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.explain import suggestion
from hanbench.profiles.rulesets import RuleSet


def find_scenario(name: str | Path, rulesets: Mapping[str, RuleSet]) -> Scenario:
    """Return the scenario. Raises ProfileError for an invalid file, and for an unknown name."""
    ids = shipped()
    if str(name) in ids or Path(name).exists() or Path(name).suffix == ".toml":
        return load_scenario(ids.get(str(name), Path(name)), rulesets)
    cells = {scenario.id: scenario for scenario in matrix()}
    if str(name) in cells:
        return cells[str(name)]
    near = suggestion(str(name), [*ids, *cells])
    raise ProfileError(name, f"neither a file nor the id of a scenario{near} (`hanbench scenarios` lists them)")
