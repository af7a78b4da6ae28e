"""sect163k1 by Python integers: the fallback where libcrypto lacks the curve, and its check in tests.

A field element is a polynomial over GF(2), its coefficients the bits of an integer. Points are multiplied in
Lopez-Dahab coordinates (x = X/Z, y = Y/Z^2), which need one inversion in the end. Not constant in time: the keys of
emulated devices need no protection from timing.
"""

from __future__ import annotations

from typing import NamedTuple

from hanbench.emulator.zigbee.security.cbke.curve import (
    COFACTOR,
    FIELD_BITS,
    ORDER,
    SCALAR_LENGTH,
    InvalidPointError,
    Term,
    check_form,
)

_FIELD = (1 << FIELD_BITS) - 1
_TO_BITS = bytes.maketrans(b"01", b"\x00\x01")
_TO_DIGITS = bytes.maketrans(b"\x00\x01", b"01")
_PRODUCT_LENGTH = 2 * FIELD_BITS
_ODD = int.from_bytes(b"\x01" * _PRODUCT_LENGTH, "big")


def _reduce(polynomial: int) -> int:
    """Modulo x^163 + x^7 + x^6 + x^3 + 1."""
    while high := polynomial >> FIELD_BITS:
        polynomial = (polynomial & _FIELD) ^ high ^ high << 3 ^ high << 6 ^ high << 7
    return polynomial


def _spread(element: int) -> int:
    """The bits of an element, one an octet: a sum of 163 of them does not carry into the next octet."""
    return int.from_bytes(f"{element:b}".encode().translate(_TO_BITS), "big")


def multiply(a: int, b: int) -> int:
    """Product of field elements: one product of integers; the parity of each column is a coefficient."""
    columns = (_spread(a) * _spread(b) & _ODD).to_bytes(_PRODUCT_LENGTH, "big")
    return _reduce(int(columns.translate(_TO_DIGITS), 2))


def square(a: int) -> int:
    """Over GF(2) a square has the bits of its root, a zero between each two."""
    return _reduce(int(f"{a:b}", 4))


def invert(a: int) -> int:
    """1/a by Euclid's algorithm on polynomials; a is not 0."""
    u, v, g, h = a, _FIELD + 1 | 0b11001001, 1, 0
    while u != 1:
        shift = u.bit_length() - v.bit_length()
        if shift < 0:
            u, v, g, h, shift = v, u, h, g, -shift
        u ^= v << shift
        g ^= h << shift
    return _reduce(g)


class _Affine(NamedTuple):
    x: int
    y: int


class _Projective(NamedTuple):
    """Z = 0 is the point at infinity."""

    x: int
    y: int
    z: int


_INFINITY = _Projective(1, 0, 0)


def _double(p: _Projective) -> _Projective:
    if not p.z:
        return p
    x2, z2 = square(p.x), square(p.z)
    z4 = square(z2)
    z3 = multiply(x2, z2)
    x3 = square(x2) ^ z4
    return _Projective(x3, multiply(z4, z3) ^ multiply(x3, z3 ^ square(p.y) ^ z4), z3)


def _add(p: _Projective, q: _Affine) -> _Projective:
    if not p.z:
        return _Projective(q.x, q.y, 1)
    z2 = square(p.z)
    a = multiply(q.y, z2) ^ p.y
    b = multiply(q.x, p.z) ^ p.x
    if not b:
        return _INFINITY if a else _double(p)
    c = multiply(p.z, b)
    d = multiply(square(b), c ^ z2)
    z3 = square(c)
    e = multiply(a, c)
    x3 = square(a) ^ d ^ e
    return _Projective(x3, multiply(e ^ z3, x3 ^ multiply(q.x, z3)) ^ multiply(q.x ^ q.y, square(z3)), z3)


def _affine(p: _Projective) -> _Affine:
    if not p.z:
        raise InvalidPointError("the point at infinity")
    inverse = invert(p.z)
    return _Affine(multiply(p.x, inverse), multiply(p.y, square(inverse)))


def _decompress(octets: bytes) -> _Affine:
    """The point of the curve y^2 + xy = x^3 + x^2 + 1 with this form (SEC 1, 2.3.4)."""
    check_form(octets)
    x, bit = int.from_bytes(octets[1:], "big"), octets[0] & 1
    if x > _FIELD:
        raise InvalidPointError("a coordinate outside the field")
    if not x:
        return _Affine(0, 1)
    inverse = invert(x)
    wanted = x ^ 1 ^ square(inverse)
    # Half-trace: the root z of z^2 + z = wanted, if there is one.
    z = term = wanted
    for _ in range((FIELD_BITS - 1) // 2):
        term = square(square(term))
        z ^= term
    if square(z) ^ z != wanted:
        raise InvalidPointError("octets that are no point")
    return _Affine(x, multiply(x, z & ~1 | bit))


class Integers:
    """The curve in plain Python."""

    name = "integers"

    def combine(self, *terms: Term) -> bytes:
        """The sum of factor times point over `terms`. Raises InvalidPointError."""
        steps = [(factor % (ORDER * COFACTOR), _decompress(point)) for factor, point in terms]
        total = _INFINITY
        # All factors at once, highest bits first: the doublings are shared.
        for bit in reversed(range(FIELD_BITS + 1)):
            total = _double(total)
            for factor, point in steps:
                if factor >> bit & 1:
                    total = _add(total, point)
        x, y = _affine(total)
        parity = multiply(y, invert(x)) & 1 if x else 0
        return bytes((2 | parity,)) + x.to_bytes(SCALAR_LENGTH, "big")
