"""A fault: something that breaks at the layer where it breaks in the field, and stays broken until it is healed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from hanbench.harness.case.fault_catalogue import CATALOGUE, FaultDescription
from hanbench.harness.han.han import Han

Action = Callable[[Han], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(FaultDescription):
    """One named fault, and how it is brought about and healed on a HAN."""

    inject: Action
    heal: Action


def fault(name: str, inject: Action, heal: Action) -> Fault:
    """Return the fault of the catalogue with this name, to be brought about by `inject` and healed by `heal`."""
    return Fault(**asdict(CATALOGUE[name]), inject=inject, heal=heal)
