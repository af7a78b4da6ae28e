"""Sourced values: the form in which data files state facts."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Generic, TypeVar

from msgspec import Meta, Struct

T = TypeVar("T")


class Source(StrEnum):
    """The kind of evidence for a value."""

    STATED = "stated"
    """The letter, or the public document that `reference` names, states it."""
    INFERRED = "inferred"
    """It follows from a stated fact; `note` gives the reasoning."""
    ASSUMED = "assumed"
    """No public source states it: a default that scenarios can switch."""


class Sourced(Struct, Generic[T], frozen=True, forbid_unknown_fields=True):
    """A value and its source."""

    value: T
    source: Source
    reference: Annotated[str, Meta(min_length=1)]
    """The paragraph of the letter, or the document that states the value."""
    note: str = ""
