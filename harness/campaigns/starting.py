"""Tries the controllers of a campaign before its first batch, in the process or on the machine that plays them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from hanbench.harness.controllers.lookup import UnknownControllerError
from hanbench.harness.controllers.preflight import ControllerStartError, startable_controller


class Unstartable(NamedTuple):
    """A controller that cannot be played here."""

    key: str
    """Its key in the spec."""
    problem: str
    """Why, and what to do."""


def first_unstartable(controllers: Sequence[str]) -> Unstartable | None:
    """Return the first controller that is unknown here, or cannot be started or reached; None: all can be played."""
    for index, controller in enumerate(controllers):
        try:
            startable_controller(controller)
        except (UnknownControllerError, ControllerStartError) as error:
            return Unstartable(f"controllers[{index}]", str(error))
    return None
