"""The type of a named fault, with its injection and its healing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from hanbench.harness.case.fault_catalogue import CATALOGUE, FaultDescription
from hanbench.harness.han.han import Han

HanAction = Callable[[Han], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(FaultDescription):
    """One named fault, with the coroutines that inject and heal it on a HAN."""

    inject: HanAction
    heal: HanAction


def fault(name: str, inject: HanAction, heal: HanAction) -> Fault:
    """Return the fault of the catalogue with this name, with its coroutines."""
    return Fault(**asdict(CATALOGUE[name]), inject=inject, heal=heal)
