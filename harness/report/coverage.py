"""How far the cases of a run tested each property of the oracle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct

from hanbench.harness.oracle import PROPERTIES


class Reached(NamedTuple):
    """What one case says about the properties, by their ids."""

    evaluated: frozenset[str]
    interesting: frozenset[str]
    violated: frozenset[str]


class Coverage(Struct, frozen=True, forbid_unknown_fields=True):
    """What the cases of a run say about one property: numbers of cases."""

    property: str
    evaluated: int
    """Cases that have what it speaks about: a check, a decision, an end."""
    interesting: int
    """Those in which a controller that does not keep it could show it."""
    violated: int


class CoverageTally:
    """Adds up what the cases of a run reached."""

    def __init__(self) -> None:
        self._evaluated = Counter[str]()
        self._interesting = Counter[str]()
        self._violated = Counter[str]()

    def add(self, case: Reached) -> None:
        """Add one case."""
        self._evaluated.update(case.evaluated)
        self._interesting.update(case.interesting)
        self._violated.update(case.violated)

    def join(self, coverage: Iterable[Coverage]) -> None:
        """Add the coverage of another run."""
        for each in coverage:
            self._evaluated[each.property] += each.evaluated
            self._interesting[each.property] += each.interesting
            self._violated[each.property] += each.violated

    @property
    def coverage(self) -> tuple[Coverage, ...]:
        """What the cases say about each property, in the order of the oracle's properties."""
        return tuple(
            Coverage(each.id, self._evaluated[each.id], self._interesting[each.id], self._violated[each.id])
            for each in PROPERTIES
        )

    @property
    def missed(self) -> tuple[str, ...]:
        """The properties whose interesting side no case reached: a run that passes says nothing about them."""
        return tuple(each.property for each in self.coverage if not each.interesting)

    @property
    def sentence(self) -> str:
        """How many properties had something to judge, were put to the test, and were violated."""
        found = self.coverage
        evaluated, interesting, violated = (
            sum(getattr(each, part) > 0 for each in found) for part in ("evaluated", "interesting", "violated")
        )
        return (
            f"Of {len(found)} properties, {evaluated} had something to judge, {interesting} were put to the test "
            f"(a controller that breaks them would have been seen), {violated} were violated."
        )
