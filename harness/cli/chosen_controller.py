"""The controller that the option `--controller` names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hanbench.harness.case.controller import AnyController
from hanbench.harness.cli.errors import BadInput
from hanbench.harness.controllers.lookup import UnknownControllerError, controller_factory
from hanbench.profiles.rulesets import RuleSet


def chosen_controller(controller: str) -> Callable[[Mapping[str, RuleSet]], AnyController]:
    """Return the factory of a controller. Raises BadInput if the name is unknown."""
    try:
        return controller_factory(controller)
    except UnknownControllerError as error:
        raise BadInput(None, "--controller", str(error)) from error
