"""Cells of the matrix of scenarios, and filters for them."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from hanbench.profiles.rulesets import Cohort, InstallationType


class MatrixCell(Struct, frozen=True, forbid_unknown_fields=True):
    """The place of a scenario in the matrix."""

    cohort: Cohort
    installation: InstallationType
    rules: str
    """The rule set that applies, or the day on which the third failure falls under the rules in force."""
    condition: str
    """The fault, or the course of events."""
    consent: str
    """The suppliers' statements and their times."""


class CellFilter(NamedTuple):
    """A set of cells; None stands for any value."""

    cohort: Cohort | None = None
    installation: InstallationType | None = None
    rules: str | None = None

    def admits(self, cell: MatrixCell) -> bool:
        """Return whether a cell belongs to the set."""
        return (
            self.cohort in (None, cell.cohort)
            and self.installation in (None, cell.installation)
            and self.rules in (None, cell.rules)
        )
