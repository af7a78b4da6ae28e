"""Both implementations of the curve agree on everything, and on what is no point."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hanbench.emulator.zigbee.security.cbke import InvalidPointError
from hanbench.emulator.zigbee.security.cbke.curve import COFACTOR, GENERATOR, ORDER, UnavailableError
from hanbench.emulator.zigbee.security.cbke.integers import Integers, invert, multiply, square
from hanbench.emulator.zigbee.security.cbke.libcrypto import Libcrypto

ELEMENTS = st.integers(0, (1 << 163) - 1)
FACTORS = st.integers(0, 2 * ORDER * COFACTOR)
POINTS = st.builds(lambda sign, x: bytes((sign,)) + x.to_bytes(21, "big"), st.integers(2, 3), ELEMENTS)


def either(curve, terms):
    try:
        return curve.combine(*terms)
    except InvalidPointError:
        return None


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(FACTORS, st.one_of(POINTS, st.just(GENERATOR))), min_size=1, max_size=3))
def test_both_find_the_same_sum_or_none(terms):
    try:
        libcrypto = Libcrypto()
    except UnavailableError as error:
        pytest.skip(str(error))
    assert either(Integers(), terms) == either(libcrypto, terms)


@given(ELEMENTS, ELEMENTS, ELEMENTS)
def test_the_field_is_one(a, b, c):
    assert multiply(a, b) == multiply(b, a)
    assert multiply(a, multiply(b, c)) == multiply(multiply(a, b), c)
    assert multiply(a, b ^ c) == multiply(a, b) ^ multiply(a, c)
    assert square(a) == multiply(a, a)
    if a:
        assert multiply(a, invert(a)) == 1


@given(st.integers(1, ORDER - 1), st.integers(1, ORDER - 1))
def test_multiples_add_up(a, b):
    curve = Integers()
    together = either(curve, [(a, GENERATOR), (b, GENERATOR)])
    assert together == either(curve, [((a + b) % ORDER, GENERATOR)])
