"""Scenarios: an installation with its faults and consents, and the means to run it on an emulated HAN.

The public names are imported on demand, because listing scenarios needs no emulator.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hanbench.harness.scenario.loading import load_scenario
    from hanbench.harness.scenario.run import ScenarioResult, run_scenario
    from hanbench.harness.scenario.scenario import Scenario, shipped

__all__ = ["Scenario", "ScenarioResult", "load_scenario", "run_scenario", "shipped"]

_MODULES = {
    "Scenario": "scenario",
    "ScenarioResult": "run",
    "load_scenario": "loading",
    "run_scenario": "run",
    "shipped": "scenario",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
