"""Which implementation of the curve is used, and the check that it must pass."""

from __future__ import annotations

from functools import cache

from hanbench.emulator.zigbee.security.cbke.curve import (
    GENERATOR,
    ORDER,
    Curve,
    InvalidPointError,
    UnavailableError,
)
from hanbench.emulator.zigbee.security.cbke.integers import Integers
from hanbench.emulator.zigbee.security.cbke.libcrypto import Libcrypto


def check(candidate: Curve) -> None:
    """Check an implementation against the order of the generator. Raises UnavailableError."""
    try:
        first = candidate.combine((ORDER - 1, GENERATOR))
        again = candidate.combine((1, first), (2, GENERATOR))
    except InvalidPointError as error:
        raise UnavailableError(f"{candidate.name}: {error}") from error
    if first[1:] != GENERATOR[1:] or first == GENERATOR or again != GENERATOR:
        raise UnavailableError(f"{candidate.name} computes other points than sect163k1 has")


@cache
def implementation() -> Curve:
    """The fastest implementation that works on this machine, checked once."""
    try:
        found: Curve = Libcrypto()
        check(found)
    except UnavailableError:
        found = Integers()
        check(found)
    return found
