"""The types of a judgement: violation, finding and property."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

if TYPE_CHECKING:
    from hanbench.harness.oracle.case import Case


class Judged(StrEnum):
    """The party that a property judges."""

    CONTROLLER = "controller"
    BENCH = "bench"
    """hanbench itself: its HAN-connectivity check. A violation says nothing about the controller."""


class Violation(Struct, frozen=True, forbid_unknown_fields=True):
    """A property that does not hold in a trace."""

    property: str
    """The id of the property."""
    rule: str
    """The source of the rule: a paragraph of the letter, or the party that assumed it."""
    text: str
    frames: tuple[int, ...] = ()
    """Numbers, in the capture, of the frames of the checks concerned."""


class Finding(NamedTuple):
    """One breach of a property."""

    text: str
    frames: tuple[int, ...] = ()
    rule: str = ""
    """The source of the value that was violated; empty: the property's own reference."""


class Property(NamedTuple):
    """A statement that must hold in every trace."""

    id: str
    title: str
    rule: str
    """The source of the rule."""
    findings: Callable[[Case], Iterator[Finding]]
    """Yields one finding for each breach; the docstring of the function states the criterion."""
    judges: Judged = Judged.CONTROLLER
