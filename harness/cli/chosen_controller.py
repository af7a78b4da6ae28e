"""The controller that the option `--controller` names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hanbench.harness.case.controller import AnyController
from hanbench.harness.cli.errors import BadInput
from hanbench.harness.controllers.lookup import UnknownControllerError
from hanbench.harness.controllers.preflight import ControllerStartError, startable_controller
from hanbench.profiles.rulesets import RuleSet


def chosen_controller(controller: str) -> Callable[[Mapping[str, RuleSet]], AnyController]:
    """Return the factory of a controller. Raises BadInput if it is unknown, or cannot be started or reached."""
    try:
        return startable_controller(controller)
    except (UnknownControllerError, ControllerStartError) as error:
        raise BadInput(None, "--controller", str(error)) from error
