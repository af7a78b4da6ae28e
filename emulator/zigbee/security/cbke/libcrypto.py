"""sect163k1 by OpenSSL's libcrypto, through ctypes: its EC_POINT calls are part of 1.1 and of 3.x alike.

Some distributions remove the binary curves: `Libcrypto()` raises UnavailableError there.
"""

from __future__ import annotations

import ctypes
from ctypes import c_char_p, c_int, c_size_t, c_void_p
from functools import cache
from typing import Any

from hanbench.emulator.zigbee.security.cbke.curve import (
    COFACTOR,
    GENERATOR,
    ORDER,
    POINT_LENGTH,
    SCALAR_LENGTH,
    InvalidPointError,
    Term,
    UnavailableError,
    check_form,
)

NAMES = ("libcrypto.so.3", "libcrypto.so.4", "libcrypto.so.1.1", "libcrypto.so", "libcrypto.3.dylib")
NID_SECT163K1 = 721
COMPRESSED = 2
"""POINT_CONVERSION_COMPRESSED."""

_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "EC_GROUP_new_by_curve_name": (c_void_p, (c_int,)),
    "EC_POINT_new": (c_void_p, (c_void_p,)),
    "EC_POINT_clear_free": (None, (c_void_p,)),
    "EC_POINT_oct2point": (c_int, (c_void_p, c_void_p, c_char_p, c_size_t, c_void_p)),
    "EC_POINT_point2oct": (c_size_t, (c_void_p, c_void_p, c_int, c_char_p, c_size_t, c_void_p)),
    "EC_POINT_mul": (c_int, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    "EC_POINT_add": (c_int, (c_void_p, c_void_p, c_void_p, c_void_p, c_void_p)),
    "EC_POINT_is_at_infinity": (c_int, (c_void_p, c_void_p)),
    "BN_bin2bn": (c_void_p, (c_char_p, c_int, c_void_p)),
    "BN_clear_free": (None, (c_void_p,)),
    "ERR_clear_error": (None, ()),
}


class Libcrypto:
    """The curve in libcrypto."""

    name = "libcrypto"

    def __init__(self) -> None:
        self._library, self._group = _load()

    def combine(self, *terms: Term) -> bytes:
        """The sum of factor times point over `terms`. Raises InvalidPointError."""
        lib, group = self._library, self._group
        total = lib.EC_POINT_new(group)
        step = lib.EC_POINT_new(group)
        try:
            lib.EC_POINT_set_to_infinity(group, total)
            for factor, point in terms:
                self._multiply(step, factor, point)
                self._check(lib.EC_POINT_add(group, total, total, step, None), "sum of points")
            if lib.EC_POINT_is_at_infinity(group, total):
                raise InvalidPointError("the point at infinity")
            octets = ctypes.create_string_buffer(POINT_LENGTH)
            length = lib.EC_POINT_point2oct(group, total, COMPRESSED, octets, POINT_LENGTH, None)
            self._check(length == POINT_LENGTH, "form of the point")
            return octets.raw
        finally:
            lib.EC_POINT_clear_free(total)
            lib.EC_POINT_clear_free(step)

    def _multiply(self, result: int, factor: int, point: bytes) -> None:
        """Set `result` to factor times point."""
        lib, group = self._library, self._group
        # The group has ORDER * COFACTOR points: this leaves the product as it is even for one outside the subgroup.
        octets = (factor % (ORDER * COFACTOR)).to_bytes(SCALAR_LENGTH, "big")
        number = lib.BN_bin2bn(octets, len(octets), None)
        try:
            if point == GENERATOR:
                self._check(lib.EC_POINT_mul(group, result, number, None, None, None), "multiple of the generator")
                return
            check_form(point)
            self._check(lib.EC_POINT_oct2point(group, result, point, len(point), None), "octets that are no point")
            self._check(lib.EC_POINT_mul(group, result, None, result, number, None), "multiple of a point")
        finally:
            lib.BN_clear_free(number)

    def _check(self, done: int, what: str) -> None:
        if done != 1:
            # Python's own TLS reads the same queue of errors.
            self._library.ERR_clear_error()
            raise InvalidPointError(what)


@cache
def _load() -> tuple[Any, int]:
    """The library and its group. Both live as long as the process."""
    reasons = []
    for name in NAMES:
        try:
            library = ctypes.CDLL(name)
            for symbol, (result, arguments) in _SIGNATURES.items():
                function = getattr(library, symbol)
                function.restype, function.argtypes = result, arguments
            library.EC_POINT_set_to_infinity.argtypes = (c_void_p, c_void_p)
            group = library.EC_GROUP_new_by_curve_name(NID_SECT163K1)
        except (OSError, AttributeError) as error:
            reasons.append(str(error))
            continue
        if group:
            return library, group
        library.ERR_clear_error()
        reasons.append(f"{name} has no sect163k1")
    raise UnavailableError("; ".join(reasons))
