"""A cell of the matrix: what sets one of its scenarios apart from the others."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from hanbench.profiles.rulesets import Cohort, InstallationType


class MatrixCell(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a scenario stands in the matrix."""

    cohort: Cohort
    installation: InstallationType
    rules: str
    """The rule set that holds, or the day on which the third failure falls under the rules in force."""
    condition: str
    """What breaks: a fault, or a course of events."""
    consent: str
    """Which supplier says what, and when."""


class CellFilter(NamedTuple):
    """Cells that are alike; None stands for any value."""

    cohort: Cohort | None = None
    installation: InstallationType | None = None
    rules: str | None = None

    def admits(self, cell: MatrixCell) -> bool:
        """Whether a cell is one of them."""
        return (
            self.cohort in (None, cell.cohort)
            and self.installation in (None, cell.installation)
            and self.rules in (None, cell.rules)
        )
