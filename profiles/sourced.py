"""A value and where it comes from: the form in which data files state facts."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Generic, TypeVar

from msgspec import Meta, Struct

T = TypeVar("T")


class Source(StrEnum):
    """How well a value is known."""

    STATED = "stated"
    """The letter, or the public document that `reference` names, says so."""
    INFERRED = "inferred"
    """It follows from something stated; `note` gives the reasoning."""
    ASSUMED = "assumed"
    """Nothing public says; a default that scenarios can switch."""


class Sourced(Struct, Generic[T], frozen=True, forbid_unknown_fields=True):
    """A value and where it comes from."""

    value: T
    source: Source
    reference: Annotated[str, Meta(min_length=1)]
    """The letter's paragraph, or the document that says it."""
    note: str = ""
