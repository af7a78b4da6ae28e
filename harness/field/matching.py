"""Which classes of faults the signs of a capture fit, best first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hanbench.harness.field.sign import Sign
from hanbench.profiles.diagnosis import Claim, FaultClass


@dataclass(frozen=True)
class Match:
    """A class that fits, with the signs of its strongest claim."""

    fault_class: FaultClass
    strength: int
    signs: tuple[Sign, ...]


def matches(classes: Iterable[FaultClass], signs: Mapping[str, Sign]) -> tuple[Match, ...]:
    """Return the classes that fit, best first; of equals, the earlier in the file."""
    found = [match for each in classes if (match := _match(each, signs)) is not None]
    return tuple(sorted(found, key=lambda match: -match.strength))


def _match(fault_class: FaultClass, signs: Mapping[str, Sign]) -> Match | None:
    best: Match | None = None
    for claim in fault_class.claims:
        if not _fits(claim, signs):
            continue
        supporting = [name for name in claim.supports if name in signs]
        strength = claim.strength + len(supporting)
        if best is None or strength > best.strength:
            best = Match(fault_class, strength, tuple(signs[name] for name in (*claim.needs, *supporting)))
    return best


def _fits(claim: Claim, signs: Mapping[str, Sign]) -> bool:
    return all(name in signs for name in claim.needs) and not any(name in signs for name in claim.against)
