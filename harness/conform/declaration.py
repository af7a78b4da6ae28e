"""What a case declares, as data: `hanbench conform --list --json`."""

from __future__ import annotations

from msgspec import Struct

from hanbench.harness.conform.case import Case
from hanbench.harness.conform.requirement import Requirement


class CaseDeclaration(Struct, frozen=True):
    """What stands in the head of a case; `seconds`, `wakes` and `times` say together how long it takes at most."""

    id: str
    area: str
    title: str
    requirements: tuple[Requirement, ...]
    gate: str
    """The PICS codes that it needs, with `&`, `|`, `!`."""
    begins: str
    """`factory`: without power and keys; `joined`: with a link key, and what else belongs to a device at work."""
    needs: tuple[str, ...]
    """What the bench must be able to do: `air`, `commission`, `head_end`, `power`, `reset`."""
    values: tuple[str, ...]
    """Names of PIXIT values without default that it needs."""
    seconds: float
    wakes: float
    """Wake periods beside `seconds`."""
    times: tuple[str, ...]
    """Names of PIXIT times beside `seconds`."""


def declared(case: Case) -> CaseDeclaration:
    """Return what a case declares."""
    return CaseDeclaration(
        case.id,
        case.area,
        case.title,
        case.requirements,
        case.gate.text,
        case.begins.name.lower(),
        tuple(sorted(need.name.lower() for need in case.needs)),
        case.values,
        case.seconds,
        case.wakes,
        case.times,
    )
