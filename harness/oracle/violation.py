"""What a judgement consists of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

if TYPE_CHECKING:
    from hanbench.harness.oracle.case import Case


class Violation(Struct, frozen=True, forbid_unknown_fields=True):
    """A property that a trace breaks."""

    property: str
    """The id of the property."""
    rule: str
    """Where the rule comes from: a paragraph of the letter, or who assumed it."""
    text: str
    frames: tuple[int, ...] = ()
    """Numbers, in the capture, of the frames of the checks concerned."""


class Finding(NamedTuple):
    """One breach, as a property reports it."""

    text: str
    frames: tuple[int, ...] = ()
    rule: str = ""
    """The source of the very value that was broken; empty: the property's own reference."""


class Property(NamedTuple):
    """Something that must hold in every trace."""

    id: str
    title: str
    rule: str
    """Where it comes from."""
    findings: Callable[[Case], Iterator[Finding]]
    """Yields one finding for each breach; the function's docstring says how it is judged."""
