"""`scenario`."""

from __future__ import annotations

from hanbench.harness.control.answers import ScenarioAnswer
from hanbench.harness.control.errors import (
    NO_SCENARIO,
    SCENARIO_PLAYING,
    UNKNOWN_CONTROLLER,
    UNKNOWN_SCENARIO,
    UNSUITABLE_SCENARIO,
    ControlError,
    unknown_name,
)
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.played_scenario import MakeController, ScenarioPlayer
from hanbench.harness.control.requests import ScenarioRequest
from hanbench.harness.controllers.lookup import UnknownControllerError, controller_factory
from hanbench.harness.scenario.loading import load_scenario
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.scenario import shipped as shipped_scenarios
from hanbench.profiles.benches import StartingState
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import shipped

BY_NAME = ("reference", "lawful:", "wrong:")
"""Controllers that a request may name: nothing that starts a program, imports a module or opens a connection."""


async def scenario(bench: LiveBench, request: ScenarioRequest) -> ScenarioAnswer:
    """Play a scenario, or stop the one that plays."""
    if request.scenario is None:
        if bench.played is None:
            raise ControlError(NO_SCENARIO, "no scenario plays")
        bench.played.stop()
        return ScenarioAnswer(None)
    return play(bench, _scenario(request.scenario), _factory(request.controller), request.controller)


def play(bench: LiveBench, scenario: Scenario, make_controller: MakeController, name: str) -> ScenarioAnswer:
    """Play a scenario with any controller; call it in the bench's thread. Raises ControlError."""
    if bench.played is not None:
        raise ControlError(SCENARIO_PLAYING, f"{bench.played.scenario.id} plays")
    unfit = _unfit(bench, scenario)
    if unfit:
        raise ControlError(UNSUITABLE_SCENARIO, f"{scenario.id}: {unfit}")
    bench.played = player = ScenarioPlayer(bench, scenario, shipped(), make_controller, name)
    player.start()
    return ScenarioAnswer(player.state())


def _scenario(name: str) -> Scenario:
    files = shipped_scenarios()
    if name not in files:
        raise unknown_name(UNKNOWN_SCENARIO, "scenario", name, files)
    return load_scenario(files[name], shipped())


def _factory(name: str) -> MakeController:
    if not name.startswith(BY_NAME):
        raise unknown_name(UNKNOWN_CONTROLLER, "controller here", name, ("reference", "lawful:NAME", "wrong:NAME"))
    try:
        return controller_factory(name)
    except UnknownControllerError as error:
        raise ControlError(UNKNOWN_CONTROLLER, str(error)) from None


def _unfit(bench: LiveBench, scenario: Scenario) -> str:
    """Return why a scenario cannot be played on a bench as it is; empty: it can."""
    try:
        bench.file.suits(scenario.cohort)
    except ProfileError as error:
        return error.problem
    if scenario.begins is StartingState.NEW:
        return "it begins with a new HAN, and this HAN exists"
    if scenario.profiles:
        return f"it is about devices of its own: {', '.join(scenario.profiles.values())}"
    if bench.han.medium is not bench.han.air and any(each.frames or each.on_frame for each in scenario.changes):
        return "it has faults of frames, which need a bench whose radios are all emulated"
    if bench.faults.active:
        active = ", ".join(each.name for each in bench.faults.active)
        return f"every device must be healthy at its begin; active: {active}"
    return ""
