"""A spec in words: what a campaign plays, defaults included. Imports nothing that plays cases."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from hanbench.harness.controllers.naming import named
from hanbench.harness.foreign_text import cleaned
from hanbench.harness.words import counted

_MOST_NAMED = 12
"""Controllers that are named in words."""


class _Suite(Struct, frozen=True):
    part: str = "full"
    only: str = "*"
    cohorts: tuple[str, ...] = ()
    begins: str = "installed"
    seeds: int | None = None


class _Random(Struct, frozen=True):
    share: float | None = None


class _Conform(Struct, frozen=True):
    devices: tuple[str, ...] = ("emulated",)
    kinds: tuple[str, ...] = ("gsme", "esme", "hub", "ihd")
    cohorts: tuple[str, ...] = ("ioc",)
    cases: str = "*"
    seeds: int = 1


class _Spec(Struct, frozen=True):
    """A spec as its JSON has it: without the types that profiles know, for their import takes a tenth of a second."""

    name: str
    size: int
    controllers: tuple[str, ...] = ("reference",)
    seed: str = "1"
    hold_to: str = "assumed"
    suite: _Suite | None = None
    random: _Random | None = None
    conform: _Conform | None = None


def spec_words(encoded: bytes) -> dict[str, str]:
    """Return which controllers a campaign plays, and on what, by the keys of its spec.

    `encoded`: the spec as stores have it. Raises msgspec.ValidationError, and msgspec.DecodeError.
    """
    spec = msgspec.json.decode(encoded, type=_Spec)
    parts = {
        "suite": _suite(spec.suite) if spec.suite else "",
        "random": _random(spec.random) if spec.random else "",
        "conform": _conform(spec.conform) if spec.conform else "",
    }
    controllers = _listed(tuple(map(named, spec.controllers)))
    said = {"controllers": controllers, **parts, "seed": cleaned(spec.seed), "hold_to": cleaned(spec.hold_to)}
    return {key: words for key, words in said.items() if words}


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _suite(part: _Suite) -> str:
    said = [
        part.part,
        *([f"only {cleaned(part.only)}"] if part.only != "*" else []),
        *([f"cohorts {_listed(part.cohorts)}"] if part.cohorts else []),
        f"begins {part.begins}",
        *([f"at most {counted(part.seeds, 'seed')}"] if part.seeds else []),
    ]
    return ", ".join(said)


def _random(part: _Random) -> str:
    return "all that the other parts leave" if part.share is None else f"{part.share:.4g} of the size"


def _conform(part: _Conform) -> str:
    said = [_listed([cleaned(each) for each in part.devices]), " ".join(part.kinds), cleaned(part.cases)]
    return f"{', '.join(said)}; cohorts {_listed(part.cohorts)}; {counted(part.seeds, 'seed')}"
