"""Failures that are known and tolerated until a date, each with a reason."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from hanbench.profiles.errors import ProfileError
from hanbench.profiles.loader import load


class Tolerated(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One case that may fail."""

    case: Annotated[str, Meta(pattern=r"^HB-[A-Z]+-[0-9]{2}$(?!\n)", description="Id of the case")]
    reason: Annotated[str, Meta(min_length=1, description="Why the failure is tolerated")]
    until: Annotated[date, Meta(description="Last day (UTC) on which it is")]


class ToleratedFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The list of a vendor."""

    tolerated: tuple[Tolerated, ...]


def read_tolerated(path: Path) -> dict[str, Tolerated]:
    """Return what is tolerated, by the id of the case. Raises ProfileError."""
    found: dict[str, Tolerated] = {}
    for index, each in enumerate(load(path, ToleratedFile).tolerated):
        if each.case in found:
            raise ProfileError(path, f"found {each.case} a second time", f"tolerated[{index}].case")
        found[each.case] = each
    return found
