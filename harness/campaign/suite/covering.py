"""Covering arrays of strength three: rows in which every three factors take every three of their levels.

The rows are the polynomials of degree two over the integers modulo a prime q, each evaluated at as many places as there
are factors (K. A. Bush, Orthogonal Arrays of Index Unity, Annals of Mathematical Statistics 23, 1952). A polynomial of
degree two is given by its values at any three places, so any three columns hold every triple of values exactly once. A
factor with fewer than q levels takes the value modulo its number of levels.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product


def covering(levels: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield the rows for factors with these numbers of levels; a level is a number from 0 on. Always in one order.

    There are q ** 3 rows, where q is the smallest prime that is no less than the numbers of levels and of factors.
    """
    q = _prime_from(max(*levels, len(levels)))
    for a, b, c in product(range(q), repeat=3):
        yield tuple((a + b * x + c * x * x) % q % count for x, count in enumerate(levels))


def _prime_from(number: int) -> int:
    while any(number % each == 0 for each in range(2, number)):
        number += 1
    return number
