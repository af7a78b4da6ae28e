"""A file with other octets in places: formats with checks and pointers are hardly reached by octets alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

_HEAD = 4
_MOST = 64


@cache
def _made(template: Callable[[], bytes]) -> bytes:
    return template()


def patched(template: Callable[[], bytes], octets: bytes) -> bytes:
    """Return the template, made once, with the pieces of an input in it: place (3 octets), length, and so many octets.

    A place beyond the end cuts the file off: a rest of it counts from the beginning.
    """
    file = bytearray(_made(template))
    at = 0
    for _ in range(_MOST):
        if at + _HEAD >= len(octets):
            break
        place, length = int.from_bytes(octets[at : at + 3], "little"), octets[at + 3]
        piece = octets[at + _HEAD : at + _HEAD + length]
        if place >= 0xFFFF00:
            del file[place % len(file) :]
        else:
            place %= len(file)
            file[place : place + len(piece)] = piece[: len(file) - place]
        at += _HEAD + length
        if not file:
            break
    return bytes(file)
