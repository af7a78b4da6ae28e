"""The types of a judgement: violation, finding, property, and the ground on which a property stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

from hanbench.profiles.rulesets import Source, Sourced

if TYPE_CHECKING:
    from hanbench.harness.oracle.case import Case


class Judged(StrEnum):
    """The party that a property judges."""

    CONTROLLER = "controller"
    BENCH = "bench"
    """hanbench itself: its HAN-connectivity check. A violation says nothing about the controller."""


class Basis(StrEnum):
    """What a property rests on, the firmest first."""

    INTERFACE = "interface"
    """The vocabulary, or hanbench itself: without it there is nothing to judge. Fails every run."""
    STATED = "stated"
    """The letter, or another public document, states it."""
    INFERRED = "inferred"
    """It follows from something stated."""
    ASSUMED = "assumed"
    """A choice of hanbench, which a scenario can make otherwise."""


_FIRMNESS = {basis: place for place, basis in enumerate(Basis)}


class Ground(NamedTuple):
    """The source of a rule."""

    reference: str
    """The paragraph of the letter, or the document; `interface` and `hanbench` for the harness's own."""
    basis: Basis
    choice: str = ""
    """The choice that was violated: a switch, or a setting of the scenario. Given where `basis` is assumed."""

    @property
    def words(self) -> str:
        """The source in words: a choice never claims a paragraph."""
        if self.basis is Basis.INTERFACE:
            return self.reference
        what = f"choice {self.choice}" if self.basis is Basis.ASSUMED else self.reference
        return f"{what} ({self.basis.value})"


def stated(reference: str) -> Ground:
    """Return the ground of what `reference` states."""
    return Ground(reference, Basis.STATED)


def inferred(reference: str) -> Ground:
    """Return the ground of what follows from `reference`."""
    return Ground(reference, Basis.INFERRED)


def chosen(choice: str) -> Ground:
    """Return the ground of a choice."""
    return Ground("hanbench", Basis.ASSUMED, choice)


def interface(reference: str = "interface") -> Ground:
    """Return the ground of what the vocabulary, or hanbench itself, demands."""
    return Ground(reference, Basis.INTERFACE)


def of_value(value: Sourced[Any], choice: str) -> Ground:
    """Return the ground of a value of a rule set; `choice` is its name among the switches."""
    assumed = value.source is Source.ASSUMED
    return Ground(value.reference, Basis(value.source.value), choice if assumed else "")


def at_most_inferred(ground: Ground) -> Ground:
    """Return the ground of what only follows from `ground`."""
    return ground._replace(basis=Basis.INFERRED) if ground.basis is Basis.STATED else ground


IN_TURN = "in-turn"
"""The property of a controller that keeps to its interface."""


class Violation(Struct, frozen=True, forbid_unknown_fields=True):
    """A property that does not hold in a trace."""

    property: str
    """The id of the property."""
    rule: str
    """The source of the rule in words: a paragraph of the letter and its basis, or the choice."""
    text: str
    frames: tuple[int, ...] = ()
    """Numbers, in the capture, of the frames of the checks concerned."""
    basis: Basis = Basis.INTERFACE
    choice: str = ""
    """The choice of hanbench that was violated; empty if a rule was."""


class Finding(NamedTuple):
    """One breach of a property."""

    text: str
    frames: tuple[int, ...] = ()
    ground: Ground | None = None
    """The source of the value that was violated; None: the property's own."""


class Property(NamedTuple):
    """A statement that must hold in every trace."""

    id: str
    title: str
    ground: Ground
    findings: Callable[[Case], Iterator[Finding]]
    """Yields one finding for each breach; the docstring of the function states the criterion."""
    judges: Judged = Judged.CONTROLLER
    also: tuple[Ground, ...] = ()
    """What else some of its findings rest on."""

    @property
    def rule(self) -> str:
        """The source of the rule in words."""
        return self.ground.words

    def violations(self, case: Case) -> Iterator[Violation]:
        """Yield the violations of this property in a case."""
        for text, frames, ground in self.findings(case):
            on = ground or self.ground
            yield Violation(self.id, on.words, text, frames, on.basis, on.choice)


def held_to(violations: Iterable[Violation], basis: Basis = Basis.ASSUMED) -> tuple[Violation, ...]:
    """Return the violations that fail a run which holds its controller to rules up to `basis`."""
    return tuple(each for each in violations if _FIRMNESS[each.basis] <= _FIRMNESS[basis])
