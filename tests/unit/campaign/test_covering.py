"""A covering array holds every three levels of every three factors, by a brute-force count."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from hanbench.harness.campaign.suite.covering import covering


@pytest.mark.parametrize("levels", [(2, 2, 2), (3, 2, 4, 5), (5,) * 5, (7, 2, 3, 4, 2, 6, 1), (2,) * 8, (1, 1, 1)])
def test_every_three_factors_take_every_three_of_their_levels(levels: tuple[int, ...]) -> None:
    rows = list(covering(levels))
    for columns in combinations(range(len(levels)), 3):
        met = {tuple(row[column] for column in columns) for row in rows}
        assert met == set(product(*(range(levels[column]) for column in columns)))


def test_every_order_of_three_findings_comes_first_once() -> None:
    """125 rows of five factors with five levels: an orthogonal array of index one (Bush, 1952)."""
    rows = list(covering((5,) * 5))
    assert len(rows) == 125
    assert len({row[:3] for row in rows}) == 125


def test_the_rows_always_come_in_the_same_order() -> None:
    assert list(covering((4, 3, 2))) == list(covering((4, 3, 2)))
