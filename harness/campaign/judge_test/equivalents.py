"""The oracle's mutants that no trace can tell from the oracle, each with the reason: data in `equivalents.toml`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from hanbench.harness.campaign.judge_test.scratch import Mutant

FILE = "equivalents.toml"


class Equivalent(Struct, frozen=True, forbid_unknown_fields=True):
    """Changes of one source line that make no difference."""

    file: str
    where: str
    """The function, such as `Case.home`."""
    line: str
    """The source line, without its indentation."""
    operators: tuple[str, ...]
    reason: str

    def names(self, mutant: Mutant) -> bool:
        """Return whether this is about `mutant`."""
        same_place = (self.file, self.where, self.line) == (mutant.file, mutant.where, mutant.line)
        return same_place and mutant.operator in self.operators


class _File(Struct, frozen=True, forbid_unknown_fields=True):
    equivalent: tuple[Equivalent, ...]


@cache
def equivalents() -> tuple[Equivalent, ...]:
    """Return all entries, in the order of the file."""
    return msgspec.toml.decode((files(__package__) / FILE).read_bytes(), type=_File).equivalent


def without_equivalents(mutants: Iterable[Mutant]) -> list[Mutant]:
    """Return the mutants that some trace must give away."""
    return [mutant for mutant in mutants if not any(each.names(mutant) for each in equivalents())]
