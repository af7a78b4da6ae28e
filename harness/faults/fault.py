"""A fault: something that breaks at the layer where it breaks in the field, and stays broken until it is healed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from hanbench.harness.case.check import Subject
from hanbench.harness.han.han import Han

Action = Callable[[Han], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One named fault. Its name is stable: scenarios and reports are written with it."""

    name: str
    title: str
    subject: Subject
    """Who is broken; only the GSME's faults may count towards partial migration."""
    layer: str
    """Where it is applied."""
    symptom: str
    """What the field would see."""
    inject: Action
    heal: Action
    breaks_reachability: bool = True
    """Whether its subject can no longer be reached. False: something is wrong with it, and a check must pass."""
