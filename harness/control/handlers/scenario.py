"""`scenario`."""

from __future__ import annotations

from hanbench.harness.control.answers import ScenarioAnswer
from hanbench.harness.control.errors import (
    INVALID_REQUEST,
    NO_SCENARIO,
    SCENARIO_PLAYING,
    UNKNOWN_CONTROLLER,
    UNKNOWN_SCENARIO,
    UNSUITABLE_SCENARIO,
    ControlError,
    unknown_name,
)
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.live_home import LiveHome
from hanbench.harness.control.played_scenario import MakeController, ScenarioPlayer
from hanbench.harness.control.requests import ScenarioRequest
from hanbench.harness.controllers.lookup import UnknownControllerError, broker_controllers, controller_factory
from hanbench.harness.scenario.loading import load_scenario, load_scenario_text
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.scenario import shipped as shipped_scenarios
from hanbench.profiles.benches import StartingState
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import shipped

BY_NAME = ("reference", "lawful:", "wrong:")
"""Controllers that a request may name: nothing that starts a program, imports a module or opens a connection."""
AT_BROKER = "mqtt"
"""The controller at the bench's own broker; a request cannot name another."""


async def scenario(bench: LiveBench, request: ScenarioRequest) -> ScenarioAnswer:
    """Play a scenario, or stop the one that plays."""
    home = bench.home(request.home)
    if request.action == "stop":
        if home.played is None:
            raise ControlError(NO_SCENARIO, "no scenario plays")
        home.played.stop()
        return ScenarioAnswer(None)
    return play(home, _scenario(request), _factory(bench, request.controller), request.controller)


def play(home: LiveHome, scenario: Scenario, make_controller: MakeController, name: str) -> ScenarioAnswer:
    """Play a scenario with any controller; call it in the bench's thread. Raises ControlError."""
    if home.played is not None:
        raise ControlError(SCENARIO_PLAYING, f"{home.played.scenario.id} plays")
    unfit = _unfit(home, scenario)
    if unfit:
        raise ControlError(UNSUITABLE_SCENARIO, f"{scenario.id}: {unfit}")
    home.played = player = ScenarioPlayer(home, scenario, shipped(), make_controller, name)
    player.start()
    return ScenarioAnswer(player.state())


def _scenario(request: ScenarioRequest) -> Scenario:
    """Return a shipped scenario, or the one that the request carries: a request names no file of this machine."""
    if request.text is not None:
        try:
            return load_scenario_text(request.text, "text", shipped())
        except ProfileError as error:
            raise ControlError(INVALID_REQUEST, f"scenario: {error}") from None
    files, name = shipped_scenarios(), request.scenario or ""
    if name not in files:
        raise unknown_name(UNKNOWN_SCENARIO, "scenario", name, files)
    return load_scenario(files[name], shipped())


def _factory(bench: LiveBench, name: str) -> MakeController:
    if name == AT_BROKER:
        if bench.broker is None:
            raise ControlError(UNKNOWN_CONTROLLER, "this bench has no broker: bring it up with --mqtt URL")
        return broker_controllers(bench.broker, bench.name)
    if not name.startswith(BY_NAME):
        known = ("reference", "lawful:NAME", "wrong:NAME", AT_BROKER)
        raise unknown_name(UNKNOWN_CONTROLLER, "controller here", name, known)
    try:
        return controller_factory(name)
    except UnknownControllerError as error:
        raise ControlError(UNKNOWN_CONTROLLER, str(error)) from None


def _unfit(home: LiveHome, scenario: Scenario) -> str:
    """Return why a scenario cannot be played on a home as it is; empty: it can."""
    try:
        home.file.suits(scenario.cohort)
    except ProfileError as error:
        return error.problem
    if scenario.begins is StartingState.NEW:
        return "it begins with a new HAN, and this HAN exists"
    if scenario.profiles:
        return f"it is about devices of its own: {', '.join(scenario.profiles.values())}"
    if home.han.medium is not home.han.air and any(each.frames or each.on_frame for each in scenario.changes):
        return "it has faults of frames, which need a bench whose radios are all emulated"
    if home.faults.active:
        active = ", ".join(each.name for each in home.faults.active)
        return f"every device must be healthy at its begin; active: {active}"
    return ""
