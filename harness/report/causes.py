"""The order in which violations are told: the cause of the others first."""

from __future__ import annotations

from collections.abc import Iterable

from hanbench.harness.oracle import IN_TURN, Violation


def cause_first(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Return the violations with the cause of the others before them, else in their order.

    A controller that crashed, was silent, or said what is no answer decides nothing from then on: what follows from
    that (no outcome, a partial migration withheld) is no wrong decision of its own.
    """
    return tuple(sorted(violations, key=lambda each: each.property != IN_TURN))
