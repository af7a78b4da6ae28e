"""Builds of RCP firmware that are known to be good or bad.

A build is recognised by the text with which it names itself, and by the build date in it. The date says when firmware
was compiled; a later compilation of older source is only found out by `hanbench doctor` trying it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from hanbench.profiles.loader import load

FILE = Path(__file__).parent / "firmware" / "known-builds.toml"


class KnownBuild(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A range of builds, and what is known of them."""

    version: Annotated[str, Meta(min_length=1, description="Regular expression that the version text matches")]
    built_from: Annotated[date, Meta(description="Date of the first such build")] | None = None
    built_to: Annotated[date, Meta(description="Date of the last such build")] | None = None
    good: bool
    finding: Annotated[str, Meta(min_length=1, description="What is known, in one line")]
    source: Annotated[str, Meta(min_length=1, description="Where that is from")]

    def fits(self, version: str, built: date | None) -> bool:
        """Return whether firmware that names itself `version` and was built on this date is such a build."""
        if re.search(self.version, version) is None:
            return False
        if self.built_from is None and self.built_to is None:
            return True
        return built is not None and (self.built_from or built) <= built <= (self.built_to or built)


class KnownBuilds(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table of known builds."""

    builds: tuple[KnownBuild, ...]


def known_builds() -> KnownBuilds:
    """Return the shipped table. Raises ProfileError."""
    return load(FILE, KnownBuilds)


def findings(version: str, built: date | None) -> Iterator[KnownBuild]:
    """Yield what is known of a build."""
    yield from (build for build in known_builds().builds if build.fits(version, built))
